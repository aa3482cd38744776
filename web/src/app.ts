// What every page needs. Panels and the highlighter are loaded by the pages that have them (decorate.ts).
import { decorate, initOutline } from "./decorate";
import { initFrame } from "./frame";
import { initItems } from "./items";
import { initKeys } from "./keys";
import { initLive } from "./live";
import { initToasts } from "./toast";

initToasts();
initFrame();
initItems();
initKeys();
initOutline();
decorate();
initLive();

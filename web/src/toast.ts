// Short messages at the foot of the page, read out by screen readers.
import { element } from "./dom";
import { say } from "./strings";

const SHOWN_MS = 6000;

// Two live regions that are there from the start: text put into a new one is often not read.
const polite = element("div", { "aria-live": "polite" });
const assertive = element("div", { "aria-live": "assertive" });

export function initToasts(): void {
  document.body.append(element("div", { class: "toasts" }, polite, assertive));
}

/** Shows a message and returns a function that takes it away; it goes by itself unless `stays`. */
export function toast(message: string, level: "info" | "bad" = "info", stays = false): () => void {
  const close = element("button", { type: "button", class: "quiet" }, say("close"));
  const box = element("div", { class: "toast", "data-level": level }, element("span", {}, message), close);
  const remove = () => box.remove();
  close.addEventListener("click", remove);
  (level === "bad" ? assertive : polite).append(box);
  if (!stays) setTimeout(remove, SHOWN_MS);
  return remove;
}

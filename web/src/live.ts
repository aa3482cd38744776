// What happens elsewhere: ticks in other windows, notes that changed on disk.
import type { News } from "./feed";
import { applyItem, isState } from "./items";
import { join } from "./link";
import { refreshPage } from "./refresh";
import { say } from "./strings";
import { toast } from "./toast";

const PATIENCE_MS = 2000; // a restart of prepd is no news
const SETTLE_MS = 150; // several ticks in a row give one refresh

let hideOffline: (() => void) | null = null;
let offlineTimer = 0;
let refreshTimer = 0;

function refreshSoon(): void {
  clearTimeout(refreshTimer);
  refreshTimer = window.setTimeout(() => void refreshPage(), SETTLE_MS);
}

function itemChanged(data: string): void {
  const { id, state, topic } = JSON.parse(data) as { id: string; state: string; topic: string };
  if (isState(state)) applyItem(id, state);
  if (topic !== document.body.dataset.topic) refreshSoon();
}

function lost(): void {
  offlineTimer ||= window.setTimeout(() => {
    hideOffline ??= toast(say("offline"), "bad", true);
  }, PATIENCE_MS);
}

function back(): void {
  clearTimeout(offlineTimer);
  offlineTimer = 0;
  if (!hideOffline) return;
  hideOffline();
  hideOffline = null;
  toast(say("online"));
  void refreshPage();
}

function take(news: News): void {
  if (news.kind === "item") itemChanged(news.data);
  else if (news.kind === "notes" || news.kind === "resync") void refreshPage();
  else if (news.kind === "lost") lost();
  else if (news.kind === "back") back();
}

export function initLive(): void {
  join({ run: null, seen: document.body.dataset.seen ?? "" }, take);
  // A page that the browser kept for the way back has been told nothing meanwhile.
  window.addEventListener("pageshow", (event) => event.persisted && void refreshPage());
}

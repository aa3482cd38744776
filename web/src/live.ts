// The stream of what happens elsewhere: ticks in other windows, notes that changed on disk.
//
// A browser allows six connections to one server, so a hidden window gives its stream up; shown again, it refreshes and opens a new one.
import { applyItem, isState } from "./items";
import { refreshPage } from "./refresh";
import { say } from "./strings";
import { toast } from "./toast";

const PATIENCE_MS = 2000; // a restart of prepd is no news
const SETTLE_MS = 150; // several ticks in a row give one refresh

let source: EventSource | null = null;
let hideOffline: (() => void) | null = null;
let offlineTimer = 0;
let refreshTimer = 0;

function refreshSoon(): void {
  clearTimeout(refreshTimer);
  refreshTimer = window.setTimeout(() => void refreshPage(), SETTLE_MS);
}

function onItem(event: MessageEvent<string>): void {
  const { id, state, topic } = JSON.parse(event.data) as { id: string; state: string; topic: string };
  if (isState(state)) applyItem(id, state);
  if (topic !== document.body.dataset.topic) refreshSoon();
}

function onOpen(): void {
  clearTimeout(offlineTimer);
  offlineTimer = 0;
  if (!hideOffline) return;
  hideOffline();
  hideOffline = null;
  toast(say("online"));
  void refreshPage();
}

function onError(): void {
  offlineTimer ||= window.setTimeout(() => {
    hideOffline ??= toast(say("offline"), "bad", true);
  }, PATIENCE_MS);
  if (source?.readyState === EventSource.CLOSED) setTimeout(reopen, PATIENCE_MS);
}

function open(): void {
  source = new EventSource("/api/events");
  source.addEventListener("item", onItem);
  source.addEventListener("notes", () => void refreshPage());
  source.addEventListener("resync", () => void refreshPage());
  source.addEventListener("open", onOpen);
  source.addEventListener("error", onError);
}

function close(): void {
  clearTimeout(offlineTimer);
  offlineTimer = 0;
  source?.close();
  source = null;
}

function reopen(): void {
  if (!source) return;
  source.close();
  open();
}

export function initLive(): void {
  if (!document.hidden) open();
  document.addEventListener("visibilitychange", () => {
    close();
    if (document.hidden) return;
    open();
    void refreshPage();
  });
  // A page that the browser keeps for the way back must not keep its connection.
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted || source) return;
    open();
    void refreshPage();
  });
}

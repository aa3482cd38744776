// Checklist items. A tick is drawn at once, sent as id + wanted state, and taken back with a message if it was not stored.
import { ApiError, messageOf, request } from "./api";
import { all, find } from "./dom";
import { refreshPage } from "./refresh";
import { say } from "./strings";
import { countTopic } from "./progress";
import { toast } from "./toast";

export type ItemState = "todo" | "shaky" | "done";

/** What an item is on its way to. `stored` is what the server last said. */
interface Sending {
  stored: ItemState;
  wanted: ItemState;
}
const sending = new Map<string, Sending>();

export function isState(value: unknown): value is ItemState {
  return value === "todo" || value === "shaky" || value === "done";
}

function itemsWith(id: string): HTMLElement[] {
  return all(document, `.item[data-id="${CSS.escape(id)}"]`);
}

export function stateOf(item: HTMLElement): ItemState {
  return isState(item.dataset.state) ? item.dataset.state : "todo";
}

/** Draws what data-state says. */
function draw(item: HTMLElement): void {
  const state = stateOf(item);
  const check = find<HTMLInputElement>(item, ":scope > .item-form .item-check");
  if (check) {
    check.checked = state === "done";
    check.indeterminate = state === "shaky";
  }
  for (const button of all<HTMLButtonElement>(item, ":scope > .item-form .item-states button"))
    button.setAttribute("aria-pressed", String(button.value === state));
}

function show(id: string, state: ItemState): void {
  for (const item of itemsWith(id)) {
    item.dataset.state = state;
    draw(item);
  }
  countTopic();
}

/** The server, or another window, says what an item is. A tick of our own that is under way wins until it is answered. */
export function applyItem(id: string, state: ItemState): void {
  const own = sending.get(id);
  if (own) own.stored = state;
  else show(id, state);
}

export async function setItem(item: HTMLElement, state: ItemState): Promise<void> {
  const id = item.dataset.id ?? "";
  const before = sending.get(id);
  const stored = before?.stored ?? stateOf(item);
  sending.set(id, { stored, wanted: state });
  show(id, state);
  if (!before) await sendUntilStored(id); // else the loop that runs already will send it
}

/** One request at a time for an item, the newest wish last: answers cannot overtake each other. */
async function sendUntilStored(id: string): Promise<void> {
  for (let job = sending.get(id); job; job = sending.get(id)) {
    const state = job.wanted;
    try {
      await request("PUT", `/api/items/${id}`, { state, topic: document.body.dataset.topic });
    } catch (error) {
      takeBack(id, error);
      return;
    }
    for (const item of itemsWith(id)) find(item, ":scope > .item-changed")?.remove(); // it was ticked as it reads now
    const now = sending.get(id);
    if (!now || now.wanted === state) sending.delete(id);
    else now.stored = state;
  }
}

function takeBack(id: string, error: unknown): void {
  const stored = sending.get(id)?.stored ?? "todo";
  sending.delete(id);
  show(id, stored);
  if (error instanceof ApiError && error.status === 409) {
    toast(say("itemGone"), "bad");
    void refreshPage();
  } else {
    toast(say("tickFailed", messageOf(error)), "bad");
  }
}

/** Pressing for the state that it has already takes it off. */
export function toggleItem(item: HTMLElement, state: ItemState): void {
  void setItem(item, stateOf(item) === state ? "todo" : state);
}

// ---- the menu of states ----

function openMenu(item: HTMLElement, open: boolean): void {
  const menu = find(item, ":scope > .item-form .item-states");
  const more = find(item, ":scope > .item-form .item-more");
  menu?.toggleAttribute("data-open", open);
  more?.setAttribute("aria-expanded", String(open));
  if (open) find<HTMLButtonElement>(item, ":scope > .item-form [aria-pressed='true']")?.focus();
}

function closeMenus(except?: Element | null): void {
  for (const menu of all(document, ".item-states[data-open]")) {
    const item = menu.closest<HTMLElement>(".item");
    if (!item || item === except) continue;
    const focused = menu.contains(document.activeElement);
    openMenu(item, false);
    if (focused) find<HTMLElement>(item, ".item-more")?.focus();
  }
}

// ---- events, for items of now and of a later refresh ----

function onClick(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  const item = target?.closest<HTMLElement>(".item") ?? null;
  closeMenus(item);
  const more = target?.closest(".item-more");
  if (item && more) openMenu(item, more.getAttribute("aria-expanded") !== "true");
}

function onChange(event: Event): void {
  const check = event.target;
  if (!(check instanceof HTMLInputElement) || !check.matches(".item-check")) return;
  const item = check.closest<HTMLElement>(".item");
  if (item) void setItem(item, check.checked ? "done" : "todo");
}

function onSubmit(event: SubmitEvent): void {
  const item = event.target instanceof Element ? event.target.closest<HTMLElement>(".item") : null;
  const state = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
  if (!item || !isState(state)) return;
  event.preventDefault();
  void setItem(item, state);
  closeMenus();
}

/** Draws every item: a checkbox can be set to "mixed" by scripts only. */
export function drawItems(): void {
  for (const item of all(document, ".item[data-id]")) draw(item);
}

export function initItems(): void {
  drawItems();
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus();
  });
}

export function isSending(id: string): boolean {
  return sending.has(id);
}

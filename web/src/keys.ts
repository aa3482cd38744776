// One-key commands. They keep quiet while one types, in dialogs, and with Ctrl, Alt or Meta.
import { all, find } from "./dom";
import { showKeys, toggleTheme } from "./frame";
import { toggleItem } from "./items";

const CHORD_MS = 1200; // between g and h
let chord = 0;

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (!target) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

// ---- items ----

function currentItem(): HTMLElement | null {
  const focused = document.activeElement?.closest<HTMLElement>(".item[data-id]");
  return focused ?? find(document, ".item.at");
}

function moveItem(step: number): void {
  const items = all(document, ".item[data-id]");
  const current = currentItem();
  let to = current ? items.indexOf(current) + step : firstVisible(items, step);
  to = Math.max(0, Math.min(items.length - 1, to));
  const item = items[to];
  if (!item) return;
  for (const other of items) other.classList.toggle("at", other === item);
  find<HTMLElement>(item, ".item-check")?.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

/** Where to begin when nothing is chosen: at what can be seen. */
function firstVisible(items: HTMLElement[], step: number): number {
  const seen = items.findIndex((item) => item.getBoundingClientRect().top >= 0);
  return seen < 0 ? (step > 0 ? items.length - 1 : 0) : seen;
}

function markItem(state: "done" | "shaky"): void {
  const item = currentItem();
  if (item) toggleItem(item, state);
}

// ---- panels and places ----

/** The panel nearest to the middle of the screen. */
function currentPanel(): HTMLElement | null {
  const middle = window.innerHeight / 2;
  const distance = (panel: HTMLElement) => {
    const box = panel.getBoundingClientRect();
    return box.top > middle ? box.top - middle : Math.max(0, middle - box.bottom);
  };
  return all(document, ".panel").sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

function press(what: string): void {
  const panel = currentPanel();
  if (!panel) return;
  find<HTMLButtonElement>(panel, `[data-do='${what}']`)?.click();
}

function follow(selector: string): void {
  find<HTMLAnchorElement>(document, selector)?.click();
}

const commands: Record<string, () => void> = {
  "?": showKeys,
  j: () => moveItem(1),
  k: () => moveItem(-1),
  x: () => markItem("done"),
  s: () => markItem("shaky"),
  r: () => press("run"),
  ".": () => press("stop"),
  "[": () => follow(".neighbours [rel='prev']"),
  "]": () => follow(".neighbours [rel='next']"),
  "/": () => find<HTMLElement>(document, "input[type='search']")?.focus(),
  t: toggleTheme,
  l: () => follow(".language"),
};

/** Whether one is open, not where the focus is: a dialog that was just closed still has it until the next frame. */
function isDialogOpen(): boolean {
  return find(document, "dialog[open]") !== null;
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event) || isDialogOpen()) return;
  const afterG = event.timeStamp - chord < CHORD_MS;
  chord = event.key === "g" ? event.timeStamp : 0;
  const command = event.key === "h" && afterG ? () => follow(".brand") : commands[event.key];
  if (!command) return;
  event.preventDefault();
  command();
}

export function initKeys(): void {
  document.addEventListener("keydown", onKey);
}

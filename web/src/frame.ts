// The frame: theme, drawer, list of keys.
import { all, element, find, must } from "./dom";
import { storeTheme, type Theme } from "./memory";
import { say, type Sentence } from "./strings";

const root = document.documentElement;

// ---- theme ----

function isDark(): boolean {
  const theme = root.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Charts are drawn with colours that they read once: they listen for this. */
function announceTheme(): void {
  document.dispatchEvent(new Event("prepd:theme"));
}

export function toggleTheme(): void {
  const theme: Theme = isDark() ? "light" : "dark";
  root.dataset.theme = theme;
  storeTheme(theme);
  announceTheme();
}

// ---- drawer ----

function openDrawer(open: boolean): void {
  root.toggleAttribute("data-drawer", open);
  find(document, ".menu")?.setAttribute("aria-expanded", String(open));
  if (open) find<HTMLElement>(document, ".side [aria-current='page'], .side a")?.focus();
  else find<HTMLElement>(document, ".menu")?.focus();
}

function initDrawer(): void {
  const menu = must(document, ".menu");
  menu.setAttribute("role", "button");
  menu.setAttribute("aria-expanded", "false");
  menu.setAttribute("aria-controls", "p.side");
  const scrim = element("div", { class: "scrim" });
  document.body.append(scrim);
  scrim.addEventListener("click", () => openDrawer(false));
  menu.addEventListener("click", (event) => {
    event.preventDefault();
    openDrawer(!root.hasAttribute("data-drawer"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.hasAttribute("data-drawer")) openDrawer(false);
  });
}

// ---- the list of keys ----

const KEYS: [string, Sentence, string?][] = [
  ["j k", "keyMove", ".item[data-id]"],
  ["x", "keyDone", ".item[data-id]"],
  ["s", "keyShaky", ".item[data-id]"],
  ["r", "keyRun", ".panel"],
  [".", "keyStop", ".panel"],
  ["[ ]", "keyTopics"],
  ["/", "keySearch", "input[type='search']"],
  ["t", "keyTheme"],
  ["l", "keyLanguage"],
  ["g h", "keyHome"],
  ["?", "keyHelp"],
];

export function showKeys(): void {
  if (find(document, "dialog[open]")) return;
  const list = element("dl", { class: "keys" });
  for (const [keys, what, needs] of KEYS) {
    if (needs && !find(document, needs)) continue;
    const names = keys.split(" ").map((key) => element("kbd", {}, key));
    list.append(element("dt", {}, ...names.flatMap((name, i) => (i ? [" ", name] : [name]))), element("dd", {}, say(what)));
  }
  const close = element("button", { type: "button" }, say("close"));
  const dialog = element("dialog", { "aria-labelledby": "p.keys" }, element("h2", { id: "p.keys" }, say("keys")), list, close);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function initFrame(): void {
  initDrawer();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announceTheme);
  for (const button of all(document, "[data-do='theme']")) button.addEventListener("click", toggleTheme);
  for (const button of all(document, "[data-do='keys']")) button.addEventListener("click", showKeys);
}

// What the browser keeps for the reader: theme, where reading stopped, which run a panel shows. All of it may be refused or broken.

export type Theme = "light" | "dark";
export interface Place {
  path: string;
  title: string;
  anchor: string;
}

function read(store: () => Storage, key: string): string | null {
  try {
    return store().getItem(key);
  } catch {
    return null;
  }
}

function write(store: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) store().removeItem(key);
    else store().setItem(key, value);
  } catch {
    // Full or forbidden: the page works without.
  }
}

const local = () => localStorage;
const session = () => sessionStorage;

export function storedTheme(): Theme | null {
  const theme = read(local, "prepd.theme");
  return theme === "light" || theme === "dark" ? theme : null;
}

export function storeTheme(theme: Theme): void {
  write(local, "prepd.theme", theme);
}

export function lastPlace(): Place | null {
  try {
    const place = JSON.parse(read(local, "prepd.last") ?? "null") as Partial<Place> | null;
    if (!place || typeof place.path !== "string" || !/^\/(zh|en)\/[^/]/.test(place.path)) return null;
    return { path: place.path, title: String(place.title ?? ""), anchor: String(place.anchor ?? "") };
  } catch {
    return null;
  }
}

export function storePlace(place: Place): void {
  write(local, "prepd.last", JSON.stringify(place));
}

/** The run that a demo's panel on this page shows, kept for this tab, so that a reload finds it again. */
export function panelRun(demo: string): string | null {
  return read(session, `prepd.run ${location.pathname} ${demo}`);
}

export function storePanelRun(demo: string, run: string | null): void {
  write(session, `prepd.run ${location.pathname} ${demo}`, run);
}

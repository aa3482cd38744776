// Tabs by the ARIA pattern: arrows move, the chosen one alone can be reached by Tab.
import { all } from "../dom";

export function startTabs(panel: HTMLElement, onOpen: (name: string) => void): void {
  const tabs = all<HTMLButtonElement>(panel, "[role='tab']");

  const open = (tab: HTMLButtonElement, focus: boolean) => {
    for (const other of tabs) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      const body = document.getElementById(other.getAttribute("aria-controls") ?? "");
      if (body) body.hidden = !chosen;
    }
    if (focus) tab.focus();
    onOpen((tab.getAttribute("aria-controls") ?? "").split(".").pop() ?? "");
  };

  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => open(tab, false));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
      const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
      if (!next) return;
      event.preventDefault();
      open(next, true);
    });
  });
  const first = tabs[0];
  if (first) open(first, false);
}

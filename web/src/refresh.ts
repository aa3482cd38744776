// Bringing the page up to date without loading it: it is fetched again, and what differs is put in place. The scroll place stays, and so
// does a demo's panel, with the run it shows.
import { all, find } from "./dom";
import { decorate } from "./decorate";
import { applyItem, drawItems, isState } from "./items";
import { say } from "./strings";
import { toast } from "./toast";

let underWay: Promise<void> | null = null;
let again = false;

/** Refreshes; a call during a refresh gives one more afterwards. */
export function refreshPage(): Promise<void> {
  again = underWay !== null;
  underWay ??= refresh().finally(() => {
    underWay = null;
    if (again) void refreshPage();
  });
  return underWay;
}

async function refresh(): Promise<void> {
  const response = await fetch(location.pathname + location.search, { cache: "no-cache" }).catch(() => null);
  if (!response) return; // no server: live.ts says so and comes back here
  if (response.status === 404) toast(say("pageGone"), "bad", true);
  if (!response.ok) return;
  merge(new DOMParser().parseFromString(await response.text(), "text/html"));
}

function replace(fresh: Document, selector: string): void {
  const now = find(document, selector);
  const then = find(fresh, selector);
  if (now && then && now.innerHTML !== then.innerHTML) now.innerHTML = then.innerHTML;
}

function merge(fresh: Document): void {
  const { notesRevision, place } = document.body.dataset;
  replace(fresh, ".topics");
  if (fresh.body.dataset.notesRevision !== notesRevision || place === "home") {
    document.body.dataset.notesRevision = fresh.body.dataset.notesRevision;
    document.title = fresh.title;
    keepingPlace(() => replaceMain(fresh));
  }
  for (const item of all(fresh, ".item[data-id]"))
    if (isState(item.dataset.state)) applyItem(item.dataset.id ?? "", item.dataset.state);
}

function replaceMain(fresh: Document): void {
  const main = find(document, "main");
  const then = find(fresh, "main");
  if (!main || !then) return;
  for (const panel of all(then, ".panel")) {
    const own = find(main, `#${CSS.escape(panel.id)}`);
    if (own) panel.replaceWith(own);
  }
  for (const filled of all(then, ".recent, .card-picture")) {
    const demo = filled.dataset.demo;
    const own = find(main, demo ? `.card-picture[data-demo="${CSS.escape(demo)}"]` : ".recent");
    if (own) filled.replaceWith(own);
  }
  keepOpen(main, then);
  main.replaceChildren(...then.childNodes);
  replace(fresh, ".outline");
  drawItems();
  decorate();
}

/** What the reader has unfolded stays so. */
function keepOpen(main: HTMLElement, then: HTMLElement): void {
  const question = (details: HTMLElement) => find(details, "summary")?.textContent;
  const open = new Set(all(main, "details.callout[open]").map(question));
  for (const details of all(then, "details.callout")) if (open.has(question(details))) details.setAttribute("open", "");
}

/** The first thing with an id that can be seen stays where it is on the screen. */
function keepingPlace(change: () => void): void {
  const isSeen = (node: HTMLElement) => node.getClientRects().length > 0 && node.getBoundingClientRect().top >= 0;
  const anchor = all(document, "main [id]").find(isSeen);
  const top = anchor?.getBoundingClientRect().top ?? 0;
  const scroll = window.scrollY;
  change();
  const again = anchor && document.getElementById(anchor.id);
  window.scrollTo({ top: again ? window.scrollY + again.getBoundingClientRect().top - top : scroll });
}

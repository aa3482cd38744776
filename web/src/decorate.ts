// What scripts add to a finished text: copy buttons, colours in code, focus for what scrolls, the outline's mark, panels.
import { all, element, find } from "./dom";
import { lastPlace, storePlace } from "./memory";
import { say } from "./strings";
import { toast } from "./toast";

function addCopyButton(pre: HTMLElement): void {
  const button = element("button", { type: "button", class: "copy" }, say("copy"));
  const box = element("div", { class: "code-box" });
  pre.replaceWith(box);
  box.append(pre, button);
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(pre.textContent ?? "").then(
      () => {
        button.textContent = say("copied");
        setTimeout(() => (button.textContent = say("copy")), 1500);
      },
      () => toast(say("copyFailed"), "bad"),
    );
  });
}

/** What scrolls sideways must be reachable by keyboard. */
function makeScrollable(node: HTMLElement): void {
  if (node.scrollWidth > node.clientWidth) node.tabIndex = 0;
}

function whenIdle(what: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(what, { timeout: 2000 });
  else setTimeout(what);
}

/** Colours the code inside `root`; a demo's sources are coloured when one opens their tab. */
export function highlight(root: ParentNode, selector = "main pre > code[class*='language-']:not(.numbered, [data-coloured])"): void {
  const blocks = all(root, selector);
  if (blocks.length) void import("./highlight").then(({ colour }) => blocks.forEach((block) => whenIdle(() => colour(block))));
}

function startPanels(): void {
  const panels = all(document, ".panel:not([data-state])");
  if (panels.length) void import("./panel/panel").then(({ startPanel }) => panels.forEach(startPanel));
}

function startHomePage(): void {
  if (find(document, ":is(.recent, .card-picture):not([data-asked])")) void import("./home").then(({ startHome }) => startHome());
}

function fillContinue(): void {
  const place = lastPlace();
  const link = find<HTMLAnchorElement>(document, "[data-continue]");
  if (!link || !place) return;
  link.href = place.path + (place.anchor ? `#${place.anchor}` : "");
  link.textContent = place.title || place.path;
}

/** Everything that a new text needs; may be called again. */
export function decorate(): void {
  for (const pre of all(document, ".note pre")) if (!pre.closest(".code-box, .panel")) addCopyButton(pre);
  for (const node of all(document, ".note pre, .table, .table-wrap")) makeScrollable(node);
  highlight(document);
  startPanels();
  startHomePage();
  fillContinue();
  markHeading();
}

// ---- the current heading ----

function currentHeading(): HTMLElement | null {
  const headings = all(document, ".note :is(h1, h2, h3)[id]");
  const line = window.innerHeight * 0.25;
  return headings.filter((heading) => heading.getBoundingClientRect().top < line).pop() ?? null;
}

/** A heading's words, without what was hung on it. */
function titleOf(heading: Element | null): string {
  const copy = heading?.cloneNode(true) as Element | undefined;
  for (const link of copy ? all(copy, "a.anchor, a.pin") : []) link.remove();
  return copy?.textContent?.trim() ?? "";
}

/** The outline's link for a heading: its own, or the nearest one above it. */
function markHeading(): void {
  const heading = currentHeading();
  for (const link of all<HTMLAnchorElement>(document, ".outline a")) {
    const here = heading !== null && decodeURIComponent(link.hash.slice(1)) === heading.id;
    if (here && !link.hasAttribute("aria-current")) link.scrollIntoView({ block: "nearest" });
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (document.body.dataset.topic && find(document, ".note"))
    storePlace({
      path: location.pathname,
      title: [titleOf(find(document, ".note h1")), heading?.tagName === "H1" ? "" : titleOf(heading)]
        .filter(Boolean)
        .join(" · "),
      anchor: heading?.id ?? "",
    });
}

export function initOutline(): void {
  let asked = false;
  const onScroll = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      markHeading();
    });
  };
  window.addEventListener("scroll", onScroll, { passive: true });
}

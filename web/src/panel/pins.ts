// Pins: a demo's sentence that names a paragraph of the note stands on the chart at its moment. A pin leads to the paragraph; the paragraph
// lights its pins, and leads back.
import { all, element } from "../dom";
import { say } from "../strings";
import type { Charts } from "./charts";
import type { RunEvent } from "./types";

/** The heading or item of this page that an event's anchor names. */
export function anchored(anchor: string | undefined): HTMLElement | null {
  if (!anchor) return null;
  return document.getElementById(anchor) ?? document.querySelector<HTMLElement>(`.item[data-slug="${CSS.escape(anchor)}"]`);
}

export class Pins {
  private count = 0;
  private undo: (() => void)[] = [];

  constructor(
    private readonly panel: HTMLElement,
    private readonly charts: Charts,
  ) {}

  add(event: RunEvent, words: string): void {
    const target = anchored(event.anchor);
    if (!target) return;
    const name = String(this.count + 1);
    const pin = element("a", { class: "pin", href: `#${target.id}`, title: words, "aria-label": say("pin", name, words) }, name);
    if (!this.charts.pin(event.t, pin)) return;
    this.count++;
    const back = element("a", { class: "pin back", href: `#${this.panel.id}`, title: words, "aria-label": say("pinBack", name) }, name);
    placeIn(target).append(back);
    light(pin, [target, back]);
    light(back, [pin]);
    const unhover = light(target, [pin]);
    this.undo.push(() => {
      pin.remove();
      back.remove();
      unhover();
      target.classList.remove("lit");
    });
  }

  clear(): void {
    for (const each of this.undo) each();
    this.undo = [];
    this.count = 0;
  }
}

function placeIn(target: HTMLElement): HTMLElement {
  return all(target, ":scope > .item-text")[0] ?? target;
}

/** While one is pointed at, or has the focus, others are lit. Returns what ends that. */
function light(one: HTMLElement, others: HTMLElement[]): () => void {
  const end = new AbortController();
  const set = (on: boolean) => others.forEach((other) => other.classList.toggle("lit", on));
  for (const kind of ["pointerenter", "focusin"]) one.addEventListener(kind, () => set(true), { signal: end.signal });
  for (const kind of ["pointerleave", "focusout"]) one.addEventListener(kind, () => set(false), { signal: end.signal });
  return () => end.abort();
}

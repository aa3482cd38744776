// Messages between actors, each at its moment: arrows from lane to lane, time downwards. Spans that stay in a lane are boxes on it.
//
// Each message is a picture of its own, in a block of some, so that one more costs the browser nothing for those that stand there, and those
// that are scrolled away cost nothing at all.
import { element, svg } from "../dom";
import { pick, say } from "../strings";
import { SERIES_COLOURS } from "./colours";
import { number, quantity } from "./format";
import type { Chart, Named, RunEvent, View } from "./types";

const ROW = 30;
const MIDDLE = 20; // of a row: words stand above the arrow
const HEAD = 28;
const TIME = 74;
const MESSAGES_MAX = 500; // shown; more are counted
const BLOCK = 25; // messages

export class SequenceChart implements Chart {
  private readonly lanes: Named[];
  private readonly kinds: Named[];
  private readonly scroll: HTMLElement;
  private readonly rest = element("p", { class: "sequence-rest" });
  private width = 0;
  private written = 0;
  private following = true; // the end, until the reader scrolls up
  private messages: RunEvent[] = [];

  constructor(view: View, box: HTMLElement) {
    this.lanes = view.lanes ?? [];
    this.kinds = view.kinds ?? [];
    this.scroll = element("div", { class: "plot-scroll", tabindex: "0", role: "group", "aria-label": pick(view.title) });
    this.scroll.addEventListener("scroll", () => {
      this.following = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < ROW * 2;
    });
    box.replaceChildren(this.scroll);
  }

  add(event: RunEvent): void {
    this.messages.push(event);
  }

  write(): void {
    const count = Math.min(this.messages.length, MESSAGES_MAX);
    const isMore = count > this.written;
    for (; this.written < count; this.written++) {
      if (this.written % BLOCK === 0) this.rest.before(element("div", { class: "messages" }));
      this.rest.previousElementSibling?.append(this.messageRow(this.messages[this.written]!));
    }
    const more = this.messages.length - count;
    this.rest.textContent = more ? say("notDrawn", more) : "";
    if (this.following && isMore) this.scroll.scrollTop = ROW * (count + 3);
  }

  clear(): void {
    this.messages = [];
    this.following = true;
    this.begin();
  }

  resize(width: number): void {
    const room = Math.max(width - 16, 300); // but for a scroll bar
    if (room === this.width) return;
    this.width = room;
    this.begin();
    this.write();
  }

  restyle(): void {}

  rows(): (string | number | null)[][] {
    const rows = this.messages.map((each) => [
      each.lane ?? "", each.to_lane ?? "", each.from ?? null, each.to ?? null, each.kind ?? "", each.label ?? "",
    ]);
    return [["lane", "to_lane", "from_ms", "to_ms", "kind", "label"], ...rows];
  }

  /** No message yet, but the actors. */
  private begin(): void {
    this.written = 0;
    const heads = svg("svg", { class: "heads", width: this.width, height: HEAD });
    this.lanes.forEach((lane, i) =>
      heads.append(svg("text", { x: this.x(i), y: 18, "text-anchor": "middle", "font-weight": 600 }, pick(lane.label) || lane.id)),
    );
    this.scroll.replaceChildren(heads, this.rest);
  }

  private x(lane: number): number {
    return TIME + ((this.width - TIME) * (lane + 0.5)) / Math.max(1, this.lanes.length);
  }

  private nameOf(list: Named[], id: string | undefined): string {
    return pick(list.find((each) => each.id === id)?.label) || (id ?? "");
  }

  private messageRow(message: RunEvent): SVGElement {
    const from = this.lanes.findIndex((lane) => lane.id === message.lane);
    const to = this.lanes.findIndex((lane) => lane.id === message.to_lane);
    const kind = Math.max(0, this.kinds.findIndex((each) => each.id === message.kind));
    const colour = `var(--s${kind % SERIES_COLOURS})`;
    const words = message.label ?? this.nameOf(this.kinds, message.kind);
    const row = svg("svg", { class: "message", width: this.width, height: ROW });
    const lanes = this.lanes.map((_, i) => `M${this.x(i)} 0V${ROW}`).join("");
    row.append(
      svg("title", {}, this.details(message)),
      svg("path", { class: "lane", d: lanes }),
      svg("text", { class: "soft", x: 0, y: MIDDLE + 4 }, `${number(message.from ?? message.t)} ms`),
    );
    if (to < 0 || to === from) this.drawBox(row, this.x(from), MIDDLE, colour, words);
    else this.drawArrow(row, this.x(from), this.x(to), MIDDLE, colour, words);
    return row;
  }

  private drawBox(row: SVGElement, x: number, y: number, colour: string, words: string): void {
    const atRight = x > this.width * 0.7;
    row.append(svg("rect", { x: x - 4, y: y - 9, width: 8, height: 18, fill: colour }));
    row.append(svg("text", { x: x + (atRight ? -10 : 10), y: y + 4, "text-anchor": atRight ? "end" : "start" }, words));
  }

  private drawArrow(row: SVGElement, x0: number, x1: number, y: number, colour: string, words: string): void {
    const side = x1 > x0 ? -1 : 1;
    const path = `M${x0} ${y}H${x1}m${side * 8} -4l${-side * 8} 4l${side * 8} 4`;
    const line = svg("path", { d: path, "stroke-width": 1.75 }) as SVGPathElement;
    line.style.stroke = colour;
    row.append(line, svg("text", { x: (x0 + x1) / 2, y: y - 5, "text-anchor": "middle" }, words));
  }

  private details(message: RunEvent): string {
    const way = [this.nameOf(this.lanes, message.lane), this.nameOf(this.lanes, message.to_lane)].filter(Boolean).join(" → ");
    const [from, to] = [message.from ?? message.t, message.to ?? message.t];
    const time = `${number(from)}–${number(to)} ms (${quantity(to - from, "ms")})`;
    return [way, message.label ?? this.nameOf(this.kinds, message.kind), time].filter(Boolean).join("\n");
  }
}

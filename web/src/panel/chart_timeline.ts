// Who did what when: a row for each lane, a bar for each span, time from left to right.
//
// While it grows, the scale is stretched by a quarter at a time, and only new spans are drawn in between. Lanes in which nothing happened
// take no room: how many there are depends on the parameters, and the manifest names all that there can be.
import { pick } from "../strings";
import { seriesColour } from "./colours";
import { number, quantity } from "./format";
import { Canvas, textWidth, ticks, type Surface } from "./surface";
import { Tip, type Teller, type Told } from "./tip";
import type { Chart, Named, RunEvent, View } from "./types";

const BOTTOM = 22;
const LABELS_MAX = 130;
const THIN = 1; // pixels: the shortest pause is still seen
const NEAR = 3; // pixels: and can be pointed at

interface Span {
  lane: number;
  kind: number;
  from: number;
  to: number;
  label: string;
}

export class TimelineChart implements Chart, Teller {
  private readonly canvas: Canvas;
  private readonly lanes: Named[];
  private readonly kinds: Named[];
  private readonly tip: Tip;
  private rowsOf: number[]; // which row a lane has; -1: none
  private spans: Span[] = [];
  private end = 0; // of the last span
  private until = 0; // what the scale reaches to
  private drawn = 0; // spans

  constructor(view: View, box: HTMLElement, figure: HTMLElement) {
    this.canvas = new Canvas(box);
    this.lanes = view.lanes ?? [];
    this.kinds = view.kinds ?? [];
    this.rowsOf = this.lanes.map((_, lane) => lane); // before a run: what may come
    this.tip = new Tip(box, figure, pick(view.title), this);
  }

  add(event: RunEvent): void {
    const lane = this.lanes.findIndex((each) => each.id === event.lane);
    const kind = this.kinds.findIndex((each) => each.id === event.kind);
    if (lane < 0 || event.from === undefined || event.to === undefined) return;
    if (!this.spans.length) this.rowsOf.fill(-1);
    this.spans.push({ lane, kind: Math.max(0, kind), from: event.from, to: event.to, label: event.label ?? "" });
    if (this.rowsOf[lane]! < 0) this.giveRow(lane);
    this.end = Math.max(this.end, event.to);
  }

  /** A lane's first span: rows stand in the lanes' order, so that those below move. */
  private giveRow(lane: number): void {
    this.rowsOf[lane] = 0;
    let row = 0;
    this.rowsOf = this.rowsOf.map((old) => (old < 0 ? old : row++));
    this.until = 0; // all is drawn again
  }

  draw(): void {
    if (this.end <= this.until) {
      this.paintSpans(this.canvas, this.drawn);
    } else {
      this.until = this.end * 1.25;
      if (!this.canvas.begin()) return;
      this.paintFrame(this.canvas);
      this.paintSpans(this.canvas, 0);
    }
    this.drawn = this.spans.length;
    this.tip.refresh();
  }

  clear(): void {
    this.spans = [];
    this.rowsOf = this.lanes.map((_, lane) => lane);
    this.end = 0;
    this.restyle();
  }

  resize(width: number, height: number): void {
    this.canvas.resize(width, height);
    this.restyle();
  }

  restyle(): void {
    this.until = this.end;
    if (!this.canvas.begin()) return;
    this.paint(this.canvas);
    this.drawn = this.spans.length;
    this.tip.refresh();
  }

  rows(): (string | number | null)[][] {
    const rows = this.spans.map((span) => [
      this.lanes[span.lane]?.id ?? "", this.kinds[span.kind]?.id ?? "", span.from, span.to, span.label,
    ]);
    return [["lane", "kind", "from_ms", "to_ms", "label"], ...rows];
  }

  // ---- drawing ----

  paint(surface: Surface): void {
    this.until = Math.max(this.until, this.end);
    this.paintFrame(surface);
    this.paintSpans(surface, 0);
  }

  private labels(surface: Surface): number {
    const widest = Math.max(0, ...this.lanes.map((lane, i) => (this.rowsOf[i]! < 0 ? 0 : textWidth(pick(lane.label) || lane.id))));
    return Math.min(LABELS_MAX, surface.width * 0.3, widest + 16);
  }

  private row(surface: Surface): number {
    return (surface.height - BOTTOM) / Math.max(1, this.rowsOf.filter((row) => row >= 0).length);
  }

  private x(surface: Surface, ms: number): number {
    const left = this.labels(surface);
    return left + ((surface.width - left) * ms) / (this.until || 1000);
  }

  private place(surface: Surface, span: Span): [number, number, number, number] {
    const row = this.row(surface);
    const thickness = Math.max(2, Math.min(22, row * 0.7));
    const [from, to] = [this.x(surface, span.from), this.x(surface, span.to)];
    return [from, (this.rowsOf[span.lane]! + 0.5) * row - thickness / 2, Math.max(THIN, to - from), thickness];
  }

  private paintSpans(surface: Surface, first: number): void {
    const places: number[][] = [];
    for (let i = first; i < this.spans.length; i++) {
      const span = this.spans[i]!;
      (places[span.kind] ??= []).push(...this.place(surface, span));
    }
    places.forEach((each, kind) => surface.boxes(seriesColour(kind), each));
  }

  private paintFrame(surface: Surface): void {
    const [left, row, bottom] = [this.labels(surface), this.row(surface), surface.height - BOTTOM];
    this.lanes.forEach((lane, i) => {
      const at = this.rowsOf[i]!;
      if (at < 0) return;
      surface.rule(left, (at + 1) * row, surface.width, (at + 1) * row);
      surface.text(pick(lane.label) || lane.id, left - 8, (at + 0.5) * row, "right", "text", left - 12);
    });
    for (const value of ticks(this.until || 1000, Math.max(2, Math.floor((surface.width - left) / 90)))) {
      const [x, words] = [this.x(surface, value), quantity(value, "ms")];
      surface.rule(x, 0, x, bottom);
      if (x + 2 + textWidth(words) <= surface.width) surface.text(words, x + 2, surface.height - BOTTOM / 2, "left");
    }
  }

  // ---- telling ----

  at(x: number, y: number): number | null {
    const row = Math.floor(y / this.row(this.canvas));
    let [nearest, distance] = [-1, NEAR];
    this.spans.forEach((span, i) => {
      if (this.rowsOf[span.lane] !== row) return;
      const [left, , width] = this.place(this.canvas, span);
      const away = Math.max(left - x, x - left - width, 0);
      if (away <= distance) [nearest, distance] = [i, away];
    });
    return nearest < 0 ? null : nearest;
  }

  /** Left and right along a lane, up and down to the span in another lane that is nearest in time. */
  step(from: number | null, key: string): number | null {
    const span = from === null ? undefined : this.spans[from];
    if (!span) return this.spans.length ? 0 : null;
    const by = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
    let [best, distance] = [from, Infinity];
    this.spans.forEach((other, i) => {
      const later = other.from - span.from || i - from!;
      const wanted = by ? this.rowsOf[other.lane] === this.rowsOf[span.lane]! + by : other.lane === span.lane && (key === "ArrowRight" ? later > 0 : later < 0);
      const away = Math.abs(other.from - span.from);
      if (wanted && away < distance) [best, distance] = [i, away];
    });
    return best;
  }

  tell(thing: number): Told | null {
    const span = this.spans[thing];
    if (!span) return null;
    const [x, y, width, height] = this.place(this.canvas, span);
    const [lane, kind] = [this.lanes[span.lane], this.kinds[span.kind]];
    const words = [pick(lane?.label) || lane?.id, pick(kind?.label) || kind?.id, span.label].filter(Boolean).join(" · ");
    const time = `${number(span.from)}–${number(span.to)} ms (${quantity(span.to - span.from, "ms")})`;
    return { x, y, width, height, lines: [words, time] };
  }
}

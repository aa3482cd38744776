// Who did what when: a row for each lane, a bar for each span, time from left to right.
import { pick } from "../strings";
import { Canvas, ticks } from "./canvas";
import { seriesColour } from "./colours";
import { number } from "./format";
import type { Chart, Named, RunEvent, View } from "./types";

const BOTTOM = 22;
const LABELS_MAX = 130;

interface Span {
  lane: number;
  kind: number;
  from: number;
  to: number;
}

export class TimelineChart implements Chart {
  private readonly canvas: Canvas;
  private readonly lanes: Named[];
  private readonly kinds: Named[];
  private spans: Span[] = [];
  private end = 0;

  constructor(view: View, box: HTMLElement) {
    this.canvas = new Canvas(box);
    this.lanes = view.lanes ?? [];
    this.kinds = view.kinds ?? [];
  }

  add(event: RunEvent): void {
    const lane = this.lanes.findIndex((each) => each.id === event.lane);
    const kind = this.kinds.findIndex((each) => each.id === event.kind);
    if (lane < 0 || event.from === undefined || event.to === undefined) return;
    this.spans.push({ lane, kind: Math.max(0, kind), from: event.from, to: event.to });
    this.end = Math.max(this.end, event.to);
  }

  draw(): void {
    if (!this.canvas.begin()) return;
    const left = Math.min(LABELS_MAX, this.canvas.width * 0.3);
    const room = this.canvas.width - left;
    const row = (this.canvas.height - BOTTOM) / Math.max(1, this.lanes.length);
    this.drawFrame(left, room, row);
    const thickness = Math.max(2, Math.min(22, row * 0.7));
    const scale = room / Math.max(this.end, 1);
    for (const span of this.spans) {
      this.canvas.context.fillStyle = this.colours[span.kind] ?? "";
      const x = left + span.from * scale;
      const width = Math.max(1, (span.to - span.from) * scale); // the shortest pause is still seen
      this.canvas.context.fillRect(x, (span.lane + 0.5) * row - thickness / 2, width, thickness);
    }
  }

  clear(): void {
    this.spans = [];
    this.end = 0;
    this.restyle();
  }

  restyle(): void {
    this.colours = this.kinds.length ? this.kinds.map((_, i) => seriesColour(i)) : [seriesColour(0)];
    this.draw();
  }

  rows(): (string | number | null)[][] {
    const rows = this.spans.map((span) => [this.lanes[span.lane]?.id ?? "", this.kinds[span.kind]?.id ?? "", span.from, span.to]);
    return [["lane", "kind", "from_ms", "to_ms"], ...rows];
  }

  private colours: string[] = [];

  private drawFrame(left: number, room: number, row: number): void {
    this.lanes.forEach((lane, i) => {
      this.canvas.rule(left, (i + 1) * row, left + room, (i + 1) * row);
      this.canvas.text(pick(lane.label) || lane.id, left - 8, (i + 0.5) * row, "right", "text", left - 12);
    });
    for (const value of ticks(this.end || 1000, 6)) {
      const x = left + (value / (this.end || 1000)) * room;
      this.canvas.rule(x, 0, x, this.canvas.height - BOTTOM);
      const align = x > left + room - 30 ? "right" : "left";
      this.canvas.text(`${number(value)} ms`, x + (align === "left" ? 2 : -2), this.canvas.height - BOTTOM / 2, align);
    }
  }
}

// Groups of bars: one group for each x, one bar for each series.
import { pick } from "../strings";
import { Canvas, ticks } from "./canvas";
import { seriesColour } from "./colours";
import { compact, quantity } from "./format";
import type { Chart, RunEvent, Series, View } from "./types";

const LEFT = 62;
const BOTTOM = 24;
const TOP = 34;

export class BarsChart implements Chart {
  private readonly canvas: Canvas;
  private readonly series: Series[];
  private groups = new Map<string, Map<string, number>>();

  constructor(
    private readonly view: View,
    box: HTMLElement,
  ) {
    this.canvas = new Canvas(box);
    this.series = (view.series ?? []).filter((series) => !series.hidden);
  }

  add(event: RunEvent): void {
    const name = String(event.x ?? "");
    const group = this.groups.get(name) ?? new Map<string, number>();
    this.groups.set(name, group);
    for (const [id, value] of Object.entries(event.values ?? {})) if (typeof value === "number") group.set(id, value);
  }

  draw(): void {
    if (!this.canvas.begin()) return;
    const scale = this.scale();
    for (const [value, label] of scale.marks) {
      this.canvas.rule(LEFT, this.y(scale.at(value)), this.canvas.width, this.y(scale.at(value)));
      this.canvas.text(label, LEFT - 8, this.y(scale.at(value)), "right");
    }
    const unit = this.view.y?.unit;
    const words = [pick(this.view.y?.label), unit && unit !== "bytes" && unit !== "B" ? `(${unit})` : ""];
    this.canvas.text(words.filter(Boolean).join(" "), 0, 8, "left");
    [...this.groups].forEach(([name, group], i) => this.drawGroup(name, group, i, scale.at));
  }

  clear(): void {
    this.groups = new Map();
    this.draw();
  }

  restyle(): void {
    this.draw();
  }

  rows(): (string | number | null)[][] {
    const names = [pick(this.view.x?.label) || "x", ...this.series.map((series) => series.id)];
    return [names, ...[...this.groups].map(([name, group]) => [name, ...this.series.map(({ id }) => group.get(id) ?? null)])];
  }

  private y(part: number): number {
    return TOP + (this.canvas.height - TOP - BOTTOM) * (1 - part);
  }

  /** Values as 0–1 of the height, and the lines across. */
  private scale(): { at: (value: number) => number; marks: [number, string][] } {
    const values = [...this.groups.values()].flatMap((group) => [...group.values()]).filter((value) => value > 0);
    const unit = this.view.y?.unit ?? "";
    const label = (value: number) => (unit === "bytes" || unit === "B" ? quantity(value, unit, compact) : compact(value));
    const max = Math.max(...values, Number.MIN_VALUE);
    if (this.view.y?.scale !== "log" || !values.length) {
      const top = values.length ? max : 1;
      return { at: (value) => Math.max(0, value) / top, marks: ticks(top, 4).map((value) => [value, label(value)]) };
    }
    const low = Math.floor(Math.log10(Math.min(...values))) - (Math.min(...values) === max ? 1 : 0);
    const high = Math.max(Math.log10(max), low + 0.1);
    const decades = Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => 10 ** (low + i));
    return {
      at: (value) => (value > 0 ? Math.max(0.005, (Math.log10(value) - low) / (high - low)) : 0),
      marks: decades.map((value) => [value, label(value)]),
    };
  }

  private drawGroup(name: string, group: Map<string, number>, i: number, at: (value: number) => number): void {
    const room = (this.canvas.width - LEFT) / this.groups.size;
    const left = LEFT + i * room;
    const bar = Math.min(48, (room * 0.8) / Math.max(1, this.series.length));
    const first = left + (room - bar * this.series.length) / 2;
    this.series.forEach((series, n) => {
      const value = group.get(series.id);
      if (value === undefined) return;
      const top = this.y(at(value));
      this.canvas.context.fillStyle = seriesColour(n);
      this.canvas.context.fillRect(first + n * bar + 1, top, bar - 2, this.y(0) - top);
      if (bar > 26) this.canvas.text(compact(value), first + (n + 0.5) * bar, top - 8, "center", "text", room);
    });
    this.canvas.text(name, left + room / 2, this.canvas.height - BOTTOM / 2, "center", "text-muted", room - 4);
  }
}

// Groups of bars: one group for each x, one bar for each series.
import { pick } from "../strings";
import { seriesColour } from "./colours";
import { compact, quantity } from "./format";
import { Canvas, textWidth, ticks, type Surface } from "./surface";
import { Tip, type Teller, type Told } from "./tip";
import type { Chart, RunEvent, Series, View } from "./types";

const LEFT = 62;
const BOTTOM = 42;
const TOP = 34;

interface Scale {
  at: (value: number) => number; // 0–1 of the height
  marks: [number, string][];
}

export class BarsChart implements Chart, Teller {
  private readonly canvas: Canvas;
  private readonly series: Series[];
  private readonly tip: Tip;
  private groups = new Map<string, Map<string, number>>();

  constructor(
    private readonly view: View,
    box: HTMLElement,
    figure: HTMLElement,
  ) {
    this.canvas = new Canvas(box);
    this.series = (view.series ?? []).filter((series) => !series.hidden);
    this.tip = new Tip(box, figure, pick(view.title), this);
  }

  add(event: RunEvent): void {
    const name = String(event.x ?? "");
    const group = this.groups.get(name) ?? new Map<string, number>();
    this.groups.set(name, group);
    for (const [id, value] of Object.entries(event.values ?? {})) if (typeof value === "number") group.set(id, value);
  }

  draw(): void {
    if (!this.canvas.begin()) return;
    this.paint(this.canvas);
    this.tip.refresh();
  }

  clear(): void {
    this.groups = new Map();
    this.draw();
  }

  resize(width: number, height: number): void {
    this.canvas.resize(width, height);
    this.draw();
  }

  restyle(): void {
    this.draw();
  }

  rows(): (string | number | null)[][] {
    const names = [pick(this.view.x?.label) || "x", ...this.series.map((series) => series.id)];
    return [names, ...[...this.groups].map(([name, group]) => [name, ...this.series.map(({ id }) => group.get(id) ?? null)])];
  }

  // ---- drawing ----

  paint(surface: Surface): void {
    const scale = this.scale();
    const y = (part: number) => TOP + (surface.height - TOP - BOTTOM) * (1 - part);
    for (const [value, label] of scale.marks) {
      surface.rule(LEFT, y(scale.at(value)), surface.width, y(scale.at(value)));
      surface.text(label, LEFT - 8, y(scale.at(value)), "right");
    }
    const unit = this.view.y?.unit;
    const words = [pick(this.view.y?.label), unit && unit !== "bytes" && unit !== "B" ? `(${unit})` : ""];
    surface.text(words.filter(Boolean).join(" "), 0, 8, "left");
    surface.text(pick(this.view.x?.label), LEFT + (surface.width - LEFT) / 2, surface.height - 10, "center", "text-muted", surface.width - LEFT);
    this.series.forEach((_, n) => this.paintSeries(surface, n, scale));
    this.paintNames(surface);
  }

  private paintSeries(surface: Surface, n: number, scale: Scale): void {
    const places: number[] = [];
    [...this.groups.values()].forEach((group, i) => {
      const value = group.get(this.series[n]!.id);
      const place = this.place(surface, i, n, scale);
      if (value === undefined || !place) return;
      places.push(...place);
      const [x, y, width] = place;
      const words = compact(value);
      if (textWidth(words) <= width + 4) surface.text(words, x + width / 2, y - 8, "center", "text");
    });
    surface.boxes(seriesColour(n), places);
  }

  /** The groups' names; where they would touch, only some of them. */
  private paintNames(surface: Surface): void {
    const names = [...this.groups.keys()];
    const room = this.room(surface);
    const widest = Math.max(0, ...names.map(textWidth)) + 6;
    const every = names.length > 8 ? Math.max(1, Math.ceil(widest / room)) : 1;
    names.forEach((name, i) => {
      if (i % every === 0) surface.text(name, LEFT + (i + 0.5) * room, surface.height - BOTTOM + 12, "center", "text-muted", room * every - 4);
    });
  }

  private room(surface: Surface): number {
    return (surface.width - LEFT) / Math.max(1, this.groups.size);
  }

  /** x, y, width, height of a bar. */
  private place(surface: Surface, group: number, n: number, scale: Scale): [number, number, number, number] | null {
    const value = [...this.groups.values()][group]?.get(this.series[n]?.id ?? "");
    if (value === undefined) return null;
    const room = this.room(surface);
    const bar = Math.min(48, (room * 0.8) / Math.max(1, this.series.length));
    const first = LEFT + group * room + (room - bar * this.series.length) / 2;
    const height = (surface.height - TOP - BOTTOM) * scale.at(value);
    return [first + n * bar + bar * 0.04, surface.height - BOTTOM - height, bar * 0.92, height];
  }

  private scale(): Scale {
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

  // ---- telling: bars are numbered group by group ----

  at(x: number): number | null {
    const room = this.room(this.canvas);
    const group = Math.floor((x - LEFT) / room);
    const bar = Math.min(48, (room * 0.8) / Math.max(1, this.series.length));
    const n = Math.floor((x - LEFT - group * room - (room - bar * this.series.length) / 2) / bar);
    return group >= 0 && n >= 0 && n < this.series.length ? group * this.series.length + n : null;
  }

  step(from: number | null, key: string): number | null {
    const last = this.groups.size * this.series.length - 1;
    if (from === null) return last < 0 ? null : 0;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.series.length, ArrowDown: this.series.length }[key] ?? 0;
    return Math.max(0, Math.min(last, from + by));
  }

  tell(thing: number): Told | null {
    const [group, n] = [Math.floor(thing / this.series.length), thing % this.series.length];
    const series = this.series[n];
    const name = [...this.groups.keys()][group];
    const place = this.place(this.canvas, group, n, this.scale());
    if (!series || name === undefined || !place) return null;
    const value = this.groups.get(name)?.get(series.id) ?? 0;
    const [x, y, width, height] = place;
    const label = pick(this.view.x?.label);
    return { x, y, width, height, lines: [label ? `${label}: ${name}` : name, `${pick(series.label) || series.id}: ${quantity(value, series.unit ?? this.view.y?.unit)}`] };
  }
}

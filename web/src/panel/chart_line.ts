// Lines that grow: uPlot, with bands for intervals and dashes for what was computed and not measured.
import uPlot from "uplot";
import { find } from "../dom";
import { pick, say } from "../strings";
import { colour, faint, seriesColour } from "./colours";
import { compact, quantity } from "./format";
import type { Chart, RunEvent, Series, View } from "./types";

type Column = (number | null)[];

export class LineChart implements Chart {
  private readonly series: Series[];
  private xs: number[] = [];
  private columns: Column[];
  private plot: uPlot | null = null;
  private width = 0;

  constructor(
    private readonly view: View,
    private readonly box: HTMLElement,
    private readonly figure: HTMLElement,
  ) {
    this.series = view.series ?? [];
    this.columns = this.series.map(() => []);
  }

  add(event: RunEvent): void {
    const x = this.view.x ? (typeof event.x === "number" ? event.x : event.t) : event.t / 1000;
    const row = this.series.map((series) => {
      const value = event.values?.[series.id];
      return typeof value === "number" ? value : null;
    });
    const at = this.place(x);
    if (this.xs[at] === x) {
      row.forEach((value, i) => value !== null && (this.columns[i]![at] = value));
      return;
    }
    this.xs.splice(at, 0, x);
    row.forEach((value, i) => this.columns[i]!.splice(at, 0, value));
  }

  draw(): void {
    this.plot?.setData([this.xs, ...this.columns] as uPlot.AlignedData);
    this.showNow();
  }

  clear(): void {
    this.xs = [];
    this.columns = this.series.map(() => []);
    this.rebuild();
    this.showNow();
  }

  restyle(): void {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (this.plot && width === this.width && !this.themeMoved()) return;
    if (this.plot && width !== this.width && !this.themeMoved()) this.plot.setSize({ width, height });
    else this.rebuild();
    this.width = width;
  }

  rows(): (string | number | null)[][] {
    const names = [this.view.x ? pick(this.view.x.label) || "x" : `${say("time")} (s)`, ...this.series.map((each) => each.id)];
    return [names, ...this.xs.map((x, i) => [x, ...this.columns.map((column) => column[i] ?? null)])];
  }

  /** Where x goes; nearly always at the end. */
  private place(x: number): number {
    let at = this.xs.length;
    while (at > 0 && this.xs[at - 1]! >= x) at--;
    return at;
  }

  // ---- uPlot ----

  private drawnWith = "";

  private themeMoved(): boolean {
    return this.drawnWith !== colour("text-muted");
  }

  private rebuild(): void {
    const { clientWidth: width, clientHeight: height } = this.box;
    this.plot?.destroy();
    this.plot = null;
    this.box.replaceChildren();
    if (!width) return; // in a closed tab: restyle comes when it opens
    this.width = width;
    this.drawnWith = colour("text-muted");
    const data = [this.xs, ...this.columns] as uPlot.AlignedData;
    this.plot = new uPlot(this.options(width, height), data, this.box);
  }

  private options(width: number, height: number): uPlot.Options {
    const { x, y } = this.view;
    return {
      width,
      height,
      legend: { show: false },
      cursor: { drag: { x: true, y: false } },
      padding: [10, 8, 0, 0],
      scales: {
        x: { time: false, distr: x?.scale === "log" ? 3 : 1 },
        y: { distr: y?.scale === "log" ? 3 : 1, range: y?.scale === "log" ? undefined : fromZero },
      },
      axes: [this.axis(x ? pick(x.label) : say("time"), x ? (x.unit ?? "") : "s", 38), this.axis(pick(y?.label), y?.unit ?? "", 62)],
      series: [{}, ...this.series.map((each, i) => this.line(each, i))],
      bands: this.bands(),
      hooks: { setCursor: [() => this.showNow()] },
    };
  }

  private axis(label: string, unit: string, size: number): uPlot.Axis {
    const muted = colour("text-muted");
    const isBytes = unit === "bytes" || unit === "B";
    return {
      stroke: muted,
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
      label: [label, unit && !isBytes ? `(${unit})` : ""].filter(Boolean).join(" ") || undefined,
      labelSize: 18,
      size,
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1, size: 4 },
      values: (_plot, values) =>
        values.map((value) => (value === null ? "" : isBytes ? quantity(value, unit, compact) : compact(value))),
    };
  }

  private line(series: Series, i: number): uPlot.Series {
    return {
      label: pick(series.label) || series.id,
      stroke: series.hidden ? undefined : seriesColour(i),
      width: series.hidden ? 0 : 2,
      dash: series.dash ? [6, 4] : undefined,
      spanGaps: true,
      points: { show: false },
    };
  }

  private bands(): uPlot.Band[] {
    return this.series.flatMap((series, i) => {
      if (!series.band) return [];
      const [low, high] = series.band.map((id) => this.series.findIndex((each) => each.id === id) + 1);
      return low && high ? [{ series: [high, low] as uPlot.Band.Bounds, fill: faint(seriesColour(i)) }] : [];
    });
  }

  // ---- the legend ----

  /** The values under the cursor, or the newest. */
  private showNow(): void {
    const cursor = this.plot?.cursor.idx;
    this.series.forEach((series, i) => {
      const now = find(this.figure, `[data-series="${series.id}"] .now`);
      if (!now) return;
      const column = this.columns[i]!;
      const value = cursor === null || cursor === undefined ? newest(column) : (column[cursor] ?? null);
      now.textContent = value === null ? "" : quantity(value, series.unit ?? this.view.y?.unit);
    });
  }
}

function newest(column: Column): number | null {
  for (let i = column.length - 1; i >= 0; i--) if (column[i] !== null) return column[i] ?? null;
  return null;
}

/** A scale from zero, unless something lies below; an empty chart shows 0–1. */
function fromZero(_plot: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, 1];
  const top = max > 0 ? max * 1.05 : max === 0 && min === 0 ? 1 : 0;
  return [min < 0 ? min * 1.05 : 0, top];
}

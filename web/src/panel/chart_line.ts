// Lines that grow: uPlot, with bands for intervals and dashes for what was computed and not measured.
//
// A value that could not be taken (null) is a gap in its line; a series of which a point says nothing is drawn on across it. A point between
// two gaps is a dot.
//
// A stacked view (stack.ts) is drawn by its areas' upper edges, and tells each series' own value.
//
// A few spikes do not flatten the rest (robust.ts): what lies off the scale has a mark at the upper edge, is counted beside the title, and
// pressing the count shows the full scale.
import uPlot from "uplot";
import { find } from "../dom";
import { pick, say } from "../strings";
import { areaColour, colour, faint, lineColour, seriesColour } from "./colours";
import { compact, quantity } from "./format";
import { paintLines } from "./lines";
import { robustTop, type Column } from "./robust";
import { edgesOf, orderOf, outerOf, stackOf } from "./stack";
import { FONT, type Surface } from "./surface";
import { Tip, type Teller, type Told } from "./tip";
import { readingOf, type Chart, type Reading, type RunEvent, type Series, type View } from "./types";

const PIN = 22; // pixels
const PIN_ROWS = 5;

/** Marks of an axis in bytes stand at whole KiB, MiB, GiB. */
const BINARY_STEPS = Array.from({ length: 45 }, (_, power) => 2 ** power);

export class LineChart implements Chart, Teller {
  private readonly series: Series[];
  private readonly stack: number[];
  private readonly order: number[]; // in which uPlot has and draws the series
  private readonly offScale: HTMLElement | null;
  private readonly tip: Tip;
  private xs: number[] = [];
  private columns: Column[];
  private edges: Column[]; // the columns as they are drawn
  private plot: uPlot | null = null;
  private width = 0;
  private height = 0;
  private top: number | null = null; // where the scale ends, if spikes lie beyond
  private toldTop: number | null = null; // … as the button beside the title knows it
  private pins: { x: number; node: HTMLElement }[] = [];
  private full = false; // the reader wants the full scale

  constructor(
    private readonly view: View,
    private readonly box: HTMLElement,
    private readonly figure: HTMLElement,
  ) {
    this.series = view.series ?? [];
    this.stack = stackOf(view);
    this.order = orderOf(view);
    this.columns = this.series.map(() => []);
    this.edges = this.columns;
    this.offScale = find(figure, ".off-scale");
    this.offScale?.addEventListener("click", () => {
      this.full = !this.full;
      this.draw();
      this.write();
    });
    this.tip = new Tip(box, figure, pick(view.title), this);
  }

  add(event: RunEvent): void {
    const x = this.view.x ? (typeof event.x === "number" ? event.x : event.t) : event.t / 1000;
    const row = this.series.map((series) => readingOf(event, series.id));
    const at = this.place(x);
    if (this.xs[at] === x) {
      row.forEach((value, i) => value !== undefined && (this.columns[i]![at] = value));
      return;
    }
    this.xs.splice(at, 0, x);
    row.forEach((value, i) => this.columns[i]!.splice(at, 0, value));
  }

  draw(): void {
    const plot = this.plot; // a batch draws at once, not in a microtask after the frame's other work
    plot?.batch(() => plot.setData(this.data()));
    this.tip.refresh();
  }

  write(): void {
    this.showNow();
    this.showOffScale();
  }

  pin(t: number, node: HTMLElement): void {
    const x = this.view.x ? (this.xs[this.xs.length - 1] ?? 0) : t / 1000;
    this.pins.push({ x, node });
    this.box.append(node);
  }

  clear(): void {
    for (const { node } of this.pins) node.remove();
    this.pins = [];
    this.xs = [];
    this.columns = this.series.map(() => []);
    this.full = false;
    this.draw();
    this.write();
  }

  resize(width: number, height: number): void {
    const isNew = width !== this.width || height !== this.height;
    [this.width, this.height] = [width, height];
    if (this.plot && isNew && !this.themeMoved()) this.plot.setSize({ width, height });
    else this.restyle();
  }

  restyle(): void {
    if (this.plot && !this.themeMoved()) this.draw();
    else this.rebuild();
  }

  rows(): (string | number | null)[][] {
    const names = [this.view.x ? pick(this.view.x.label) || "x" : `${say("time")} (s)`, ...this.series.map((each) => each.id)];
    return [names, ...this.xs.map((x, i) => [x, ...this.columns.map((column) => column[i] ?? null)])];
  }

  paint(surface: Surface): void {
    paintLines(surface, this.view, this.xs, this.columns, true);
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
    this.plot?.destroy();
    this.plot = null;
    this.box.replaceChildren();
    if (!this.width) return; // not seen yet
    this.drawnWith = colour("text-muted");
    this.plot = new uPlot(this.options(), this.data(), this.box);
    this.box.append(...this.pins.map((pin) => pin.node));
  }

  private data(): uPlot.AlignedData {
    this.edges = edgesOf(this.columns, this.stack);
    return [this.xs, ...this.order.map((i) => this.edges[i])] as uPlot.AlignedData;
  }

  /** Which of uPlot's series is the one at a place in the list; 0 is none. */
  private drawnAs(i: number): number {
    return this.order.indexOf(i) + 1;
  }

  private options(): uPlot.Options {
    const { x, y } = this.view;
    return {
      width: this.width,
      height: this.height,
      legend: { show: false },
      cursor: { drag: { x: true, y: false }, points: { show: !this.stack.length } },
      padding: [12, 18, 0, 0],
      scales: {
        x: { time: false, distr: x?.scale === "log" ? 3 : 1 },
        y: { distr: y?.scale === "log" ? 3 : 1, log: isBytes(y?.unit) ? 2 : 10, range: y?.scale === "log" ? undefined : (plot, min, max) => this.range(plot, min, max) },
      },
      axes: [
        this.axis(x ? pick(x.label) : say("time"), x ? (x.unit ?? "") : "s", 38, x?.scale === "log"),
        this.axis(pick(y?.label), y?.unit ?? "", 62, y?.scale === "log"),
      ],
      series: [{}, ...this.order.map((i) => this.line(this.series[i]!, i))],
      bands: [...this.bands(), ...this.areas()],
      hooks: { setCursor: [() => this.showNow()], draw: [(plot) => this.drawn(plot)] },
    };
  }

  private axis(label: string, unit: string, size: number, isLog: boolean): uPlot.Axis {
    const muted = colour("text-muted");
    const inBytes = isBytes(unit);
    return {
      ...(inBytes && isLog ? { splits: (_plot, _axis, min, max) => powersOfTwo(min, max), filter: (_plot, splits) => splits } : {}),
      stroke: muted,
      font: FONT,
      labelFont: FONT,
      label: [label, unit && !inBytes ? `(${unit})` : ""].filter(Boolean).join(" ") || undefined,
      labelSize: 18,
      size: inBytes ? size + 12 : size,
      incrs: inBytes ? BINARY_STEPS : undefined,
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1, size: 4 },
      values: (_plot, values) =>
        values.map((value) => (value === null ? "" : inBytes ? quantity(value, unit, compact) : compact(value))),
    };
  }

  private line(series: Series, i: number): uPlot.Series {
    return {
      label: pick(series.label) || series.id,
      stroke: series.hidden ? undefined : lineColour(this.view, i),
      width: series.hidden ? 0 : this.stack.includes(i) ? 1.5 : 2,
      dash: series.dash ? [6, 4] : undefined,
      ...(i === this.stack[0] ? { fill: areaColour(i), fillTo: 0 } : {}),
      points: { show: false, size: 5, fill: lineColour(this.view, i), filter: () => (series.hidden ? null : lonely(this.edges[i]!)) },
    };
  }

  private bands(): uPlot.Band[] {
    return this.series.flatMap((series, i) => {
      if (!series.band) return [];
      const [low, high] = series.band.map((id) => this.drawnAs(this.series.findIndex((each) => each.id === id)));
      return low && high ? [{ series: [high, low] as uPlot.Band.Bounds, fill: faint(seriesColour(i)) }] : [];
    });
  }

  /** Each area of the stack but the undermost, which is one down to zero. */
  private areas(): uPlot.Band[] {
    return this.stack.slice(1).map((i, below) => ({ series: [this.drawnAs(i), this.drawnAs(this.stack[below]!)], fill: areaColour(i) }));
  }

  // ---- the scale, and what lies off it ----

  /** Those that are told of, as they lie from the top down if they are stacked. */
  private shown(): number[] {
    return this.order.filter((i) => !this.series[i]!.hidden);
  }

  private outer(): number[] {
    return outerOf(this.shown(), this.stack);
  }

  /** From zero, unless something lies below; an empty chart shows 0–1. */
  private range(plot: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
    this.top = null;
    if (min === null || max === null) return [0, 1];
    const [from, to] = plot.series[0]?.idxs ?? [0, this.xs.length - 1];
    if (!this.full) this.top = robustTop(this.outer().map((i) => this.edges[i]!), from, to);
    const top = this.top ?? (max > 0 ? max * 1.05 : max === 0 && min === 0 ? 1 : 0);
    return [min < 0 ? min * 1.05 : 0, top];
  }

  private drawn(plot: uPlot): void {
    this.drawOffScale(plot);
    if (this.top !== this.toldTop) this.showOffScale(); // zoomed, too
    this.placePins(plot);
  }

  /** Pins that would lie on each other stand below each other. */
  private placePins(plot: uPlot): void {
    const ratio = window.devicePixelRatio || 1;
    let [row, last] = [0, -Infinity];
    for (const { x, node } of this.pins) {
      const left = plot.valToPos(x, "x");
      row = left - last < PIN ? (row + 1) % PIN_ROWS : 0;
      last = left;
      node.hidden = !(left >= 0 && left <= plot.bbox.width / ratio);
      node.style.left = `${plot.bbox.left / ratio + left}px`;
      node.style.top = `${plot.bbox.top / ratio + row * PIN}px`;
    }
  }

  /** A mark at the upper edge for each point beyond it. */
  private drawOffScale(plot: uPlot): void {
    if (this.top === null) return;
    const ratio = window.devicePixelRatio || 1;
    for (const i of this.outer()) {
      plot.ctx.fillStyle = lineColour(this.view, i);
      this.edges[i]!.forEach((value, at) => {
        if (typeof value !== "number" || this.top === null || value <= this.top) return;
        const x = plot.valToPos(this.xs[at]!, "x", true);
        if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) return;
        plot.ctx.beginPath();
        plot.ctx.moveTo(x, plot.bbox.top - 6 * ratio);
        plot.ctx.lineTo(x + 4 * ratio, plot.bbox.top + ratio);
        plot.ctx.lineTo(x - 4 * ratio, plot.bbox.top + ratio);
        plot.ctx.fill();
      });
    }
  }

  private showOffScale(): void {
    if (!this.offScale) return;
    const top = this.top;
    this.toldTop = top;
    const beyond = top === null ? [] : this.outer().flatMap((i) => this.edges[i]!.filter((value) => typeof value === "number" && value > top) as number[]);
    const highest = quantity(beyond.reduce((a, b) => Math.max(a, b), 0), this.view.y?.unit);
    const help = beyond.length ? say("offScaleHelp", beyond.length, highest) : "";
    if (help === this.offScale.title && String(this.full) === this.offScale.ariaPressed) return;
    this.offScale.title = help;
    this.offScale.ariaPressed = String(this.full);
    this.offScale.textContent = this.full ? say("offScaleBack") : say("offScale", beyond.length);
    this.offScale.toggleAttribute("data-shown", this.full || beyond.length > 0);
  }

  // ---- the legend ----

  /** The values under the cursor, or the newest. */
  private showNow(): void {
    const cursor = this.plot?.cursor.idx;
    this.series.forEach((series, i) => {
      const now = find(this.figure, `[data-series="${series.id}"] .now`);
      if (!now) return;
      const column = this.columns[i]!;
      const value = cursor === null || cursor === undefined ? newest(column) : column[cursor];
      const words = typeof value !== "number" ? "" : quantity(value, series.unit ?? this.view.y?.unit);
      if (now.textContent !== words) now.textContent = words;
    });
  }

  // ---- telling: a thing is a place on the x axis ----

  at(x: number): number | null {
    if (!this.plot || !this.xs.length) return null;
    return this.plot.posToIdx(x - this.plot.over.offsetLeft);
  }

  step(from: number | null, key: string): number | null {
    if (!this.xs.length) return null;
    if (from === null) return this.xs.length - 1;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 10, ArrowDown: -10 }[key] ?? 0;
    return Math.max(0, Math.min(this.xs.length - 1, from + by));
  }

  tell(thing: number): Told | null {
    const x = this.xs[thing];
    if (!this.plot || x === undefined) return null;
    const place = this.plot.over.offsetLeft + this.plot.valToPos(x, "x");
    const unit = this.view.x ? this.view.x.unit : "s";
    const name = (this.view.x && pick(this.view.x.label)) || say("time");
    const lines = this.shown().flatMap((i) => {
      const [series, value] = [this.series[i]!, this.columns[i]![thing]];
      if (typeof value !== "number" || (value === 0 && this.stack.includes(i))) return []; // no area there: the legend has its 0
      const edge = this.edges[i]![thing];
      const off = this.top !== null && typeof edge === "number" && edge > this.top ? " ▲" : "";
      return [`${pick(series.label) || series.id}: ${quantity(value, series.unit ?? this.view.y?.unit)}${off}`];
    });
    return { x: place, y: this.plot.over.offsetTop, width: 0, height: this.plot.over.offsetHeight, lines: [`${name}: ${quantity(x, unit)}`, ...lines] };
  }
}

const isBytes = (unit: string | undefined) => unit === "bytes" || unit === "B";

/** About six marks of a logarithmic axis in bytes: 1 KiB, 32 KiB, 1 MiB … */
function powersOfTwo(min: number, max: number): number[] {
  const [low, high] = [Math.ceil(Math.log2(min) - 1e-9), Math.floor(Math.log2(max) + 1e-9)];
  const step = [1, 2, 5, 10, 20].find((each) => (high - low) / each <= 6) ?? 40;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((high - first) / step) + 1) }, (_, i) => 2 ** (first + i * step));
}

/** The last thing that was said: a gap, if that is what it was. */
function newest(column: Column): Reading {
  for (let i = column.length - 1; i >= 0; i--) if (column[i] !== undefined) return column[i];
  return undefined;
}

/** Values with a gap, or an end, on both sides: a line has nothing to draw of them. */
function lonely(column: Column): number[] {
  const found: number[] = [];
  let [last, inRow] = [-1, 0];
  for (let i = 0; i <= column.length; i++) {
    const value = i < column.length ? column[i] : null;
    if (value === undefined) continue;
    if (value === null && inRow === 1) found.push(last);
    inRow = value === null ? 0 : inRow + 1;
    last = i;
  }
  return found;
}

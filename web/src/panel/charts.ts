// Which chart draws a view, and the frame in which all charts of a panel are drawn.
import { BarsChart } from "./chart_bars";
import { GridChart } from "./chart_grid";
import { LineChart } from "./chart_line";
import { SequenceChart } from "./chart_sequence";
import { LatestChart, TableChart } from "./chart_table";
import { TimelineChart } from "./chart_timeline";
import { all, find } from "../dom";
import { say } from "../strings";
import type { Chart, RunEvent, View } from "./types";

export function makeChart(view: View, plot: HTMLElement, figure: HTMLElement): Chart {
  switch (view.kind) {
    case "line":
      return new LineChart(view, plot, figure);
    case "bars":
      return new BarsChart(view, plot, figure);
    case "table":
      return new TableChart(view, plot);
    case "timeline":
      return new TimelineChart(view, plot, figure);
    case "grid":
      return new GridChart(view, plot, figure);
    case "sequence":
      return new SequenceChart(view, plot);
    default:
      return new LatestChart(plot); // a kind of a newer protocol
  }
}

const DRAW_MS = 8; // of a frame's 16: charts that it does not suffice for are drawn first in the next one
const WRITE_MS = 100; // between texts

/** A chart and the box it is drawn in, whose size is known from a ResizeObserver. */
interface Placed {
  chart: Chart;
  width: number;
  height: number;
}

/** A panel's charts. However many events come, each chart is drawn once a frame at most, and only while it can be seen. Sets keep the order
 *  in which charts came to wait, so that under load all have their turn. */
export class Charts {
  readonly byView = new Map<string, Chart>();
  private readonly filled = new Set<Chart>(); // something came for it in this run
  private readonly undrawn = new Set<Chart>();
  private readonly unwritten = new Set<Chart>();
  private readonly seen = new Set<Chart>();
  private readonly byPlot = new Map<Element, Placed>();
  private readonly sizes = new ResizeObserver((entries) => this.sized(entries));
  private readonly watch = new IntersectionObserver((entries) => this.looked(entries), { rootMargin: "100px" });
  private asked = false;
  private isTextOld = false;
  private wroteAt = -Infinity;
  private settled = false;

  /** `afterWrite` writes what else changes with every event. */
  constructor(
    panel: HTMLElement,
    views: View[],
    private readonly afterWrite: () => void,
  ) {
    for (const figure of all(panel, ".chart")) {
      const view = views.find((each) => each.id === figure.dataset.view);
      const plot = find(figure, ".plot");
      if (view && plot) this.start(makeChart(view, plot, figure), view, plot);
    }
    document.addEventListener("prepd:theme", () => this.seen.forEach((chart) => chart.restyle()));
    window.addEventListener("beforeprint", () => this.byPlot.forEach((placed) => this.fit(placed)));
  }

  add(event: RunEvent): void {
    const chart = this.byView.get(event.view ?? "");
    if (chart) {
      this.filled.add(chart);
      chart.add(event);
      this.wait(chart);
    }
    this.isTextOld = true;
    this.ask();
  }

  clear(): void {
    this.settled = false;
    this.filled.clear();
    this.sayEmpty();
    this.each((chart) => chart.clear());
  }

  /** Puts a pin on the first chart that has a place for a moment. False if none has. */
  pin(t: number, node: HTMLElement): boolean {
    const chart = [...this.byView.values()].find((each) => each.pin);
    if (!chart?.pin) return false;
    chart.pin(t, node);
    this.wait(chart);
    this.ask();
    return true;
  }

  /** No more will come: each takes its final scale, or says that this run had nothing for it. */
  settle(): void {
    this.settled = true;
    this.sayEmpty();
    this.each((chart) => this.wait(chart));
    this.ask();
  }

  /** Has the next frame draw. */
  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame((now) => this.frame(now));
  }

  private start(chart: Chart, view: View, plot: HTMLElement): void {
    this.byView.set(view.id, chart);
    this.byPlot.set(plot, { chart, width: 0, height: 0 });
    this.sizes.observe(plot);
    this.watch.observe(plot);
  }

  private wait(chart: Chart): void {
    if (chart.draw) this.undrawn.add(chart);
    if (chart.write) this.unwritten.add(chart);
    this.isTextOld = true;
  }

  // ---- which can be seen, and how large they are ----

  private sized(entries: ResizeObserverEntry[]): void {
    for (const { target, contentRect } of entries) {
      const placed = this.byPlot.get(target);
      if (!placed || !contentRect.width) continue; // in a closed tab: it keeps what it had
      [placed.width, placed.height] = [contentRect.width, contentRect.height];
      if (this.seen.has(placed.chart)) this.fit(placed);
    }
  }

  private looked(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const placed = this.byPlot.get(target);
      if (placed && isIntersecting) this.comeInSight(placed);
      else if (placed) this.seen.delete(placed.chart);
    }
    this.ask();
  }

  /** Only now is it made, and only now does it follow what happened to its box. */
  private comeInSight(placed: Placed): void {
    this.seen.add(placed.chart);
    this.isTextOld = true;
    this.fit(placed);
  }

  private fit({ chart, width, height }: Placed): void {
    if (width) chart.resize(width, height);
  }

  // ---- a frame ----

  private frame(now: number): void {
    this.asked = false;
    const isDrawn = this.drawSome();
    if (this.isTextOld && (this.settled || now - this.wroteAt >= WRITE_MS)) this.writeAll(now);
    if (!isDrawn || this.isTextOld) this.ask();
  }

  /** False if time was short and some wait for the next frame. */
  private drawSome(): boolean {
    const until = performance.now() + DRAW_MS;
    for (const chart of this.undrawn) {
      if (!this.seen.has(chart)) continue;
      if (performance.now() > until) return false;
      this.undrawn.delete(chart);
      if (this.settled) chart.restyle();
      else chart.draw?.();
    }
    return true;
  }

  private writeAll(now: number): void {
    this.wroteAt = now;
    this.isTextOld = false;
    for (const chart of this.unwritten) {
      if (!this.seen.has(chart)) continue;
      this.unwritten.delete(chart);
      chart.write?.();
    }
    this.afterWrite();
  }

  private sayEmpty(): void {
    for (const [plot, { chart }] of this.byPlot) {
      if (this.settled && !this.filled.has(chart)) (plot as HTMLElement).dataset.empty = say("chartEmpty");
      else delete (plot as HTMLElement).dataset.empty;
    }
  }

  private each(what: (chart: Chart) => void): void {
    for (const chart of this.byView.values()) what(chart);
  }
}

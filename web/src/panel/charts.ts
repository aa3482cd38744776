// Which chart draws a view, and the frame in which all charts of a panel are drawn.
import { BarsChart } from "./chart_bars";
import { GridChart } from "./chart_grid";
import { LineChart } from "./chart_line";
import { SequenceChart } from "./chart_sequence";
import { LatestChart, TableChart } from "./chart_table";
import { TimelineChart } from "./chart_timeline";
import { all, find } from "../dom";
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

/** A panel's charts. However many events come, each chart is drawn once a frame at most, and only while it can be seen. */
export class Charts {
  readonly byView = new Map<string, Chart>();
  private readonly dirty = new Set<Chart>();
  private readonly seen = new Set<Chart>();
  private readonly byPlot = new Map<Element, Chart>();
  private readonly watch = new IntersectionObserver((entries) => this.looked(entries), { rootMargin: "100px" });
  private asked = false;
  private settled = false;

  constructor(
    panel: HTMLElement,
    views: View[],
    private readonly afterDraw: () => void,
  ) {
    for (const figure of all(panel, ".chart")) {
      const view = views.find((each) => each.id === figure.dataset.view);
      const plot = find(figure, ".plot");
      if (view && plot) this.start(makeChart(view, plot, figure), view, plot);
    }
    document.addEventListener("prepd:theme", () => this.seen.forEach((chart) => chart.restyle()));
    window.addEventListener("beforeprint", () => this.each((chart) => chart.restyle()));
  }

  add(event: RunEvent): void {
    const chart = this.byView.get(event.view ?? "");
    if (chart) {
      chart.add(event);
      this.dirty.add(chart);
    }
    this.ask();
  }

  clear(): void {
    this.settled = false;
    this.each((chart) => chart.clear());
  }

  /** Puts a pin on the first chart that has a place for a moment. False if none has. */
  pin(t: number, node: HTMLElement): boolean {
    const chart = [...this.byView.values()].find((each) => each.pin);
    if (!chart?.pin) return false;
    chart.pin(t, node);
    this.dirty.add(chart);
    this.ask();
    return true;
  }

  /** No more will come: each takes its final scale. */
  settle(): void {
    this.settled = true;
    this.each((chart) => this.dirty.add(chart));
    this.ask();
  }

  /** Has the next frame draw. */
  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => this.frame());
  }

  private start(chart: Chart, view: View, plot: HTMLElement): void {
    this.byView.set(view.id, chart);
    this.byPlot.set(plot, chart);
    this.watch.observe(plot);
    new ResizeObserver(() => {
      if (plot.clientWidth && this.seen.has(chart)) chart.restyle();
    }).observe(plot);
  }

  private looked(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const chart = this.byPlot.get(target);
      if (chart && isIntersecting) this.comeInSight(chart);
      else if (chart) this.seen.delete(chart);
    }
    this.ask();
  }

  /** Only now is it made, and only now does it follow what happened to its box. */
  private comeInSight(chart: Chart): void {
    this.seen.add(chart);
    chart.restyle();
  }

  private frame(): void {
    this.asked = false;
    for (const chart of this.dirty) {
      if (!this.seen.has(chart)) continue;
      if (this.settled) chart.restyle();
      chart.draw();
      this.dirty.delete(chart);
    }
    this.afterDraw();
  }

  private each(what: (chart: Chart) => void): void {
    for (const chart of this.byView.values()) what(chart);
  }
}

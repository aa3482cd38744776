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
      return new BarsChart(view, plot);
    case "table":
      return new TableChart(view, plot);
    case "timeline":
      return new TimelineChart(view, plot);
    case "grid":
      return new GridChart(view, plot);
    case "sequence":
      return new SequenceChart(view, plot);
    default:
      return new LatestChart(plot); // a kind of a newer protocol
  }
}

/** A panel's charts. However many events come, each chart is drawn once a frame at most. */
export class Charts {
  readonly byView = new Map<string, Chart>();
  private readonly dirty = new Set<Chart>();
  private asked = false;

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
    document.addEventListener("prepd:theme", () => this.each((chart) => chart.restyle()));
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
    this.each((chart) => chart.clear());
  }

  /** Has the next frame draw. */
  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => this.frame());
  }

  private start(chart: Chart, view: View, plot: HTMLElement): void {
    this.byView.set(view.id, chart);
    chart.clear();
    new ResizeObserver(() => {
      if (plot.clientWidth) chart.restyle();
    }).observe(plot);
  }

  private frame(): void {
    this.asked = false;
    for (const chart of this.dirty) chart.draw();
    this.dirty.clear();
    this.afterDraw();
  }

  private each(what: (chart: Chart) => void): void {
    for (const chart of this.byView.values()) what(chart);
  }
}

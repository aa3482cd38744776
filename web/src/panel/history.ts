// Earlier runs of a demo: a list, two of them side by side, and export of what the panel shows.
import { messageOf, request } from "../api";
import { element } from "../dom";
import { pick, say } from "../strings";
import { LineChart } from "./chart_line";
import { quantity } from "./format";
import type { Knobs } from "./knobs";
import { difference } from "./results";
import { endWords } from "./state";
import type { Charts } from "./charts";
import type { Manifest, RunEvent, Series, Summary, View } from "./types";

const LISTED_MAX = 30;

export class History {
  private readonly list = element("div");
  private readonly comparison = element("div");
  private picked: Summary[] = [];

  constructor(
    box: HTMLElement,
    private readonly manifest: Manifest,
    private readonly knobs: Knobs,
    private readonly charts: Charts,
    private readonly show: (run: string) => void,
    private readonly currentRun: () => string | null,
  ) {
    box.append(this.list, this.comparison, this.exports());
  }

  async load(): Promise<void> {
    try {
      const { runs } = await request<{ runs: Summary[] }>("GET", `/api/runs?demo=${this.manifest.id}`);
      this.picked = [];
      this.comparison.replaceChildren();
      this.list.replaceChildren(runs.length ? this.table(runs.slice(0, LISTED_MAX)) : element("p", { class: "empty" }, say("noHistory")));
    } catch (error) {
      this.list.replaceChildren(element("p", { class: "empty" }, say("historyFailed", messageOf(error))));
    }
  }

  // ---- the list ----

  private table(runs: Summary[]): HTMLElement {
    const heads = [say("when"), say("parameters"), say("result"), ...(this.manifest.metrics ?? []).slice(0, 2).map((m) => pick(m.label) || m.id), say("compare")];
    const rows = runs.map((run) => this.row(run));
    return element(
      "div",
      { class: "table-wrap", tabindex: "0", role: "group", "aria-label": say("comparePick") },
      element(
        "table",
        { class: "history" },
        element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
        element("tbody", {}, ...rows),
      ),
    );
  }

  private row(run: Summary): HTMLElement {
    const link = element("a", { href: `/runs/${run.run}` }, new Date(run.started ?? 0).toLocaleString());
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(run.run);
    });
    const box = element("input", { type: "checkbox", "aria-label": say("compare") });
    box.addEventListener("change", () => this.pickRun(run, box));
    const metrics = (this.manifest.metrics ?? []).slice(0, 2).map((metric) => {
      const value = metricOf(run, metric.id);
      return element("td", {}, value === undefined ? "–" : quantity(value, metric.unit));
    });
    return element(
      "tr",
      {},
      element("td", {}, link),
      element("td", {}, this.paramWords(run)),
      element("td", {}, endWords(run)),
      ...metrics,
      element("td", {}, element("label", {}, box)),
    );
  }

  private paramWords(run: Summary): string {
    const changed = Object.entries(this.knobs.changed(run.params ?? {}));
    return changed.length ? changed.map(([name, value]) => `${name}=${String(value)}`).join(" ") : say("defaults");
  }

  // ---- two runs ----

  private pickRun(run: Summary, box: HTMLInputElement): void {
    this.picked = this.picked.filter((each) => each !== run);
    if (box.checked) this.picked.push(run);
    const [a, b] = this.picked.slice(-2);
    if (a && b) void this.compare(a, b).catch((error: unknown) => this.comparison.replaceChildren(messageOf(error)));
    else this.comparison.replaceChildren();
  }

  private async compare(a: Summary, b: Summary): Promise<void> {
    const logs = await Promise.all([eventsOf(a.run), eventsOf(b.run)]);
    this.comparison.replaceChildren(
      element("p", {}, `A: ${this.paramWords(a)}`),
      element("p", {}, `B: ${this.paramWords(b)}`),
      this.differences(a, b),
    );
    for (const view of this.manifest.views ?? []) if (view.kind === "line") this.overlay(view, logs);
  }

  private differences(a: Summary, b: Summary): HTMLElement {
    const heads = [say("metric"), "A", "B", say("difference")].map((head) => element("th", { scope: "col" }, head));
    const rows = (this.manifest.metrics ?? []).map((metric) => {
      const [va, vb] = [metricOf(a, metric.id), metricOf(b, metric.id)];
      const cells = [va, vb].map((value) => (value === undefined ? "–" : quantity(value, metric.unit)));
      const change = va === undefined || vb === undefined ? "–" : difference(vb, va);
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, pick(metric.label) || metric.id),
        ...[...cells, change].map((cell) => element("td", {}, cell)),
      );
    });
    return element("table", { class: "metrics" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  }

  /** Both runs' curves in one chart: A as it was drawn, B dashed. */
  private overlay(view: View, logs: RunEvent[][]): void {
    const shown = (view.series ?? []).filter((series) => !series.hidden);
    const of = (run: string): Series[] =>
      shown.map((series) => ({ id: `${run} ${series.id}`, unit: series.unit, dash: run === "B", label: { en: `${run} ${pick(series.label) || series.id}` } }));
    const both: View = { ...view, series: [...of("A"), ...of("B")] };
    const legend = element("ul", { class: "legend" });
    both.series?.forEach((series, i) =>
      legend.append(element("li", {}, element("span", { class: `swatch s${i % 8}` }), series.label?.en ?? "")),
    );
    const plot = element("div", { class: "plot" });
    const figure = element("figure", { class: "chart" }, element("figcaption", {}, pick(view.title)), legend, plot);
    this.comparison.append(figure);
    const chart = new LineChart(both, plot, figure);
    logs.forEach((events, run) => {
      for (const event of events)
        if (event.event === "sample" && event.view === view.id) chart.add({ ...event, values: prefixed(event, "AB"[run] ?? "") });
    });
    chart.restyle();
  }

  // ---- export ----

  private exports(): HTMLElement {
    const csv = element("button", { type: "button" }, say("exportCsv"));
    csv.addEventListener("click", () => this.saveCsv());
    const log = element("button", { type: "button" }, say("exportLog"));
    log.addEventListener("click", () => {
      const run = this.currentRun();
      if (run) location.assign(`/api/runs/${run}/log`);
    });
    return element("div", { class: "exports" }, csv, log);
  }

  private saveCsv(): void {
    const parts = [...this.charts.byView].map(([view, chart]) => `# ${view}\r\n${csvText(chart.rows())}`);
    const link = element("a", { download: `${this.manifest.id}.csv` });
    link.href = URL.createObjectURL(new Blob(["\ufeff", parts.join("\r\n")], { type: "text/csv" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

function metricOf(run: Summary, id: string): number | undefined {
  const metric = run.metrics?.[id];
  return typeof metric === "number" ? metric : metric?.value;
}

async function eventsOf(run: string): Promise<RunEvent[]> {
  const response = await fetch(`/api/runs/${run}/log`);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

function prefixed(event: RunEvent, run: string): Record<string, number | string | null> {
  return Object.fromEntries(Object.entries(event.values ?? {}).map(([id, value]) => [`${run} ${id}`, value]));
}

/** RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe. */
function csvText(rows: (string | number | null)[][]): string {
  const cell = (value: string | number | null) => {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

// Earlier runs of a demo: a list, to open again and to delete, two of them side by side, and export of what the panel shows.
import { messageOf, request } from "../api";
import { ask } from "../ask";
import { element } from "../dom";
import { pick, say } from "../strings";
import { toast } from "../toast";
import { LineChart } from "./chart_line";
import { moment, quantity } from "./format";
import type { Knobs } from "./knobs";
import { difference } from "./results";
import { save, saveButton } from "./save";
import { endWords } from "./state";
import { svgOf } from "./svg";
import type { Charts } from "./charts";
import type { Manifest, RunEvent, Series, Summary, View } from "./types";

const LISTED_MAX = 30;

export class History {
  private readonly list = element("div");
  private readonly comparison = element("div", { class: "comparison" });
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
    const metrics = (this.manifest.metrics ?? []).slice(0, 2).map((metric) => pick(metric.label) || metric.id);
    const heads = [say("compare"), say("when"), say("parameters"), say("result"), ...metrics, say("delete")];
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
    const link = element("a", { href: `/runs/${run.run}` }, moment(run.started ?? 0));
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
    const row = element(
      "tr",
      run.run === this.currentRun() ? { "aria-current": "true" } : {},
      element("td", {}, element("label", {}, box)),
      element("td", {}, link),
      element("td", {}, this.paramWords(run)),
      element("td", {}, endWords(run)),
      ...metrics,
      element("td", {}, this.deleteButton(run)),
    );
    return row;
  }

  private deleteButton(run: Summary): HTMLElement {
    const when = moment(run.started ?? 0);
    const button = element("button", { type: "button", class: "quiet", "aria-label": `${say("delete")}: ${when}` }, "✕");
    button.addEventListener("click", () => void this.delete(run, when));
    return button;
  }

  private async delete(run: Summary, when: string): Promise<void> {
    if (!(await ask(say("deleteAsk", when), say("delete")))) return;
    try {
      await request("DELETE", `/api/runs/${run.run}`);
      toast(say("deleted"));
    } catch (error) {
      toast(messageOf(error), "bad");
    }
    await this.load();
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
      element("p", {}, this.runWords("A", a), element("br"), this.runWords("B", b)),
      this.differences(a, b),
    );
    for (const view of this.manifest.views ?? []) if (view.kind === "line") this.overlay(view, logs);
  }

  private runWords(name: string, run: Summary): string {
    return `${name}: ${moment(run.started ?? 0)} · ${this.paramWords(run)}`;
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
    const table = element("table", { class: "metrics" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
    return element("div", { class: "table-wrap", tabindex: "0", role: "group", "aria-label": say("difference") }, table);
  }

  /** Both runs' curves in one chart, in the same colours: A drawn through, B dashed. What was computed, dashed anyway, is left out. Areas that
   *  were stacked are lines here, each at its own value: one run's areas would hide the other's, and what is compared is part with part, which
   *  must not stand higher because something below it grew. */
  private overlay(view: View, logs: RunEvent[][]): void {
    const all = view.series ?? [];
    const measured = all.filter((series) => !series.hidden && !series.dash);
    const of = (run: string): Series[] =>
      (measured.length ? measured : all.filter((series) => !series.hidden)).map((series) => ({
        id: `${run} ${series.id}`, unit: series.unit, dash: run === "B", colour: all.indexOf(series),
        label: { en: `${run} ${pick(series.label) || series.id}` },
      }));
    const both: View = { ...view, stacked: false, series: [...of("A"), ...of("B")] };
    const legend = element("ul", { class: "legend" });
    for (const { colour = 0, dash, label } of both.series ?? [])
      legend.append(element("li", {}, element("span", { class: `swatch s${colour % 8}${dash ? " dashed" : ""}` }), label?.en ?? ""));
    const plot = element("div", { class: "plot" });
    const figure = element("figure", { class: "chart" }, element("figcaption", {}, pick(view.title)), legend, plot);
    this.comparison.append(figure);
    const chart = new LineChart(both, plot, figure);
    logs.forEach((events, run) => {
      for (const event of events)
        if (event.event === "sample" && event.view === view.id) chart.add({ ...event, values: prefixed(event, "AB"[run] ?? "") });
    });
    chart.resize(plot.clientWidth, plot.clientHeight);
  }

  // ---- export ----

  private exports(): HTMLElement {
    const name = this.manifest.id;
    const views = (this.manifest.views ?? []).filter((view) => this.charts.byView.get(view.id)?.paint);
    return element(
      "section",
      { "aria-label": say("export") },
      element("p", { class: "exports-head" }, say("export")),
      element(
        "div",
        { class: "exports" },
        saveButton(say("exportCsv"), () => save(`${name}.csv`, "text/csv", `\ufeff${this.csv()}`)),
        saveButton(say("exportJson"), () => this.fromServer("", "json")),
        saveButton(say("exportLog"), () => this.fromServer("/log", "ndjson")),
        ...views.map((view) => saveButton(`SVG: ${pick(view.title) || view.id}`, () => this.saveSvg(view))),
      ),
    );
  }

  private csv(): string {
    return [...this.charts.byView].map(([view, chart]) => `# ${view}\r\n${csvText(chart.rows())}`).join("\r\n");
  }

  private saveSvg(view: View): void {
    const chart = this.charts.byView.get(view.id);
    const text = chart && svgOf(view, chart);
    if (text) save(`${this.manifest.id}-${view.id}.svg`, "image/svg+xml", text);
  }

  /** The run that the panel shows, as the server has it. */
  private async fromServer(path: string, ending: string): Promise<void> {
    const run = this.currentRun();
    if (!run) return void toast(say("neverRun"));
    const response = await fetch(`/api/runs/${run}${path}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    save(`${this.manifest.id}-${run.slice(0, 8)}.${ending}`, "application/json", await response.text());
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

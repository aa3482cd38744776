// A table that grows by rows; and the last values of a kind of view that this page does not know.
import { element } from "../dom";
import { pick, say } from "../strings";
import { quantity } from "./format";
import type { Chart, Named, RunEvent, View } from "./types";

const ROWS_MAX = 500;

export class TableChart implements Chart {
  private readonly columns: Named[];
  private readonly body = element("tbody");
  private values: (string | number | null)[][] = [];
  private drawn = 0;

  constructor(view: View, box: HTMLElement) {
    this.columns = view.columns ?? [];
    const heads = this.columns.map((column) => element("th", { scope: "col" }, pick(column.label) || column.id));
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), this.body);
    box.replaceChildren(element("div", { class: "plot-scroll", tabindex: "0", role: "group", "aria-label": pick(view.title) }, table));
  }

  add(event: RunEvent): void {
    this.values.push(this.columns.map((column) => event.values?.[column.id] ?? null));
  }

  draw(): void {
    for (; this.drawn < this.values.length; this.drawn++) {
      const cells = this.values[this.drawn]!.map((value, i) => element("td", {}, show(value, this.columns[i]?.unit)));
      this.body.append(element("tr", {}, ...cells));
    }
    const more = this.values.length - ROWS_MAX;
    while (this.body.childElementCount > ROWS_MAX) this.body.firstElementChild?.remove();
    if (more > 0) this.body.prepend(element("tr", {}, element("td", { colspan: String(this.columns.length) }, say("more", more))));
  }

  clear(): void {
    this.values = [];
    this.drawn = 0;
    this.body.replaceChildren();
  }

  restyle(): void {}

  rows(): (string | number | null)[][] {
    return [this.columns.map((column) => column.id), ...this.values];
  }
}

function show(value: string | number | null, unit?: string): string {
  return value === null ? "–" : typeof value === "number" ? quantity(value, unit) : value;
}

export class LatestChart implements Chart {
  private readonly body = element("tbody");
  private values = new Map<string, string | number | null>();

  constructor(box: HTMLElement) {
    box.replaceChildren(element("div", { class: "plot-scroll", tabindex: "0" }, element("table", {}, this.body)));
  }

  add(event: RunEvent): void {
    for (const [id, value] of Object.entries(event.values ?? {})) this.values.set(id, value);
  }

  draw(): void {
    const rows = [...this.values].map(([id, value]) =>
      element("tr", {}, element("th", { scope: "row" }, id), element("td", {}, show(value))),
    );
    this.body.replaceChildren(...rows);
  }

  clear(): void {
    this.values.clear();
    this.draw();
  }

  restyle(): void {}

  rows(): (string | number | null)[][] {
    return [["id", "value"], ...this.values];
  }
}

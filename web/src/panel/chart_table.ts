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
  private readonly rest = element("td");
  private readonly restRow = element("tr", {}, this.rest);
  private written = 0;

  constructor(view: View, box: HTMLElement) {
    this.columns = view.columns ?? [];
    this.rest.colSpan = Math.max(1, this.columns.length);
    const heads = this.columns.map((column) => element("th", { scope: "col" }, pick(column.label) || column.id));
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), this.body);
    box.replaceChildren(element("div", { class: "plot-scroll", tabindex: "0", role: "group", "aria-label": pick(view.title) }, table));
  }

  add(event: RunEvent): void {
    this.values.push(this.columns.map((column) => event.values?.[column.id] ?? null));
  }

  write(): void {
    const more = Math.max(0, this.values.length - ROWS_MAX);
    const fresh = this.values.slice(Math.max(this.written, more)).map((values) => {
      const cells = values.map((value, i) => element("td", {}, show(value, this.columns[i]?.unit)));
      return element("tr", {}, ...cells);
    });
    this.restRow.remove();
    this.body.append(...fresh);
    this.written = this.values.length;
    while (this.body.childElementCount > ROWS_MAX) this.body.firstElementChild?.remove();
    if (!more) return;
    this.rest.textContent = say("more", more);
    this.body.prepend(this.restRow);
  }

  clear(): void {
    this.values = [];
    this.written = 0;
    this.body.replaceChildren();
  }

  resize(): void {}

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

  write(): void {
    const rows = [...this.values].map(([id, value]) =>
      element("tr", {}, element("th", { scope: "row" }, id), element("td", {}, show(value))),
    );
    this.body.replaceChildren(...rows);
  }

  clear(): void {
    this.values.clear();
    this.write();
  }

  resize(): void {}

  restyle(): void {}

  rows(): (string | number | null)[][] {
    return [["id", "value"], ...this.values];
  }
}

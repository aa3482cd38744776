// Metrics and checks: rows that stand in the page already and are filled in as they come.
import { all, element, find } from "../dom";
import { pick, say } from "../strings";
import { number, quantity } from "./format";
import type { Manifest, RunEvent, Value } from "./types";

export class Results {
  private readonly expectWords = new Map<string, string>();

  constructor(
    private readonly panel: HTMLElement,
    private readonly manifest: Manifest,
  ) {}

  clear(): void {
    for (const cell of all(this.panel, ".metrics :is(.measured, .difference, .value)")) cell.textContent = "–";
    for (const row of this.rows()) {
      row.hidden = false;
      delete row.dataset.measured;
    }
    find(this.panel, ".absent")?.remove();
    for (const check of all(this.panel, "[data-check]")) {
      delete check.dataset.ok;
      const result = find(check, ".check-result");
      if (result) result.textContent = say("notChecked");
    }
    this.expectWords.clear();
  }

  add(event: RunEvent): void {
    if (event.event === "metric") this.metric(event);
    if (event.event === "check") this.check(event);
  }

  /** No more will come: a preset measures some of what its demo can, and empty rows would bury that. They are named in one line instead. */
  settle(): void {
    const absent = this.rows().filter((row) => row.dataset.measured === undefined);
    if (!absent.length || absent.length === this.rows().length) return;
    for (const row of absent) row.hidden = true;
    const names = absent.map((row) => this.label("metrics", row.dataset.metric)).join(" · ");
    absent[0]!.closest(".table-wrap")?.after(element("p", { class: "absent" }, say("notMeasured", names)));
  }

  private rows(): HTMLElement[] {
    return all(this.panel, "[data-metric]");
  }

  label(list: "metrics" | "checks", id: string | undefined): string {
    const entry = this.manifest[list]?.find((each) => each.id === id);
    return pick(entry?.label) || (id ?? "");
  }

  private metric(event: RunEvent): void {
    const row = find(this.panel, `[data-metric="${event.id}"]`);
    if (!row || event.value === undefined) return;
    const unit = this.manifest.metrics?.find((each) => each.id === event.id)?.unit ?? "";
    const range = event.low !== undefined && event.high !== undefined ? ` (${number(event.low)}–${number(event.high)})` : "";
    row.dataset.measured = "";
    put(row, ".measured", quantity(event.value, unit) + range);
    if (event.expected === undefined) return;
    put(row, ".value", quantity(event.expected, unit));
    put(row, ".difference", difference(event.value, event.expected));
  }

  private check(event: RunEvent): void {
    const row = find(this.panel, `[data-check="${event.id}"]`);
    if (!row) return;
    row.dataset.ok = String(event.ok === true);
    put(row, ".check-result", checkWords(event));
  }
}

function put(root: HTMLElement, selector: string, text: string): void {
  const node = find(root, selector);
  if (node) node.textContent = text;
}

export function difference(value: number, expected: number): string {
  if (value === expected) return "0";
  if (expected === 0) return (value > 0 ? "+" : "") + number(value);
  const percent = (100 * (value - expected)) / Math.abs(expected);
  return `${percent > 0 ? "+" : ""}${number(Number(percent.toPrecision(3)))} %`;
}

const shown = (value: Value): string => (typeof value === "number" ? number(value) : String(value));

export function checkWords(event: RunEvent): string {
  const words = [say(event.ok ? "held" : "failed")];
  if (event.got !== undefined) words.push(say("got", shown(event.got)));
  if (event.want !== undefined) words.push(say("want", shown(event.want)));
  return words.join(" · ");
}

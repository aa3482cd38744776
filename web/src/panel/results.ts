// Metrics and checks: rows that stand in the page already and are filled in as they come.
import { all, find } from "../dom";
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

  label(list: "metrics" | "checks", id: string | undefined): string {
    const entry = this.manifest[list]?.find((each) => each.id === id);
    return pick(entry?.label) || (id ?? "");
  }

  private metric(event: RunEvent): void {
    const row = find(this.panel, `[data-metric="${event.id}"]`);
    if (!row || event.value === undefined) return;
    const unit = this.manifest.metrics?.find((each) => each.id === event.id)?.unit ?? "";
    const range = event.low !== undefined && event.high !== undefined ? ` (${number(event.low)}–${number(event.high)})` : "";
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

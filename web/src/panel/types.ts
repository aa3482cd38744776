// The protocol as scripts see it: demos/PROTOCOL.md.
import type { Label } from "../strings";
import type { Surface } from "./surface";

export type Value = number | string | boolean;
export type Params = Record<string, Value>;

export interface Param {
  name: string;
  type: "int" | "float" | "bool" | "enum";
  min?: number;
  max?: number;
  step?: number;
  default: Value;
  scale?: "linear" | "log";
  unit?: string;
  label?: Label;
}

export interface Preset {
  id: string;
  label?: Label;
  expect?: Label;
  params?: Params;
}

export interface Axis {
  label?: Label;
  unit?: string;
  scale?: "linear" | "log";
}

export interface Named {
  id: string;
  label?: Label;
  unit?: string;
}

export interface Series extends Named {
  band?: [string, string];
  dash?: boolean;
  hidden?: boolean;
  colour?: number; // ours: its place in the list unless given
}

export interface View {
  id: string;
  kind: string;
  title?: Label;
  x?: Axis;
  y?: Axis;
  stacked?: boolean;
  series?: Series[];
  lanes?: Named[];
  kinds?: Named[];
  states?: Named[];
  columns?: Named[];
  cells?: number;
  width?: number;
}

export interface Manifest {
  id: string;
  available: boolean;
  params?: Param[];
  presets?: Preset[];
  views?: View[];
  metrics?: Named[];
  checks?: Named[];
}

/** A series' value at one place: null is a gap, undefined means that nothing was said about it there. */
export type Reading = number | null | undefined;

export function readingOf(event: RunEvent, series: string): Reading {
  const value = event.values?.[series];
  return typeof value === "number" || value === undefined ? value : null;
}

/** Any event; which fields there are depends on `event`. */
export interface RunEvent {
  event: string;
  t: number;
  view?: string;
  x?: number | string;
  values?: Record<string, number | string | null>;
  zh?: string;
  en?: string;
  level?: string;
  anchor?: string;
  lane?: string;
  to_lane?: string;
  from?: number;
  to?: number;
  kind?: string;
  label?: string;
  runs?: [string | number, number][];
  id?: string;
  value?: number;
  expected?: number;
  low?: number;
  high?: number;
  ok?: boolean;
  got?: Value;
  want?: Value;
  done?: number;
  params?: Params;
  place?: number;
  text?: string;
  which?: string;
  code?: number;
  signal?: number | string;
  stopped?: boolean;
  wall_ms?: number;
}

export interface Summary {
  run: string;
  demo: string;
  params: Params;
  state: "queued" | "running" | "ended" | "lost";
  metrics?: Record<string, number | { value?: number; expected?: number }>;
  exit?: { code?: number; signal?: number | string; stopped?: boolean } | null;
  limit?: { which?: string } | string | null;
  lines?: number;
  started?: number;
  ended?: number;
}

/** What shows one view. `add` only remembers. Pictures are drawn once a frame at most; text is written some times a second, for each time
 *  costs a layout and nobody reads more quickly. Both are called only after something was added, and only while the chart can be seen. */
export interface Chart {
  add(event: RunEvent): void;
  draw?(): void;
  write?(): void;
  /** Back to an empty chart, for a new run. */
  clear(): void;
  /** Takes the size of its plot and draws itself again. Sizes are told, not asked for: asking in mid-frame costs a layout. */
  resize(width: number, height: number): void;
  /** Draws itself again: the colours are others now, or the last value has come and the scale is final. */
  restyle(): void;
  /** Rows for export, the first one the names. */
  rows(): (string | number | null)[][];
  /** Takes a pin that stands at a moment of the run until `clear`. */
  pin?(t: number, node: HTMLElement): void;
  /** Draws it elsewhere, for an SVG file; not for charts that are text. */
  paint?(surface: Surface): void;
}

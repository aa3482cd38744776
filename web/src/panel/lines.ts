// Lines drawn without uPlot: for SVG files, and for the small pictures of the gallery.
import { pick, say } from "../strings";
import { faint, seriesColour } from "./colours";
import { compact, quantity } from "./format";
import { robustTop, type Column } from "./robust";
import { ticks, type Surface } from "./surface";
import type { Axis, View } from "./types";

interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A value's place between two ends, 0–1. */
type Scale = (value: number) => number;

function scaleOf(axis: Axis | undefined, low: number, high: number): Scale {
  if (axis?.scale === "log" && low > 0) return (value) => Math.log(value / low) / Math.log(high / low || Math.E);
  return (value) => (value - low) / (high - low || 1);
}

function marksOf(axis: Axis | undefined, low: number, high: number): number[] {
  if (axis?.scale !== "log" || low <= 0) return ticks(high, 5, low);
  const first = Math.ceil(Math.log10(low) - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(Math.log10(high) + 1e-9) - first + 1) }, (_, i) => 10 ** (first + i));
}

function ends(values: number[], log: boolean): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (log && value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

const label = (value: number, unit: string | undefined) =>
  unit === "bytes" || unit === "B" ? quantity(value, unit, compact) : compact(value);

/** Draws a line view over the whole surface: with axes and words, or the bare lines. */
export function paintLines(surface: Surface, view: View, xs: number[], columns: Column[], withAxes: boolean): void {
  const series = view.series ?? [];
  const shown = series.flatMap((each, i) => (each.hidden ? [] : [i]));
  const isLog = view.y?.scale === "log";
  const [x0, x1] = ends(xs, view.x?.scale === "log");
  const [low, high] = ends(shown.flatMap((i) => columns[i]!.filter((value) => typeof value === "number")), isLog);
  const y0 = isLog ? low : Math.min(0, low * 1.05);
  const y1 = isLog ? high : (robustTop(shown.map((i) => columns[i]!), 0, xs.length - 1) ?? (high > 0 ? high * 1.05 : 1));
  const frame = withAxes
    ? { left: 64, right: surface.width - 18, top: 26, bottom: surface.height - 40 }
    : { left: 2, right: surface.width - 2, top: 4, bottom: surface.height - 2 };
  const [xScale, yScale] = [scaleOf(view.x, x0, x1), scaleOf(view.y, y0, y1)];
  const x = (value: number) => frame.left + (frame.right - frame.left) * xScale(value);
  const y = (value: number) => frame.bottom - (frame.bottom - frame.top) * Math.max(0, Math.min(1, yScale(value)));
  if (withAxes) paintAxes(surface, view, frame, marksOf(view.x, x0, x1).map((v) => [v, x(v)]), marksOf(view.y, y0, y1).map((v) => [v, y(v)]));
  for (const i of shown) {
    let points: number[] = [];
    const pieces = [points]; // of the line, between gaps
    const marks: number[] = [];
    xs.forEach((value, at) => {
      const v = columns[i]![at];
      if (v === null && points.length) pieces.push((points = []));
      if (typeof v !== "number" || (isLog && v <= 0)) return;
      points.push(x(value), y(v));
      if (v > y1) marks.push(x(value) - 2, frame.top - 4, 4, 4); // off the scale
    });
    for (const piece of pieces)
      if (piece.length === 2) marks.push(piece[0]! - 1.5, piece[1]! - 1.5, 3, 3);
      else surface.line(seriesColour(i), piece, series[i]!.dash === true);
    surface.boxes(seriesColour(i), marks);
  }
  paintBands(surface, view, xs, columns, x, y);
}

function paintBands(surface: Surface, view: View, xs: number[], columns: Column[], x: Scale, y: Scale): void {
  view.series?.forEach((series, i) => {
    const [low, high] = (series.band ?? []).map((id) => columns[view.series!.findIndex((each) => each.id === id)]);
    if (!low || !high) return;
    const places: number[] = [];
    xs.forEach((value, at) => {
      const [bottom, top, next] = [low[at], high[at], xs[at + 1]];
      if (typeof bottom !== "number" || typeof top !== "number" || next === undefined) return;
      places.push(x(value), y(top), x(next) - x(value), Math.max(0, y(bottom) - y(top)));
    });
    surface.boxes(faint(seriesColour(i)), places);
  });
}

function paintAxes(surface: Surface, view: View, frame: Frame, xMarks: [number, number][], yMarks: [number, number][]): void {
  for (const [value, place] of xMarks) {
    surface.rule(place, frame.top, place, frame.bottom);
    surface.text(label(value, view.x?.unit), place, frame.bottom + 12, "center");
  }
  for (const [value, place] of yMarks) {
    surface.rule(frame.left, place, frame.right, place);
    surface.text(label(value, view.y?.unit), frame.left - 8, place, "right");
  }
  const words = (axis: Axis | undefined, name: string) =>
    [pick(axis?.label) || name, axis?.unit && axis.unit !== "bytes" && axis.unit !== "B" ? `(${axis.unit})` : ""].filter(Boolean).join(" ");
  surface.text(words(view.y, ""), 0, 10, "left");
  surface.text(view.x ? words(view.x, "") : `${say("time")} (s)`, (frame.left + frame.right) / 2, frame.bottom + 30, "center");
}

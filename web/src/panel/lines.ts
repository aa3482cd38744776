// Lines drawn without uPlot: for SVG files, and for the small pictures of the gallery.
import { pick, say } from "../strings";
import { areaColour, faint, lineColour, seriesColour } from "./colours";
import { compact, quantity } from "./format";
import { robustTop, type Column } from "./robust";
import { edgesOf, orderOf, outerOf, stackOf } from "./stack";
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
  const shown = orderOf(view).filter((i) => !view.series![i]!.hidden);
  const stack = stackOf(view);
  const edges = edgesOf(columns, stack);
  const outer = outerOf(shown, stack);
  const isLog = view.y?.scale === "log";
  const [x0, x1] = ends(xs, view.x?.scale === "log");
  const [low, high] = ends(shown.flatMap((i) => edges[i]!.filter((value) => typeof value === "number")), isLog);
  const y0 = isLog ? low : Math.min(0, low * 1.05);
  const y1 = isLog ? high : (robustTop(outer.map((i) => edges[i]!), 0, xs.length - 1) ?? (high > 0 ? high * 1.05 : 1));
  const frame = withAxes
    ? { left: 64, right: surface.width - 18, top: 26, bottom: surface.height - 40 }
    : { left: 2, right: surface.width - 2, top: 4, bottom: surface.height - 2 };
  const [xScale, yScale] = [scaleOf(view.x, x0, x1), scaleOf(view.y, y0, y1)];
  const x = (value: number) => frame.left + (frame.right - frame.left) * xScale(value);
  const y = (value: number) => frame.bottom - (frame.bottom - frame.top) * Math.max(0, Math.min(1, yScale(value)));
  if (withAxes) paintAxes(surface, view, frame, marksOf(view.x, x0, x1).map((v) => [v, x(v)]), marksOf(view.y, y0, y1).map((v) => [v, y(v)]));
  paintAreas(surface, stack, xs, edges, x, y);
  for (const i of shown) {
    const marks: number[] = [];
    for (const piece of piecesOf(xs, edges[i]!, x, y, isLog))
      if (piece.length === 2) marks.push(piece[0]! - 1.5, piece[1]! - 1.5, 3, 3);
      else surface.line(lineColour(view, i), piece, view.series![i]!.dash === true);
    if (outer.includes(i)) marks.push(...offScale(xs, edges[i]!, x, y1, frame.top));
    surface.boxes(lineColour(view, i), marks);
  }
  paintBands(surface, view, xs, columns, x, y);
}

/** A line between its gaps: x and y of each of its points, one after the other. */
function piecesOf(xs: number[], column: Column, x: Scale, y: Scale, isLog: boolean): number[][] {
  let points: number[] = [];
  const pieces = [points];
  xs.forEach((value, at) => {
    const v = column[at];
    if (v === null && points.length) pieces.push((points = []));
    if (typeof v === "number" && !(isLog && v <= 0)) points.push(x(value), y(v));
  });
  return pieces;
}

/** A mark at the upper edge for each point beyond it. */
function offScale(xs: number[], column: Column, x: Scale, highest: number, top: number): number[] {
  return xs.flatMap((value, at) => {
    const v = column[at];
    return typeof v === "number" && v > highest ? [x(value) - 2, top - 4, 4, 4] : [];
  });
}

/** Between each edge of a stack and the one below it. All have their gaps at the same places. */
function paintAreas(surface: Surface, stack: number[], xs: number[], edges: Column[], x: Scale, y: Scale): void {
  const ground: Column = stack.length ? edges[stack[0]!]!.map((value) => (typeof value === "number" ? 0 : value)) : [];
  let below = piecesOf(xs, ground, x, y, false);
  for (const i of stack) {
    const pieces = piecesOf(xs, edges[i]!, x, y, false);
    pieces.forEach((piece, at) => surface.area(areaColour(i), [...piece, ...backwards(below[at]!)]));
    below = pieces;
  }
}

function backwards(points: number[]): number[] {
  const back: number[] = [];
  for (let i = points.length - 2; i >= 0; i -= 2) back.push(points[i]!, points[i + 1]!);
  return back;
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

// Areas on each other: which series take part, and where their upper edges run. Values stay each series' own; edges are only drawn.
import type { Column } from "./robust";
import type { Reading, View } from "./types";

/** The places in its list of the series that a view lays on each other, the undermost first. A dashed one was computed, not measured (a
 *  limit, a formula): it is no part of the whole, and stays a line over the areas. */
export function stackOf(view: View): number[] {
  if (!view.stacked) return [];
  return (view.series ?? []).flatMap((series, i) => (series.hidden || series.dash ? [] : [i]));
}

/** In which order a view's series are drawn: a stack's from the top down, for where areas of no height lie on one that has some, the colour of
 *  its edge is the one to be seen; then the others, over them. */
export function orderOf(view: View): number[] {
  const stack = stackOf(view);
  const others = (view.series ?? []).map((_, i) => i).filter((i) => !stack.includes(i));
  return [...stack.reverse(), ...others];
}

/** Those of the series that decide how high a chart is: of a stack the uppermost alone. */
export function outerOf(series: number[], stack: number[]): number[] {
  return series.filter((i) => i === stack.at(-1) || !stack.includes(i));
}

/** The columns as they are drawn: each of the stack raised by those below it, the others as they are. */
export function edgesOf(columns: Column[], stack: number[]): Column[] {
  if (!stack.length) return columns;
  const edges = columns.slice();
  const below: Column = (columns[0] ?? []).map((_, at) => floorOf(columns, stack, at));
  for (const i of stack) {
    const column = columns[i]!;
    edges[i] = below.map((height, at) => (below[at] = typeof height === "number" ? height + (column[at] ?? 0) : height));
  }
  return edges;
}

/** What a point's areas stand on: 0 if it has a value for any of them, for a part that is missing counts as nothing; else a gap, if something
 *  could not be taken, or nothing that was said. */
function floorOf(columns: Column[], stack: number[], at: number): Reading {
  let floor: Reading;
  for (const i of stack) {
    const value = columns[i]![at];
    if (typeof value === "number") return 0;
    if (value === null) floor = null;
  }
  return floor;
}

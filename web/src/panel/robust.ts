// A y scale that a few spikes do not flatten. Timings of nanoseconds have them: an interrupt in one sample of a thousand.

import type { Reading } from "./types";

export type Column = Reading[];

const FAR = 2; // times what is usual: beyond this a scale is cut
const FEW = 20; // values: too few to call one of them a spike
const RARE = 0.05; // of all values; what is more frequent is no spike, and stays

/** The least round number that is not below a value: 1, 1.5, 2, 3, 5, 7 times a power of ten. A scale that ends at one rarely moves. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 5, 7].find((each) => each * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/** Where the scale of these columns had better end, looking at their values from…to; null if their highest value will do. What lasts for
 *  three values of five, a step or a slope, is usual and never cut. */
export function robustTop(columns: Column[], from: number, to: number): number | null {
  let [usual, highest] = [0, 0];
  const all = columns.map((column) => numbersOf(column, from, to));
  for (const values of all) {
    const top = greatest(values);
    highest = Math.max(highest, top);
    usual = Math.max(usual, values.length < FEW ? top : greatestMedian(values));
  }
  if (usual <= 0 || highest <= FAR * usual) return null;
  const cut = roundUp(usual * 1.1);
  const count = all.reduce((sum, values) => sum + values.length, 0);
  const beyond = all.reduce((sum, values) => sum + values.reduce((n, value) => n + (value > cut ? 1 : 0), 0), 0);
  return beyond <= RARE * count ? cut : null;
}

function numbersOf(column: Column, from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let i = from; i <= to; i++) {
    const value = column[i];
    if (typeof value === "number") numbers.push(value);
  }
  return numbers;
}

function greatest(values: number[]): number {
  let top = 0;
  for (const value of values) top = Math.max(top, value);
  return top;
}

/** The greatest of the medians of five neighbours. */
function greatestMedian(values: number[]): number {
  let top = 0;
  for (let i = 0; i + 5 <= values.length; i++) top = Math.max(top, thirdOfFive(values, i, top));
  return top;
}

/** The third largest of five, if it is above `floor`; else anything that is not. */
function thirdOfFive(values: number[], at: number, floor: number): number {
  let [a, b, c] = [floor, floor, floor]; // the largest three, in order
  for (let i = at; i < at + 5; i++) {
    const value = values[i]!;
    if (value > a) [a, b, c] = [value, a, b];
    else if (value > b) [b, c] = [value, b];
    else if (value > c) c = value;
  }
  return c;
}

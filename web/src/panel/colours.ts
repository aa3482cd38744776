// The page's colours for those who draw on a canvas. light-dark() is resolved only where a property uses it, so a probe is asked: once for
// each colour and theme, for asking costs a layout.
import type { View } from "./types";

const probe = document.createElement("span");
probe.hidden = true;
const known = new Map<string, string>();
document.addEventListener("prepd:theme", () => known.clear());

export function colour(token: string): string {
  let value = known.get(token);
  if (value === undefined) {
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = `var(--${token})`;
    value = getComputedStyle(probe).color;
    known.set(token, value);
  }
  return value;
}

export const SERIES_COLOURS = 8;

export function seriesColour(i: number): string {
  return colour(`s${i % SERIES_COLOURS}`);
}

/** A line's colour is its place's in the list; over areas it has one that none of them has. */
export function lineColour(view: View, i: number): string {
  const series = view.series?.[i];
  return view.stacked && series?.dash ? colour("text") : seriesColour(series?.colour ?? i);
}

/** The same colour, half seen through. */
export function faint(rgb: string, alpha = 0.16): string {
  return rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}

/** A colour to fill areas with that are told apart by it. */
export const areaColour = (i: number): string => faint(seriesColour(i), 0.5);

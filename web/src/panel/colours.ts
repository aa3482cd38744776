// The page's colours for those who draw on a canvas. light-dark() is resolved only where a property uses it, so a probe is asked.

const probe = document.createElement("span");
probe.hidden = true;

export function colour(token: string): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

export const SERIES_COLOURS = 8;

export function seriesColour(i: number): string {
  return colour(`s${i % SERIES_COLOURS}`);
}

/** The same colour, half seen through. */
export function faint(rgb: string): string {
  return rgb.replace(/^rgb\((.*)\)$/, "rgba($1, 0.16)");
}

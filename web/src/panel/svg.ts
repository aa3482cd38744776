// A chart as an SVG file, drawn by the same code as on the page.
import { pick } from "../strings";
import { areaColour, colour, lineColour } from "./colours";
import { stackOf } from "./stack";
import { FONT, textWidth, type Surface } from "./surface";
import type { Chart, Named, Series, View } from "./types";

const WIDTH = 840;
const HEIGHT = 380;
const MARGIN = 16;
const HEAD = 30;
const LEGEND = 22;

const escape = (words: string) => words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const short = (value: number) => String(Number(value.toFixed(2)));

function path(points: number[]): string {
  const pairs: string[] = [];
  for (let i = 0; i < points.length; i += 2) pairs.push(`${short(points[i]!)} ${short(points[i + 1]!)}`);
  return `M${pairs.join("L")}`;
}

class Svg implements Surface {
  private readonly parts: string[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {}

  text(words: string, x: number, y: number, align: CanvasTextAlign, token = "text-muted"): void {
    const anchor = align === "center" ? "middle" : align === "right" ? "end" : "start";
    const attributes = `x="${short(x)}" y="${short(y)}" fill="${colour(token)}" text-anchor="${anchor}" dominant-baseline="middle"`;
    if (words) this.parts.push(`<text ${attributes}>${escape(words)}</text>`);
  }

  rule(x0: number, y0: number, x1: number, y1: number): void {
    this.parts.push(`<path d="M${short(x0)} ${short(y0)}L${short(x1)} ${short(y1)}" stroke="${colour("line")}"/>`);
  }

  boxes(fill: string, places: number[]): void {
    const paths: string[] = [];
    for (let i = 0; i < places.length; i += 4) {
      const [x, y, width, height] = places.slice(i, i + 4).map(short);
      paths.push(`M${x} ${y}h${width}v${height}h-${width}z`);
    }
    if (paths.length) this.parts.push(`<path d="${paths.join("")}" fill="${fill}"/>`);
  }

  line(stroke: string, points: number[], dashed: boolean): void {
    const dash = dashed ? ' stroke-dasharray="5 3"' : "";
    if (points.length) this.parts.push(`<path d="${path(points)}" fill="none" stroke="${stroke}" stroke-width="1.75"${dash}/>`);
  }

  area(fill: string, points: number[]): void {
    if (points.length) this.parts.push(`<path d="${path(points)}Z" fill="${fill}"/>`);
  }

  toString(): string {
    return this.parts.join("\n");
  }
}

function legendOf(view: View): (Named | Series)[] {
  return view.series ?? view.kinds ?? view.states ?? [];
}

interface Place {
  i: number; // in the list: its colour
  words: string;
  x: number;
  row: number;
}

/** Where the legend's entries stand: in as many rows as they need. */
function placesOf(view: View): Place[] {
  let [x, row] = [0, 0];
  return legendOf(view).flatMap((entry, i) => {
    if ("hidden" in entry && entry.hidden) return [];
    const words = pick(entry.label) || entry.id;
    const width = 20 + textWidth(words);
    if (x > 0 && x + width > WIDTH) [x, row] = [0, row + 1];
    const place = { i, words, x, row };
    x += width + 18;
    return [place];
  });
}

function paintHead(svg: Svg, view: View, places: Place[]): void {
  const stack = stackOf(view);
  svg.text(pick(view.title), 0, 12, "left", "text-strong");
  for (const { i, words, x, row } of places) {
    const y = HEAD + (row + 0.5) * LEGEND;
    if (stack.includes(i)) svg.boxes(areaColour(i), [x, y - 6, 14, 12]);
    if (view.series?.[i]?.dash) svg.line(lineColour(view, i), [x, y, x + 14, y], true);
    else svg.boxes(lineColour(view, i), stack.includes(i) ? [x, y - 6, 14, 2] : [x, y - 2, 14, 3]);
    svg.text(words, x + 20, y, "left");
  }
}

/** The file's text; null for charts that are text themselves. */
export function svgOf(view: View, chart: Chart): string | null {
  if (!chart.paint) return null;
  const places = placesOf(view);
  const top = HEAD + (places.length ? (places.at(-1)!.row + 1) * LEGEND : 0);
  const [head, body] = [new Svg(WIDTH, top), new Svg(WIDTH, HEIGHT)];
  paintHead(head, view, places);
  chart.paint(body);
  const [width, height] = [WIDTH + 2 * MARGIN, HEIGHT + top + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="${FONT.slice(0, 2)}">
<rect width="100%" height="100%" fill="${colour("bg-raised")}"/>
<g transform="translate(${MARGIN} ${MARGIN})">
${head.toString()}
<g transform="translate(0 ${top})">
${body.toString()}
</g></g></svg>
`;
}

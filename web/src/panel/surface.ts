// What a chart is drawn on: a canvas on the page, or an SVG file. Places are in CSS pixels from the top left.
import { colour } from "./colours";

export const FONT = "12px system-ui, sans-serif";

export interface Surface {
  readonly width: number;
  readonly height: number;
  text(words: string, x: number, y: number, align: CanvasTextAlign, token?: string, widest?: number): void;
  /** A thin line of the frame. */
  rule(x0: number, y0: number, x1: number, y1: number): void;
  /** Rectangles of one colour: x, y, width, height of each, one after the other. */
  boxes(fill: string, places: number[]): void;
  /** A line through points: x and y of each, one after the other. */
  line(stroke: string, points: number[], dashed: boolean): void;
  /** What lies within points: x and y of each, one after the other. */
  area(fill: string, points: number[]): void;
}

/** A canvas that fills a box, sharp on every screen. */
export class Canvas implements Surface {
  width = 0;
  height = 0;
  private readonly context: CanvasRenderingContext2D;
  private readonly node = document.createElement("canvas");

  constructor(box: HTMLElement) {
    const context = this.node.getContext("2d");
    if (!context) throw new Error("this browser has no canvas");
    this.context = context;
    box.replaceChildren(this.node);
  }

  /** Takes the box's size. */
  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
  }

  /** Clears, and sets the font. False while there is no size. */
  begin(): boolean {
    const ratio = window.devicePixelRatio || 1;
    if (!this.width || !this.height) return false;
    const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.node.width !== width || this.node.height !== height) {
      this.node.width = width;
      this.node.height = height;
      this.node.style.width = `${this.width}px`;
      this.node.style.height = `${this.height}px`;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.context.font = FONT;
    this.context.textBaseline = "middle";
    return true;
  }

  text(words: string, x: number, y: number, align: CanvasTextAlign, token = "text-muted", widest?: number): void {
    this.context.fillStyle = colour(token);
    this.context.textAlign = align;
    this.context.fillText(words, x, y, widest);
  }

  rule(x0: number, y0: number, x1: number, y1: number): void {
    this.context.strokeStyle = colour("line");
    this.context.lineWidth = 1;
    this.context.beginPath();
    this.context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
    this.context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
    this.context.stroke();
  }

  boxes(fill: string, places: number[]): void {
    this.context.fillStyle = fill;
    this.context.beginPath();
    for (let i = 0; i < places.length; i += 4) this.context.rect(places[i]!, places[i + 1]!, places[i + 2]!, places[i + 3]!);
    this.context.fill();
  }

  line(stroke: string, points: number[], dashed: boolean): void {
    this.context.strokeStyle = stroke;
    this.context.lineWidth = 1.75;
    this.context.setLineDash(dashed ? [5, 3] : []);
    this.context.beginPath();
    for (let i = 0; i < points.length; i += 2) this.context.lineTo(points[i]!, points[i + 1]!);
    this.context.stroke();
    this.context.setLineDash([]);
  }

  area(fill: string, points: number[]): void {
    this.context.fillStyle = fill;
    this.context.beginPath();
    for (let i = 0; i < points.length; i += 2) this.context.lineTo(points[i]!, points[i + 1]!);
    this.context.fill();
  }
}

// ---- scales ----

/** Round numbers that divide low…high into about n parts. */
export function ticks(high: number, n: number, low = 0): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** About how wide a text is in FONT: good enough to leave out labels that would touch. */
export function textWidth(words: string): number {
  let width = 0;
  for (const letter of words) width += letter > "\u2e80" ? 12 : 6.8;
  return width;
}

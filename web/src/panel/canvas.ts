// A canvas that fills a box, sharp on every screen.
import { colour } from "./colours";

export class Canvas {
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;
  private readonly node = document.createElement("canvas");

  constructor(private readonly box: HTMLElement) {
    const context = this.node.getContext("2d");
    if (!context) throw new Error("this browser has no canvas");
    this.context = context;
    box.replaceChildren(this.node);
  }

  /** Takes the box's size, clears, and sets the font. False if the box is not shown. */
  begin(): boolean {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
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
    this.context.font = "12px system-ui, sans-serif";
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
}

/** Round numbers that divide 0…max into about n parts. */
export function ticks(max: number, n: number): number[] {
  if (!(max > 0)) return [0];
  const rough = max / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) => i * step);
}

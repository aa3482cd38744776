// Many small cells, each in a state: pages of a mapping, blocks of a heap. Only what changed is drawn again.
import { pick, say } from "../strings";
import { colour, seriesColour } from "./colours";
import { Canvas, type Surface } from "./surface";
import { Tip, type Teller, type Told } from "./tip";
import type { Chart, Named, RunEvent, View } from "./types";

const EMPTY = 255;

export class GridChart implements Chart, Teller {
  private readonly canvas: Canvas;
  private readonly states: Named[];
  private readonly cells: Uint8Array;
  private readonly drawn: Uint8Array; // the states that the canvas shows
  private readonly columns: number;
  private readonly tip: Tip;

  constructor(view: View, box: HTMLElement, figure: HTMLElement) {
    this.canvas = new Canvas(box);
    this.states = view.states ?? [];
    this.cells = new Uint8Array(Math.min(view.cells ?? 0, 1 << 20)).fill(EMPTY);
    this.drawn = new Uint8Array(this.cells.length);
    this.columns = Math.max(1, view.width ?? Math.ceil(Math.sqrt(this.cells.length * 3)));
    this.tip = new Tip(box, figure, pick(view.title), this);
  }

  add(event: RunEvent): void {
    let at = event.from ?? 0;
    for (const [id, count] of event.runs ?? []) {
      const state = typeof id === "number" ? id : this.states.findIndex((each) => each.id === id);
      this.cells.fill(state < 0 ? EMPTY : state, at, at + count);
      at += count;
    }
  }

  draw(): void {
    if (!this.canvas.width) return;
    this.paintCells(this.canvas, (i) => this.cells[i] !== this.drawn[i]);
    this.drawn.set(this.cells);
    this.tip.refresh();
  }

  clear(): void {
    this.cells.fill(EMPTY);
    this.restyle();
  }

  resize(width: number, height: number): void {
    this.canvas.resize(width, height);
    this.restyle();
  }

  restyle(): void {
    if (!this.cells.length || !this.canvas.begin()) return;
    this.paint(this.canvas);
    this.drawn.set(this.cells);
    this.tip.refresh();
  }

  rows(): (string | number | null)[][] {
    return [["cell", "state"], ...[...this.cells].map((state, i) => [i, this.states[state]?.id ?? null])];
  }

  paint(surface: Surface): void {
    this.paintCells(surface, () => true);
  }

  /** Every state is filled in one path, which is much quicker than cell by cell. Edges lie on whole pixels, where the cells are not smaller
   *  than those: so a cell covers what it was. */
  private paintCells(surface: Surface, wanted: (cell: number) => boolean): void {
    const size = this.size(surface);
    const gap = size >= 5 ? 1 : 0;
    const edge = (n: number) => (size >= 1 ? Math.round(n * size) : n * size);
    const places: number[][] = Array.from({ length: this.states.length + 1 }, () => []);
    for (let i = 0; i < this.cells.length; i++) {
      if (!wanted(i)) continue;
      const [column, row] = [i % this.columns, Math.floor(i / this.columns)];
      const [x, y] = [edge(column), edge(row)];
      (places[this.cells[i]!] ?? places[this.states.length])!.push(x, y, edge(column + 1) - x - gap, edge(row + 1) - y - gap);
    }
    places.forEach((each, state) => surface.boxes(state < this.states.length ? seriesColour(state) : colour("line"), each));
  }

  private size(surface: Surface): number {
    return Math.min(surface.width / this.columns, surface.height / Math.ceil(this.cells.length / this.columns));
  }

  // ---- telling ----

  at(x: number, y: number): number | null {
    const size = this.size(this.canvas);
    const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
    const cell = row * this.columns + column;
    return column >= 0 && column < this.columns && cell >= 0 && cell < this.cells.length ? cell : null;
  }

  step(from: number | null, key: string): number | null {
    if (from === null) return this.cells.length ? 0 : null;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[key] ?? 0;
    const to = from + by;
    return to >= 0 && to < this.cells.length ? to : from;
  }

  tell(cell: number): Told | null {
    const size = this.size(this.canvas);
    const state = this.states[this.cells[cell] ?? EMPTY];
    const words = state ? pick(state.label) || state.id : "–";
    return {
      x: (cell % this.columns) * size, y: Math.floor(cell / this.columns) * size, width: size, height: size,
      lines: [say("cell", cell), words],
    };
  }
}

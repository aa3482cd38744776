// Many small cells, each in a state: pages of a mapping, blocks of a heap.
import { Canvas } from "./canvas";
import { colour, seriesColour } from "./colours";
import type { Chart, Named, RunEvent, View } from "./types";

const EMPTY = 255;

export class GridChart implements Chart {
  private readonly canvas: Canvas;
  private readonly states: Named[];
  private readonly cells: Uint8Array;
  private colours: string[] = [];

  constructor(
    private readonly view: View,
    box: HTMLElement,
  ) {
    this.canvas = new Canvas(box);
    this.states = view.states ?? [];
    this.cells = new Uint8Array(Math.min(view.cells ?? 0, 1 << 20)).fill(EMPTY);
  }

  add(event: RunEvent): void {
    let at = event.from ?? 0;
    for (const [id, count] of event.runs ?? []) {
      const state = typeof id === "number" ? id : this.states.findIndex((each) => each.id === id);
      this.cells.fill(state < 0 ? EMPTY : state, at, at + count);
      at += count;
    }
  }

  /** Cells as large as fit; every state is filled in one path, which is much quicker than cell by cell. */
  draw(): void {
    if (!this.canvas.begin() || !this.cells.length) return;
    const columns = Math.max(1, this.view.width ?? Math.ceil(Math.sqrt(this.cells.length * 3)));
    const rows = Math.ceil(this.cells.length / columns);
    const size = Math.min(this.canvas.width / columns, this.canvas.height / rows);
    const gap = size >= 5 ? 1 : 0;
    for (let state = 0; state <= this.states.length; state++) {
      this.canvas.context.beginPath();
      const wanted = state < this.states.length ? state : EMPTY;
      for (let i = 0; i < this.cells.length; i++)
        if (this.cells[i] === wanted)
          this.canvas.context.rect((i % columns) * size, Math.floor(i / columns) * size, size - gap, size - gap);
      this.canvas.context.fillStyle = this.colours[state] ?? colour("line");
      this.canvas.context.fill();
    }
  }

  clear(): void {
    this.cells.fill(EMPTY);
    this.restyle();
  }

  restyle(): void {
    this.colours = [...this.states.map((_, i) => seriesColour(i)), colour("line")];
    this.draw();
  }

  rows(): (string | number | null)[][] {
    return [["cell", "state"], ...[...this.cells].map((state, i) => [i, this.states[state]?.id ?? null])];
  }
}

// What a chart tells about the thing under the pointer, or, by keyboard, about one thing after the other.
import { element } from "../dom";
import { say } from "../strings";

/** A thing's place in the plot, and the words for it. */
export interface Told {
  x: number;
  y: number;
  width: number;
  height: number;
  lines: string[];
}

/** A chart's things have numbers, which stay theirs while the chart grows. */
export interface Teller {
  /** The thing at a place in the plot. */
  at(x: number, y: number): number | null;
  /** The thing that an arrow key leads to; from null: any to begin with. */
  step(from: number | null, key: string): number | null;
  tell(thing: number): Told | null;
}

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

export class Tip {
  private readonly words = element("div", { class: "tip", role: "status" });
  private readonly mark = element("div", { class: "tip-mark" });
  private thing: number | null = null;
  private shown = ""; // what is told now, and where

  constructor(
    private readonly plot: HTMLElement,
    figure: HTMLElement,
    title: string,
    private readonly teller: Teller,
  ) {
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", say("chartHelp", title));
    figure.append(this.mark, this.words);
    plot.addEventListener("pointermove", (event) => this.point(event));
    plot.addEventListener("pointerdown", (event) => this.point(event));
    plot.addEventListener("pointerleave", () => this.show(null));
    plot.addEventListener("blur", () => this.show(null));
    plot.addEventListener("keydown", (event) => this.key(event));
    this.show(null);
  }

  /** The chart was drawn again: the thing may stand elsewhere now. */
  refresh(): void {
    if (this.thing !== null) this.show(this.thing);
  }

  private point(event: PointerEvent): void {
    if (event.target instanceof Element && event.target.closest(".pin")) return this.show(null); // it has words of its own
    const box = this.plot.getBoundingClientRect();
    this.show(this.teller.at(event.clientX - box.left, event.clientY - box.top));
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") this.show(null);
    if (!ARROWS.includes(event.key)) return;
    event.preventDefault();
    const next = this.teller.step(this.thing, event.key);
    if (next !== null) this.show(next);
  }

  private show(thing: number | null): void {
    const told = thing === null ? null : this.teller.tell(thing);
    this.thing = told ? thing : null;
    this.words.toggleAttribute("data-shown", told !== null);
    this.mark.hidden = !told;
    const shown = JSON.stringify(told);
    if (told && shown !== this.shown) this.put(told); // each time costs a layout
    this.shown = shown;
  }

  private put({ x, y, width, height, lines }: Told): void {
    const [left, top] = [this.plot.offsetLeft, this.plot.offsetTop];
    const text = lines.join("\n");
    if (this.words.textContent !== text) this.words.textContent = text;
    const { offsetWidth, offsetHeight } = this.words;
    const toTheLeft = x + width / 2 > this.plot.clientWidth / 2;
    const beside = toTheLeft ? x - 8 - offsetWidth : x + width + 8;
    this.words.style.left = `${left + within(beside, this.plot.clientWidth - offsetWidth)}px`; // on a phone over the thing, but whole
    this.words.style.top = `${top + within(y, this.plot.clientHeight - offsetHeight)}px`;
    this.mark.style.left = `${left + x}px`;
    this.mark.style.top = `${top + y}px`;
    this.mark.style.width = `${width}px`;
    this.mark.style.height = `${height}px`;
  }
}

const within = (value: number, most: number): number => Math.max(0, Math.min(value, most));

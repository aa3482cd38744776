// Where a panel's pieces are: knobs fold away when they stand above the charts, and charts come into view when a run starts.
import { find, must } from "../dom";

export class Layout {
  private readonly knobs: HTMLDetailsElement | null;

  constructor(private readonly root: HTMLElement) {
    this.knobs = find<HTMLDetailsElement>(root, ".panel-knobs");
    // Folded in a narrow window, they would stay so in a wide one, where there is nothing to unfold them with.
    new ResizeObserver(() => {
      if (this.knobs && !this.canFold()) this.knobs.open = true;
    }).observe(root);
  }

  foldKnobs(): void {
    if (this.knobs && this.canFold()) this.knobs.open = false;
  }

  /** Unless the first chart, or what stands in its place, can be seen whole. */
  bringChartsIntoView(): void {
    const bar = must(this.root, ".panel-bar");
    const words = must(this.root, ".panel-words").getBoundingClientRect();
    const chart = find(this.root, ".tab:not([hidden]) :is(.chart, .log, .source, .history)")?.getBoundingClientRect();
    const top = (parseFloat(getComputedStyle(bar).top) || 0) + bar.offsetHeight;
    if (chart && chart.top >= top && chart.bottom <= window.innerHeight) return;
    window.scrollBy({ top: words.top - top });
  }

  private canFold(): boolean {
    const summary = this.knobs && find(this.knobs, "summary");
    return Boolean(summary?.getClientRects().length);
  }
}

// Messages between actors, each at its moment: arrows from lane to lane, time downwards. Spans that stay in a lane are boxes on it.
import { element, svg } from "../dom";
import { pick } from "../strings";
import { SERIES_COLOURS } from "./colours";
import { number } from "./format";
import type { Chart, Named, RunEvent, View } from "./types";

const ROW = 30;
const HEAD = 28;
const TIME = 74;
const MESSAGES_MAX = 300;

export class SequenceChart implements Chart {
  private readonly lanes: Named[];
  private readonly kinds: Named[];
  private readonly scroll: HTMLElement;
  private messages: RunEvent[] = [];

  constructor(
    view: View,
    private readonly box: HTMLElement,
  ) {
    this.lanes = view.lanes ?? [];
    this.kinds = view.kinds ?? [];
    this.scroll = element("div", { class: "plot-scroll", tabindex: "0", role: "group", "aria-label": pick(view.title) });
    box.replaceChildren(this.scroll);
  }

  add(event: RunEvent): void {
    if (this.messages.length < MESSAGES_MAX) this.messages.push(event);
  }

  draw(): void {
    const width = Math.max(this.box.clientWidth - 16, 300);
    const height = ROW * (this.messages.length + 1);
    const heads = svg("svg", { class: "heads", width, height: HEAD });
    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    this.lanes.forEach((lane, i) => {
      const x = this.x(i, width);
      picture.append(svg("line", { class: "lane", x1: x, x2: x, y1: 0, y2: height }));
      heads.append(svg("text", { x, y: 18, "text-anchor": "middle", "font-weight": 600 }, pick(lane.label) || lane.id));
    });
    this.messages.forEach((message, i) => this.drawMessage(picture, message, ROW * (i + 0.75), width));
    const atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < ROW * 2;
    this.scroll.replaceChildren(heads, picture);
    if (atEnd) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  clear(): void {
    this.messages = [];
    this.draw();
  }

  restyle(): void {
    this.draw();
  }

  rows(): (string | number | null)[][] {
    const rows = this.messages.map((each) => [
      each.lane ?? "", each.to_lane ?? "", each.from ?? null, each.to ?? null, each.kind ?? "", each.label ?? "",
    ]);
    return [["lane", "to_lane", "from_ms", "to_ms", "kind", "label"], ...rows];
  }

  private x(lane: number, width: number): number {
    return TIME + ((width - TIME) * (lane + 0.5)) / Math.max(1, this.lanes.length);
  }

  private words(message: RunEvent): string {
    const kind = this.kinds.find((each) => each.id === message.kind);
    return message.label ?? (pick(kind?.label) || message.kind || "");
  }

  private drawMessage(picture: SVGElement, message: RunEvent, y: number, width: number): void {
    const from = this.lanes.findIndex((lane) => lane.id === message.lane);
    const to = this.lanes.findIndex((lane) => lane.id === message.to_lane);
    const x0 = this.x(from, width);
    const kind = this.kinds.findIndex((each) => each.id === message.kind);
    const colour = `var(--s${Math.max(0, kind) % SERIES_COLOURS})`;
    picture.append(svg("text", { class: "soft", x: 0, y: y + 4 }, `${number(message.from ?? message.t)} ms`));
    if (to < 0 || to === from) {
      picture.append(svg("rect", { x: x0 - 4, y: y - 9, width: 8, height: 18, fill: colour }));
      picture.append(svg("text", { x: x0 + 10, y: y + 4 }, this.words(message)));
      return;
    }
    const x1 = this.x(to, width);
    const side = x1 > x0 ? -1 : 1;
    const path = `M${x0} ${y}H${x1}m${side * 8} -4l${-side * 8} 4l${side * 8} 4`;
    const line = svg("path", { d: path, "stroke-width": 1.75 }) as SVGPathElement;
    line.style.stroke = colour;
    picture.append(line, svg("text", { x: (x0 + x1) / 2, y: y - 5, "text-anchor": "middle" }, this.words(message)));
  }
}

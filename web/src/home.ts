// Home and the gallery: the last runs, and of each demo a small picture of its last one, drawn from what is stored.
import { request } from "./api";
import { all, element, find } from "./dom";
import { moment, seconds } from "./panel/format";
import { paintLines } from "./panel/lines";
import type { Column } from "./panel/robust";
import { endWords } from "./panel/state";
import { Canvas } from "./panel/surface";
import { readingOf, type Reading, type RunEvent, type Summary, type View } from "./panel/types";
import { say } from "./strings";

const LISTED = 6;
const LINES_MAX = 50000; // of a log that is fetched for a small picture

export async function startHome(): Promise<void> {
  const list = find(document, ".recent");
  for (const place of all(document, ".recent, .card-picture")) place.dataset.asked = "";
  const { runs } = await request<{ runs: Summary[] }>("GET", "/api/runs").catch(() => ({ runs: [] }));
  if (list) list.replaceChildren(...(runs.length ? runs.slice(0, LISTED).map(row) : [element("li", { class: "empty" }, say("recentNone"))]));
  const looked = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting || !(target instanceof HTMLElement)) continue;
      looked.unobserve(target);
      const run = runs.find((each) => each.demo === target.dataset.demo && each.state === "ended");
      if (run && (run.lines ?? 0) <= LINES_MAX) void draw(target, run).catch(() => undefined); // a card does without
    }
  });
  for (const picture of all(document, ".card-picture")) looked.observe(picture);
}

// ---- the last runs ----

function row(run: Summary): HTMLElement {
  const card = find(document, `.card[data-demo="${CSS.escape(run.demo)}"]`);
  const title = (card && find(card, "h2, h3")?.textContent) || run.demo;
  const took = run.ended && run.started ? seconds(run.ended - run.started) : "";
  return element(
    "li",
    {},
    element("a", { href: `/runs/${run.run}` }, title),
    element("span", { class: "muted" }, [endWords(run), took].filter(Boolean).join(" · ")),
    element("time", { class: "muted", datetime: new Date(run.started ?? 0).toISOString() }, moment(run.started ?? 0)),
  );
}

// ---- pictures ----

async function draw(box: HTMLElement, run: Summary): Promise<void> {
  const view = JSON.parse(box.dataset.view ?? "{}") as View;
  const response = await fetch(`/api/runs/${run.run}/log`);
  if (!response.ok) return;
  const { xs, columns } = samplesOf(await response.text(), view);
  if (xs.length < 2) return;
  const canvas = new Canvas(box);
  const paint = () => canvas.begin() && paintLines(canvas, view, xs, columns, false);
  document.addEventListener("prepd:theme", paint);
  new ResizeObserver(() => {
    canvas.resize(box.clientWidth, box.clientHeight);
    paint();
  }).observe(box);
}

function samplesOf(log: string, view: View): { xs: number[]; columns: Column[] } {
  const series = view.series ?? [];
  const points: [number, Reading[]][] = [];
  const wanted = `"view":"${view.id}"`;
  for (const line of log.split("\n")) {
    if (!line.includes(wanted)) continue; // most of a long log is for other views
    const event = JSON.parse(line) as RunEvent;
    if (event.event !== "sample" || event.view !== view.id) continue;
    const x = view.x ? (typeof event.x === "number" ? event.x : event.t) : event.t / 1000;
    points.push([x, series.map(({ id }) => readingOf(event, id))]);
  }
  points.sort(([a], [b]) => a - b);
  return { xs: points.map(([x]) => x), columns: series.map((_, i) => points.map(([, values]) => values[i])) };
}

// Rings and counts. The page's own topic is counted from its items; other topics come with a refreshed page.
import { all, find } from "./dom";

function setRing(link: HTMLElement, items: number, done: number, shaky: number): void {
  const part = (n: number) => `${((100 * n) / Math.max(items, 1)).toFixed(1)} 200`;
  find(link, ".ring-done")?.setAttribute("stroke-dasharray", part(done));
  find(link, ".ring-shaky")?.setAttribute("stroke-dasharray", part(done + shaky));
  const count = find(link, ".count");
  if (count) count.textContent = items ? `${done}/${items}` : "";
}

/** Counts the items on this page and draws the ring of its topic. */
export function countTopic(): void {
  const topic = document.body.dataset.topic;
  if (!topic) return;
  const states = all(document, ".item[data-id]").map((item) => item.dataset.state);
  const done = states.filter((state) => state === "done").length;
  const shaky = states.filter((state) => state === "shaky").length;
  for (const link of all(document, `[data-topic="${CSS.escape(topic)}"]:not(body)`)) setRing(link, states.length, done, shaky);
}

// The narrated log: follows its end until the reader scrolls up, and again when back at the end.
import { element } from "../dom";
import { lang, say } from "../strings";
import { seconds } from "./format";
import { anchored } from "./pins";
import type { RunEvent } from "./types";

const LINES_MAX = 1000;
const NEAR_END = 24; // pixels

export function wordsOf(event: RunEvent): string {
  return event[lang] ?? event.en ?? event.zh ?? event.text ?? "";
}

export class Log {
  private following = true;
  private isOpen = false;
  private waiting: HTMLElement[] = [];
  private dropped = 0;

  constructor(
    private readonly list: HTMLElement,
    private readonly now: HTMLElement,
  ) {
    list.addEventListener("scroll", () => {
      if (this.isOpen) this.following = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
    });
  }

  clear(): void {
    this.waiting = [];
    this.dropped = 0;
    this.following = true;
    this.list.replaceChildren();
    this.now.textContent = "";
  }

  /** A sentence of the demo, or of prepd about it. */
  note(event: RunEvent): void {
    const words = wordsOf(event);
    this.say(event.t, words, event.level ?? (event.event === "note" ? "info" : event.event), event.anchor);
    if (event.event === "note") this.now.textContent = words;
  }

  say(t: number, words: string, level: string, anchor?: string): void {
    const line = element("li", { "data-level": level }, element("time", {}, seconds(t)), words);
    const target = anchored(anchor);
    if (target) line.append(" ", element("a", { href: `#${target.id}`, title: say("explains") }, "¶"));
    this.waiting.push(line);
  }

  /** Once a frame. */
  draw(): void {
    if (!this.waiting.length) return;
    this.list.append(...this.waiting);
    this.waiting = [];
    while (this.list.childElementCount > LINES_MAX + 1) {
      this.list.firstElementChild?.remove();
      this.dropped++;
    }
    if (this.dropped) this.list.firstElementChild?.replaceChildren(say("more", this.dropped));
    this.toEnd();
  }

  /** Its tab is opened, or another one. */
  setOpen(open: boolean): void {
    this.isOpen = open;
    this.toEnd();
  }

  private toEnd(): void {
    if (this.isOpen && this.following) this.list.scrollTop = this.list.scrollHeight;
  }
}

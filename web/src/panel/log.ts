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

interface Line {
  t: number;
  words: string;
  level: string;
  anchor: string | undefined;
}

export class Log {
  private following = true;
  private isOpen = false;
  private waiting: Line[] = []; // until the log is looked at
  private words = ""; // of the newest note
  private dropped = 0;
  private readonly more = element("li", { "data-level": "own" });

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
    this.words = "";
    this.dropped = 0;
    this.following = true;
    this.list.replaceChildren();
    this.now.textContent = "";
  }

  /** A sentence of the demo, or of prepd about it. */
  note(event: RunEvent): void {
    const words = wordsOf(event);
    this.say(event.t, words, event.level ?? (event.event === "note" ? "info" : event.event), event.anchor);
    if (event.event === "note") this.words = words;
  }

  say(t: number, words: string, level: string, anchor?: string): void {
    this.waiting.push({ t, words, level, anchor });
    if (this.waiting.length <= LINES_MAX) return;
    this.waiting.shift();
    this.dropped++;
  }

  /** Some times a second, and when it is opened. */
  write(): void {
    if (this.now.textContent !== this.words) this.now.textContent = this.words;
    if (!this.isOpen || !this.waiting.length) return;
    this.more.remove();
    this.list.append(...this.waiting.map(lineOf));
    this.waiting = [];
    for (; this.list.childElementCount > LINES_MAX; this.dropped++) this.list.firstElementChild?.remove();
    if (this.dropped) {
      this.more.textContent = say("more", this.dropped);
      this.list.prepend(this.more);
    }
    this.toEnd();
  }

  /** Its tab is opened, or another one. */
  setOpen(open: boolean): void {
    this.isOpen = open;
    this.write();
    this.toEnd();
  }

  private toEnd(): void {
    if (this.isOpen && this.following) this.list.scrollTop = this.list.scrollHeight;
  }
}

function lineOf({ t, words, level, anchor }: Line): HTMLElement {
  const line = element("li", { "data-level": level }, element("time", {}, seconds(t)), words);
  const target = anchored(anchor);
  if (target) line.append(" ", element("a", { href: `#${target.id}`, title: say("explains") }, "¶"));
  return line;
}

// What prepd tells this browser, over one connection: ticks and notes, and the events of every run that a window follows (/api/events).
//
// A browser allows six connections to one server, to all of its windows together; a stream holds one for as long as it lives. So there is
// one stream for them all, in a worker that they share (worker.ts), or where there is none, one for each window (link.ts). Whoever wants to
// be told something is a member. When members come and go the stream is opened anew, and goes on where each run stood: a number that a
// member has been told is never told again, and none is left out.
//
// EventSource would reconnect by itself, but to an address that names old places. So the feed does that, too.

export type News =
  | { kind: "item" | "notes" | "resync"; data: string }
  | { kind: "event"; id: number; data: string } // of the run that is followed
  | { kind: "end" } // no more of it will come
  | { kind: "lost" } // the connection; it comes back by itself
  | { kind: "back" };

/** What a member wants: a run's events after a number, or what happens elsewhere after an event that its page has seen. */
export type Wish = { run: string; after: number } | { run: null; seen: string };

type Tell = (news: News[]) => void;

const RUN_KINDS = [
  "start", "queued", "sample", "note", "span", "cells", "row", "metric", "check", "progress", "error", "stderr", "limit", "exit",
];
const RUNS_MAX = 16; // in one stream, says prepd; the others wait for one to end
const RETRY_MS = 1000;

class Member {
  readonly run: string | null;
  told: number;
  private readonly seen: string; // "epoch-number"
  private waiting: News[] = [];

  constructor(wish: Wish, private readonly tell: Tell) {
    this.run = wish.run;
    this.told = wish.run === null ? 0 : wish.after;
    this.seen = wish.run === null ? wish.seen : "";
  }

  /** Its page was made before this event of no run, which it will not be told: then it has to ask anew. */
  catchUp(event: string): void {
    if (this.run !== null) return;
    const [[epoch, number], [itsEpoch, itsNumber]] = [event.split("-"), this.seen.split("-")];
    if (epoch !== itsEpoch || Number(number) > Number(itsNumber)) this.say({ kind: "resync", data: "{}" });
  }

  /** In bunches: a message to another thread costs as much as ten events. */
  say(news: News): void {
    if (this.waiting.push(news) > 1) return;
    setTimeout(() => {
      const bunch = this.waiting;
      this.waiting = [];
      this.tell(bunch);
    });
  }
}

export class Feed {
  private readonly members = new Set<Member>();
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asleep = false;
  private lost = false;
  private seen = ""; // id of the last event that is no run's
  private speaking = ""; // the run whose events are coming
  private carried = new Map<string, number>(); // the runs in the stream, and the number of the last event of each

  /** Tells until the member leaves by what is given back. */
  join(wish: Wish, tell: Tell): () => void {
    const member = new Member(wish, tell);
    this.members.add(member);
    if (this.lost) member.say({ kind: "lost" });
    if (this.seen) member.catchUp(this.seen);
    else if (wish.run === null && !this.source) this.seen = wish.seen;
    this.changed();
    return () => {
      this.members.delete(member);
      this.changed();
    };
  }

  /** Gives the connection up, and goes on where it was when woken. */
  sleep(asleep: boolean): void {
    this.asleep = asleep;
    this.openIn(0);
  }

  // ---- the stream ----

  /** Who wants what. A lost connection has its own time to come back. */
  private changed(): void {
    if (!this.lost) this.openIn(0);
  }

  private openIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), ms);
  }

  /** The runs that members follow, and the number from which on. */
  private wanted(): Map<string, number> {
    const runs = new Map<string, number>();
    for (const { run, told } of this.members) if (run !== null) runs.set(run, Math.min(told, runs.get(run) ?? Infinity));
    return new Map([...runs].slice(0, RUNS_MAX));
  }

  private isRight(wanted: Map<string, number>): boolean {
    const has = ([run, after]: [string, number]) => (this.carried.get(run) ?? Infinity) <= after;
    return this.source !== null && wanted.size === this.carried.size && [...wanted].every(has);
  }

  private open(): void {
    if (this.members.size === 0) this.lost = false; // nobody has been told
    if (this.asleep || this.members.size === 0) return this.close();
    const wanted = this.wanted();
    if (this.isRight(wanted)) return;
    this.close();
    this.carried = wanted;
    const query = [...wanted].map(([run, after]) => `run=${run}:${after}`);
    if (this.seen) query.push(`seen=${this.seen}`);
    this.listen(new EventSource(`/api/events?${query.join("&")}`));
  }

  private close(): void {
    this.source?.close();
    this.source = null;
    this.speaking = "";
    this.carried.clear();
  }

  private listen(source: EventSource): void {
    const on = (kind: string, take: (event: MessageEvent<string>) => void) =>
      source.addEventListener(kind, (event) => event instanceof MessageEvent && take(event as MessageEvent<string>));
    for (const kind of ["item", "notes", "resync", "hello"] as const) on(kind, (event) => this.takeOther(kind, event));
    for (const kind of RUN_KINDS) on(kind, (event) => this.takeEvent(Number(event.lastEventId), event.data));
    on("run", (event) => (this.speaking = runOf(event)));
    on("end", (event) => this.takeEnd(runOf(event)));
    source.addEventListener("open", () => this.found());
    // A demo's event of the kind "error" comes as a message, a broken connection as a plain event of the same name.
    source.addEventListener("error", (event) => event instanceof MessageEvent || this.failed());
    this.source = source;
  }

  private found(): void {
    if (this.lost) for (const member of this.members) member.say({ kind: "back" });
    this.lost = false;
    this.changed(); // who came meanwhile
  }

  private failed(): void {
    this.close();
    if (!this.lost) for (const member of this.members) member.say({ kind: "lost" });
    this.lost = true;
    this.openIn(RETRY_MS);
  }

  // ---- what comes ----

  private takeOther(kind: "item" | "notes" | "resync" | "hello", event: MessageEvent<string>): void {
    this.seen = event.lastEventId;
    if (kind === "hello") return this.members.forEach((member) => member.catchUp(this.seen));
    for (const member of this.members) if (member.run === null) member.say({ kind, data: event.data });
  }

  private takeEvent(id: number, data: string): void {
    this.carried.set(this.speaking, id);
    for (const member of this.members) {
      if (member.run !== this.speaking || member.told >= id) continue;
      member.told = id;
      member.say({ kind: "event", id, data });
    }
  }

  /** Its members have nothing more to wait for. */
  private takeEnd(run: string): void {
    this.carried.delete(run);
    for (const member of this.members) {
      if (member.run !== run) continue;
      member.say({ kind: "end" });
      this.members.delete(member);
    }
    this.changed(); // others may have waited for a place
  }
}

function runOf(event: MessageEvent<string>): string {
  return (JSON.parse(event.data) as { run: string }).run;
}

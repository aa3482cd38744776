// One run's events, each exactly once and in order, for as long as the run lasts.
//
// EventSource reconnects by itself and sends the number of the last event it got. Where it gives up (prepd was restarted, or answered with an
// error) a new one is opened, which starts from the first event: numbers already seen are passed over.
import { ApiError, request } from "../api";
import type { RunEvent, Summary } from "./types";

const KINDS = [
  "start", "queued", "sample", "note", "span", "cells", "row", "metric", "check", "progress", "error", "stderr", "limit", "exit",
];
const RETRY_MS = 1000;

export interface Listener {
  event(event: RunEvent): void;
  /** The connection is lost; it comes back by itself. */
  lost(): void;
  /** It is back. */
  back(): void;
  /** No more will come, though there was no `exit`: prepd did not survive the run, or the record is gone. */
  cut(gone: boolean): void;
}

export class Stream {
  private source: EventSource | null = null;
  private lastId = 0;
  private closed = false;
  private isLost = false;

  constructor(
    private readonly run: string,
    private readonly listener: Listener,
  ) {
    this.open();
  }

  close(): void {
    this.closed = true;
    this.source?.close();
  }

  private open(): void {
    if (this.closed) return;
    this.source?.close();
    this.source = new EventSource(`/api/runs/${this.run}/events`);
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.take(event as MessageEvent<string>));
    this.source.addEventListener("open", () => this.found());
    // A demo's event of the kind "error" comes as a message, a broken connection as a plain event of the same name.
    this.source.addEventListener("error", (event) => event instanceof MessageEvent || void this.failed(this.source));
  }

  private take(message: MessageEvent<string>): void {
    const id = Number(message.lastEventId);
    if (this.closed || !(message instanceof MessageEvent) || (id && id <= this.lastId)) return;
    this.lastId = id || this.lastId + 1;
    const event = JSON.parse(message.data) as RunEvent;
    if (event.event === "exit") this.close(); // else EventSource would ask again
    this.listener.event(event);
  }

  private found(): void {
    if (!this.isLost) return;
    this.isLost = false;
    this.listener.back();
  }

  /** The stream ended or broke. Is the run still there? */
  private async failed(source: EventSource | null): Promise<void> {
    if (this.closed || source !== this.source) return;
    if (!this.isLost) this.listener.lost();
    this.isLost = true;
    const summary = await request<Summary>("GET", `/api/runs/${this.run}`).catch((error: unknown) => error);
    if (this.closed || source !== this.source) return;
    if (summary instanceof ApiError && summary.status === 404) this.end(true);
    else if (isOver(summary) && this.lastId > 0 && this.lastId >= (summary.lines ?? 0)) this.end(false);
    else if (source?.readyState === EventSource.CLOSED) setTimeout(() => this.open(), RETRY_MS);
  }

  private end(gone: boolean): void {
    this.close();
    this.listener.cut(gone);
  }
}

function isOver(summary: unknown): summary is Summary {
  const state = (summary as Partial<Summary> | null)?.state;
  return state === "ended" || state === "lost";
}

// One run's events, each exactly once and in order, for as long as the run lasts.
import { ApiError, request } from "../api";
import type { News } from "../feed";
import { join } from "../link";
import type { RunEvent, Summary } from "./types";

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
  private leave: () => void = () => undefined;
  private lastId = 0;
  private closed = false;

  constructor(
    private readonly run: string,
    private readonly listener: Listener,
  ) {
    this.open();
  }

  close(): void {
    this.closed = true;
    this.leave();
  }

  private open(): void {
    if (!this.closed) this.leave = join({ run: this.run, after: this.lastId }, (news) => this.take(news));
  }

  private take(news: News): void {
    if (news.kind === "event") this.takeEvent(news.id, JSON.parse(news.data) as RunEvent);
    else if (news.kind === "end") void this.ended();
    else if (news.kind === "lost") this.listener.lost();
    else if (news.kind === "back") this.listener.back();
  }

  private takeEvent(id: number, event: RunEvent): void {
    this.lastId = id;
    if (event.event === "exit") this.close();
    this.listener.event(event);
  }

  /** No more comes, and there was no `exit`. Is the run still there? */
  private async ended(): Promise<void> {
    this.leave();
    const summary = await request<Summary>("GET", `/api/runs/${this.run}`).catch((error: unknown) => error);
    if (this.closed) return;
    if (summary instanceof ApiError && summary.status === 404) this.end(true);
    else if (isOver(summary) && this.lastId > 0 && this.lastId >= (summary.lines ?? 0)) this.end(false);
    else setTimeout(() => this.open(), RETRY_MS);
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

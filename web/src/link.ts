// A window's link to the feed (feed.ts): by the worker that all windows share, or where the browser has none, by a feed of its own, which
// sleeps while the window is hidden.
import { Feed, type News, type Wish } from "./feed";

type Take = (news: News) => void;

interface Seat {
  wish: Wish;
  take: Take;
  leave: () => void;
}

const seats = new Set<Seat>();
let own: Feed | null = null;

function ownFeed(): Feed {
  if (own) return own;
  const feed = (own = new Feed());
  const sleep = () => feed.sleep(document.hidden);
  document.addEventListener("visibilitychange", sleep);
  sleep();
  return feed;
}

function hand(seat: Seat, bunch: News[]): void {
  for (const news of bunch) {
    if (!seats.has(seat)) return; // it has left meanwhile
    if (news.kind === "event" && seat.wish.run !== null) {
      if (news.id <= seat.wish.after) continue; // of a port that was given up
      seat.wish.after = news.id;
    }
    seat.take(news);
  }
}

function sitInOwn(seat: Seat): void {
  seat.leave = ownFeed().join(seat.wish, (bunch) => hand(seat, bunch));
}

function openWorker(): SharedWorker | null {
  const script = document.body.dataset.worker;
  if (own || !script || !("SharedWorker" in window)) return null;
  try {
    return new SharedWorker(script, { name: "prepd" });
  } catch {
    return null; // forbidden: some browsers do so where a site may store nothing
  }
}

function sit(seat: Seat): void {
  const worker = openWorker();
  if (!worker) return sitInOwn(seat);
  worker.onerror = () => seats.has(seat) && sitInOwn(seat); // its script did not load
  worker.port.onmessage = ({ data }: MessageEvent<News[]>) => hand(seat, data);
  worker.port.postMessage(seat.wish);
  seat.leave = () => worker.port.postMessage("bye");
}

/** Has `take` told what is wished for, each event once and in order, until one leaves by what is given back. */
export function join(wish: Wish, take: Take): () => void {
  const seat: Seat = { wish: { ...wish }, take, leave: () => undefined };
  seats.add(seat);
  sit(seat);
  return () => {
    if (seats.delete(seat)) seat.leave();
  };
}

// A page that the browser keeps for the way back must not be told anything meanwhile, and goes on where it was.
window.addEventListener("pagehide", () => {
  for (const seat of seats) seat.leave();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const seat of seats) sit(seat);
});

// The worker that all windows of this browser share: it holds the one connection (feed.ts). Each of its ports is a member of the feed.
//
// A window says when it goes. One that crashed does not; its run is then followed to its end, for nobody.
import { Feed, type Wish } from "./feed";

const feed = new Feed();

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  if (!port) return;
  let leave: (() => void) | null = null;
  port.onmessage = ({ data }: MessageEvent<Wish | "bye">) => {
    leave?.();
    leave = data === "bye" ? null : feed.join(data, (news) => port.postMessage(news));
    if (data === "bye") port.close();
  };
});

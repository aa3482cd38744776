// stream.mjs - readers of event streams that curl cannot be: many at once, cut, or stalled.
//
//   readers URL N          N readers from beginning to end: prints one line for each distinct text, "COUNT SHA256 EVENTS"
//   cuts URL N             one reader whose connection is cut N times: prints the numbers it got, in order
//   stalled URL FILE       a reader that says "connected", takes nothing until FILE exists, then all: prints "SHA256 EVENTS"
//   hold URL N             N readers; says "held" when all have their first byte, and holds them until it is killed
//
// Comments (heartbeats) are not part of a text.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import http from "node:http";

const agent = new http.Agent({ maxSockets: Infinity });

function open(url, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers }, (answer) => {
      if (answer.statusCode === 200) resolve({ request, answer });
      else reject(new Error(`${url}: ${answer.statusCode}`));
    });
    request.on("error", reject);
  });
}

// Splits a stream into events, each with its blank line, as they become complete.
class Events {
  #rest = "";
  feed(text, each) {
    this.#rest += text;
    for (let end; (end = this.#rest.indexOf("\n\n")) >= 0; ) {
      const event = this.#rest.slice(0, end + 2);
      this.#rest = this.#rest.slice(end + 2);
      if (!event.startsWith(":")) each(event);
    }
  }
}

const numberOf = (event) => Number(/^id: (\d+)$/m.exec(event)[1]);

async function digest(answer) {
  const hash = createHash("sha256");
  const events = new Events();
  let n = 0;
  answer.setEncoding("utf8");
  for await (const text of answer)
    events.feed(text, (event) => {
      hash.update(event);
      n++;
    });
  return `${hash.digest("hex")} ${n}`;
}

async function readers(url, n) {
  const one = async () => digest((await open(url)).answer);
  const counts = new Map();
  for (const text of await Promise.all(Array.from({ length: n }, one))) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const [text, count] of counts) console.log(`${count} ${text}`);
}

// Reads until `limit` events have come or the log has ended, then cuts, in the middle of an event as likely as not.
async function readSome(url, seen, limit) {
  const { request, answer } = await open(url, seen.length ? { "Last-Event-ID": String(seen.at(-1)) } : {});
  const events = new Events();
  let ended = false;
  answer.setEncoding("utf8");
  try {
    for await (const text of answer) {
      for (const c of text.match(/[^]{1,97}/gu)) {
        events.feed(c, (event) => {
          seen.push(numberOf(event));
          ended = /^event: exit$/m.test(event);
        });
        if (!ended && seen.length >= limit) return false;
      }
    }
  } finally {
    request.destroy();
  }
  return ended;
}

async function cuts(url, n) {
  const seen = [];
  for (let i = 0; i < n; i++)
    if (await readSome(url, seen, seen.length + 1 + ((i * 7) % 23))) throw new Error(`the run ended after ${i} cuts`);
  while (!(await readSome(url, seen, Infinity)));
  console.log(seen.join("\n"));
}

async function stalled(url, file) {
  const { answer } = await open(url);
  answer.pause();
  console.log("connected");
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(await digest(answer));
}

async function hold(url, n) {
  const first = async () => {
    const { answer } = await open(url);
    await new Promise((resolve) => answer.once("data", resolve));
  };
  await Promise.all(Array.from({ length: n }, first));
  console.log("held");
}

const commands = { readers, cuts, stalled, hold };
const [name, url, argument] = process.argv.slice(2);
await commands[name](url, name === "stalled" ? argument : Number(argument));

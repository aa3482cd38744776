// What the browser tests share: a prepd of their own on a free port with data of its own, and pages that remember everything that must not
// happen. PREPD_BIN names the program; CHROMIUM a browser other than Debian's.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const { PREPD_BIN, CHROMIUM = "/usr/bin/chromium" } = process.env;
assert.ok(PREPD_BIN, "PREPD_BIN must name the prepd to test");

const cleanups = new WeakMap();

/** As t.after, but last in, first out: windows close before the prepd they look at. */
function afterwards(t, cleanup) {
  const list = cleanups.get(t) ?? [];
  if (!cleanups.has(t)) {
    cleanups.set(t, list);
    t.after(async () => {
      const failures = [];
      for (const each of list.reverse()) await (async () => each())().catch((error) => failures.push(error));
      if (failures.length) throw failures[0];
    });
  }
  list.push(cleanup);
}

/** A new folder that is removed after the test. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "prepd-browser-"));
  afterwards(t, () => rm(path, { recursive: true, force: true }));
  return path;
}

/** Starts prepd and gives {url, port, stop}. options: data, args, port. */
export async function startPrepd(t, options = {}) {
  const data = options.data ?? (await folder(t));
  const listen = `127.0.0.1:${options.port ?? 0}`;
  const child = spawn(PREPD_BIN, ["serve", "--listen", listen, "--data", data, ...(options.args ?? [])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  afterwards(t, stop);
  const url = await firstLine(child);
  return { url, port: Number(new URL(url).port), stop };
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let out = "";
    let errors = "";
    child.stderr.on("data", (bytes) => (errors += bytes));
    child.stdout.on("data", (bytes) => {
      out += bytes;
      const url = /^prepd: (http:\S+)$/m.exec(out)?.[1];
      if (url) resolve(url.replace(/\/$/, ""));
    });
    child.on("exit", (code) => reject(new Error(`prepd ended with ${code}: ${errors}`)));
  });
}

/** One browser for a test file. */
export async function startBrowser() {
  const args = ["--disable-gpu", "--disable-background-networking", "--no-first-run"];
  if (process.getuid() === 0) args.push("--no-sandbox");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--headless=new", ...args] });
}

/** A window of its own profile. When the test ends it must have had no console error, no CSP violation and no request to elsewhere,
 *  but for those that `expected` (regular expressions) allows. `workers: false`: the browser has no shared ones. */
export async function openWindow(t, browser, url, options = {}) {
  const { expected = [], workers = true, ...contextOptions } = options;
  const context = await browser.newContext({ locale: "zh-CN", ...contextOptions });
  if (!workers) await context.addInitScript(() => delete window.SharedWorker);
  const wrong = [];
  const note = (what) => expected.some((pattern) => pattern.test(what)) || wrong.push(what);
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && hostname !== "127.0.0.1") note(`request to ${request.url()}`);
  });
  context.on("console", (message) => message.type() === "error" && note(`console: ${message.text()} ${message.location().url}`));
  context.on("weberror", (error) => note(`page: ${error.error().message}`));
  afterwards(t, async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  const page = await context.newPage();
  if (url) await page.goto(url);
  return page;
}

/** An HTTP proxy in front of prepd whose connections can be cut: a network that fails while prepd does not. */
export async function startProxy(t, target) {
  const sockets = new Set();
  let broken = false;
  const server = http.createServer((request, response) => {
    if (broken) return request.socket.destroy();
    const headers = { ...request.headers, host: new URL(target).host };
    if (headers.origin) headers.origin = target;
    const onward = http.request(target + request.url, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
    return undefined;
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const setBroken = (state) => {
    broken = state;
    if (broken) for (const socket of sockets) socket.destroy();
  };
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, breaks: () => setBroken(true), mends: () => setBroken(false) };
}

/** The demos that only tests have: one that prints every kind of event, one that misbehaves. */
export const TEST_DEMOS = ["--demos", join(dirname(PREPD_BIN), "tests", "demos")];

/** Has the page, opened without `workers` (their requests cannot be answered here), get these events for whatever run it starts: for charts
 *  of values that no real run gives twice. */
export async function playEvents(page, events) {
  const run = randomBytes(16).toString("hex");
  const mark = (kind) => `event: ${kind}\ndata: {"run":"${run}"}\n\n`;
  const lines = events.map((event, i) => `id: ${i + 1}\nevent: ${event.event}\ndata: ${JSON.stringify({ t: i, ...event })}\n\n`);
  const body = [mark("run"), ...lines, mark("end")].join("");
  await page.route("**/api/demos/*/runs", (route) => route.fulfill({ status: 201, json: { run } }));
  await page.route(`**/api/events?*run=${run}:*`, (route) => route.fulfill({ contentType: "text/event-stream", body }));
}

export const stateOf = (item) => item.getAttribute("data-state");

/** Waits until check() does not throw; what it throws at last is the failure. */
export async function eventually(check, ms = 10000) {
  const end = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

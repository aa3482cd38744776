// One connection for all windows of a browser: what the limit of six to one server would break, and what sharing must not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, openWindow, startBrowser, startPrepd, startProxy, TEST_DEMOS } from "./prepd.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const state = (page) => page.locator(".panel").getAttribute("data-state");
const waitForState = (page, name) => page.locator(`.panel[data-state="${name}"]`).waitFor({ timeout: 60000 });
const runOf = (page) => /#run=([0-9a-f]{32})/.exec(page.url())[1];

/** Another window of the same browser. */
async function another(page, url) {
  const other = await page.context().newPage();
  await other.goto(url, { timeout: 10000 });
  return other;
}

/** Every event that the page was told of, by its number in the log. */
async function assertWhole(page, prepd) {
  const log = await (await page.request.get(`${prepd.url}/api/runs/${runOf(page)}/log`)).text();
  const told = log.split("\n").filter((line) => /"event":"(start|note|check|exit)"/.test(line));
  await page.getByRole("tab", { name: "日志" }).click();
  await eventually(async () => assert.equal(await page.locator(".log li").count(), told.length));
}

/** Starts a run that goes on for longer than the test, and gives its number. */
async function startRun(prepd) {
  const body = JSON.stringify({ params: { what: "views", n: 100000, rate: 50 } });
  const answer = await fetch(`${prepd.url}/api/demos/show/runs`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  return (await answer.json()).run;
}

/** Ticks, and says whether a window that is open was told. */
async function tick(page, prepd, id, state) {
  const body = JSON.stringify({ state });
  await fetch(`${prepd.url}/api/items/${id}`, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
  return (await page.locator(`.item[data-id="${id}"]`).getAttribute("data-state")) === state;
}

for (const [what, workers] of [["with a shared worker", true], ["without one", false]])
  test(`${what}, eight windows that follow runs leave room for a ninth`, { timeout: 120000 }, async (t) => {
    const prepd = await startPrepd(t, { args: TEST_DEMOS });
    const first = await openWindow(t, browser, null, { workers });
    const pages = [];
    for (let i = 0; i < 8; i++) {
      const address = `${prepd.url}/demos/show#run=${await startRun(prepd)}`;
      pages.push(await (i ? another(first, address) : first.goto(address).then(() => first)));
      await waitForState(pages[i], i < 2 ? "running" : "queued");
      if (!workers) await hide(pages[i]);
    }
    const ninth = await another(first, `${prepd.url}/zh/gc`);
    const item = ninth.locator(".item[data-id]").first();
    await item.locator(".item-check").check();
    await eventually(async () => assert.equal(await item.getAttribute("data-state"), "done"));
    await ninth.reload();
    assert.equal(await item.getAttribute("data-state"), "done");
  });

for (const [what, others] of [["of the only window", 0], ["of one window of two", 1]])
  test(`a tick that falls between the page ${what} and its stream is told`, async (t) => {
    const prepd = await startPrepd(t);
    const other = await openWindow(t, browser, `${prepd.url}/zh/gc`);
    const id = await other.locator(".item[data-id]").first().getAttribute("data-id");
    if (others) await eventually(async () => assert.ok(await tick(other, prepd, id, "shaky")));
    else await other.goto("about:blank");
    const page = await other.context().newPage();
    let start;
    const started = new Promise((resolve) => (start = resolve));
    await page.route("**/assets/app.*.js", async (route) => started.then(() => route.continue()));
    await page.goto(`${prepd.url}/zh/gc`, { waitUntil: "commit" });
    const item = page.locator(`.item[data-id="${id}"]`);
    await item.waitFor();
    assert.equal(await tick(page, prepd, id, "done"), false);
    start();
    await eventually(async () => assert.equal(await item.getAttribute("data-state"), "done"));
  });

test("two windows that follow the same run, one from its middle, are each told all of it", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/demos/bloom?pace=50`);
  await waitForState(page, "idle");
  await page.keyboard.press("r");
  await page.locator(".legend .now:not(:empty)").first().waitFor();
  const other = await another(page, page.url());
  await waitForState(page, "ended");
  await waitForState(other, "ended");
  assert.equal(runOf(other), runOf(page));
  for (const each of [page, other]) await assertWhole(each, prepd);
});

for (const [what, workers] of [["with a shared worker", true], ["without one", false]])
  test(`${what}, every window is told of a lost connection, and of all that came after`, async (t) => {
    const prepd = await startPrepd(t);
    const proxy = await startProxy(t, prepd.url);
    const page = await openWindow(t, browser, `${proxy.url}/demos/bloom?pace=50`, { expected: [/ERR_/], workers });
    const other = await another(page, `${proxy.url}/zh/gc`);
    const item = other.locator(".item[data-id]").first();
    const id = await item.getAttribute("data-id");
    await waitForState(page, "idle");
    await page.keyboard.press("r");
    await page.locator(".legend .now:not(:empty)").first().waitFor();
    proxy.breaks();
    await page.locator(".panel-state", { hasText: "正在重连" }).waitFor();
    await page.request.put(`${prepd.url}/api/items/${id}`, { data: { state: "done" } });
    proxy.mends();
    await eventually(async () => assert.equal(await item.getAttribute("data-state"), "done"));
    await waitForState(page, "ended");
    await assertWhole(page, prepd);
  });

test("a window that is shown again after it was hidden has missed nothing, without a shared worker too", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/demos/bloom?pace=50`, { workers: false });
  await waitForState(page, "idle");
  await page.keyboard.press("r");
  await page.locator(".legend .now:not(:empty)").first().waitFor();
  await hide(page);
  await eventually(async () => {
    const run = await (await page.request.get(`${prepd.url}/api/runs/${runOf(page)}`)).json();
    assert.equal(run.state, "ended");
  }, 60000);
  assert.equal(await state(page), "running");
  await hide(page, false);
  await waitForState(page, "ended");
  await assertWhole(page, prepd);
});

test("a browser that forbids shared workers is told of ticks all the same", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser);
  await page.addInitScript(() => {
    window.SharedWorker = class {
      constructor() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      }
    };
  });
  const listens = page.waitForResponse((response) => response.url().includes("/api/events"));
  await page.goto(`${prepd.url}/zh/gc`);
  await listens;
  const item = page.locator(".item[data-id]").first();
  const id = await item.getAttribute("data-id");
  await page.request.put(`${prepd.url}/api/items/${id}`, { data: { state: "shaky" } });
  await eventually(async () => assert.equal(await item.getAttribute("data-state"), "shaky"));
});

/** No window of a browser without a head is ever hidden: it is told so. */
function hide(page, hidden = true) {
  return page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

// Running demos: the Bloom filter's, which is real and takes some seconds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, openWindow, startBrowser, startPrepd, startProxy } from "./prepd.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const panel = (page) => page.locator(".panel");
const state = (page) => panel(page).getAttribute("data-state");
const waitForState = (page, name) => page.locator(`.panel[data-state="${name}"]`).waitFor({ timeout: 60000 });

async function openDemo(t, query = "", options = {}) {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/demos/bloom${query}`, options);
  await waitForState(page, "idle");
  return { prepd, page };
}

/** Numbers of the events of the run that the page shows, by kind, as the server has them. */
async function storedEvents(page, prepd) {
  const run = /#run=([0-9a-f]{32})/.exec(page.url())[1];
  const log = await (await page.request.get(`${prepd.url}/api/runs/${run}/log`)).text();
  return log.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

test("values arrive while the demo still runs, and it ends by itself", async (t) => {
  const { page } = await openDemo(t);
  await page.getByRole("button", { name: "运行", exact: true }).click();
  await page.locator('.panel[data-state="running"] .legend .now:not(:empty)').first().waitFor();
  assert.equal(await state(page), "running");
  await waitForState(page, "ended");
  for (const check of await page.locator("[data-check]").all()) assert.equal(await check.getAttribute("data-ok"), "true");
  for (const cell of await page.locator(".metrics .measured").all()) assert.notEqual(await cell.textContent(), "–");
});

test("stop ends it, and says who did", async (t) => {
  const { page } = await openDemo(t);
  await page.getByRole("button", { name: "运行", exact: true }).click();
  await waitForState(page, "running");
  await page.getByRole("button", { name: "停止", exact: true }).click();
  await waitForState(page, "stopped");
  assert.match(await page.locator(".panel-state").textContent(), /你停止了它/);
});

test("a reload in mid-run shows the same run from its beginning", async (t) => {
  const { page, prepd } = await openDemo(t);
  await page.keyboard.press("r");
  await waitForState(page, "running");
  const address = page.url();
  await page.reload();
  await waitForState(page, "ended");
  assert.equal(page.url(), address);
  const events = await storedEvents(page, prepd);
  const told = events.filter((event) => ["start", "note", "check", "exit"].includes(event.event));
  await page.getByRole("tab", { name: "日志" }).click();
  await eventually(async () => assert.equal(await page.locator(".log li").count(), told.length));
});

test("a second window finds the run that is going on", async (t) => {
  const { page, prepd } = await openDemo(t);
  await page.keyboard.press("r");
  await waitForState(page, "running");
  const other = await openWindow(t, browser, `${prepd.url}/demos/bloom`);
  await waitForState(other, "ended");
  await waitForState(page, "ended");
  assert.equal(/#run=(\w+)/.exec(other.url())[1], /#run=(\w+)/.exec(page.url())[1]);
});

test("a lost connection is resumed with no event twice or missing", async (t) => {
  const prepd = await startPrepd(t);
  const proxy = await startProxy(t, prepd.url);
  const page = await openWindow(t, browser, `${proxy.url}/demos/bloom`, { expected: [/ERR_/] });
  await waitForState(page, "idle");
  await page.keyboard.press("r");
  await page.locator(".legend .now:not(:empty)").first().waitFor();
  proxy.breaks();
  await page.locator(".panel-state", { hasText: "正在重连" }).waitFor();
  proxy.mends();
  await waitForState(page, "ended");
  const events = await storedEvents(page, prepd);
  const told = events.filter((event) => ["start", "note", "check", "exit"].includes(event.event));
  await page.getByRole("tab", { name: "日志" }).click();
  await eventually(async () => assert.equal(await page.locator(".log li").count(), told.length));
});

test("the address holds the parameters", async (t) => {
  const { page } = await openDemo(t, "?n=5000");
  const field = page.locator("input[name='n']");
  assert.equal(await field.inputValue(), "5000");
  await field.fill("7000");
  await page.waitForURL(/[?&]n=7000\b/);
  await page.reload();
  assert.equal(await field.inputValue(), "7000");
  await page.getByRole("button", { name: "恢复默认" }).click();
  await page.waitForURL((url) => !url.search);
});

test("a preset sets the knobs and says what to expect", async (t) => {
  const { page } = await openDemo(t);
  await page.locator(".chip[data-preset='overfill']").click();
  assert.equal(await page.locator(".chip[data-preset='overfill']").getAttribute("aria-current"), "true");
  assert.ok(await page.locator("[data-expect='overfill']").isVisible());
  assert.equal(await page.locator("[data-expect='default']").isVisible(), false);
  await page.waitForURL(/\?/);
});

test("the history lists runs and lays two over each other", async (t) => {
  const { page } = await openDemo(t, "?n=2000&pace=0");
  for (let i = 0; i < 2; i++) {
    await page.getByRole("button", { name: "运行", exact: true }).click();
    await page.locator(".panel[data-state='ended']").waitFor({ timeout: 60000 });
    await eventually(async () => {
      const { runs } = await (await page.request.get(new URL("/api/runs?demo=bloom", page.url()).href)).json();
      assert.equal(runs.filter((run) => run.state === "ended").length, i + 1);
    });
  }
  await page.getByRole("tab", { name: "历史" }).click();
  await eventually(async () => assert.equal(await page.locator(".history tbody tr").count(), 2));
  for (const box of await page.locator(".history input").all()) await box.check();
  await page.locator(".tab-history .chart .u-over").first().waitFor();
});

test("the source is shown with line numbers and colours", async (t) => {
  const { page } = await openDemo(t);
  await page.getByRole("tab", { name: "源码" }).click();
  await page.locator(".numbered .gutter").first().waitFor();
  await page.locator(".numbered .hljs-keyword").first().waitFor();
});

test("a chart moves nothing when its run starts", async (t) => {
  const { page } = await openDemo(t);
  const shift = page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        const panel = document.querySelector(".panel");
        new MutationObserver(() => panel.dataset.state === "ended" && resolve(sum)).observe(panel, { attributes: true });
      }),
  );
  await page.keyboard.press("r");
  assert.ok((await shift) < 0.01, `layout shift ${await shift}`);
});

test("without JavaScript a demo runs by form and shows its results", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/demos/bloom?n=2000&pace=0`, { javaScriptEnabled: false });
  await page.getByRole("button", { name: "运行", exact: true }).click();
  await page.waitForURL(/\/runs\/[0-9a-f]{32}$/);
  await eventually(async () => {
    await page.reload();
    assert.ok((await page.locator(".run-static .checks li[data-ok='true']").count()) > 0);
    assert.match(await page.locator(".run-state").textContent(), /正常结束/);
  }, 60000);
});

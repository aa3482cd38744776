// Every page: accessible in both themes, no wider than a phone, still when it loads, and small.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { openWindow, startBrowser, startPrepd } from "./prepd.mjs";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

/** All kinds of page: every topic in both languages, the demos, one run, an error. */
async function allPages(page, url) {
  const { topics } = await (await page.request.get(`${url}/api/topics`)).json();
  const started = await page.request.post(`${url}/api/demos/bloom/runs`, { data: { params: { n: 2000 } } });
  const { run } = await started.json();
  const slugs = topics.map((topic) => topic.slug);
  return ["/zh/", "/en/", "/demos", "/demos/bloom", `/runs/${run}`, "/zh/no-such-topic", ...slugs.flatMap((slug) => [`/zh/${slug}`, `/en/${slug}`])];
}

/** axe comes in by the debugger, which the page's CSP does not concern. */
async function violations(page) {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run());
  return found.map((each) => `${each.id}: ${each.nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary})`).join("; ")}`);
}

const settled = (page) => page.waitForFunction(() => !document.querySelector(".panel:not([data-state])"));

for (const colorScheme of ["light", "dark"])
  test(`axe finds nothing on any page in the ${colorScheme} theme`, async (t) => {
    const prepd = await startPrepd(t);
    const page = await openWindow(t, browser, undefined, { colorScheme, expected: [/404/] });
    for (const path of await allPages(page, prepd.url)) {
      await page.goto(prepd.url + path);
      await settled(page);
      assert.deepEqual(await violations(page), [], path);
    }
  });

test("axe finds nothing in any tab of a demo that has run", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/demos/bloom?n=2000&pace=0`);
  await settled(page);
  await page.keyboard.press("r");
  await page.locator(".panel[data-state='ended']").waitFor({ timeout: 60000 });
  for (const tab of await page.getByRole("tab").all()) {
    await tab.click();
    await page.waitForTimeout(300);
    assert.deepEqual(await violations(page), [], await tab.textContent());
  }
});

test("nothing is wider than a phone, on any page", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, undefined, { viewport: { width: 390, height: 844 }, expected: [/404/] });
  for (const path of await allPages(page, prepd.url)) {
    await page.goto(prepd.url + path);
    await settled(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${path} is ${over} px too wide`);
  }
});

test("home has a year of days, without JavaScript too, which a tick and a run change", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/`, { javaScriptEnabled: false, timezoneId: "UTC" });
  await page.getByText("Nothing yet.").waitFor();
  const { topics } = await (await page.request.get(`${prepd.url}/api/topics`)).json();
  const { items } = await (await page.request.get(`${prepd.url}/api/items?topic=${topics[0].slug}`)).json();
  const set = (id, state) => page.request.put(`${prepd.url}/api/items/${id}`, { data: { state } });
  const today = async () => {
    await page.reload();
    await page.getByText("Day by day").click();
    return page.locator(".year tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].slice(1).map((cell) => Number(cell.textContent))));
  };
  for (const item of items.slice(0, 3)) await set(item.id, "done");
  assert.deepEqual(await today(), [[3, 0]]);
  await set(items[0].id, "shaky");
  assert.deepEqual(await today(), [[3, 0]], "an item counts once a day");
  const started = await page.request.post(`${prepd.url}/api/demos/bloom/runs`, { data: { params: { n: 2000 } } });
  assert.deepEqual(await today(), [[3, 1]]);
  const { run } = await started.json();
  await page.request.post(`${prepd.url}/api/runs/${run}/stop`, { data: {} });
  assert.equal(await page.locator(".year rect").count(), 1);
  await page.locator(".year-picture").focus();
});

test("the drawer of a phone opens, closes and leads to a topic", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/zh/`, { viewport: { width: 390, height: 844 }, hasTouch: true });
  const link = page.locator(".topics a").first();
  assert.equal(await link.isVisible(), false);
  await page.locator(".menu").click();
  await link.waitFor();
  await page.keyboard.press("Escape");
  await link.waitFor({ state: "hidden" });
  await page.locator(".menu").click();
  await link.click();
  await page.waitForURL(/\/zh\/.+/);
});

test("what a finger presses is 44 px or more", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/demos/bloom`, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await settled(page);
  const small = await page.locator("main button:visible, main .chip:visible, main .segments span:visible, .menu").evaluateAll((nodes) =>
    nodes.filter((node) => node.getBoundingClientRect().height < 44).map((node) => node.outerHTML),
  );
  assert.deepEqual(small, []);
});

test("no page moves while it loads", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, undefined, { expected: [/404/] });
  await page.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const path of await allPages(page, prepd.url)) {
    await page.goto(prepd.url + path);
    await settled(page);
    await page.waitForTimeout(100);
    const shift = await page.evaluate(() => globalThis.shift);
    assert.ok(shift < 0.01, `${path}: layout shift ${shift}`);
  }
});

test("the first load is at most 60 KB of script and 20 KB of CSS, gzipped", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser);
  const sizes = { script: 0, stylesheet: 0 };
  const loads = [];
  page.on("response", (response) => {
    const type = response.request().resourceType();
    if (type in sizes) loads.push(response.body().then((body) => (sizes[type] += gzipSync(body, { level: 9 }).length)));
  });
  await page.goto(`${prepd.url}/zh/`);
  await page.locator(".recent li").waitFor(); // what comes last
  await Promise.all(loads);
  assert.ok(sizes.script > 0 && sizes.script <= 60 * 1024, `script: ${sizes.script}`);
  assert.ok(sizes.stylesheet > 0 && sizes.stylesheet <= 20 * 1024, `CSS: ${sizes.stylesheet}`);
  t.diagnostic(JSON.stringify(sizes));
});

test("the language switch lasts for pages without a language in their address", async (t) => {
  const prepd = await startPrepd(t);
  const page = await openWindow(t, browser, `${prepd.url}/zh/`);
  await page.locator(".language").click();
  await page.waitForURL(/\/en\/$/);
  await page.goto(`${prepd.url}/demos`);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});

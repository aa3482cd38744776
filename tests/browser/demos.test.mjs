// Running demos: the Bloom filter's, which is real and takes some seconds.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventually, folder, openWindow, playEvents, startBrowser, startPrepd, startProxy, TEST_DEMOS } from "./prepd.mjs";

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

test("what a run did not measure is named in one line, and has its row again for the next run", async (t) => {
  const { page } = await openDemo(t, "", { workers: false });
  const rows = page.locator("[data-metric]");
  const [measured, other] = await rows.evaluateAll((all) => all.map((row) => row.dataset.metric));
  await playEvents(page, [{ event: "start", params: {} }, { event: "metric", id: measured, value: 7 }, { event: "exit", code: 0, wall_ms: 2 }]);
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  assert.ok(await page.locator(`[data-metric='${measured}']`).isVisible());
  assert.equal(await rows.filter({ visible: true }).count(), 1);
  const name = await page.locator(`[data-metric='${other}'] th`).textContent();
  const absent = await page.locator(".absent").textContent();
  assert.ok(absent.startsWith(`这次没有测：${name} · `), absent);
  await page.unrouteAll();
  await playEvents(page, [{ event: "start", params: {} }, { event: "metric", id: other, value: 8 }, { event: "exit", code: 0, wall_ms: 2 }]);
  await page.keyboard.press("r");
  await eventually(async () => assert.ok(await page.locator(`[data-metric='${measured}']`).isHidden()));
  assert.equal(await page.locator(`[data-metric='${other}'] .measured`).textContent(), "8 %");
  assert.equal(await page.locator(".absent").count(), 1);
});

for (const [device, options] of [
  ["desk", { viewport: { width: 1440, height: 900 } }],
  ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
])
  test(`on a ${device} the first chart is in sight when a run starts, and run and stop stay there`, async (t) => {
    const { page } = await openDemo(t, "", options);
    await page.getByRole("button", { name: "运行", exact: true }).click();
    await waitForState(page, "running");
    const boxOf = (selector) => page.locator(selector).first().evaluate((node) => node.getBoundingClientRect().toJSON());
    const [bar, plot] = [await boxOf(".panel-bar"), await boxOf(".plot")];
    assert.ok(plot.top >= bar.bottom && plot.bottom <= options.viewport.height, JSON.stringify({ bar, plot }));
    await page.locator(".checks").evaluate((node) => node.scrollIntoView({ block: "end" }));
    const stop = await boxOf("[data-do='stop']");
    assert.ok(stop.top >= 0 && stop.bottom <= options.viewport.height / 2, JSON.stringify(stop));
  });

test("knobs above the charts fold away when a run starts, and stay open beside them", async (t) => {
  const { page } = await openDemo(t, "?n=2000&pace=0", { viewport: { width: 500, height: 800 } });
  const isOpen = () => page.locator(".panel-knobs").evaluate((node) => node.open);
  assert.ok(await isOpen());
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  assert.equal(await isOpen(), false);
  await page.setViewportSize({ width: 1440, height: 900 });
  await eventually(async () => assert.ok(await isOpen()));
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  assert.ok(await isOpen());
});

test("a spike does not flatten a chart: it is marked, counted, and can be had whole", async (t) => {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, `${prepd.url}/demos/show`, { workers: false });
  await waitForState(page, "idle");
  const values = Array.from({ length: 60 }, (_, i) => (i === 30 ? 5000 : 10 + (i % 3)));
  await playEvents(page, [
    { event: "start", params: {} },
    ...values.map((measured) => ({ event: "sample", view: "line", values: { measured } })),
    { event: "exit", code: 0, wall_ms: 62 },
  ]);
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  const button = page.locator("[data-view='line'] .off-scale");
  await eventually(async () => assert.match(await button.textContent(), /1/));
  assert.match(await button.getAttribute("title"), /5,000/);
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  await page.locator("[data-view='line'] .plot").focus();
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowLeft");
  assert.match(await page.locator("[data-view='line'] .tip").textContent(), /5,000/);
});

/** Counts pixels of a canvas that have ink, column by column, below the title. */
const inkByColumn = (canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return Array.from({ length: width }, (_, x) => {
    let ink = 0;
    for (let y = 0; y < height; y++) if (data[(y * width + x) * 4 + 3] > 160) ink++;
    return ink;
  });
};

test("a line is not drawn across a gap, but across points that say nothing of it", async (t) => {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, `${prepd.url}/demos/show`, { workers: false });
  await waitForState(page, "idle");
  /** Ink of the middle of the chart where the values between two points are as given. */
  const inkOf = async (between) => {
    const values = [0.5, ...Array.from({ length: 8 }, () => between), 0.5];
    await page.unrouteAll();
    await playEvents(page, [
      { event: "start", params: {} },
      ...values.map((measured, i) => ({ event: "sample", view: "line", t: i * 1000, values: { measured, ...(i === 9 ? { high: 1 } : {}) } })),
      { event: "exit", code: 0, wall_ms: 9000 },
    ]);
    await page.keyboard.press("r");
    await page.locator("[data-series='measured'] .now", { hasText: "0.5" }).waitFor();
    await waitForState(page, "ended");
    const columns = await page.locator("[data-view='line'] canvas").evaluate(inkByColumn);
    return columns.slice(columns.length * 0.4, columns.length * 0.7);
  };
  const least = (columns) => Math.min(...columns);
  const [across, gap] = [await inkOf(undefined), await inkOf(null)];
  assert.ok(least(across) > least(gap), `${least(across)} pixels of ink, and ${least(gap)} in the gap`);
  await page.getByRole("tab", { name: "历史" }).click();
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "SVG: line" }).click();
  const svg = await readFile(await (await file).path(), "utf8");
  assert.equal([...svg.matchAll(/fill="none"/g)].length, 0, "two lone points make no line");
});

/** Opens the demo with a stacked view: a, b and c on each other, and a limit of 20 over them. */
async function openStack(t, query = "", options = {}) {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, `${prepd.url}/demos/selftest${query}`, { viewport: { width: 1440, height: 3000 }, ...options });
  await waitForState(page, "idle");
  return { prepd, page, stack: page.locator("[data-view='stack']") };
}

test("a stacked chart tells each part's own value, in the picture's order, and exports it", async (t) => {
  const { page, stack } = await openStack(t, "?act=stack&n=4");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  await stack.locator(".plot").focus();
  const told = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("ArrowLeft");
    told.unshift((await stack.locator(".tip").textContent()).split("\n").slice(1).join(", "));
  }
  const all = ["c: 3, b: 2, a: 1, limit: 20", "c: 3, a: 2, limit: 20", "c: 3, b: 2, a: 3, limit: 20", "c: 3, b: 2, a: 4, limit: 20"];
  assert.deepEqual(told, all);
  const now = await stack.locator(".now").allTextContents();
  assert.deepEqual(now, ["4", "2", "3", "20"]);
  await page.getByRole("tab", { name: "历史" }).click();
  const csv = await exported(page, "图表数据 CSV");
  const rows = csv.split("# stack\r\n")[1].split("\r\n").slice(1, 5).map((row) => row.split(",").slice(1).join(","));
  assert.deepEqual(rows, ["1,2,3,20", "2,,3,20", "3,2,3,20", "4,2,3,20"]);
});

async function exported(page, name) {
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  return readFile(await (await file).path(), "utf8");
}

test("the areas of a stacked chart are as high as their values, lie on each other, and are not raised by a part that is missing", async (t) => {
  const { page } = await openStack(t, "?act=stack&n=4");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  await page.getByRole("tab", { name: "历史" }).click();
  const svg = await exported(page, "SVG: stack");
  const heights = (path) => [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((pair) => Number(pair[1]));
  const areas = [...svg.matchAll(/<path d="([^"]+)Z" fill="rgba/g)].map((found) => heights(found[1]));
  const limit = heights(/<path d="([^"]+)"[^>]*stroke-dasharray/.exec(svg)[1]);
  const zero = areas[0].at(-1);
  /** From pixels to values: the limit is 20, whatever lies below it. */
  const valueOf = (y) => Math.round(((zero - y) / (zero - limit[0])) * 2000) / 100;
  const upper = areas.map((area) => area.slice(0, 4).map(valueOf));
  const lower = areas.map((area) => area.slice(4).reverse().map(valueOf));
  assert.deepEqual(upper, [[1, 2, 3, 4], [3, 2, 5, 6], [6, 5, 8, 9]]);
  assert.deepEqual(lower, [[0, 0, 0, 0], upper[0], upper[1]]);
});

/** Heights of a canvas's colours at a part of its width, from the bottom up: [[which of `colours`, pixels], …]. What is none of them, a line of
 *  the grid, is left out. */
const runsOfColours = (canvas, { part, colours }) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(Math.round(width * part), 0, 1, height);
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const wanted = colours.map((colour) => {
    probe.fillStyle = getComputedStyle(document.querySelector(colour)).backgroundColor;
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
  });
  const runs = [];
  for (let y = height - 1; y >= 0; y--) {
    const pixel = data.slice(y * 4, y * 4 + 4);
    const which = pixel[3] < 90 ? -1 : wanted.findIndex((rgb) => rgb.every((value, i) => Math.abs(value - pixel[i]) < 12));
    if (which < 0) continue;
    if (runs.at(-1)?.[0] === which) runs.at(-1)[1]++;
    else runs.push([which, 1]);
  }
  return runs;
};

for (const colorScheme of ["light", "dark"])
  test(`on the page too, in the ${colorScheme}, areas add up, and a gap in all of them is drawn as one`, async (t) => {
    const { page, stack } = await openStack(t, "", { workers: false, colorScheme, deviceScaleFactor: 2 });
    const sample = (at, values) => ({ event: "sample", view: "stack", t: at * 1000, values });
    const parts = { a: 2, b: 0, c: 4, limit: 20 };
    await playEvents(page, [
      { event: "start", params: {} },
      ...[0, 1, 2, 3].map((at) => sample(at, parts)),
      sample(4, { a: null, b: null, c: null, limit: 20 }),
      ...[5, 6, 7, 8].map((at) => sample(at, { a: 6, c: 2, limit: 20 })),
      { event: "exit", code: 0, wall_ms: 8000 },
    ]);
    await page.keyboard.press("r");
    await waitForState(page, "ended");
    await stack.locator(".now", { hasText: "6" }).waitFor();
    const colours = ["a", "b", "c"].map((id) => `[data-view='stack'] [data-series='${id}'] .swatch`);
    const runsAt = (part) => stack.locator("canvas").evaluate(runsOfColours, { part, colours });
    const [left, gap, right] = [await runsAt(0.3), await runsAt(0.557), await runsAt(0.8)];
    assert.deepEqual(gap, []);
    assert.deepEqual([left, right].map((runs) => runs.map(([which]) => which)), [[0, 2], [0, 2]]);
    const unit = left[0][1] / 2;
    for (const [got, want] of [[left[1][1], 4], [right[0][1], 6], [right[1][1], 2]])
      assert.ok(Math.abs(got / unit - want) < 0.4, `${got} pixels for ${want}: ${JSON.stringify({ left, right })}`);
  });

test("on a phone what a chart tells stays on the screen, wherever it is asked", async (t) => {
  const prepd = await startPrepd(t);
  const { available, why } = await (await fetch(`${prepd.url}/api/demos/timewait`)).json();
  if (!available) return t.skip(why);
  const page = await openWindow(t, browser, `${prepd.url}/demos/timewait`, { workers: false, viewport: { width: 390, height: 5000 } });
  await waitForState(page, "idle");
  const values = { listen: 1, established: 123456, fin_wait_1: 0, time_wait_server: 123456, time_wait_client: 123456, limit: 123456 };
  await playEvents(page, [
    { event: "start", params: {} },
    ...Array.from({ length: 12 }, (_, i) => ({ event: "sample", view: "sockets", values, t: i * 1000 })),
    { event: "exit", code: 0, wall_ms: 12000 },
  ]);
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  const tip = page.locator("[data-view='sockets'] .tip");
  await page.locator("[data-view='sockets'] .plot").focus();
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("ArrowLeft");
    const { left, right, wide } = await tip.evaluate((node) => ({ ...node.getBoundingClientRect().toJSON(), wide: document.documentElement.scrollWidth }));
    assert.doesNotMatch(await tip.textContent(), /FIN_WAIT_1/, "what is 0 is in the legend alone");
    assert.ok(left >= 0 && right <= 390 && wide <= 390, JSON.stringify({ left, right, wide }));
  }
  return undefined;
});

test("two stacked runs laid over each other are lines at their own values, with nothing filled", async (t) => {
  const { page, prepd } = await openStack(t, "?act=stack&n=200");
  for (let i = 1; i <= 2; i++) {
    await page.keyboard.press("r");
    await eventually(async () => {
      const { runs } = await (await page.request.get(`${prepd.url}/api/runs?demo=selftest`)).json();
      assert.equal(runs.filter((run) => run.state === "ended").length, i);
    });
    await waitForState(page, "ended");
  }
  await page.getByRole("tab", { name: "历史" }).click();
  await eventually(async () => assert.equal(await page.locator(".history tbody tr").count(), 2));
  for (const box of await page.locator(".history input").all()) await box.check();
  const figure = page.locator(".comparison .chart", { hasText: "stack" });
  await figure.locator(".u-over").waitFor();
  assert.deepEqual(await figure.locator(".legend li").allTextContents(), ["A a", "A b", "A c", "B a", "B b", "B c"]);
  const drawn = await figure.locator("canvas").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 90) ink++;
    return ink / (canvas.width * canvas.height);
  });
  assert.ok(drawn > 0 && drawn < 0.12, `${drawn} of the canvas has ink`);
});

test("a chart for which nothing came says so when the run has ended, and not while it runs", async (t) => {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, `${prepd.url}/demos/show`, { workers: false });
  await waitForState(page, "idle");
  const said = () => page.locator(".plot").evaluateAll((plots) => plots.map((plot) => getComputedStyle(plot, "::after").content));
  assert.ok((await said()).every((words) => words === "none"));
  await playEvents(page, [
    { event: "start", params: {} },
    { event: "sample", view: "line", values: { measured: 1 } },
    { event: "exit", code: 0, wall_ms: 9 },
  ]);
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  await eventually(async () => { // with the next frame
    const words = await said();
    assert.equal(words.filter((each) => each === '"这次运行没有这一项"').length, words.length - 1);
  });
  const line = await page.locator("[data-view='line'] .plot").evaluate((plot) => getComputedStyle(plot, "::after").content);
  assert.equal(line, "none");
});

test("a timeline has rows for the lanes in which something happened, and no others", async (t) => {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, `${prepd.url}/demos/show`, { workers: false });
  await waitForState(page, "idle");
  const span = (lane, from) => ({ event: "span", view: "time", lane, from, to: from + 40, kind: "run" });
  const rowsWith = async (lanes) => {
    await page.unrouteAll();
    await playEvents(page, [{ event: "start", params: {} }, ...lanes.map((lane, i) => span(lane, i * 50)), { event: "exit", code: 0, wall_ms: 99 }]);
    await page.keyboard.press("r");
    await waitForState(page, "ended");
    const plot = page.locator("[data-view='time'] .plot");
    await plot.scrollIntoViewIfNeeded();
    const [box, told] = [await plot.boundingBox(), new Set()];
    await eventually(async () => {
      for (const part of [0.2, 0.4, 0.6, 0.8]) {
        for (const x of [0.15, 0.3, 0.9]) {
          await page.mouse.move(box.x + box.width * x, box.y + (box.height - 22) * part);
          const tip = page.locator("[data-view='time'] .tip[data-shown]");
          if (await tip.count()) told.add(`${Math.floor(part * 2)} ${(await tip.textContent()).split(" ")[0]}`);
        }
      }
      assert.ok(told.size);
    });
    return [...told].sort();
  };
  assert.deepEqual(await rowsWith(["p0", "p1"]), ["0 p0", "1 p1"]);
  assert.deepEqual(await rowsWith(["p1"]), ["0 p1", "1 p1"], "it has the whole height");
});

test("a chart is drawn once in a frame, however many events come", async (t) => {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, undefined, { viewport: { width: 1440, height: 1900 } });
  await page.addInitScript(() => {
    globalThis.worst = { times: 0, frames: 0 };
    let drawn = new Map();
    const { clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...args) {
      drawn.set(this.canvas, (drawn.get(this.canvas) ?? 0) + 1);
      return clearRect.apply(this, args);
    };
    const frame = () => {
      if (document.querySelector(".panel[data-state='running']") && drawn.size) {
        globalThis.worst.frames++;
        globalThis.worst.times = Math.max(globalThis.worst.times, ...drawn.values());
      }
      drawn = new Map();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await page.goto(`${prepd.url}/demos/show?n=1600&rate=800`);
  await waitForState(page, "idle");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  const { times, frames } = await page.evaluate(() => globalThis.worst);
  assert.equal(times, 1);
  assert.ok(frames > 5, `${frames} frames`);
});

for (const [device, width] of [["desk", 1440], ["phone", 390]])
  test(`every number field shows the largest number it takes, on a ${device}`, async (t) => {
    const prepd = await startPrepd(t);
    const page = await openWindow(t, browser, undefined, { viewport: { width, height: 900 } });
    const { demos } = await (await page.request.get(`${prepd.url}/api/demos`)).json();
    for (const { id } of demos) {
      await page.goto(`${prepd.url}/demos/${id}`);
      await page.locator(".panel[data-state]").waitFor();
      const cut = await page.locator(".knob input[type='number']").evaluateAll((fields) =>
        fields.flatMap((field) => {
          field.value = field.max;
          return field.scrollWidth > field.clientWidth ? [`${field.name}=${field.value}`] : [];
        }),
      );
      assert.deepEqual(cut, [], id);
    }
  });

test("every kind of chart tells its values to mouse and keyboard, and loses none", async (t) => {
  const prepd = await startPrepd(t, { args: TEST_DEMOS });
  const page = await openWindow(t, browser, `${prepd.url}/demos/show?n=800&rate=200`, { viewport: { width: 1440, height: 1900 } });
  await waitForState(page, "idle");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  for (const view of ["line", "bars", "time", "pages"]) {
    const [plot, tip] = [page.locator(`[data-view='${view}'] .plot`), page.locator(`[data-view='${view}'] .tip`)];
    await plot.focus();
    await page.keyboard.press("ArrowRight");
    const first = await tip.textContent();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
    assert.ok(first && (await tip.textContent()) !== "", view);
    await page.keyboard.press("Escape");
    await eventually(async () => assert.equal(await tip.isVisible(), false));
    const box = await plot.boundingBox();
    await eventually(async () => {
      for (let part = 0.2; part < 0.9; part += 0.02) {
        await page.mouse.move(box.x + box.width * part, box.y + box.height * 0.25);
        if (await tip.isVisible()) return;
      }
      assert.fail(`${view}: no place tells a value`);
    });
  }
  await page.getByRole("tab", { name: "历史" }).click();
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "图表数据 CSV" }).click();
  const csv = await readFile(await (await file).path(), "utf8");
  const rows = Object.fromEntries(csv.replace("\ufeff", "").split(/^# /m).slice(1).map((part) => [part.split("\r\n")[0], part.trim().split("\r\n").length - 2]));
  const events = await storedEvents(page, prepd);
  const of = (view) => events.filter((event) => event.view === view).length;
  assert.equal(of("line"), 100);
  for (const view of ["line", "time", "talk", "table"]) assert.equal(rows[view], of(view), view);
  assert.equal(rows.bars, 12);
});

test("by keyboard alone: read, tick, run, stop, and look at the history, with the focus always in sight", async (t) => {
  const notes = await folder(t);
  await mkdir(join(notes, "zh"));
  await writeFile(join(notes, "zh", "01-keys.md"), `# Keys\n\n- [ ] first\n- [ ] second\n\n${"words\n\n".repeat(20)}[run](demo:bloom?pace=100)\n`);
  const prepd = await startPrepd(t, { args: ["--only-notes", "--notes", notes] });
  const page = await openWindow(t, browser, `${prepd.url}/zh/keys`, { viewport: { width: 1200, height: 700 }, reducedMotion: "reduce" });
  await waitForState(page, "idle");
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Tab until the focus is where it is wanted; wherever it is, it can be seen, and has a ring. */
  const tabTo = async (selector) => {
    for (let i = 0; i < 80; i++) {
      await press("Tab");
      const focus = await page.evaluate((wanted) => {
        const node = document.activeElement;
        const { x, y, width, height } = node.getBoundingClientRect();
        const shown = node.matches("[type='radio']") ? node.nextElementSibling : node;
        const top = document.elementFromPoint(x + width / 2, y + Math.min(height, 30) / 2);
        const isSeen = top !== null && (node.contains(top) || top.contains(node) || top.closest("label, form") === node.closest("label, form"));
        return { isThere: node.matches(wanted), isSeen, ring: getComputedStyle(shown).outlineStyle, name: node.outerHTML.slice(0, 120) };
      }, selector);
      assert.ok(focus.isSeen, `hidden: ${focus.name}`);
      assert.notEqual(focus.ring, "none", `no ring: ${focus.name}`);
      if (focus.isThere) return;
    }
    assert.fail(`Tab never comes to ${selector}`);
  };
  await press("j", "j", "x");
  assert.equal(await page.locator(".item", { hasText: "second" }).getAttribute("data-state"), "done");
  await tabTo("[data-do='run']");
  await press("Enter");
  await waitForState(page, "running");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.do), "stop");
  await press("Enter");
  await waitForState(page, "stopped");
  await tabTo("[role='tab']");
  await press("ArrowLeft");
  await page.locator(".history tbody tr").waitFor();
  await tabTo(".history a");
  await press("Enter");
  await waitForState(page, "stopped");
  await press("?");
  assert.equal(await page.getByRole("dialog").evaluate((node) => node.contains(document.activeElement)), true);
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
  const { page, prepd } = await openDemo(t, "?pace=100");
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

test("a sentence that names a paragraph is a pin on the chart: one leads to the other, and lights it", async (t) => {
  const notes = await folder(t);
  const text = "# Pins\n\n[run](demo:bloom)\n\n## Probes\n\nWhy.\n\n- [ ] what k is ^k\n";
  await mkdir(join(notes, "en"));
  await writeFile(join(notes, "en", "01-pins.md"), text);
  const prepd = await startPrepd(t, { args: ["--only-notes", "--notes", notes] });
  const page = await openWindow(t, browser, `${prepd.url}/en/pins`, { workers: false });
  await waitForState(page, "idle");
  const say = (anchor) => ({ event: "note", zh: "此处", en: `here: ${anchor}`, anchor });
  await playEvents(page, [
    { event: "start", params: {} },
    { event: "sample", view: "rate", x: 1000, values: { measured: 1 } },
    say("probes"),
    { event: "sample", view: "rate", x: 2000, values: { measured: 2 } },
    say("k"),
    say("no-such-place"),
    { event: "exit", code: 0, wall_ms: 7 },
  ]);
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  const pins = page.locator(".plot .pin");
  await eventually(async () => assert.equal(await pins.count(), 2)); // they come with the next frame
  await page.locator("#probes").hover();
  assert.match(await pins.first().getAttribute("class"), /\blit\b/);
  await pins.nth(1).hover();
  assert.match(await page.locator(".item[data-slug='k']").getAttribute("class"), /\blit\b/);
  await pins.first().click();
  await page.waitForURL(/#probes$/);
  await page.locator("#probes .pin").click();
  await page.waitForURL(/#demo\.bloom$/);
});

test("home lists the last runs, and shows a picture of each demo's", async (t) => {
  const { page, prepd } = await openDemo(t, "?n=2000&pace=0");
  await page.goto(`${prepd.url}/en/`);
  await page.locator(".recent .empty").waitFor();
  await page.goto(`${prepd.url}/demos/bloom?n=2000&pace=0`);
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  await eventually(async () => assert.equal((await (await page.request.get(`${prepd.url}/api/runs`)).json()).runs.length, 1));
  await page.goto(`${prepd.url}/en/`);
  const link = page.locator(".recent li a");
  await link.waitFor();
  await page.locator(".card[data-demo='bloom']").scrollIntoViewIfNeeded();
  const picture = page.locator(".card-picture canvas");
  await picture.waitFor();
  const inked = await picture.evaluate((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0));
  assert.ok(inked);
  await link.click();
  await page.waitForURL(/\/runs\/[0-9a-f]{32}/);
  await waitForState(page, "ended");
});

test("a run is deleted when one says so twice, and not else", async (t) => {
  const { page, prepd } = await openDemo(t, "?n=2000&pace=0");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  const stored = async () => (await (await page.request.get(`${prepd.url}/api/runs?demo=bloom`)).json()).runs.length;
  await eventually(async () => assert.equal(await stored(), 1));
  await page.getByRole("tab", { name: "历史" }).click();
  await page.locator(".history").getByRole("button", { name: "删除" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
  assert.equal(await stored(), 1);
  await page.locator(".history").getByRole("button", { name: "删除" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
  await eventually(async () => assert.equal(await stored(), 0));
  await page.getByText("还没有运行记录").waitFor();
});

test("a run is exported as JSON and NDJSON, and each drawn chart as an SVG that is well formed", async (t) => {
  const { page } = await openDemo(t, "?n=2000&pace=0");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  await page.getByRole("tab", { name: "历史" }).click();
  const text = async (button) => {
    const file = page.waitForEvent("download");
    await button.click();
    return readFile(await (await file).path(), "utf8");
  };
  const json = JSON.parse(await text(page.getByRole("button", { name: "结果 JSON" })));
  assert.equal(json.demo, "bloom");
  const lines = (await text(page.getByRole("button", { name: "完整日志 NDJSON" }))).trim().split("\n");
  assert.equal(JSON.parse(lines.at(-1)).event, "exit");
  for (const button of await page.getByRole("button", { name: /^SVG: / }).all()) {
    const svg = await text(button);
    const paths = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
      return parsed.querySelector("parsererror") ? -1 : parsed.querySelectorAll("path").length;
    }, svg);
    assert.ok(paths > 2, svg.slice(0, 500));
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  }
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

test("a close is drawn as the kernel tells it, in a network of the demo's own, and every check holds", async (t) => {
  const prepd = await startPrepd(t);
  const { available, why } = await (await fetch(`${prepd.url}/api/demos/timewait`)).json();
  if (!available) return t.skip(why);
  const page = await openWindow(t, browser, `${prepd.url}/demos/timewait?ports=100&seconds=0.5&cures=0.05&descriptors=32&pace=0&step=60`);
  await waitForState(page, "idle");
  await page.keyboard.press("r");
  await waitForState(page, "ended");
  for (const check of await page.locator("[data-check]").all()) assert.equal(await check.getAttribute("data-ok"), "true");
  const said = await page.locator("[data-view='close'] .message text").allTextContents();
  for (const word of ["FIN", "FIN_WAIT_2", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT"]) assert.ok(said.includes(word), `${word}: ${said}`);
  assert.equal(await page.locator("[data-metric='exhausted_at'] .measured").textContent(), "100");
  return undefined;
});

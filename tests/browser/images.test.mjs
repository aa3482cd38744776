// Images in notes: figures that do not move the text, follow the theme, stay fresh, and run nothing.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventually, folder, openWindow, startBrowser, startPrepd } from "./prepd.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const XMLNS = `xmlns="http://www.w3.org/2000/svg"`;
const plain = (width, height) => `<svg ${XMLNS} width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#888"/></svg>`;
const THEMED = `<svg ${XMLNS} viewBox="0 0 100 100"><style>rect { fill: #fff } @media (prefers-color-scheme: dark) { rect { fill: #000 } }</style><rect width="100" height="100"/></svg>`;

/** One note, /en/pictures, with the images given as {name: source}. */
async function serveImages(t, markdown, images) {
  const notes = await folder(t);
  await mkdir(join(notes, "en", "img"), { recursive: true });
  const write = (name, source) => writeFile(join(notes, "en", "img", name), source);
  for (const [name, source] of Object.entries(images)) await write(name, source);
  await writeFile(join(notes, "en", "01-pictures.md"), `# Pictures\n\n${markdown}\n`);
  const prepd = await startPrepd(t, { args: ["--only-notes", "--notes", notes] });
  return { prepd, write };
}

/** The colour in the middle of an element, as it is on the screen. */
async function colourOf(page, element) {
  const box = await element.boundingBox();
  const clip = { x: box.x + box.width / 2, y: box.y + box.height / 2, width: 1, height: 1 };
  const shot = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join();
  }, shot);
}

test("a figure has its place before its picture comes", async (t) => {
  const { prepd } = await serveImages(t, `![a wide one](img/a.svg "Its caption")\n\nbelow\n`, { "a.svg": plain(300, 200) });
  const page = await openWindow(t, browser);
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.route("**/images/**", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`${prepd.url}/en/pictures`, { waitUntil: "commit" });
  const below = page.getByText("below");
  const before = await below.boundingBox();
  const image = page.getByRole("img", { name: "a wide one" });
  assert.equal(await image.evaluate((node) => node.complete), false);
  release();
  await eventually(async () => assert.equal(await image.evaluate((node) => node.naturalWidth), 300));
  assert.deepEqual(await below.boundingBox(), before);
  assert.equal(await page.locator("figcaption").textContent(), "Its caption");
});

test("a picture wider than a phone shrinks to it, in its proportions", async (t) => {
  const { prepd } = await serveImages(t, "![a](img/a.svg)", { "a.svg": plain(480, 240) });
  const page = await openWindow(t, browser, `${prepd.url}/en/pictures`, { viewport: { width: 390, height: 800 } });
  const { width, height } = await page.locator("figure img").boundingBox();
  assert.ok(width > 300 && width <= 390, `${width}`);
  assert.ok(Math.abs(width / height - 2) < 0.02, `${width} by ${height}`);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
});

test("a picture follows the theme chosen by hand, against the system's", async (t) => {
  const { prepd } = await serveImages(t, "![a](img/a.svg)", { "a.svg": THEMED });
  const page = await openWindow(t, browser, `${prepd.url}/en/pictures`, { colorScheme: "light" });
  const picture = page.locator("figure img");
  await eventually(async () => assert.equal(await colourOf(page, picture), "255,255,255"));
  await page.keyboard.press("t");
  await eventually(async () => assert.equal(await colourOf(page, picture), "0,0,0"));
  await page.keyboard.press("t");
  await eventually(async () => assert.equal(await colourOf(page, picture), "255,255,255"));
});

test("an edited picture comes into the open page", async (t) => {
  const { prepd, write } = await serveImages(t, "![a](img/a.svg)", { "a.svg": plain(100, 100) });
  const page = await openWindow(t, browser, `${prepd.url}/en/pictures`);
  const width = () => page.locator("figure img").evaluate((node) => node.naturalWidth);
  await eventually(async () => assert.equal(await width(), 100));
  await write("a.svg", plain(222, 111));
  await eventually(async () => assert.equal(await width(), 222));
});

test("nothing in an SVG runs or loads, in a note or opened by itself", async (t) => {
  const asked = [];
  const hostile = (port) => `<svg ${XMLNS} viewBox="0 0 10 10" onload="document.documentElement.setAttribute('data-ran', '')">
    <script>document.documentElement.setAttribute("data-ran", "")</script>
    <image href="http://127.0.0.1:${port}/spy.png" width="10" height="10"/><style>rect { fill: red }</style><rect width="10" height="10"/></svg>`;
  let source;
  const elsewhere = http.createServer((request, response) => {
    if (request.url !== "/own.svg") asked.push(request.url);
    response.setHeader("Content-Type", "image/svg+xml");
    response.end(source);
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  t.after(() => elsewhere.close());
  const { port } = elsewhere.address();
  source = hostile(port);
  const { prepd } = await serveImages(t, "![a](img/a.svg)", { "a.svg": source });
  const page = await openWindow(t, browser, `${prepd.url}/en/pictures`, { expected: [/Content Security Policy|sandbox|Blocked script/] });
  const address = await page.locator("figure img").evaluate((node) => node.src);
  await eventually(async () => assert.ok((await page.locator("figure img").evaluate((node) => node.naturalWidth)) > 0));
  await page.goto(address);
  assert.equal(await page.locator("rect").evaluate((node) => getComputedStyle(node).fill), "rgb(255, 0, 0)");
  assert.equal(await page.locator("svg[data-ran]").count(), 0);
  assert.deepEqual(asked, []);
  await page.goto(`http://127.0.0.1:${port}/own.svg`); // without prepd's policy the same file does both
  await eventually(async () => assert.equal(await page.locator("svg[data-ran]").count(), 1));
  await eventually(async () => assert.ok(asked.includes("/spy.png")));
});

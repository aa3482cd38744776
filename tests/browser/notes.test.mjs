// Reading notes and ticking items.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { eventually, folder, openWindow, startBrowser, startPrepd, stateOf } from "./prepd.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

const NOTE = `# Locks

> [!short] In short
> Hold them briefly.

## First

- [ ] what a mutex is ^mutex
- [ ] what a futex is ^futex
- [x] what a spinlock is ^spin

## Second

\`\`\`c
int main(void) { return 0; }
\`\`\`

| a | b |
|---|---|
| 1 | 2 |
`;

/** A book of one's own, and prepd serving nothing else. */
async function serveNote(t, text = NOTE) {
  const notes = await folder(t);
  await mkdir(join(notes, "en"));
  await mkdir(join(notes, "zh"));
  const file = join(notes, "en", "01-locks.md");
  await writeFile(file, text);
  await writeFile(join(notes, "en", "02-pipes.md"), "# Pipes\n\n- [ ] what a pipe is\n");
  const args = ["--only-notes", "--notes", notes];
  const data = await folder(t);
  return { file, data, args, prepd: await startPrepd(t, { data, args }) };
}

const item = (page, text) => page.locator(".item", { hasText: text });

test("a tick is still there after a reload and after a restart", async (t) => {
  const { data, args, prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`, { expected: [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY/] });
  const stored = page.waitForResponse((response) => response.request().method() === "PUT");
  await item(page, "mutex").locator(".item-check").check();
  assert.equal(await stateOf(item(page, "mutex")), "done");
  assert.equal((await stored).status(), 200);

  await page.reload();
  assert.equal(await stateOf(item(page, "mutex")), "done");
  assert.ok(await item(page, "mutex").locator(".item-check").isChecked());

  await prepd.stop();
  const again = await startPrepd(t, { data, args });
  await page.goto(`${again.url}/en/locks`);
  assert.equal(await stateOf(item(page, "mutex")), "done");
  assert.equal(await stateOf(item(page, "futex")), "todo");
});

test("an item written as [x] starts as done", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  assert.ok(await item(page, "spinlock").locator(".item-check").isChecked());
});

test("a tick is drawn before the server has answered", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  let answer;
  await page.route("**/api/items/*", (route) => (answer = () => route.continue()));
  await item(page, "mutex").locator(".item-check").click();
  assert.equal(await stateOf(item(page, "mutex")), "done");
  await eventually(() => assert.ok(answer));
  const stored = page.waitForResponse((response) => response.request().method() === "PUT");
  await answer();
  assert.equal((await stored).status(), 200);
});

test("a tick that is not stored is taken back, and said so", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`, { expected: [/503/] });
  const error = { error: { code: "full", message: "the disk is full", field: "" } };
  await page.route("**/api/items/*", (route) => route.fulfill({ status: 503, json: error }));
  await item(page, "mutex").locator(".item-check").click();
  await page.getByText("the disk is full").waitFor();
  assert.equal(await stateOf(item(page, "mutex")), "todo");
  assert.ok(!(await item(page, "mutex").locator(".item-check").isChecked()));
});

test("quick ticks of one item end in the last state wished for", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await item(page, "mutex").locator(".item-check").focus();
  for (const key of ["x", "s", "x", "s", "x"]) await page.keyboard.press(key);
  assert.equal(await stateOf(item(page, "mutex")), "done");
  await eventually(async () => {
    const answer = await page.request.get(`${prepd.url}/api/items?topic=locks`);
    assert.equal((await answer.json()).items.find((each) => each.slug === "mutex").state, "done");
  });
});

test("a second window follows a tick, its ring too", async (t) => {
  const { prepd } = await serveNote(t);
  const one = await openWindow(t, browser, `${prepd.url}/en/locks`);
  const two = await openWindow(t, browser, `${prepd.url}/en/locks`);
  const home = await openWindow(t, browser, `${prepd.url}/en/`);
  await item(one, "mutex").locator(".item-check").check();
  await two.locator(".item[data-state='done']", { hasText: "mutex" }).waitFor();
  await two.locator(".side [data-topic='locks'] .count", { hasText: "2/3" }).waitFor();
  await home.locator(".topic-list [data-topic='locks'] .count", { hasText: "2/3" }).waitFor();
});

test("the keyboard moves between items and reaches all three states", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("s");
  assert.equal(await stateOf(item(page, "futex")), "shaky");
  await page.keyboard.press("s");
  assert.equal(await stateOf(item(page, "futex")), "todo");
  await page.keyboard.press("x");
  assert.equal(await stateOf(item(page, "futex")), "done");
});

test("the menu of an item sets it to shaky", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await item(page, "mutex").hover();
  await item(page, "mutex").locator(".item-more").click();
  await item(page, "mutex").getByRole("button", { name: "Shaky" }).click();
  assert.equal(await stateOf(item(page, "mutex")), "shaky");
  assert.equal(await item(page, "mutex").locator(".item-states").isVisible(), false);
});

test("an edited note comes into the open page, which keeps its place and its ticks", async (t) => {
  const { file, prepd } = await serveNote(t, NOTE + "\nfiller\n".repeat(200) + "\n## Last\n\nend\n");
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await item(page, "mutex").locator(".item-check").check();
  await page.locator("#last").scrollIntoViewIfNeeded();
  const top = () => page.locator("#last").evaluate((node) => Math.round(node.getBoundingClientRect().top));
  const before = await top();
  await writeFile(file, NOTE.replace("## First", "A new line.\n\n## First") + "\nfiller\n".repeat(200) + "\n## Last\n\nend\n");
  await page.getByText("A new line.").waitFor();
  assert.equal(await stateOf(item(page, "mutex")), "done");
  assert.ok(Math.abs((await top()) - before) <= 2, `moved from ${before} to ${await top()}`);
});

const QUESTIONS = `# Locks

> [!ask] What is a futex?
> A word in memory, and a queue in the kernel.
>
> > [!ask] Who sleeps on it?
> > The one that lost the race.
> >
> > > [!ask] Who wakes it?
> > > The one that unlocks.
`;

test("answers are folded, three deep, and what is unfolded stays so when the note changes", async (t) => {
  const { prepd, file } = await serveNote(t, QUESTIONS);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  const answers = ["a queue in the kernel", "that lost the race", "The one that unlocks"].map((text) => page.getByText(text));
  for (const answer of answers) assert.equal(await answer.isVisible(), false);
  await page.getByText("What is a futex?").click();
  await page.getByText("Who sleeps on it?").press("Enter");
  assert.deepEqual(await Promise.all(answers.map((answer) => answer.isVisible())), [true, true, false]);

  await writeFile(file, `${QUESTIONS}\nA new line.\n`);
  await page.getByText("A new line.").waitFor();
  assert.deepEqual(await Promise.all(answers.map((answer) => answer.isVisible())), [true, true, false]);
  await page.getByText("Who wakes it?").click();
  assert.ok(await answers[2].isVisible());
});

for (const javaScriptEnabled of [true, false])
  test(`an item reworded since it was ticked shows what it read then, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async (t) => {
    const { file, data, args, prepd } = await serveNote(t, "# Locks\n\n- [ ] 先更新数据库再删缓存 <b>x</b>\n- [ ] what a futex is\n");
    const { items } = await (await fetch(`${prepd.url}/api/items?topic=locks`)).json();
    const put = { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ state: "done" }) };
    assert.equal((await fetch(`${prepd.url}/api/items/${items[0].id}`, put)).status, 200);
    await prepd.stop();
    await writeFile(file, "# Locks\n\n- [ ] 先删缓存再更新数据库 <b>x</b>\n- [ ] what a futex is\n");
    const again = await startPrepd(t, { data, args });
    const page = await openWindow(t, browser, `${again.url}/en/locks`, { javaScriptEnabled });
    const badge = page.locator(".item-changed");
    await badge.locator("summary").click();
    assert.equal(await badge.locator("dd").nth(0).textContent(), "先更新数据库再删缓存 <b>x</b>");
    assert.equal(await badge.locator("dd").nth(1).textContent(), "先删缓存再更新数据库 <b>x</b>");
    assert.equal(await badge.locator("del").textContent(), "更新数据库再删缓存");
    assert.equal(await badge.locator("ins").textContent(), "删缓存再更新数据库");
    assert.equal(await page.locator(".item-changed b").count(), 0);
    await badge.getByRole("button", { name: "Seen" }).click();
    await badge.waitFor({ state: "detached" });
    await page.reload();
    assert.equal(await badge.count(), 0);
    assert.equal(await stateOf(item(page, "删缓存")), "done");
  });

test("without JavaScript items are ticked by form", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`, { javaScriptEnabled: false });
  await item(page, "mutex").getByRole("button", { name: "Done" }).click();
  await page.waitForURL(/#item-[0-9a-f]{32}$/);
  assert.equal(await stateOf(item(page, "mutex")), "done");
  await item(page, "mutex").getByRole("button", { name: "Shaky" }).click();
  await eventually(async () => assert.equal(await stateOf(item(page, "mutex")), "shaky"));
});

test("the page in the other language says that it is missing, and shows what there is", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/zh/locks`);
  await page.getByText("此页暂无中文版").waitFor();
  await page.getByRole("heading", { name: "Locks" }).waitFor();
});

test("home leads back to where reading stopped", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await page.goto(`${prepd.url}/en/`);
  await page.locator("[data-continue]").click();
  await page.waitForURL(/\/en\/locks/);
});

test("t changes the theme, and it lasts", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`, { colorScheme: "light" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.keyboard.press("t");
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await background(), dark);
});

test("] goes to the next topic, ? lists the keys", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("]");
  await page.waitForURL(/\/en\/pipes$/);
});

test("a key pressed right after a dialog was closed is not lost, and one in an open dialog does nothing", async (t) => {
  const { prepd } = await serveNote(t);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("]");
  // In one task, so that the closed dialog still has the focus, as it has until the next frame.
  const left = await page.evaluate(() => {
    const press = () => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "]", bubbles: true, cancelable: true }));
    const ignored = press();
    document.querySelector("dialog").close();
    return { ignored, focus: document.activeElement.tagName, taken: !press() };
  });
  assert.deepEqual(left, { ignored: true, focus: "BUTTON", taken: true });
  await page.waitForURL(/\/en\/pipes$/);
});

test("headings named like parts of the page take no id from them", async (t) => {
  const names = ["Main", "Side", "P main", "Outline head", "Overall", "Demo bloom", "Demo bloom charts", "Item 0 text", "Item 0 states"];
  const { prepd } = await serveNote(t, `# Names\n\n- [ ] an item\n\n${names.map((name) => `## ${name}\n\nbelow\n\n`).join("")}[run](demo:bloom)\n`);
  const page = await openWindow(t, browser, `${prepd.url}/en/locks`);
  await page.locator(".panel[data-state]").waitFor();
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
    return ids.filter((id, i) => ids.indexOf(id) !== i);
  });
  assert.deepEqual(twice, []);
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "MAIN");
});

test("a hostile note runs nothing", async (t) => {
  const { prepd } = await serveNote(t, `# <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[x](javascript:alert(1))\n\n- [ ] <b onclick=alert(1)>item</b>\n`);
  const page = await openWindow(t, browser);
  page.on("dialog", () => assert.fail("a script ran"));
  await page.goto(`${prepd.url}/en/locks`);
  assert.equal(await page.locator("main script:not([type='application/json'])").count(), 0);
  assert.equal(await page.locator("main [onerror], main [onclick], main a[href^='javascript']").count(), 0);
});

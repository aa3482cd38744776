// A demo's panel: knobs → run → events → charts, log, results.
//
// One run is shown at a time. Everything a run brings comes from its numbered events, whether it is new, was found again after a reload, or
// ended last week; so there is one way in which a panel is filled.
import { ApiError, messageOf, request } from "../api";
import { highlight } from "../decorate";
import { all, element, find, must } from "../dom";
import { panelRun, storePanelRun } from "../memory";
import { say } from "../strings";
import { Charts } from "./charts";
import { seconds } from "./format";
import { History } from "./history";
import { Knobs } from "./knobs";
import { Layout } from "./layout";
import { Log, wordsOf } from "./log";
import { Pins } from "./pins";
import { checkWords, Results } from "./results";
import { endState, exitWords, isOver, type PanelState } from "./state";
import { Stream } from "./stream";
import { startTabs } from "./tabs";
import type { Manifest, RunEvent, Summary } from "./types";

const CLOCK_MS = 100;

class Panel {
  private readonly manifest: Manifest;
  private readonly knobs: Knobs;
  private readonly charts: Charts;
  private readonly log: Log;
  private readonly results: Results;
  private readonly history: History;
  private readonly layout: Layout;
  private readonly pins: Pins;
  private stream: Stream | null = null;
  private run: string | null = null;
  private state: PanelState = "idle";
  private limit: string | undefined;
  private place = 0; // in the queue
  private lastT = 0; // of the newest event, and when it came: the clock goes on from there
  private lastAt = 0;
  private clock = 0;
  private done = 0; // of the whole, 0–1

  constructor(private readonly root: HTMLElement) {
    this.manifest = JSON.parse(must(root, ".panel-manifest").textContent ?? "{}") as Manifest;
    this.log = new Log(must(root, ".log"), must(root, ".panel-now"));
    this.results = new Results(root, this.manifest);
    this.charts = new Charts(root, this.manifest.views ?? [], () => this.write());
    this.knobs = new Knobs(root, this.manifest, () => this.knobsChanged());
    this.history = new History(
      must(root, ".tab-history"), this.manifest, this.knobs, this.charts, (run) => this.follow(run), () => this.run,
    );
    this.layout = new Layout(root);
    this.pins = new Pins(root, this.charts);
    startTabs(root, (tab) => this.tabOpened(tab));
    this.connect();
    this.show(this.manifest.available ? "idle" : "unavailable");
    void this.findRun();
  }

  // ---- what the reader does ----

  private connect(): void {
    must<HTMLFormElement>(this.root, ".panel-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (isOver(this.state)) void this.start();
    });
    this.button("stop").addEventListener("click", () => void this.stop());
    find(this.root, "[data-do='reset']")?.addEventListener("click", () => this.knobs.reset());
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a.demo-link") : null;
      if (link?.dataset.demo !== this.manifest.id || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.knobs.setFromQuery(link.dataset.query ?? "");
      this.root.scrollIntoView({ block: "nearest" });
      this.button("run").focus({ preventScroll: true });
    });
  }

  private button(name: string): HTMLButtonElement {
    return must<HTMLButtonElement>(this.root, `[data-do="${name}"]`);
  }

  private async start(): Promise<void> {
    if (!this.knobs.valid()) return;
    this.clear();
    this.show("starting");
    this.layout.foldKnobs();
    this.layout.bringChartsIntoView();
    try {
      const { run } = await request<{ run: string }>("POST", `/api/demos/${this.manifest.id}/runs`, { params: this.knobs.values() });
      this.follow(run);
    } catch (error) {
      this.knobs.refuse(error instanceof ApiError ? error.field : "");
      this.trouble(say("notStarted", messageOf(error)));
      this.show("idle");
    }
  }

  private async stop(): Promise<void> {
    if (!this.run || isOver(this.state)) return;
    this.show("stopping");
    await request("POST", `/api/runs/${this.run}/stop`, {}).catch((error: unknown) => this.trouble(messageOf(error)));
  }

  /** The address of a demo's own page always holds its parameters. */
  private knobsChanged(): void {
    this.knobs.refuse("");
    if (!location.pathname.startsWith("/demos/")) return;
    const query = this.knobs.query();
    history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : "") + location.hash);
  }

  private tabOpened(tab: string): void {
    if (tab === "history") void this.history.load();
    if (tab === "source") this.showSources();
    this.log.setOpen(tab === "log");
  }

  /** Long code takes long to colour: only what is opened is. */
  private showSources(): void {
    for (const source of all<HTMLDetailsElement>(this.root, ".source")) {
      const colour = () => source.open && highlight(source, "code:not([data-coloured])");
      source.ontoggle = colour;
      colour();
    }
  }

  // ---- which run ----

  /** After loading: the run of the address, the one that this tab showed, or one that is going on elsewhere. */
  private async findRun(): Promise<void> {
    const named = this.root.closest<HTMLElement>("[data-run]")?.dataset.run ?? /^#run=([0-9a-f]{32})$/.exec(location.hash)?.[1];
    const known = named ?? panelRun(this.manifest.id) ?? (await this.runGoingOn());
    if (known && this.state === "idle") this.follow(known, !named);
  }

  private async runGoingOn(): Promise<string | null> {
    try {
      const { runs } = await request<{ runs: Summary[] }>("GET", `/api/runs?demo=${this.manifest.id}`);
      const newest = runs[0];
      if (!newest || newest.state === "ended") return null;
      const now = await request<Summary>("GET", `/api/runs/${newest.run}`);
      return now.state === "queued" || now.state === "running" ? now.run : null;
    } catch {
      return null; // nothing to show is no trouble
    }
  }

  /** Shows a run from its first event on. A remembered one may be gone without that being worth a word. */
  private follow(run: string, quietly = false): void {
    this.stream?.close();
    this.clear();
    this.run = run;
    storePanelRun(this.manifest.id, run);
    if (location.pathname.startsWith("/demos/")) history.replaceState(history.state, "", `${location.pathname}${location.search}#run=${run}`);
    this.show("starting");
    this.stream = new Stream(run, {
      event: (event) => this.take(event),
      lost: () => this.say(say("reconnecting")),
      back: () => this.show(this.state),
      cut: (gone) => this.cut(gone, quietly),
    });
  }

  private cut(gone: boolean, quietly: boolean): void {
    if (gone) storePanelRun(this.manifest.id, null);
    if (gone && quietly) {
      this.run = null;
      this.show("idle");
      return;
    }
    this.show("lost");
    this.say(say(gone ? "runGone" : "lost"));
  }

  // ---- what a run brings ----

  private take(event: RunEvent): void {
    this.lastT = Math.max(this.lastT, event.t);
    this.lastAt = performance.now();
    switch (event.event) {
      case "queued":
        this.place = event.place ?? 0;
        this.show("queued");
        break;
      case "start":
        this.started(event);
        break;
      case "note":
        this.log.note(event);
        this.pins.add(event, wordsOf(event));
        break;
      case "error":
        this.log.note(event);
        break;
      case "metric":
        this.results.add(event);
        break;
      case "check":
        this.results.add(event);
        this.log.say(event.t, say("logCheck", this.results.label("checks", event.id), checkWords(event)), event.ok ? "good" : "bad");
        break;
      case "progress":
        this.done = event.done ?? 0;
        break;
      case "limit":
        this.limit = event.which ?? "?";
        this.log.note(event);
        break;
      case "stderr":
        this.log.note(event);
        this.trouble(say("lastWords"), event.text);
        break;
      case "exit":
        this.ended(event);
        this.charts.settle();
        this.results.settle();
        break;
    }
    this.charts.add(event);
  }

  private started(event: RunEvent): void {
    if (event.params) this.knobs.set(event.params);
    const changed = Object.entries(this.knobs.changed(event.params ?? {}));
    const words = changed.map(([name, value]) => `${name}=${String(value)}`).join(" ") || say("defaults");
    this.log.say(event.t, say("logStart", words), "own");
    if (this.state !== "stopping") this.show("running");
  }

  private ended(event: RunEvent): void {
    const words = exitWords(event, this.limit);
    this.lastT = event.wall_ms ?? event.t;
    this.log.say(this.lastT, say("logExit", words), "own");
    const state = endState(event, this.limit);
    if (state === "ended") this.done = 1;
    this.show(state);
    this.say(words);
  }

  // ---- drawing ----

  private clear(): void {
    this.pins.clear();
    this.charts.clear();
    this.results.clear();
    this.log.clear();
    this.limit = undefined;
    this.lastT = 0;
    this.lastAt = performance.now();
    this.done = 0;
    this.write();
    must(this.root, ".panel-trouble").hidden = true;
  }

  /** What changes with every event, some times a second. */
  private write(): void {
    this.log.write();
    must<HTMLProgressElement>(this.root, ".panel-progress").value = this.done;
  }

  private show(state: PanelState): void {
    this.state = state;
    this.root.dataset.state = state;
    const over = isOver(state);
    const [run, stop] = [this.button("run"), this.button("stop")];
    const focused = document.activeElement;
    run.disabled = !over || state === "unavailable";
    stop.disabled = over || state === "stopping";
    if (focused === run && run.disabled) stop.focus();
    if (focused === stop && over) run.focus();
    this.say(this.words());
    this.tick(!over);
  }

  private words(): string {
    switch (this.state) {
      case "idle":
        return say("neverRun");
      case "queued":
        return say("queued", this.place);
      case "unavailable":
      case "starting":
      case "running":
      case "stopping":
      case "ended":
      case "stopped":
      case "lost":
        return say(this.state);
      default:
        return ""; // `ended` says which limit, which signal
    }
  }

  private say(words: string): void {
    const node = must(this.root, ".panel-state");
    if (node.textContent !== words) node.textContent = words;
  }

  private tick(on: boolean): void {
    clearInterval(this.clock);
    if (on) this.clock = window.setInterval(() => this.showElapsed(performance.now() - this.lastAt), CLOCK_MS);
    else this.showElapsed(0);
  }

  private showElapsed(sinceLast: number): void {
    const running = this.state === "running" || this.state === "stopping";
    const elapsed = this.lastT + (running ? sinceLast : 0);
    must(this.root, ".panel-elapsed").textContent = elapsed > 0 ? seconds(elapsed) : "";
  }

  private trouble(words: string, detail?: string): void {
    const box = must(this.root, ".panel-trouble");
    box.replaceChildren(words);
    if (detail) box.append(element("pre", { tabindex: "0" }, detail));
    box.hidden = false;
  }
}

export function startPanel(root: HTMLElement): void {
  if (!root.dataset.state) new Panel(root);
}

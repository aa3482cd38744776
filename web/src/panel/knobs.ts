// The parameters' fields: sliders that move numbers, presets, and what the address says.
import { all, find } from "../dom";
import type { Manifest, Param, Params, Value } from "./types";

const SLIDER_MAX = 1000;

export class Knobs {
  private readonly params: Param[];

  constructor(
    private readonly panel: HTMLElement,
    private readonly manifest: Manifest,
    private readonly onChange: () => void,
  ) {
    this.params = manifest.params ?? [];
    for (const param of this.params) this.connect(param);
    for (const chip of all(panel, ".chip"))
      chip.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab
        event.preventDefault();
        this.preset(chip.dataset.preset ?? "");
      });
    this.markPreset();
  }

  values(): Params {
    return Object.fromEntries(this.params.map((param) => [param.name, this.value(param)]));
  }

  set(values: Params): void {
    for (const param of this.params) {
      const value = values[param.name];
      if (value !== undefined) this.put(param, value);
    }
    this.markPreset();
    this.onChange();
  }

  reset(): void {
    this.set(this.defaults());
  }

  preset(id: string): void {
    const preset = this.manifest.presets?.find((each) => each.id === id);
    if (preset) this.set({ ...this.defaults(), ...preset.params });
  }

  /** Only what differs from the defaults, for an address that stays short. */
  query(): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(this.changed(this.values()))) query.set(name, String(value));
    return query.toString();
  }

  changed(values: Params): Params {
    const defaults = this.defaults();
    return Object.fromEntries(Object.entries(values).filter(([name, value]) => defaults[name] !== value));
  }

  setFromQuery(query: string): void {
    const given = new URLSearchParams(query);
    const preset = this.manifest.presets?.find((each) => each.id === given.get("preset"));
    const values: Params = { ...this.defaults(), ...preset?.params };
    for (const param of this.params) {
      const text = given.get(param.name);
      if (text !== null) values[param.name] = parse(param, text);
    }
    this.set(values);
  }

  /** Marks the field that the server refused; "" unmarks all. */
  refuse(field: string): void {
    for (const param of this.params) this.knob(param).toggleAttribute("data-wrong", field === `params.${param.name}`);
  }

  valid(): boolean {
    return find<HTMLFormElement>(this.panel, ".panel-form")?.reportValidity() ?? true;
  }

  private defaults(): Params {
    return Object.fromEntries(this.params.map((param) => [param.name, param.default]));
  }

  private knob(param: Param): HTMLElement {
    return find(this.panel, `.knob[data-param="${param.name}"]`) ?? this.panel;
  }

  private inputs(param: Param): HTMLInputElement[] {
    return all<HTMLInputElement>(this.knob(param), `[name="${param.name}"]`);
  }

  private value(param: Param): Value {
    const inputs = this.inputs(param);
    if (param.type === "bool") return inputs[0]?.checked ?? false;
    if (param.type === "enum") return inputs.find((input) => input.checked)?.value ?? param.default;
    return parse(param, inputs[0]?.value ?? "");
  }

  private put(param: Param, value: Value): void {
    const inputs = this.inputs(param);
    if (param.type === "bool" && inputs[0]) inputs[0].checked = value === true;
    else if (param.type === "enum") for (const input of inputs) input.checked = input.value === value;
    else if (inputs[0]) inputs[0].value = String(value);
    this.moveSlider(param);
  }

  // ---- sliders ----

  private slider(param: Param): HTMLInputElement | null {
    return find<HTMLInputElement>(this.knob(param), "input[type='range']");
  }

  private moveSlider(param: Param): void {
    const slider = this.slider(param);
    if (!slider) return;
    slider.value = String(Math.round(position(param, Number(this.value(param))) * SLIDER_MAX));
    slider.setAttribute("aria-valuetext", `${String(this.value(param))} ${param.unit ?? ""}`);
  }

  private connect(param: Param): void {
    const slider = this.slider(param);
    slider?.addEventListener("input", () => {
      const input = this.inputs(param)[0];
      if (input) input.value = String(atPosition(param, Number(slider.value) / SLIDER_MAX));
      slider.setAttribute("aria-valuetext", `${input?.value ?? ""} ${param.unit ?? ""}`);
      this.changedByHand();
    });
    for (const input of this.inputs(param))
      input.addEventListener("input", () => {
        this.moveSlider(param);
        this.changedByHand();
      });
    this.moveSlider(param);
  }

  private changedByHand(): void {
    this.markPreset();
    this.onChange();
  }

  /** The preset whose values these are. */
  private markPreset(): void {
    const values = JSON.stringify(this.values());
    const here = (this.manifest.presets ?? []).find(
      (preset) => JSON.stringify({ ...this.defaults(), ...preset.params }) === values,
    );
    for (const chip of all(this.panel, ".chip"))
      if (chip.dataset.preset === here?.id) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    for (const words of all(this.panel, "[data-expect]")) words.toggleAttribute("data-shown", words.dataset.expect === (here?.id ?? ""));
  }
}

function parse(param: Param, text: string): Value {
  if (param.type === "bool") return text === "true" || text === "1" || text === "on";
  if (param.type === "enum") return text;
  return text.trim() === "" ? param.default : Number(text);
}

// ---- a number on a scale, as 0–1 and back ----

/** A logarithmic scale begins above zero: the manifest's check sees to that. */
function scaleOf(param: Param): { min: number; max: number; log: boolean } {
  return { min: param.min ?? 0, max: param.max ?? 1, log: param.scale === "log" };
}

function position(param: Param, value: number): number {
  const { min, max, log } = scaleOf(param);
  if (max <= min) return 0;
  const clamped = Math.min(max, Math.max(min, value));
  return log ? Math.log(clamped / min) / Math.log(max / min) : (clamped - min) / (max - min);
}

function atPosition(param: Param, at: number): number {
  const { min, max, log } = scaleOf(param);
  const exact = log ? min * (max / min) ** at : min + at * (max - min);
  return Math.min(max, Math.max(min, rounded(param, exact, log)));
}

/** A number one would have typed: two digits on a logarithmic scale, else a multiple of the step. */
function rounded(param: Param, value: number, log: boolean): number {
  const digits = log ? Number(value.toPrecision(2)) : value;
  const step = param.step && !log ? param.step : param.type === "int" ? 1 : 0;
  if (!step) return Number(digits.toPrecision(4));
  const base = log ? 0 : (param.min ?? 0);
  return Number((base + Math.round((digits - base) / step) * step).toPrecision(12));
}

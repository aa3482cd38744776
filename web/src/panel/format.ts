// Numbers and times for people: four digits at most, units by their size.
import { lang } from "../strings";

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB"];
const TIMES: [number, string][] = [[1, "ns"], [1e3, "µs"], [1e6, "ms"], [1e9, "s"]];
const NANOSECONDS: Record<string, number> = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9 };
const LARGE: [number, string][] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

const plain = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1234567 → "1,234,567", 0.00123456 → "0.001235". */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(2);
  return Math.abs(value) >= 1000 ? whole.format(value) : plain.format(value);
}

/** For axes: 1200000 → "1.2M". */
export function compact(value: number): string {
  const [size, name] = LARGE.find(([limit]) => Math.abs(value) >= limit) ?? [1, ""];
  return number(value / size) + name;
}

function bytes(value: number, show: (n: number) => string): string {
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${show(value)} ${BINARY[unit]}`;
}

function time(value: number, unit: string, show: (n: number) => string): string {
  const ns = value * (NANOSECONDS[unit] ?? 1);
  if (ns === 0) return `0 ${unit}`;
  const [size, name] = TIMES.filter(([limit]) => Math.abs(ns) >= limit).pop() ?? [1, "ns"];
  return `${show(ns / size)} ${name}`;
}

/** A value with its unit; bytes and times choose the size of theirs. */
export function quantity(value: number, unit = "", show = number): string {
  if (unit === "bytes" || unit === "B") return bytes(value, show);
  if (unit in NANOSECONDS) return time(value, unit, show);
  if (unit === "%") return `${show(value)} %`;
  return unit ? `${show(value)} ${unit}` : show(value);
}

/** A moment, as short as can be: the year only if it is another one. */
export function moment(ms: number): string {
  const date = new Date(ms);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleString(lang, { year, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

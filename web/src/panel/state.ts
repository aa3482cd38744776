// How a run stands, in words.
import { say, type Sentence } from "../strings";
import type { RunEvent, Summary } from "./types";

/** data-state of a panel. */
export type PanelState =
  | "idle" | "unavailable" | "starting" | "queued" | "running" | "stopping" | "ended" | "stopped" | "limit" | "failed" | "lost";

export const isOver = (state: PanelState): boolean => !["starting", "queued", "running", "stopping"].includes(state);

const LIMITS: Record<string, Sentence> = {
  wall: "limitWall", cpu: "limitCpu", memory: "limitMemory", output: "limitOutput", rate: "limitRate", processes: "limitProcesses",
};

export function limitName(which: string | undefined): string {
  const sentence = LIMITS[which ?? ""];
  return sentence ? say(sentence) : (which ?? "?");
}

interface Exit {
  code?: number;
  signal?: number | string;
  stopped?: boolean;
}

export function endState(exit: Exit, limit: string | undefined): PanelState {
  if (limit) return "limit";
  if (exit.stopped) return "stopped";
  return exit.code === 0 ? "ended" : "failed";
}

export function stateWords(state: PanelState, exit: Exit, limit: string | undefined): string {
  if (state === "limit") return say("limit", limitName(limit));
  if (state === "stopped") return say("stopped");
  if (state === "ended") return say("ended");
  return say("crashed", exit.signal === undefined ? say("exitCode", exit.code ?? "?") : say("signal", exit.signal));
}

export function exitWords(event: RunEvent, limit: string | undefined): string {
  return stateWords(endState(event, limit), event, limit);
}

/** For a list of runs. */
export function endWords(run: Summary): string {
  const limit = typeof run.limit === "string" ? run.limit : run.limit?.which;
  if (run.state === "running" || run.state === "queued") return say("running");
  if (!run.exit) return say("lost");
  return stateWords(endState(run.exit, limit), run.exit, limit);
}

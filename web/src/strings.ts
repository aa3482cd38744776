// What scripts say, in Chinese and English side by side; the pages' own sentences stand in server/site/strings.c.

export type Lang = "zh" | "en";
export const lang: Lang = document.body.dataset.lang === "en" ? "en" : "zh";

const sentences = {
  tickFailed: ["没有保存成功，已恢复原状：{}", "It was not stored, so it was taken back: {}"],
  itemGone: ["这一条已经不在笔记里了，页面已更新。", "This item is no longer in the notes; the page was brought up to date."],
  offline: ["与 prepd 的连接断开，正在重连…", "prepd can't be reached; reconnecting…"],
  online: ["已重新连接。", "Connected again."],
  noServer: ["连不上 prepd", "prepd can't be reached"],
  pageGone: ["这一页的笔记已被移走。", "This note was moved away."],
  copy: ["复制", "Copy"],
  copied: ["已复制", "Copied"],
  copyFailed: ["复制失败", "Not copied"],
  close: ["关闭", "Close"],
  keys: ["快捷键", "Keys"],
  keyMove: ["下一条 / 上一条", "next / previous item"],
  keyDone: ["已掌握（再按取消）", "done, or not"],
  keyShaky: ["需再看（再按取消）", "shaky, or not"],
  keyRun: ["运行演示", "run the demo"],
  keyStop: ["停止演示", "stop the demo"],
  keyTopics: ["上一个 / 下一个主题", "previous / next topic"],
  keySearch: ["搜索", "search"],
  keyTheme: ["切换明暗", "light or dark"],
  keyLanguage: ["切换语言", "other language"],
  keyHome: ["回到首页", "home"],
  keyHelp: ["这份清单", "this list"],
  neverRun: ["还没有运行过", "Not run yet"],
  unavailable: ["无法运行", "Can't run here"],
  starting: ["正在启动…", "Starting…"],
  queued: ["排队中，前面有 {} 个", "Queued, {} before it"],
  running: ["运行中", "Running"],
  ended: ["正常结束", "Ended by itself"],
  stopping: ["正在停止…", "Stopping…"],
  stopped: ["你停止了它", "Stopped by you"],
  limit: ["达到限制而结束：{}", "Ended by a limit: {}"],
  crashed: ["异常结束：{}", "Crashed: {}"],
  exitCode: ["退出码 {}", "exit code {}"],
  signal: ["信号 {}", "signal {}"],
  lost: ["没有结束的记录：prepd 在它运行时停了", "Its end was not recorded: prepd stopped while it ran"],
  reconnecting: ["连接断开，正在重连…", "Connection lost, reconnecting…"],
  runGone: ["这次运行的记录已经没有了", "This run's record is gone"],
  notStarted: ["没有启动：{}", "Not started: {}"],
  lastWords: ["程序最后说的话：", "The program's last words:"],
  limitWall: ["时间", "time"],
  limitCpu: ["CPU 时间", "CPU time"],
  limitMemory: ["内存", "memory"],
  limitOutput: ["输出总量", "bytes of output"],
  limitRate: ["输出速率", "rate of output"],
  limitProcesses: ["进程数", "processes"],
  held: ["通过", "held"],
  failed: ["未通过", "failed"],
  notChecked: ["未检查", "not checked"],
  got: ["得到 {}", "got {}"],
  want: ["应为 {}", "want {}"],
  logStart: ["启动：{}", "Start: {}"],
  logExit: ["结束：{}", "End: {}"],
  logCheck: ["检查 {}：{}", "Check {}: {}"],
  noHistory: ["还没有运行记录。", "No runs yet."],
  historyFailed: ["读不到历史：{}", "The history can't be read: {}"],
  when: ["时间", "When"],
  parameters: ["参数", "Parameters"],
  result: ["结果", "Result"],
  compare: ["比较", "Compare"],
  comparePick: ["选两次运行来比较", "Pick two runs to compare"],
  defaults: ["默认参数", "defaults"],
  metric: ["指标", "Metric"],
  difference: ["偏差", "Difference"],
  export: ["导出当前运行", "Export the run shown"],
  exportCsv: ["图表数据 CSV", "Chart data: CSV"],
  exportJson: ["结果 JSON", "Results: JSON"],
  exportLog: ["完整日志 NDJSON", "Whole log: NDJSON"],
  delete: ["删除", "Delete"],
  deleteAsk: ["删除 {} 的运行记录？删除后无法恢复。", "Delete the run of {}? It can't be brought back."],
  deleted: ["已删除。", "Deleted."],
  cancel: ["取消", "Cancel"],
  more: ["更早的 {} 条未显示", "{} earlier lines are not shown"],
  time: ["时间", "time"],
  chartHelp: ["{}。方向键逐个查看", "{}. Arrow keys tell the values"],
  chartEmpty: ["这次运行没有这一项", "Not part of this run"],
  notMeasured: ["这次没有测：{}", "Not measured in this run: {}"],
  offScale: ["▲ {} 点超出刻度", "▲ {} off the scale"],
  offScaleHelp: ["有 {} 个点高于刻度（最高 {}），顶边用 ▲ 标出。按下显示完整刻度", "{} points lie above the scale, the highest {}: marked ▲ at the edge. Press for the full scale"],
  offScaleBack: ["完整刻度", "Full scale"],
  notDrawn: ["还有 {} 条未画出，见日志", "{} more are not drawn; the log has them"],
  cell: ["第 {} 格", "cell {}"],
  pin: ["图钉 {}：{}。跳到解释它的段落", "Pin {}: {} To the paragraph that explains it"],
  pinBack: ["回到图上的图钉 {}", "Back to pin {} on the chart"],
  recentNone: ["还没有运行记录。运行一个演示，它会出现在这里。", "No runs yet. Run a demo and it will stand here."],
  explains: ["解释它的段落", "the paragraph that explains it"],
} satisfies Record<string, [string, string]>;

export type Sentence = keyof typeof sentences;

/** The sentence in the page's language, each {} replaced by the next argument. */
export function say(id: Sentence, ...args: (string | number)[]): string {
  let next = 0;
  return sentences[id][lang === "en" ? 1 : 0].replace(/\{\}/g, () => String(args[next++] ?? ""));
}

export interface Label {
  zh?: string;
  en?: string;
}

/** A manifest's label in the page's language, else in the other. */
export function pick(label: Label | undefined): string {
  return label?.[lang] || label?.[lang === "en" ? "zh" : "en"] || "";
}

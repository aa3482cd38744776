/* manifest.c - what the GC demo offers and shows; the words, in both languages. */
#include "manifest.h"

static const struct demo_param params[] =
    {{"gogc", DEMO_INT, "100", -1, 800, 1, .unit = "%", .label = {"GOGC", "GOGC"},
      .help = {"堆可以比存活多长出百分之几再回收完；-1 = off",
               "how much the heap may grow over what lives before it is collected; -1 = off"}},
     {"limit", DEMO_INT, "0", 0, 400, 1, .unit = "MiB", .label = {"内存上限", "memory limit"},
      .help = {"像 GOMEMLIMIT 一样的软上限；0 = 没有", "soft, as GOMEMLIMIT; 0 = none"}},
     {"live", DEMO_INT, "32", 1, 128, 1, .unit = "MiB", .label = {"存活量", "live set"},
      .help = {"表里的对象合计", "the objects in the table, together"}},
     {"rate", DEMO_INT, "120", 0, 2000, 10, .unit = "MiB/s",
      .label = {"分配速度", "allocation rate"},
      .help = {"所有线程合计；0 = 全速", "of all threads; 0 = flat out"}},
     {"assist", DEMO_BOOL, "true", .label = {"标记辅助 assist", "mark assist"},
      .help = {"标记期间谁分配谁还债", "who allocates while marking goes on pays by marking"}},
     {"pacer", DEMO_BOOL, "true", .label = {"调步器 pacer", "pacer"},
      .help = {"提前在 trigger 启动；关掉 = 堆到了目标才启动",
               "starts ahead, at the trigger; off = starts only at the goal"}},
     {"barrier", DEMO_ENUM, "hybrid",
      .choices = (const struct demo_choice[]){{"hybrid", {"混合：删除 + 插入", "hybrid"}},
                                              {"none", {"没有", "none"}},
                                              {0}},
      .label = {"写屏障", "write barrier"}},
     {"cap", DEMO_BOOL, "true", .label = {"GC 的 50 % CPU 上限", "50 % cap on the collector's CPU"},
      .help = {"占 CPU 一半以上太久就停掉 assist",
               "assists stop when the collector has had more than half for too long"}},
     {"cap_ms", DEMO_INT, "500", 50, 5000, 50, .unit = "ms",
      .label = {"上限生效前的余量", "leeway before the cap"},
      .help =
          {"每个线程：GC 比程序多用这么多 CPU 时间才生效；Go 是 1000",
           "for each thread: so much more CPU time than the program GC must have had; 1000 in Go"}},
     {"mutators", DEMO_INT, "2", 1, 8, 1, .label = {"分配线程", "allocating threads"},
      .help = {"相当于 GOMAXPROCS：25 % 按它算", "stands for GOMAXPROCS, which the 25 % is of"}},
     {"workers", DEMO_INT, "0", 0, 8, 1, .label = {"标记 worker", "mark workers"},
      .help = {"0 = 自动，25 %；其他 = 这么多个，不歇", "0 = 25 %; else so many, without rest"}},
     {"sizes", DEMO_ENUM, "small",
      .choices = (const struct demo_choice[]){{"small", {"小：32–96 B", "small: 32–96 B"}},
                                              {"mixed", {"混合：32 B–2 KiB", "mixed: 32 B–2 KiB"}},
                                              {"large", {"大：1–16 KiB", "large: 1–16 KiB"}},
                                              {0}},
      .label = {"对象大小", "object sizes"}},
     {"density", DEMO_FLOAT, "50", 5, 90, 5, .unit = "%", .label = {"指针密度", "pointer density"},
      .help = {"对象里指针占的字数；标记的成本正比于它",
               "words that are pointers; the cost of marking is in proportion"}},
     {"survivors", DEMO_FLOAT, "25", 1, 100, 1, .unit = "%", .label = {"留下的", "survivors"},
      .help =
          {"新条目里进表的比例，其余当场就是垃圾",
           "of the entries made, those that go into the table; the others are garbage at once"}},
     {"min_heap", DEMO_INT, "4", 1, 64, 1, .unit = "MiB", .label = {"最小堆", "minimum heap"},
      .help = {"GOGC=100 时的最小目标", "the least goal at GOGC=100"}},
     {"seconds", DEMO_FLOAT, "6", 0.3, 30, 0.5, .unit = "s", .label = {"时长", "duration"}},
     {"seed", DEMO_INT, "1", 0, 1000000000, 1, .label = {"随机种子", "seed"},
      .help = {"决定每个线程动哪些槽；线程的交错不由它定",
               "which slots each thread touches; how the threads interleave is not decided by it"}},
     {0}};

static const struct demo_preset presets[] = {
    {"default",
     {"默认 GOGC=100", "the usual GOGC=100"},
     {"锯齿：每轮在 trigger 启动，在 goal 之前标完，落回存活量；goal 约是存活的两倍。停顿是微秒级的"
      "细线，标记在旁边并发地跑。",
      "A saw: each cycle starts at the trigger, has marked before the goal, and falls back to what "
      "lives; the goal is about twice that. Pauses are threads of microseconds, and marking runs "
      "beside the program."},
     (const char *const[]){NULL}},
    {"gogc-50",
     {"GOGC=50：省内存", "GOGC=50: less memory"},
     {"目标只比存活多一半：峰值降到默认的三分之二到四分之三，GC 次数约翻一倍，CPU 跟着涨。",
      "The goal is only half above what lives: the peak falls to two thirds or three quarters of "
      "the usual one, cycles about double, and so does their cost."},
     (const char *const[]){"gogc=50", NULL}},
    {"gogc-200",
     {"GOGC=200：省 CPU", "GOGC=200: less CPU"},
     {"目标是存活的三倍：GC 次数约减半，GC 的 CPU 少三分之一到一半，代价是多一个存活量的内存。",
      "The goal is three times what lives: cycles about halve and GC CPU falls by a third to a "
      "half, for one live set more of memory."},
     (const char *const[]){"gogc=200", NULL}},
    {"gogc-400",
     {"GOGC=400", "GOGC=400"},
     {"五倍内存，GC 的 CPU 约是默认的三分之一：每加倍一次，省下的越来越少。",
      "Five times the memory for about a third of the usual GC CPU: each doubling saves less."},
     (const char *const[]){"gogc=400", NULL}},
    {"flood",
     {"全速分配，assist 还债", "flat out, with assists"},
     {"线程不限速。一到标记，分配线程就被征用（时间线上的 assist），GC 的 CPU 超过 25 "
      "%，但堆守在目标附近。",
      "No limit on the rate. As soon as marking starts the allocating threads are drafted (assist "
      "in the timeline), GC takes more than 25 % of the CPU, but the heap stays at its goal."},
     (const char *const[]){"rate=0", "live=48", "seconds=5", NULL}},
    {"assist-off",
     {"关掉 assist：GC 追不上分配", "no assist: allocation outruns GC"},
     {"同样全速，但分配不还债，只有 25 % "
      "的后台标记：标记结束时堆已越过目标三成到七成，看机器有多忙；“守住目标”一项变红。与上一个预设"
      "对照着看。",
      "Flat out again, but allocation does not pay, and only the 25 % in the background mark: when "
      "marking ends the heap is some 30 to 70 % past its goal, as the machine is more or less "
      "busy, and the check of the goal turns red. Compare it with the preset before."},
     (const char *const[]){"rate=0", "live=48", "assist=false", "seconds=5", NULL}},
    {"pacer-off",
     {"关掉 pacer：到了目标才开始", "no pacer: start only at the goal"},
     {"没有提前量：启动时堆已在目标上，标记大半靠 assist：assist 占的 CPU "
      "是默认预设的好几倍，单次停下来更久，堆略越过目标。",
      "No head start: the heap is at its goal when a cycle begins, so assists do most of the "
      "marking: several times the CPU of the default preset, longer single holds, and the goal is "
      "passed a little."},
     (const char *const[]){"pacer=false", NULL}},
    {"barrier-off",
     {"没有写屏障：丢活对象", "no write barrier: live objects are lost"},
     {"线程在表里移动条目，没有屏障告诉收集器：已扫过的槽接过了还没扫到的对象。几轮之内就有活对象被"
      "清扫，"
      "“没有丢对象”一项变红。",
      "Threads move entries about in the table, and no barrier tells the collector: a slot already "
      "scanned takes over an object not yet found. Within some cycles live objects are swept, and "
      "the check of lost objects turns red."},
     (const char *const[]){"barrier=none", "live=16", "rate=200", "seconds=4", NULL}},
    {"limit",
     {"内存上限代替 GOGC", "a memory limit instead of GOGC"},
     {"GOGC=off，上限 64 MiB，存活 32：堆长到上限附近才回收，次数最少而内存有界。",
      "GOGC=off, a limit of 64 MiB, 32 live: the heap grows to the limit before it is collected: "
      "as few cycles as can be, in bounded memory."},
     (const char *const[]){"gogc=-1", "limit=64", NULL}},
    {"death-spiral",
     {"上限低于存活：死亡螺旋与 50 % 上限", "a limit below what lives: the death spiral"},
     {"上限 28 MiB，存活 32：一轮紧接一轮，GC 占去约四分之三的 CPU，吞吐掉到全速的几分之一。"
      "一两秒后 50 % 上限生效：停掉 assist，让堆越过上限，程序重新前进，GC 从此占一半；"
      "全程的占比还要高一点，高出的是生效前的余量。",
      "A limit of 28 MiB with 32 live: cycle follows cycle, GC takes some three quarters of the "
      "CPU, and the throughput falls to a fraction. After a second or two the 50 % cap is in "
      "force: assists stop, the heap passes the limit, the program moves on, and GC has half from "
      "then on; its share of the whole run is a little more, by the leeway before the cap."},
     (const char *const[]){"gogc=-1", "limit=28", "rate=0", "seconds=8", NULL}},
    {"no-cap",
     {"死亡螺旋，没有 50 % 上限", "the death spiral without the cap"},
     {"同样的上限，但没有 50 % 的限制：GC 一直占着约四分之三的 CPU，吞吐一直低。",
      "The same limit without the 50 % cap: GC keeps some three quarters of the CPU, and the "
      "throughput stays low."},
     (const char *const[]){"gogc=-1", "limit=28", "rate=0", "cap=false", "seconds=6", NULL}},
    {0}};

static const struct demo_view views[] = {
    {"heap",
     DEMO_LINE,
     {"堆", "the heap"},
     .y = {{"字节", "bytes"}, "bytes"},
     .items = (const struct demo_item[]){{"heap", {"堆", "heap"}, "bytes"},
                                         {"live", {"上轮标为存活", "marked live"}, "bytes"},
                                         {"trigger", {"触发点", "trigger"}, "bytes", .dash = true},
                                         {"goal", {"目标", "goal"}, "bytes", .dash = true},
                                         {0}}},
    {"cpu",
     DEMO_LINE,
     {"GC 占用的 CPU（每 100 ms）", "the collector's share of the CPU (each 100 ms)"},
     .y = {{"占程序所用 CPU", "of the program's CPU time"}, "%"},
     .items =
         (const struct demo_item[]){
             {"all", {"合计", "in all"}, "%"},
             {"background", {"后台 worker", "workers"}, "%"},
             {"assist", {"assist", "assists"}, "%"},
             {"target", {"后台目标 25 %", "workers' target 25 %"}, "%", .dash = true},
             {0}}},
    {"timeline",
     DEMO_TIMELINE,
     {"谁在什么时候做什么（至多画 2 个 worker、4 个分配线程）",
      "who does what when (at most 2 workers and 4 mutators are drawn)"},
     .items = (const struct demo_item[]){{"stops", {"停住世界", "world stopped"}},
                                         {"cycle", {"标记阶段", "mark phase"}},
                                         {"worker1", {"worker 1", "worker 1"}},
                                         {"worker2", {"worker 2", "worker 2"}},
                                         {"mutator1", {"分配线程 1", "mutator 1"}},
                                         {"mutator2", {"分配线程 2", "mutator 2"}},
                                         {"mutator3", {"分配线程 3", "mutator 3"}},
                                         {"mutator4", {"分配线程 4", "mutator 4"}},
                                         {0}},
     .kinds = (const struct demo_item[]){{"mark", {"标记", "marking"}},
                                         {"assist", {"assist", "assist"}},
                                         {"sweep", {"清扫", "sweeping"}},
                                         {"wait", {"等标记", "waiting for marking"}},
                                         {"stopped", {"STW", "STW"}},
                                         {0}}},
    {"pauses",
     DEMO_BARS,
     {"停顿的分布", "how long the world stood"},
     .x = {{"停顿", "pause"}},
     .y = {{"次数", "pauses"}},
     .items = (const struct demo_item[]){{"n", {"次", "pauses"}}, {0}}},
    {"cycles",
     DEMO_TABLE,
     {"每轮一行，像 gctrace（前 40 轮）", "a line for each cycle, as gctrace (the first 40)"},
     .items = (const struct demo_item[]){{"n", {"轮", "cycle"}},
                                         {"start", {"开始时的堆", "heap at start"}, "bytes"},
                                         {"end", {"结束时的堆", "heap at end"}, "bytes"},
                                         {"live", {"存活", "live"}, "bytes"},
                                         {"goal", {"目标", "goal"}, "bytes"},
                                         {"mark", {"标记阶段", "mark phase"}, "ms"},
                                         {"background", {"后台 CPU", "workers' CPU"}, "ms"},
                                         {"assist", {"assist CPU", "assists' CPU"}, "ms"},
                                         {0}}},
    {0}};

static const struct demo_metric metrics[] = {
    {"pause_p50", {"停顿中位数", "pause, median"}, "µs"},
    {"pause_p99", {"停顿 p99", "pause, p99"}, "µs"},
    {"pause_max", {"最长停顿", "longest pause"}, "µs"},
    {"hold_max",
     {"一个线程一次最久的 assist 或等待", "the longest that a thread assisted or waited at a time"},
     "ms"},
    {"cpu", {"GC 占 CPU", "GC's share of the CPU"}, "%"},
    {"cpu_assist", {"其中 assist", "of it, assists"}, "%"},
    {"cpu_late",
     {"后半程 GC 占 CPU", "GC's share of the CPU in the second half of the run"},
     "%",
     {"50 % 上限", "the 50 % cap"}},
    {"throughput", {"分配吞吐", "allocation throughput"}, "MiB/s"},
    {"cycles", {"GC 次数", "cycles"}},
    {"live", {"存活", "live"}, "bytes"},
    {"peak", {"堆的峰值", "peak heap"}, "bytes"},
    {"peak_ratio",
     {"标记结束时的堆 ÷ 目标，最坏一轮", "heap ÷ goal when marking ended, the worst cycle"},
     "×",
     {"不超过目标", "not past the goal"}},
    {"lost", {"丢失的活对象", "live objects lost"}},
    {0}};

static const struct demo_check checks[] = {
    {"nothing_lost", {"没有丢对象", "no live object was lost"}},
    {"goal_kept",
     {"守住目标：每轮标完时，堆 ≤ 1.10 × 目标",
      "the goal is kept: each cycle ends with the heap ≤ 1.10 × goal"}},
    {0}};

static const struct demo_text real[] = {
    {"真的收集器：真的线程、真的堆和位图、真的三色标记与混合写屏障；每条曲线都是这次运行的计数",
     "A real collector: real threads, a real heap and bitmaps, tri-colour marking and the hybrid "
     "barrier; every curve is counted in this run"},
    {"停顿从请求停住算到放行，含等最慢的线程；GC 的 CPU 是各线程的 CPU 时钟",
     "A pause runs from the request to the release, with the wait for the slowest thread; GC's CPU "
     "is the threads' own CPU clocks"},
    {"丢没丢对象由程序自己看出：每个对象带着独一无二的戳，每次查询都核对，结束时全部再查一遍",
     "Whether an object was lost is seen by the program: each carries a stamp of its own, which "
     "every lookup compares, and at the end all of them"},
    {"公式照 Go 的 mgcpacer.go：目标含根，trigger 由 cons/mark 估，assist 按剩余工作 ÷ 剩余空间",
     "The formulas are those of Go's mgcpacer.go: a goal with roots, a trigger from cons/mark, "
     "assists by work left ÷ heap left"},
    {0}};

static const struct demo_text simplified[] = {
    {"根是每线程一个显式的栈和几个全局量，没有编译器的栈图；安全点是协作式的，不像 Go 1.14 "
     "起能异步抢占",
     "Roots are an explicit stack for each thread and some globals, without a compiler's stack "
     "maps; safepoints are cooperative, with no asynchronous preemption as in Go since 1.14"},
    {"对象的指针排在最前，一个 span 只放一种类型；Go 用类型位图",
     "An object's pointers come first and a span holds one type; Go has type bitmaps"},
    {"worker 是另外的线程，由操作系统调度，不占用 P；没有 idle worker",
     "Workers are further threads that the operating system schedules, they do not take a P; there "
     "are no idle workers"},
    {"逐对象标记，没有 Green Tea 的 span 队列；没有终结器、弱引用，也不把内存还给系统",
     "Marking goes object by object, without Green Tea's queue of spans; no finalizers, no weak "
     "pointers, and no memory is given back to the system"},
    {"内存上限只管堆，不含收集器自己的账本；堆最多 448 MiB，用尽时分配停下来等一轮 GC",
     "The memory limit is for the heap without the collector's own books; the heap has at most 448 "
     "MiB, and where it ends allocation waits for a cycle"},
    {"没有写屏障的运行里，空 span 不换类型、死对象立刻写零：丢了对象的程序因此看得出来，而不会崩溃",
     "In runs without a barrier empty spans keep their type and dead objects are zeroed at once: "
     "so a program that has lost an object notices and does not crash"},
    {"Go 的屏障把新旧两个指针都放进每 P 的缓冲、成批染灰；这里当场染，且只在栈灰时染新值",
     "Go's barrier buffers both pointers for each P and shades in batches; here shading is "
     "immediate, and the new value only while the stack is grey"},
    {"栈由各线程自己在安全点扫；Go 由标记 worker 挂起 goroutine 来扫",
     "Each thread scans its own stack; in Go mark workers suspend goroutines and scan theirs"},
    {"没有按比例清扫，没有两分钟强制 GC，目标不会外推，触发点没有“目标 − 4 MiB”的放宽",
     "No proportional sweep, no two-minute GC, no extrapolated goal, no trigger bound of goal − 4 "
     "MiB"},
    {"50 % 上限按 CPU 时钟算；Go 按不空闲的 P 的时间算，后台标记一律当作 25 %",
     "The 50 % cap counts CPU clocks; Go counts the time of Ps that are not idle, and takes "
     "background marking for 25 % throughout"},
    {"分配线程清扫和屏障的时间不算在 GC 的 CPU 里",
     "Sweeping by allocating threads and barriers are not in GC's CPU share"},
    {0}};

const struct demo_manifest gc_manifest = {
    .id = "gc",
    .title = {"并发三色 GC", "A concurrent tri-colour GC"},
    .summary =
        {"一个照 Go 的样子写的并发标记—清扫收集器，和一群不停分配的线程：何时启动、谁来标记、"
         "分配太快怎么办、没有写屏障会怎样。",
         "A concurrent mark-sweep collector after Go's, and threads that keep allocating: "
         "when it starts, who marks, what if allocation is too fast, and what happens "
         "without a write barrier."},
    .insight =
        {"GC 在目标 = 存活 + (存活 + 根) × GOGC/100 之前的触发点启动，后台标记占 25 % "
         "CPU；分配太快的线程用 assist 还债，所以堆不越过目标；写屏障保证并发标记不丢活对象。",
         "GC starts at a trigger ahead of the goal, live + (live + roots) × GOGC/100, with "
         "25 % of the CPU marking in the background; threads that allocate too fast pay by "
         "assisting, so the heap keeps to its goal; the write barrier keeps concurrent "
         "marking from losing live objects."},
    .topics = (const char *const[]){"gc", NULL},
    .needs = DEMO_THREADS,
    .seconds_max = 60,
    .memory_max_mb = 640,
    .params = params,
    .presets = presets,
    .views = views,
    .metrics = metrics,
    .checks = checks,
    .real = real,
    .simplified = simplified,
    .sources = demo_sources,
    .quick = (const char *const[]){"live=2", "min_heap=1", "seconds=0.4", NULL},
};

/* manifest.c - what the pool demo offers and shows; the words, in both languages. */
#include "manifest.h"

static const struct demo_param params[] = {
    {"threads", DEMO_INT, "2", 1, 16, 1, .label = {"线程（每个占一个 P）", "threads, a P each"}},
    {"size", DEMO_INT, "1024", 64, 1048576, 64, .log = true, .unit = "bytes",
     .label = {"对象大小", "object size"}},
    {"held", DEMO_INT, "1", 1, 4096, 1, .log = true,
     .label = {"一个线程同时拿着", "held at once by a thread"},
     .help = {"先 Get 这么多个，再全部 Put；第一个走 private，其余走 shared",
              "gets so many, then puts them all: the first goes to private, the rest to shared"}},
    {"pattern", DEMO_ENUM, "own",
     .choices =
         (const struct demo_choice[]){
             {"own", {"谁拿谁放回", "each puts back its own"}},
             {"pipeline", {"流水线：一个拿，另一个放回", "pipeline: one gets, another puts back"}},
             {0}},
     .label = {"用法", "use"}},
    {"hold", DEMO_FLOAT, "0", 0, 10000, 1, .unit = "µs", .label = {"拿在手里多久", "held for"},
     .help = {"拿着时忙等这么久，算作使用对象的时间；这时不算 Get+Put 的开销，它淹没在等待的误差里",
              "spins for so long, as if using the objects; then no cost of Get+Put is given, since "
              "it is lost in the noise of that"}},
    {"idle", DEMO_FLOAT, "0", 0, 50000, 100, .unit = "µs",
     .label = {"两次使用之间歇", "idle between uses"},
     .help =
         {"线程真的睡这么久；大于两个 GC 周期，对象就等不到下一次",
          "the thread sleeps; for more than two GC periods, no object lasts until the next use"}},
    {"gc", DEMO_FLOAT, "50", 0, 1000, 1, .unit = "ms", .label = {"GC 周期", "GC period"},
     .help = {"按池自己运行的时间；0 = 不 GC。池超过 96 MB 时提前",
              "in the pool's own time; 0 = never. Sooner if a pool exceeds 96 MB"}},
    {"steal", DEMO_BOOL, "true", .label = {"偷别的 P 的 shared", "steal from other Ps"}},
    {"victim", DEMO_BOOL, "true", .label = {"victim 缓存（1.13 起）", "victim cache (since 1.13)"}},
    {"padding", DEMO_BOOL, "true", .label = {"补齐到 128 字节", "padding to 128 bytes"},
     .help = {"关掉后几个 P 的 private 落在同一条缓存行上",
              "without it the private slots of several Ps share a cache line"}},
    {"zero", DEMO_BOOL, "true", .label = {"新对象清零", "new objects are zeroed"},
     .help = {"Go 总是清零（calloc）；关掉则 malloc", "Go always does (calloc); off: malloc"}},
    {"big_share", DEMO_FLOAT, "0", 0, 100, 0.1, .unit = "%",
     .label = {"需要大缓冲区的比例", "uses that need a large one"},
     .help = {"对象不够大就换成大的，像切片增长；以后一直这么大",
              "an object that is too small is replaced, as a slice grows, and stays large"}},
    {"big_kib", DEMO_INT, "512", 1, 4096, 1, .log = true, .unit = "KiB",
     .label = {"大缓冲区", "large size"}},
    {"keep_kib", DEMO_INT, "64", 0, 4096, 1, .unit = "KiB",
     .label = {"超过就不放回", "put back none above"},
     .help = {"0 = 都放回；fmt 包取 64 KiB", "0 = all are put back; package fmt takes 64 KiB"}},
    {"seconds", DEMO_FLOAT, "5", 0.1, 30, 0.5, .unit = "s", .label = {"运行", "run for"}},
    {"seed", DEMO_INT, "1", 0, 1000000000, 1, .label = {"随机种子", "seed"},
     .help = {"决定哪几次使用需要大缓冲区", "decides which uses need a large one"}},
    {0}};

static const struct demo_preset presets[] = {
    {"default",
     {"热路径缓冲区", "a buffer on the hot path"},
     {"1 KiB 的缓冲区，两个线程各拿各放：几乎每次 Get 都来自 private，不加锁。池最快；malloc 加清零"
      "慢几倍；一把锁的链表在两个核上最慢。GC 之后从 victim 拿回，不重新分配。",
      "1 KiB buffers, two threads, each puts back its own: nearly every Get ends at private, "
      "without a lock. The pool is quickest; malloc and zeroing takes several times as long; the "
      "list under a mutex is slowest on two cores. After a GC objects come back from the victim "
      "cache and none is allocated."},
     NULL},
    {"no-victim",
     {"没有 victim：GC 后抖动", "no victim cache: jitter after GC"},
     {"每个线程同时拿 256 个 64 KiB 的缓冲区。没有 victim（1.12 及以前）：每次 GC 后都要重新分配一"
      "大批（“新建”的尖峰），它自己的曲线随之凹下去；有 victim 的那个池几乎不用新建。两条曲线的高低"
      "取决于对象落在哪些内存上，不作比较。",
      "Each thread holds 256 buffers of 64 KiB. Without a victim cache (up to 1.12) many are made "
      "anew after every GC (the spikes of “new”), and the pool's own curve dips with each; the one "
      "that has it makes hardly any. Which of the two curves is higher depends on where the "
      "objects lie in memory."},
     (const char *const[]){"size=65536", "held=256", "gc=30", "victim=false", NULL}},
    {"false-sharing",
     {"伪共享", "false sharing"},
     {"不补齐：两个 P 的 private 在同一条缓存行上。没有一个对象被共享，也没有锁，却因为缓存行在两个"
      "核之间来回而慢几倍。",
      "No padding: the private slots of two Ps lie on one cache line. No object is shared and no "
      "lock is taken, yet it is several times slower, since the line travels between the cores."},
     (const char *const[]){"size=64", "padding=false", NULL}},
    {"no-steal",
     {"不许偷：一头拿一头放", "no stealing: one gets, one puts"},
     {"一个线程 Get，交给另一个 Put。对象都积在放的那个 P 里；不许偷就永远拿不到：命中 0，内存一直"
      "涨到 GC。许偷的那个池几乎全中。",
      "One thread gets and hands on, another puts. Objects pile up at the P that puts; without "
      "stealing none is ever found: no hits, and memory grows until the GC. The pool that may "
      "steal finds nearly all."},
     (const char *const[]){"pattern=pipeline", "steal=false", NULL}},
    {"oversized",
     {"对象太大时", "when objects get too large"},
     {"0.2 % 的请求要 512 KiB，其余 4 KiB。全都放回：池里的缓冲区一个个变大，再也不缩，内存是所需的"
      "约一百倍；超过 64 KiB 不放回（fmt 的做法）就不会。",
      "0.2 % of the uses need 512 KiB, the others 4 KiB. If all are put back, one buffer after the "
      "other grows and never shrinks: memory is about a hundred times what is needed; not if "
      "none above 64 KiB is put back, as package fmt does."},
     (const char *const[]){"size=4096", "held=32", "big_share=0.2", "keep_kib=0", NULL}},
    {"rarely-used",
     {"用得太稀", "used too seldom"},
     {"GC 每 1 ms 一次，两次使用隔 2.5 ms：对象总在下一次使用之前死去，Get "
      "几乎次次新建。池白加了。",
      "A GC every 1 ms and 2.5 ms between uses: objects die before they are needed again and "
      "nearly every Get makes a new one. The pool is of no use."},
     (const char *const[]){"threads=1", "gc=1", "idle=2500", "held=8", NULL}},
    {0}};

static const struct demo_view views[] = {
    {"rate",
     DEMO_LINE,
     {"每秒 Get+Put", "Get+Put a second"},
     .x = {{"这种做法运行的时间", "time run by each strategy"}, "ms"},
     .y = {{"次数", "operations"}, "M/s", .log = true},
     .items =
         (const struct demo_item[]){
             {"pool", {"池（所选）", "pool as chosen"}, "M/s"},
             {"full", {"池，什么都不拿掉", "pool, nothing taken away"}, "M/s"},
             {"malloc", {"malloc/free", "malloc/free"}, "M/s"},
             {"list", {"一把锁的链表", "list under a mutex"}, "M/s"},
             {"none", {"只有循环本身", "the loop alone"}, "M/s", .dash = true},
             {0}}},
    {"sources",
     DEMO_LINE,
     {"对象从哪里来（所选的池）", "where objects come from (pool as chosen)"},
     .x = {{"池运行的时间", "time run by the pool"}, "ms"},
     .y = {{"Get，没有线即 0", "Gets, no line: none"}, "/ms", .log = true},
     .items = (const struct demo_item[]){{"private", {"private", "private"}, "/ms"},
                                         {"shared", {"自己的 shared", "own shared"}, "/ms"},
                                         {"steal", {"偷来", "stolen"}, "/ms"},
                                         {"victim", {"victim", "victim"}, "/ms"},
                                         {"new", {"新建", "new"}, "/ms"},
                                         {0}}},
    {"made",
     DEMO_LINE,
     {"没拿到、要新建的对象", "objects to be made, since the pool had none"},
     .x = {{"池运行的时间", "time run by the pool"}, "ms"},
     .y = {{"新建", "made"}, "/ms"},
     .items =
         (const struct demo_item[]){
             {"pool", {"池（所选）", "pool as chosen"}, "/ms"},
             {"full", {"池，什么都不拿掉", "pool, nothing taken away"}, "/ms"},
             {0}}},
    {"latency",
     DEMO_BARS,
     {"一次 Get 要多久", "how long one Get takes"},
     .x = {{"来自", "from"}},
     .y = {{"时间", "time"}, "ns", .log = true},
     .items =
         (const struct demo_item[]){
             {"mean", {"平均，不算最慢的 1 %", "mean without the slowest 1 %"}, "ns"},
             {"p99", {"p99", "p99"}, "ns"},
             {0}}},
    {"memory",
     DEMO_LINE,
     {"内存：池里的加上正用的", "memory: pooled and in use"},
     .x = {{"这种做法运行的时间", "time run by each strategy"}, "ms"},
     .y = {{"内存", "memory"}, "bytes"},
     .items =
         (const struct demo_item[]){
             {"pool", {"池（所选）", "pool as chosen"}, "bytes"},
             {"full", {"池，什么都不拿掉", "pool, nothing taken away"}, "bytes"},
             {"list", {"一把锁的链表", "list under a mutex"}, "bytes"},
             {"needed", {"同时需要的", "needed at once"}, "bytes", .dash = true},
             {0}}},
    {"survival",
     DEMO_TABLE,
     {"没人碰的对象，几次 GC 后还拿得到？", "an untouched object: after how many GCs is it found?"},
     .items = (const struct demo_item[]){{"what", {"在哪里 → 谁来拿", "where it is → who gets"}},
                                         {"none", {"0 次", "none"}},
                                         {"one", {"1 次", "one"}},
                                         {"two", {"2 次", "two"}},
                                         {0}}},
    {0}};

static const struct demo_metric metrics[] = {
    {"pool_ns", {"Get+Put，池（所选）", "Get+Put, pool as chosen"}, "ns"},
    {"full_ns", {"Get+Put，什么都不拿掉的池", "Get+Put, pool with nothing taken away"}, "ns"},
    {"malloc_ns", {"malloc+free", "malloc+free"}, "ns"},
    {"list_ns", {"一把锁的链表", "list under a mutex"}, "ns"},
    {"against_malloc", {"malloc+free ÷ 池", "malloc+free ÷ pool"}, "×"},
    {"against_list", {"链表 ÷ 池", "list ÷ pool"}, "×"},
    {"against_full",
     {"池（所选）÷ 什么都不拿掉的池", "pool as chosen ÷ with nothing taken away"},
     "×"},
    {"hits", {"命中", "hits"}, "%"},
    {"avoided", {"省掉的分配", "allocations avoided"}},
    {"made_per_gc",
     {"每次 GC 后重新分配", "objects made anew for each GC"},
     NULL,
     {"有 victim 时：0", "with a victim cache: 0"}},
    {"pause", {"GC 停住世界，中位数", "stop of the world for a GC, median"}, "µs"},
    {"pause_max", {"GC 停住世界，最长", "stop of the world for a GC, longest"}, "µs"},
    {"memory", {"内存峰值，池（所选）", "peak memory, pool as chosen"}, "bytes"},
    {"memory_full",
     {"内存峰值，什么都不拿掉的池", "peak memory, pool with nothing taken away"},
     "bytes"},
    {0}};

static const struct demo_check checks[] = {
    {"survival",
     {"撑过几次 GC、谁拿得到，与 sync.Pool 的规则相同",
      "survival of GCs, and who finds what, as sync.Pool's rules say"}},
    {"never_held_by_two", {"没有一个对象同时在两个手里", "no object was ever held by two"}},
    {"each_get_counted",
     {"每次 Get 恰好计在一个来源上", "each Get is counted under exactly one source"}},
    {"nothing_lost",
     {"结束后每个对象恰好释放一次", "in the end each object has been freed exactly once"}},
    {0}};

static const struct demo_text real[] = {
    {"真的每 P 一份的池：private、无锁 shared 链（poolChain "
     "的算法）、尾部偷取、victim；"
     "真的线程、真的缓存行",
     "A real per-P pool: private, a lock-free chain (the algorithm of poolChain), "
     "stealing at the tail, victims; real threads, real cache lines"},
    {"GC 真的停住所有线程（membarrier 一侧付费的 pin），换代，再在世界继续后释放",
     "A GC really stops all threads (pinning whose fence the stopper pays, by membarrier), moves "
     "the generations on, and frees after the world goes on"},
    {"对照是真的 malloc/free 和真的 mutex；几种做法轮流跑 50 ms，循环本身的开销另测并减掉",
     "What it is compared with is real malloc/free and a real mutex; strategies take turns of 50 "
     "ms, and the loop's own cost is measured and subtracted"},
    {"单次 Get 在另外的时间片里逐次测，前后都等 CPU 做完，减去计时本身；时钟可能 10 ns 一跳，所以看"
     "平均。连着做时 CPU 会让前后重叠，所以更快",
     "Single Gets are timed in slices of their own, with the CPU waiting before and after, less "
     "timing itself; the clock may go in steps of 10 ns, so look at means. One after the other "
     "they overlap and are quicker"},
    {0}};

static const struct demo_text simplified[] = {
    {"shared 的环是 Chase–Lev 双端队列，一次 Get 加 Put 只有一条带锁的指令；Go 的 poolDequeue "
     "把头尾下标打包在一个字里，要两条",
     "The rings of shared are Chase–Lev deques, one locked instruction for a Get and a Put; Go's "
     "poolDequeue packs head and tail in one word and takes two"},
    {"P 与线程一一对应，不会换；Go 的 goroutine 会带着对象换 P，这里用“流水线”表示",
     "A P is one thread for good; in Go a goroutine may change Ps with an object in its hand: "
     "“pipeline” stands for that"},
    {"GC 只清池，按时间触发；没有标记，也没有标记带来的开销",
     "A GC only ages the pool and comes by the clock: nothing is marked, and marking costs "
     "nothing"},
    {"被丢掉的对象当场 free；Go 里只是断开引用，等清扫",
     "What is dropped is freed at once; Go only lets go of it, to be swept"},
    {"一个池；Go 的 GC 会处理进程里所有的池", "One pool; Go's GC ages all pools of a process"},
    {"用一次对象只碰它的头和最后一个字节", "Using an object touches only its head and last byte"},
    {"malloc 没有计字节数（那会算进它的时间），所以内存曲线上没有它",
     "malloc's bytes are not counted (that would be on its time), so it is not on the memory "
     "curve"},
    {0}};

const struct demo_manifest pool_manifest = {
    .id = "pool",
    .title = {"sync.Pool 对象复用", "sync.Pool: reusing objects"},
    .summary =
        {"每个 P 一份的对象池，和 malloc/free、一把锁的链表比：省多少，对象从哪里来，拿掉偷取、"
         "victim 或补齐会怎样。",
         "Per-P object pools against malloc/free and a list under a mutex: what they save, "
         "where objects come from, and what happens without stealing, victims or padding."},
    .insight =
        {"sync.Pool 快，因为每个 P 先用自己的一份，不加锁也不共享缓存行，缺了才去偷别人 shared "
         "的尾部；GC 把它分两代清空，所以只放短命、同样大、常用的对象，太大的不放回。",
         "sync.Pool is quick since each P uses its own objects first, with no lock and no "
         "shared cache line, and only then steals from others' tails; the GC empties it in "
         "two generations, so it is for short-lived, alike, often used objects, and giants "
         "are not put back."},
    .topics = (const char *const[]){"sync-pool", NULL},
    .needs = DEMO_THREADS,
    .seconds_max = 60,
    .memory_max_mb = 768,
    .params = params,
    .presets = presets,
    .views = views,
    .metrics = metrics,
    .checks = checks,
    .real = real,
    .simplified = simplified,
    .sources = demo_sources,
    .quick = (const char *const[]){"seconds=0.3", NULL},
};

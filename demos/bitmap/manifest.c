/* manifest.c - what the bitmap demo offers and shows; the words, in both languages. */
#include "manifest.h"

static const struct demo_param params[] = {
    {"n", DEMO_INT, "2000000", 1, 4e9, 1000, .log = true, .unit = "integers",
     .label = {"整数个数 N", "integers N"}},
    {"range", DEMO_INT, "4194304", 1024, 4294967296.0, 1024, .log = true,
     .label = {"值域", "range"},
     .help = {"整数取自 0 到值域减 1；4294967296 = 2^32 是整个 uint32",
              "integers are from 0 to range − 1; 4294967296 = 2^32 is all of uint32"}},
    {"distribution", DEMO_ENUM, "uniform",
     .choices =
         (const struct demo_choice[]){
             {"uniform", {"均匀随机", "uniformly random"}},
             {"runs", {"一段一段连续", "runs of consecutive ones"}},
             {"zipf", {"Zipf：小号热", "Zipf: small ones are hot"}},
             {"ids", {"自增 ID，局部乱序", "ascending ids, slightly out of order"}},
             {0}},
     .label = {"分布", "distribution"}},
    {"run_length", DEMO_INT, "2000", 1, 1000000, 1, .log = true, .unit = "integers",
     .label = {"每段多长", "length of a run"},
     .help = {"分布为“一段一段连续”时用", "used by the distribution of runs"}},
    {"task", DEMO_ENUM, "all",
     .choices =
         (const struct demo_choice[]){{"all", {"全部", "all"}},
                                      {"dedup", {"判重", "find duplicates"}},
                                      {"lookup", {"查找", "look up"}},
                                      {"sort", {"排序", "sort"}},
                                      {"sets", {"AND / OR / 计数", "AND / OR / cardinality"}},
                                      {"delete", {"删除", "delete"}},
                                      {0}},
     .label = {"任务", "task"},
     .help = {"判重总是做：装入时就知道", "duplicates are always found: filling tells"}},
    {"roaring", DEMO_BOOL, "true", .label = {"比：压缩位图", "with the compressed bitmap"}},
    {"hash", DEMO_BOOL, "true", .label = {"比：哈希集合", "with the hash set"}},
    {"array", DEMO_BOOL, "true", .label = {"比：有序数组", "with the sorted array"}},
    {"memory", DEMO_INT, "1100", 1, 1100, 1, .log = true, .unit = "MiB",
     .label = {"允许用的内存", "memory allowed"},
     .help = {"装不下的结构不参加，表里写明要多少",
              "a structure that does not fit is left out; the table says what it would take"}},
    {"pace", DEMO_INT, "40", 0, 500, 5, .unit = "ms",
     .label = {"放慢：压缩位图每个检查点停", "slow down: pause at a checkpoint"},
     .help = {"只为看清容器变化；0 = 全速。计时不含停顿",
              "only so that one can follow the containers; 0 = full speed. No pause is within a "
              "timing"}},
    {"seed", DEMO_INT, "1", 0, 1000000000, 1, .label = {"种子", "seed"},
     .help = {"同一种子给出同样的整数", "the same seed gives the same integers"}},
    {0}};

static const struct demo_preset presets[] = {
    {"default",
     {"密：200 万 / 400 万", "dense: 2 M of 4 M"},
     {"值域里近四成的值出现。位图只要 512 KiB，哈希集合要它的 16 倍以上；判重、查找、AND 也都是位图"
      "最快。压缩位图的 64 个容器装过 4096 个就全变成 bitmap，大小和位图一样。",
      "Nearly four in ten values of the range are there. The bitmap takes 512 KiB, the hash set "
      "over 16 times as much, and the bitmap is also the quickest at duplicates, lookups and AND. "
      "All 64 containers of the compressed one turn into bitmaps as they pass 4096 numbers, and it "
      "is then as large as the plain one."},
     (const char *const[]){NULL}},
    {"sparse",
     {"稀：100 万 / 42 亿", "sparse: 1 M of 4.3 G"},
     {"100 万个整数散在整个 uint32 里：位图照样要 512 MiB，每个元素 4000 多位；有序数组 4 MB，压缩"
      "位图全是 array 容器，和它差不多，还能增删。",
      "A million integers spread over all of uint32: the bitmap still takes 512 MiB, over 4000 "
      "bits "
      "an element; a sorted array takes 4 MB, and so does the compressed bitmap, all of it array "
      "containers, which can also add and delete."},
     (const char *const[]){"n=1000000", "range=4294967296", NULL}},
    {"runs",
     {"连续段", "runs"},
     {"400 万个整数，每 2000 个连续：装的时候是 array 和 bitmap，装完一重整全变成 run，从近 8 MiB "
      "降到约 40 KiB。",
      "Four million integers in runs of 2000: arrays and bitmaps while they come in, and all runs "
      "once they are optimised: from nearly 8 MiB to some 40 KiB."},
     (const char *const[]){"n=4000000", "range=268435456", "distribution=runs", NULL}},
    {"zipf",
     {"Zipf", "Zipf"},
     {"小号热、大号冷：前面的容器很快变成 bitmap，后面的一直是 array，最前面的几乎全满、变成 run。"
      "每个容器各选各的形式，这就是 Roaring。",
      "Small numbers are hot: the first containers soon turn into bitmaps, those behind stay "
      "arrays, and the very first are so full that they become runs. Each container has the form "
      "that suits it: that is Roaring."},
     (const char *const[]){"n=4000000", "range=33554432", "distribution=zipf", NULL}},
    {"four-billion",
     {"40 亿整数", "4 billion integers"},
     {"经典题，真的做一遍：40 亿个整数、1 GB 内存。位图 2^32 位正好 512 MiB，十几秒找出所有重复；"
      "有序数组要 16 GB，哈希集合更多，都装不下。",
      "The classic question, done for real: 4 billion integers, 1 GB of memory. A bitmap of 2^32 "
      "bits is 512 MiB and finds all duplicates in ten to twenty seconds; a sorted array would "
      "take 16 GB and a hash set more: neither fits."},
     (const char *const[]){"n=4000000000", "range=4294967296", "distribution=ids", "task=dedup",
                           "roaring=false", "memory=1024", NULL}},
    {"set-operations",
     {"AND / OR", "AND / OR"},
     {"两天的签到相与：位图按字做，一条 AVX-512 指令数 512 位。缓存里比逐位数快几百倍；两个 64 MiB "
      "的位图远超二级缓存，快的指令都被内存拉平。",
      "Who checked in on both days: bitmaps are combined by the word, and one AVX-512 instruction "
      "counts 512 bits. In cache that is hundreds of times as fast as bit by bit; two bitmaps of "
      "64 MiB are far beyond the second-level cache, and memory levels all the quick ones."},
     (const char *const[]){"task=sets", "n=4000000", "range=8388608", NULL}},
    {0}};

/* Each structure has the same colour in every chart. */
#define STRUCTURE_SERIES(unit)                                                                     \
    {"bitset", {"位图", "bitmap"}, unit}, {"roaring", {"压缩位图", "compressed bitmap"}, unit},    \
        {"hash", {"哈希集合", "hash set"}, unit},                                                  \
    {                                                                                              \
        "array", {"有序数组", "sorted array"}, unit                                                \
    }

static const struct demo_view views[] = {
    {"memory",
     DEMO_LINE,
     {"装入时的内存", "memory while filling"},
     .x = {{"已装入", "added"}, "integers"},
     .y = {{"内存", "memory"}, "bytes", .log = true},
     .items =
         (const struct demo_item[]){
             STRUCTURE_SERIES("bytes"),
             {"budget", {"允许用的内存", "memory allowed"}, "bytes", .dash = true},
             {0}}},
    {"containers",
     DEMO_GRID,
     {"压缩位图的容器，值域从左上到右下；灰色：没有",
      "the compressed bitmap's containers, the range from top left to bottom right; grey: none"},
     .items = (const struct demo_item[]){{"few", {"array，至多 1024", "array, up to 1024"}},
                                         {"many", {"array，至多 4096", "array, up to 4096"}},
                                         {"bitmap", {"bitmap，8 KiB", "bitmap, 8 KiB"}},
                                         {"run", {"run", "runs"}},
                                         {0}},
     .cells = GRID_CELLS,
     .width = GRID_WIDTH},
    {"kinds",
     DEMO_LINE,
     {"容器的形式", "forms of the containers"},
     .x = {{"已装入", "added"}, "integers"},
     .y = {{"容器数", "containers"}},
     .items = (const struct demo_item[]){{"array", {"array", "array"}},
                                         {"bitmap", {"bitmap", "bitmap"}},
                                         {"run", {"run", "runs"}},
                                         {0}}},
    {"time",
     DEMO_BARS,
     {"每个整数的时间", "time for an integer"},
     .x = {{"任务", "task"}},
     .y = {{"时间", "time"}, "ns", .log = true},
     .items = (const struct demo_item[]){STRUCTURE_SERIES("ns"), {0}}},
    {"size",
     DEMO_BARS,
     {"每个整数占多少", "memory for an integer"},
     .x = {{"结构", "structure"}},
     .y = {{"内存", "memory"}, "bytes", .log = true},
     .items =
         (const struct demo_item[]){
             {"bytes", {"实测 ÷ 不同的整数", "measured ÷ distinct integers"}, "bytes"},
             {"need",
              {"算出的上限 ÷ 不同的整数（不参加的 ÷ N）",
               "computed limit ÷ distinct integers (÷ N if left out)"},
              "bytes"},
             {0}}},
    {"codes",
     DEMO_BARS,
     {"AND + popcount，各级指令", "AND + popcount, by level of instructions"},
     .x = {{"两个位图", "two bitmaps"}},
     .y = {{"速度", "speed"}, "GB/s", .log = true},
     .items =
         (const struct demo_item[]){{"by_one", {"逐位", "bit by bit"}, "GB/s"},
                                    {"scalar", {"可移植 C", "portable C"}, "GB/s"},
                                    {"popcnt", {"POPCNT", "POPCNT"}, "GB/s"},
                                    {"avx2", {"AVX2", "AVX2"}, "GB/s"},
                                    {"avx512", {"AVX-512 VPOPCNTDQ", "AVX-512 VPOPCNTDQ"}, "GB/s"},
                                    {0}}},
    {"structures",
     DEMO_TABLE,
     {"四种结构", "the four structures"},
     .items =
         (const struct demo_item[]){{"name", {"结构", "structure"}},
                                    {"need", {"一个集合至多要", "a set takes at most"}, "bytes"},
                                    {"took", {"实际", "took"}, "bytes"},
                                    {"bits", {"每个元素", "an element"}, "bits"},
                                    {"distinct", {"不同的整数", "distinct integers"}},
                                    {0}}},
    {0}};

static const struct demo_metric metrics[] = {
    {"duplicates",
     {"重复的整数", "duplicates"},
     NULL,
     {"均匀随机与自增 ID 的期望：N − R·(1 − (1 − 1/R)^N)",
      "expected of random integers and of ids: N − R·(1 − (1 − 1/R)^N)"}},
    {"bitset_bytes",
     {"位图", "bitmap"},
     "bytes",
     {"值域 ÷ 8；2^32 ÷ 8 = 512 MiB", "range ÷ 8; 2^32 ÷ 8 = 512 MiB"}},
    {"roaring_bytes",
     {"压缩位图", "compressed bitmap"},
     "bytes",
     {"只算内容：每个容器 min(2n, 8192, 4 × 段数)",
      "contents alone: min(2n, 8192, 4 × runs) for each container"}},
    {"roaring_bits",
     {"压缩位图，每个元素", "compressed bitmap, an element"},
     "bits",
     {"均匀随机时：同样密度的随机集合，信息论下限",
      "if uniformly random: the information-theoretic least for a set so dense"}},
    {"hash_bytes",
     {"哈希集合", "hash set"},
     "bytes",
     {"装到 3/4 时：4n ÷ 0.75", "when it is 3/4 full: 4n ÷ 0.75"}},
    {"array_bytes", {"有序数组", "sorted array"}, "bytes", {"4n", "4n"}},
    {"bitset_dedup", {"判重：位图比哈希集合快", "duplicates: bitmap against hash set"}, "×"},
    {"bitset_lookup", {"查找：位图比哈希集合快", "look up: bitmap against hash set"}, "×"},
    {"roaring_lookup",
     {"查找：压缩位图比哈希集合快", "look up: compressed bitmap against hash set"},
     "×"},
    {"bitset_and", {"AND 计数：位图比哈希集合快", "AND cardinality: bitmap against hash set"}, "×"},
    {"roaring_and",
     {"AND 计数：压缩位图比哈希集合快", "AND cardinality: compressed bitmap against hash set"},
     "×"},
    {"and_cached", {"AND + popcount，缓存里", "AND + popcount, in cache"}, "GB/s"},
    {"and_memory", {"AND + popcount，内存里", "AND + popcount, in memory"}, "GB/s"},
    {"and_speedup", {"最好的指令比逐位快", "the best instructions against bit by bit"}, "×"},
    {0}};

static const struct demo_check checks[] = {
    {"same_answers",
     {"所有结构的答案相同：判重、查找、排序、AND、OR、删除",
      "all structures give the same answers: duplicates, lookups, order, AND, OR, deletions"}},
    {"containers_sound",
     {"每个容器有序、计数对；装完重整后，形式最小",
      "each container is in order and its count right; once all are in, it has its smallest "
      "form"}},
    {"codes_agree", {"各级指令数出来的一样", "all levels of instructions count the same"}},
    {0}};

static const struct demo_text real[] = {
    {"四种结构都是真的，装的是同一批整数；时间和内存是这次运行里测的，不含产生整数的时间",
     "Four real structures are given the same integers; times and sizes are measured in this run, "
     "without the time it takes to make the integers"},
    {"压缩位图是 Roaring 的三种容器和转换规则；测试里与普通位图逐位对照，基准里查找与 AND 的答案与 "
     "CRoaring 对照",
     "The compressed bitmap has Roaring's three containers and its rules of conversion; tests "
     "compare it "
     "with a plain bitset, and the bench its lookups and AND with CRoaring's"},
    {"40 亿个整数真的逐个装进 512 MiB 的位图",
     "4 billion integers really go one by one into a bitmap of 512 MiB"},
    {"指令在运行时按 CPU 选；没有 AVX-512 的机器上那一级不画",
     "Instructions are chosen for the CPU at run time; a level that it lacks is not drawn"},
    {0}};

static const struct demo_text simplified[] = {
    {"整数由编号算出，不是从文件读；40 亿那一题的整数大致按 ID "
     "升序来，完全随机的顺序每个要多等一次内存",
     "Integers are computed, not read from a file; in the question of 4 billion they come roughly "
     "in order of ids: in random order each would wait for memory once more"},
    {"有序数组一次排好；一个一个插入或删除要搬半个数组，所以删除也是整批合并",
     "The sorted array is sorted in one go; to insert or delete one by one would move half of it, "
     "so deletions are merged in a batch too"},
    {"AND 只数交集大小，不建新集合；OR 并入第一个集合；时间按两个集合的整数总数摊",
     "AND counts what is in both and makes no set; OR goes into the first set; times are shared "
     "out "
     "over the integers of both sets"},
    {"装入时容器只是 array 或 bitmap，装完才找 run，和 CRoaring 的 runOptimize "
     "一样；这一步不算在判重里",
     "While filling containers are arrays or bitmaps; runs are looked for at the end, as "
     "CRoaring's "
     "runOptimize does; finding duplicates does not include that"},
    {"容器多于 4096 个时，图上一格代表几个相邻容器里的一个；一格不足一个容器时，一个容器占几格",
     "With more than 4096 containers a cell shows one of several neighbours; with fewer, a "
     "container takes several cells"},
    {"单线程；内存是结构申请的，没写过的页操作系统还没给；malloc 自己的开销不计",
     "One thread; memory is what the structures asked for: pages never written are not taken from "
     "the machine yet, and malloc's own overhead is not counted"},
    {0}};

const struct demo_manifest bitmap_manifest = {
    .id = "bitmap",
    .title = {"位图与压缩位图", "Bitmaps, plain and compressed"},
    .summary =
        {"同一批整数装进位图、压缩位图、哈希集合和有序数组：判重、查找、排序、AND / "
         "OR、删除，比时间也比内存；看容器怎样换形式。",
         "The same integers in a bitmap, a compressed bitmap, a hash set and a sorted array: "
         "duplicates, lookups, sorting, AND / OR, deletion, compared in time and in memory; and "
         "how "
         "containers change their form."},
    .insight =
        {"位图的大小只看值域：密度高于 1/32 时它比列表小、比哈希集合快，40 亿个 uint32 是精确的 "
         "512 MB；更稀就用 Roaring，每 2^16 "
         "个值各选 array、bitmap、run 里最小的一种。",
         "A bitmap's size depends on the range alone: above a density of 1/32 it is smaller "
         "than a list and quicker than a hash set, and 4 billion uint32 are 512 MB, exactly; "
         "sparser, use Roaring, which gives every 2^16 values the smallest of array, bitmap "
         "and runs."},
    .topics = (const char *const[]){"bitmap-bloom", NULL},
    .seconds_max = 120,
    .memory_max_mb = 1400,
    .params = params,
    .presets = presets,
    .views = views,
    .metrics = metrics,
    .checks = checks,
    .real = real,
    .simplified = simplified,
    .sources = demo_sources,
    .quick = (const char *const[]){"n=20000", "pace=0", NULL},
};

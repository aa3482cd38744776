/* manifest.c - what the Bloom demo offers and shows; the words, in both languages. */
#include "manifest.h"

static const struct demo_param params[] = {
    {"n", DEMO_INT, "1000000", 1000, 1e8, 1000, .log = true, .unit = "keys",
     .label = {"容量 n", "capacity n"},
     .help = {"过滤器按这么多个键来设计", "the number of keys that the filter is made for"}},
    {"sizing", DEMO_ENUM, "rate",
     .choices = (const struct demo_choice[]){{"rate", {"按目标误判率", "by target rate"}},
                                             {"bits", {"按每键位数", "by bits per key"}},
                                             {0}},
     .label = {"怎样定大小", "sized"}},
    {"rate", DEMO_FLOAT, "1", 0.0001, 50, 0.01, .log = true, .unit = "%",
     .label = {"目标误判率", "target rate"},
     .help = {"“按目标误判率”时用", "used when sized by target rate"}},
    {"bits_per_key", DEMO_FLOAT, "10", 1, 40, 0.1, .unit = "bits",
     .label = {"每键位数", "bits per key"},
     .help = {"“按每键位数”时用", "used when sized by bits per key"}},
    {"k", DEMO_INT, "0", 0, 30, 1, .label = {"探测次数 k", "probes k"},
     .help = {"0 = 最优；分块布局固定为 8", "0 = the best; the blocked layout always has 8"}},
    {"kind", DEMO_ENUM, "classic",
     .choices = (const struct demo_choice[]){{"classic", {"经典", "classic"}},
                                             {"blocked", {"按缓存行分块", "cache-line blocked"}},
                                             {0}},
     .label = {"布局", "layout"}},
    {"overfill", DEMO_FLOAT, "1.5", 0.1, 8, 0.1, .unit = "× n", .label = {"装到", "fill up to"},
     .help = {"实际插入的键数 ÷ 容量", "keys inserted ÷ capacity"}},
    {"probes", DEMO_INT, "200000", 1000, 5000000, 1000, .log = true, .unit = "lookups",
     .label = {"每个检查点最多查询", "lookups at a checkpoint, at most"},
     .help = {"误判越少见，区间越窄越费查询；见 95 % 区间的带子",
              "the rarer the error, the more lookups a narrow interval takes: see the 95 % band"}},
    {"pace", DEMO_INT, "30", 0, 500, 5, .unit = "ms",
     .label = {"放慢：每个检查点停", "slow down: pause at a checkpoint"},
     .help = {"只为看得清；0 = 全速。计时不含停顿",
              "only so that one can follow; 0 = full speed. No pause is within a timing"}},
    {"seed", DEMO_INT, "1", 0, 1000000000, 1, .label = {"哈希种子", "seed of the hash"},
     .help = {"换种子，误判的是另一批键；同一种子结果可重复",
              "another seed errs on other keys; the same seed repeats the run"}},
    {0}};

static const struct demo_preset presets[] = {
    {"default",
     {"默认 1 %", "the usual 1 %"},
     {"装到容量时误判率正好到 1 %，位填满一半；再多装一半，误判率升到近 6 %。实测的带子是 95 % "
      "区间，几乎处处罩着公式的虚线。",
      "At capacity the rate arrives at 1 % and half of the bits are set; half as many keys again "
      "take it to nearly 6 %. The measured band is a 95 % interval and covers the formula's dashed "
      "line almost everywhere."},
     (const char *const[]){NULL}},
    {"overfill",
     {"装过头", "overfilled"},
     {"装到容量的 4 倍：误判率从 1 % 升到 60 % "
      "以上，过滤器不报错，只是不再过滤。漏判仍然一个也没有。",
      "Filled to four times its capacity: the rate goes from 1 % to over 60 %. The filter reports "
      "no error; it just stops filtering. Still not one false negative."},
     (const char *const[]){"overfill=4", NULL}},
    {"many-probes",
     {"k 太大", "k too large"},
     {"每键 9.6 位却探测 20 次：位填到近九成，误判率约 7 %，是 k = 7 "
      "的七倍，每次插入还要近三倍的工作。",
      "20 probes at 9.6 bits a key: nearly nine bits of ten are set, the rate is some 7 %, seven "
      "times that of k = 7, and an insertion costs nearly three times the work."},
     (const char *const[]){"k=20", "overfill=1", NULL}},
    {"one-probe",
     {"k = 1", "k = 1"},
     {"只探测一次：位几乎是空的，误判率却近 10 %。一个位的证据太少。",
      "One probe only: the bits are nearly all clear and yet the rate is almost 10 %. One bit is "
      "too little evidence."},
     (const char *const[]){"k=1", "overfill=1", NULL}},
    {"tight",
     {"0.01 %", "0.01 %"},
     {"误判率每降到十分之一，每键多 4.8 位：0.01 % 要 19.2 位，k = 13。",
      "Each tenth of the rate costs 4.8 bits a key more: 0.01 % takes 19.2 bits and k = 13."},
     (const char *const[]){"rate=0.01", "overfill=1", "probes=500000", NULL}},
    {"blocked",
     {"分块对经典", "blocked against classic"},
     {"500 万个键，装不进二级缓存。分块布局每个键只碰一条缓存行，比经典布局快几倍，代价是同样 1 % "
      "多约一成的位。",
      "Five million keys, too many for the second-level cache. The blocked layout touches one "
      "cache line a key and is several times quicker, for about a tenth more bits at the same 1 "
      "%."},
     (const char *const[]){"n=5000000", "kind=blocked", "overfill=1", NULL}},
    {0}};

static const struct demo_view views[] = {
    {"rate",
     DEMO_LINE,
     {"误判率", "false-positive rate"},
     .x = {{"已插入", "inserted"}, "keys"},
     .y = {{"误判率", "false-positive rate"}, "%"},
     .items =
         (const struct demo_item[]){
             {"measured", {"实测", "measured"}, "%", .low = "low", .high = "high"},
             {"formula", {"公式，所选 k", "formula, the k chosen"}, "%", .dash = true},
             {"best",
              {"公式，经典布局最优 k", "formula, classic at the best k"},
              "%",
              .dash = true},
             {"low", {"95 % 下界", "95 % low"}, "%", .hidden = true},
             {"high", {"95 % 上界", "95 % high"}, "%", .hidden = true},
             {0}}},
    {"fill",
     DEMO_LINE,
     {"已置 1 的位", "bits set"},
     .x = {{"已插入", "inserted"}, "keys"},
     .y = {{"占比", "share"}, "%"},
     .items =
         (const struct demo_item[]){
             {"measured", {"实测", "measured"}, "%"},
             {"formula", {"公式 1 − e^(−kn/m)", "formula 1 − e^(−kn/m)"}, "%", .dash = true},
             {0}}},
    {"cost",
     DEMO_LINE,
     {"每次操作的时间", "time per operation"},
     .x = {{"已插入", "inserted"}, "keys"},
     .y = {{"时间", "time"}, "ns"},
     .items = (const struct demo_item[]){{"insert", {"插入", "insert"}, "ns"},
                                         {"hit", {"查询，在", "look up, present"}, "ns"},
                                         {"miss", {"查询，不在", "look up, absent"}, "ns"},
                                         {0}}},
    {"per_k",
     DEMO_BARS,
     {"为什么 k 不是越大越好", "why a larger k is not better"},
     .x = {{"探测次数 k（经典布局，装到容量）", "probes k (classic layout, at capacity)"}},
     .y = {{"误判率", "false-positive rate"}, "%"},
     .items = (const struct demo_item[]){{"measured", {"实测", "measured"}, "%"},
                                         {"formula", {"公式", "formula"}, "%"},
                                         {0}}},
    {"layouts",
     DEMO_BARS,
     {"两种布局，每次操作的时间", "the two layouts, time per operation"},
     .x = {{"操作", "operation"}},
     .y = {{"时间", "time"}, "ns"},
     .items = (const struct demo_item[]){{"classic", {"经典", "classic"}, "ns"},
                                         {"blocked", {"分块", "blocked"}, "ns"},
                                         {0}}},
    {"layout",
     DEMO_TABLE,
     {"两种布局，大小与误判率", "the two layouts, size and rate"},
     .items = (const struct demo_item[]){{"name", {"布局", "layout"}},
                                         {"bits", {"每键位数", "bits per key"}, "bits"},
                                         {"k", {"k", "k"}},
                                         {"measured", {"实测误判率", "rate measured"}, "%"},
                                         {"formula", {"公式", "formula"}, "%"},
                                         {"code", {"指令", "code"}},
                                         {0}}},
    {0}};

static const struct demo_metric metrics[] = {
    {"rate_at_capacity", {"装到容量时的误判率", "rate at capacity"}, "%", {"公式", "formula"}},
    {"rate_at_end", {"结束时的误判率", "rate at the end"}, "%", {"公式", "formula"}},
    {"fill_at_capacity", {"装到容量时置 1 的位", "bits set at capacity"}, "%", {"公式", "formula"}},
    {"bits_per_key",
     {"每键位数", "bits per key"},
     "bits",
     {"同样误判率的最少位数 −ln p / (ln 2)²", "the least for the same rate, −ln p / (ln 2)²"}},
    {"best_k",
     {"实测误判最少的 k（区间：分不出高下的）",
      "k with the lowest rate measured (range: those that can't be told from it)"},
     NULL,
     {"ln 2 × 每键位数", "ln 2 × bits per key"}},
    {"memory", {"内存", "memory"}, "MB", {"只存 8 字节的键要这么多", "the bare 8-byte keys"}},
    {"insert", {"插入一个键", "insert a key"}, "ns"},
    {"hit", {"查询，在", "look up, present"}, "ns"},
    {"miss", {"查询，不在", "look up, absent"}, "ns"},
    {"blocked_speedup",
     {"分块比经典快：查询，不在", "blocked against classic: look up, absent"},
     "×"},
    {0}};

static const struct demo_check checks[] = {
    {"no_false_negative",
     {"没有漏判：插入的每个键都查得到", "no false negative: every key inserted is found"}},
    {"rate_agrees",
     {"实测误判率与公式相符（5 个标准差以内）",
      "the measured rate agrees with the formula (5 standard deviations)"}},
    {"simd_agrees", {"AVX2 与标量代码逐位相同", "AVX2 and scalar code agree bit by bit"}},
    {0}};

static const struct demo_text real[] = {
    {"真的过滤器：真的插入、真的查询，误判率是数出来的，公式只画在旁边作比较",
     "A real filter, real insertions and lookups: the rate is counted, the formula is only drawn "
     "beside it"},
    {"查询的是确知没有插入过的键；漏判检查把插入过的每一个键都查一遍",
     "Lookups use keys known never to have been inserted; the check for false negatives looks up "
     "every key that was"},
    {"时间在这台机器上、这次运行里测得，成批操作，不含停顿",
     "Times are measured on this machine in this run, on batches, without the pauses"},
    {0}};

static const struct demo_text simplified[] = {
    {"键是 64 位整数编号；字符串要先哈希成 64 位，那部分时间不在其中",
     "Keys are 64-bit numbers; a string would be hashed to 64 bits first, and that time is not in "
     "here"},
    {"单线程；哈希不抗恶意构造的键（那需要带密钥的哈希，如 SipHash）",
     "One thread; the hash does not resist keys made by an adversary (that takes a keyed one such "
     "as SipHash)"},
    {"各个 k 的误判率在至多 10 万个键的过滤器上测：它只取决于每键位数，与 n 几乎无关",
     "The rate for each k is measured on a filter of at most 100 000 keys: it depends on bits per "
     "key and hardly on n"},
    {"经典布局由两个哈希推出 k 个位置；很小或很空的过滤器，误判会比公式多。",
     "The classic layout derives its k bits from two hashes; a tiny or nearly empty filter errs "
     "more often than the formula says."},
    {"两种布局的对比至多用 1000 万个键", "The two layouts are compared on at most 10 million keys"},
    {0}};

const struct demo_manifest bloom_manifest = {
    .id = "bloom",
    .title = {"布隆过滤器", "Bloom filter"},
    .summary =
        {"一边插入，一边用没插入过的键去查：误判率怎样涨，公式算得准不准，k 取多少，装过头会怎样。",
         "Insert keys and look up others that were never inserted: how the rate of false positives "
         "grows, how well the formula knows it, which k is best, and what overfilling does."},
    .insight = {"布隆过滤器说“不在”一定对，说“在”可能错；错多少由每键位数决定：1 % 要 9.6 位、k = "
                "7，装过容量误判率急升而不报错。",
                "A Bloom filter's “no” is certain and its “yes” may be wrong; bits per key decide "
                "how often: 9.6 bits and k = 7 for 1 %, and past its capacity the rate soars "
                "without any error."},
    .topics = (const char *const[]){"bitmap-bloom", NULL},
    .seconds_max = 120,
    .memory_max_mb = 512,
    .params = params,
    .presets = presets,
    .views = views,
    .metrics = metrics,
    .checks = checks,
    .real = real,
    .simplified = simplified,
    .sources = demo_sources,
    .quick = (const char *const[]){"n=3000", "probes=3000", "pace=0", NULL},
};

/* manifest.c - what the cache penetration demo offers and shows; the words, in both languages. */
#include "manifest.h"

static const struct demo_param params[] = {
    {"attack", DEMO_FLOAT, "50", 0, 100, 1, .unit = "%",
     .label = {"攻击占比", "share of the attack"},
     .help = {"所有请求里，查不存在的键的占比",
              "of all requests, those for keys that do not exist"}},
    {"attack_keys", DEMO_INT, "1000000000", 1, 4e9, 1, .log = true,
     .label = {"攻击者用多少个键", "keys that the attacker uses"},
     .help = {"少：同几个键反复查；多：几乎每次都是新键",
              "few: the same again and again; many: a new one nearly each time"}},
    {"items", DEMO_INT, "50000", 100, 200000, 1000, .log = true, .unit = "rows",
     .label = {"数据库里的行", "rows in the database"},
     .help = {"过滤器按这么多个键设计", "the filter is made for so many keys"}},
    {"cache", DEMO_INT, "10000", 1, 1000000, 100, .log = true, .unit = "entries",
     .label = {"缓存容量", "room in the cache"},
     .help = {"满了就挤掉最久没用的（LRU）；空值也占一项",
              "when full the least recently used goes (LRU); an empty value takes a place too"}},
    {"requests", DEMO_INT, "150000", 1000, 1000000, 1000, .log = true, .unit = "requests",
     .label = {"请求数", "requests"},
     .help = {"四种做法各处理同样这么多", "each of the four gets the same ones"}},
    {"skew", DEMO_FLOAT, "1", 0, 3, 0.1, .label = {"用户请求的偏斜", "skew of the users' requests"},
     .help = {"Zipf 指数：0 = 均匀，越大越集中",
              "Zipf's exponent: 0 = evenly, larger: more on few"}},
    {"rate", DEMO_FLOAT, "1", 0.0001, 50, 0.01, .log = true, .unit = "%",
     .label = {"过滤器的目标误判率", "the filter's target rate"}},
    {"kind", DEMO_ENUM, "classic",
     .choices = (const struct demo_choice[]){{"classic", {"经典", "classic"}},
                                             {"blocked", {"按缓存行分块", "cache-line blocked"}},
                                             {0}},
     .label = {"过滤器布局", "the filter's layout"}},
    {"deleted", DEMO_FLOAT, "0", 0, 100, 1, .unit = "%",
     .label = {"中途删除", "deleted on the way"},
     .help = {"5/12 处从数据库删掉这么多行，3/4 处重建过滤器；0 = 不删",
              "so many rows are deleted at 5/12, and the filter is rebuilt at 3/4; 0 = none"}},
    {"growth", DEMO_FLOAT, "1", 1, 20, 0.1, .unit = "× rows",
     .label = {"行数增长到", "rows grow to"},
     .help = {"新行先进过滤器再提交；过滤器不扩容，于是装过头",
              "a new row is in the filter before it is committed; the filter does not grow, and "
              "overfills"}},
    {"pace", DEMO_INT, "15", 0, 500, 5, .unit = "ms",
     .label = {"放慢：每段之后停", "slow down: pause after a slice"},
     .help = {"只为看得清，共 120 段；0 = 全速。计时不含停顿",
              "only so that one can follow, 120 slices; 0 = full speed. No pause is within a "
              "timing"}},
    {"seed", DEMO_INT, "1", 0, 1000000000, 1, .label = {"种子", "seed"},
     .help = {"同一种子给出同样的请求", "the same seed gives the same requests"}},
    {0}};

static const struct demo_preset presets[] = {
    {"default",
     {"随机键攻击", "random keys"},
     {"一半请求查随机的、不存在的键。不设防：全部打到数据库。空值缓存一个也没少，还把真数据挤出"
      "缓存，数据库反而更忙。布隆过滤器：只漏 1 %。",
      "Half of the requests are for random keys that do not exist. With no defence all reach the "
      "database. Empty values keep none of them off and push real data out of the cache, so that "
      "the database is busier than before. The Bloom filter lets 1 % through."},
     NULL},
    {"few-keys",
     {"反复查几个键", "the same few keys"},
     {"攻击者只用 500 "
      "个键：每个键打到数据库一次，之后空值缓存就答了。几乎不费内存，这时不必上过滤器。"
      "布隆漏过的那几个键却次次漏过，所以两者要一起用。",
      "The attacker has 500 keys only: each reaches the database once, then the empty value "
      "answers. That costs hardly any memory and needs no filter. The few keys that pass the Bloom "
      "filter pass it each time, which is why one uses both."},
     (const char *const[]){"attack_keys=500", NULL}},
    {"flood",
     {"洪水：95 %", "flood: 95 %"},
     {"一百次请求有 95 次是攻击：数据库的查询里几乎没有一条是有用的。过滤器在内存里用几十纳秒挡下，"
      "吞吐是不设防的许多倍。",
      "95 requests of 100 are the attack: hardly a query that the database answers is of use. The "
      "filter turns them away in memory in some dozen nanoseconds, and throughput is many times "
      "that of no defence."},
     (const char *const[]){"attack=95", NULL}},
    {"roomy-cache",
     {"缓存够大：空值一直涨", "a roomy cache: empty values grow"},
     {"缓存大到不必挤掉谁：空值不再害人，但每来一个新键就多一项，内存一条直线往上，请求一次也没少。"
      "过滤器是一条平线：几十 KB，与攻击多久无关。",
      "A cache so large that nothing is pushed out: empty values do no harm now, but each new key "
      "adds one, memory rises in a straight line, and not one request is kept off. The filter's "
      "line is flat: some dozen KB, however long the attack lasts."},
     (const char *const[]){"cache=1000000", "attack=80", NULL}},
    {"deleted",
     {"删了三成", "three in ten deleted"},
     {"中途删掉 30 % 的行，老链接还在被点。过滤器删不掉键：这些请求全部打到数据库，直到重建。"
      "“两者一起”也跳一下，随后每个键只漏一次，空值缓存把它压下去。",
      "30 % of the rows are deleted on the way while old links are still followed. A filter can't "
      "delete: all of these requests reach the database until it is rebuilt. With both, each "
      "of them passes once and empty values bring the line down again."},
     (const char *const[]){"deleted=30", "attack=30", NULL}},
    {"overfilled",
     {"装过头", "overfilled"},
     {"行数涨到设计的 4 倍，过滤器不扩容：漏过的攻击从 1 % 爬到六成以上，不报任何错。"
      "真实存在的键始终一个也没被拒。",
      "Rows grow to four times what the filter was made for: the share of the attack that passes "
      "climbs from 1 % to over 60 %, without any error. Of the keys that exist still not one is "
      "refused."},
     (const char *const[]){"growth=4", "items=40000", "pace=10", NULL}},
    {"no-attack",
     {"没有攻击", "no attack"},
     {"没有攻击时过滤器要多少：每次请求多几十纳秒，数据库的查询一次不少。命中缓存本来就只要一两百纳"
      "秒，所以看得出，但与一次查询相比微不足道。",
      "What the filter costs when nobody attacks: some dozen nanoseconds a request, and not a "
      "query less. That can be seen, as a hit takes one or two hundred, but is nothing beside a "
      "query."},
     (const char *const[]){"attack=0", NULL}},
    {0}};

#define EACH_STRATEGY(unit)                                                                        \
    {"none", {"不设防", "no defence"}, unit}, {"empty", {"空值缓存", "empty values"}, unit},       \
        {"bloom", {"布隆过滤器", "Bloom filter"}, unit},                                           \
    {                                                                                              \
        "both", {"两者一起", "both"}, unit                                                         \
    }

static const struct demo_view views[] = {
    {"absent",
     DEMO_LINE,
     {"查不存在的键：打到数据库的占比", "requests for keys that do not exist: share that reaches "
                                        "the database"},
     .x = {{"请求", "requests"}},
     .y = {{"占比", "share"}, "%"},
     .items =
         (const struct demo_item[]){
             EACH_STRATEGY("%"),
             {"formula", {"公式，布隆过滤器", "formula, Bloom filter"}, "%", .dash = true},
             {0}}},
    {"load",
     DEMO_LINE,
     {"数据库的负载：每 1000 次请求的查询", "load of the database: queries for 1000 requests"},
     .x = {{"请求", "requests"}},
     .y = {{"查询", "queries"}},
     .items = (const struct demo_item[]){EACH_STRATEGY(NULL), {0}}},
    {"hits",
     DEMO_LINE,
     {"真实存在的键：缓存命中率", "keys that exist: share answered by the cache"},
     .x = {{"请求", "requests"}},
     .y = {{"命中率", "hits"}, "%"},
     .items = (const struct demo_item[]){EACH_STRATEGY("%"), {0}}},
    {"memory",
     DEMO_LINE,
     {"防穿透花的内存：空值和过滤器", "memory that the defence takes: empty values and filter"},
     .x = {{"请求", "requests"}},
     .y = {{"内存", "memory"}, "bytes"},
     .items = (const struct demo_item[]){EACH_STRATEGY("bytes"), {0}}},
    {"latency",
     DEMO_BARS,
     {"一次请求的延迟", "latency of a request"},
     .x = {{"分位", "quantile"}},
     .y = {{"延迟", "latency"}, "µs", .log = true},
     .items = (const struct demo_item[]){EACH_STRATEGY("µs"), {0}}},
    {"strategies",
     DEMO_TABLE,
     {"四种做法", "the four"},
     .items = (const struct demo_item[]){{"name", {"做法", "defence"}},
                                         {"queries", {"数据库查询", "queries"}},
                                         {"unknown", {"其中为攻击", "for the attack"}},
                                         {"p50", {"p50", "p50"}, "µs"},
                                         {"p99", {"p99", "p99"}, "µs"},
                                         {"speed", {"千次/秒", "thousand/s"}},
                                         {0}}},
    {0}};

static const struct demo_metric metrics[] = {
    {"let_through",
     {"过滤器放过的攻击", "attack requests that the filter let through"},
     NULL,
     {"误判率 × 攻击请求", "false-positive rate × requests of the attack"}},
    {"unknown_none",
     {"攻击打到数据库：不设防", "attack that reaches the database: no defence"},
     "%",
     {"全部", "all of it"}},
    {"unknown_empty",
     {"攻击打到数据库：空值缓存", "attack that reaches the database: empty values"},
     "%",
     {"每个不同的键一次", "each different key once"}},
    {"unknown_bloom",
     {"攻击打到数据库：布隆过滤器", "attack that reaches the database: Bloom filter"},
     "%"},
    {"unknown_both", {"攻击打到数据库：两者一起", "attack that reaches the database: both"}, "%"},
    {"queries_saved", {"数据库查询，不设防 ÷ 布隆", "queries, no defence ÷ Bloom filter"}, "×"},
    {"speed_bloom", {"吞吐，布隆 ÷ 不设防", "throughput, Bloom filter ÷ no defence"}, "×"},
    {"speed_empty", {"吞吐，空值缓存 ÷ 不设防", "throughput, empty values ÷ no defence"}, "×"},
    {"hits_none", {"真实键的命中率：不设防", "hits of keys that exist: no defence"}, "%"},
    {"hits_empty", {"真实键的命中率：空值缓存", "hits of keys that exist: empty values"}, "%"},
    {"hits_bloom", {"真实键的命中率：布隆过滤器", "hits of keys that exist: Bloom filter"}, "%"},
    {"empty_memory", {"空值占的内存", "memory of empty values"}, "KB"},
    {"filter_memory", {"过滤器的内存", "memory of the filter"}, "KB"},
    {"stale",
     {"查已删的键，打到数据库：重建前",
      "requests for deleted keys that reach it: before rebuilding"},
     "%",
     {"过滤器删不掉：全部", "a filter can't delete: all"}},
    {"mended",
     {"查已删的键，打到数据库：重建后",
      "requests for deleted keys that reach it: after rebuilding"},
     "%",
     {"误判率", "false-positive rate"}},
    {"rebuild", {"重建过滤器", "rebuilding the filter"}, "ms"},
    {0}};

static const struct demo_check checks[] = {
    {"none_refused",
     {"存在的键一个也没被拒：每次请求，以及最后全表过一遍过滤器",
      "no key that exists is refused: in all requests, and in a last sweep of the whole table"}},
    {"answers_true",
     {"没有一个假答案：值与数据库的相同，不存在和已删的都答“没有”",
      "no false answer: values are the database's, and what does not exist, or no longer, is "
      "denied"}},
    {"rate_agrees",
     {"放过的攻击与公式相符（5 个标准差以内）",
      "what was let through agrees with the formula (5 standard deviations)"}},
    {"queries_agree",
     {"数出的查询 = SQLite 自己数的", "the queries counted are those that SQLite counted"}},
    {0}};

static const struct demo_text real[] = {
    {"真的 SQLite：/tmp 里的一个文件，预编译语句，每次查询真的加锁、走 B 树；查询次数与 SQLite "
     "自己的计数核对",
     "A real SQLite, a file in /tmp: prepared statements, each query takes its lock and walks the "
     "B-tree; their number is compared with SQLite's own"},
    {"真的 LRU 缓存和真的过滤器（就是“布隆过滤器”演示里的那个库）；每个答案都与表里该有的核对",
     "A real LRU cache and a real filter, the library of the demo “Bloom filter”; each answer is "
     "compared with what the table should hold"},
    {"四种做法处理同样的请求，轮流打头；延迟逐次测量，不含生成请求与核对",
     "The four get the same requests and take turns at being first; each request is timed, without "
     "making or checking it"},
    {"写入按该有的次序：新键先进过滤器再提交，提交后再删缓存",
     "Writes in the order they should have: a new key is in the filter before the commit, and "
     "leaves "
     "the caches after it"},
    {0}};

static const struct demo_text simplified[] = {
    {"库、缓存、过滤器在同一进程里：一次查询几微秒。隔着网络的 MySQL 要几百微秒以上，差距只会更大",
     "Database, cache and filter are in one process, and a query takes microseconds; a MySQL "
     "across "
     "a network takes hundreds, and the gap is only wider"},
    {"单线程、一个接一个：数据库前没有排队。真实的洪水里，排队会让所有人的延迟一起涨",
     "One thread, one after the other: no queue in front of the database. In a real flood the "
     "queue "
     "slows everybody down"},
    {"缓存只靠 LRU 腾地方，没有 TTL；给空值短 TTL，内存就以“每秒新键 × "
     "TTL”为限，请求照样打到数据库",
     "The cache makes room by LRU alone and has no TTL; a short TTL bounds empty values by new "
     "keys "
     "a second × TTL, and the requests reach the database all the same"},
    {"内存只算条目、桶和文本，不算 malloc 自己的；Redis 里一个键要更多",
     "Memory is that of entries, buckets and texts, without malloc's own; a key takes more in "
     "Redis"},
    {"重建时没有别的写入；线上重建期间，新键要新旧两个过滤器都加",
     "Nothing is written while the filter is rebuilt; in production new keys go into the old one "
     "and "
     "the new one meanwhile"},
    {"过滤器的哈希不带密钥：知道种子的攻击者能挑出误判的键",
     "The filter's hash has no key: an attacker who knows the seed can pick keys that pass"},
    {0}};

const struct demo_manifest penetration_manifest = {
    .id = "penetration",
    .title = {"缓存穿透", "Cache penetration"},
    .summary =
        {"请求查的是不存在的键，缓存里没有，次次打到数据库。同样的请求，比四种做法：不设防、缓存空"
         "值、"
         "布隆过滤器、两者一起；再删掉一批键，再让过滤器装过头。",
         "Requests for keys that do not exist miss the cache and reach the database each time. The "
         "same requests for four readers: no defence, empty values cached, a Bloom filter, both; "
         "then keys are deleted, or the filter overfills."},
    .insight =
        {"穿透是查不存在的键：键反复出现，缓存空值就够；键每次都新，空值不但挡不住还挤掉真数据，"
         "要靠布隆过滤器，它只放过“误判率 × 攻击”，但删掉的键要等重建才挡得住。",
         "Penetration is asking for what does not exist: if keys repeat, cached empty values "
         "do; if each is new, empty values keep nothing off and push real data out, and it "
         "takes a Bloom filter, which lets only rate × attack through, but not until it is "
         "rebuilt does it stop deleted keys."},
    .topics = (const char *const[]){"bitmap-bloom", "cache-consistency", NULL},
    .seconds_max = 120,
    .memory_max_mb = 384,
    .params = params,
    .presets = presets,
    .views = views,
    .metrics = metrics,
    .checks = checks,
    .real = real,
    .simplified = simplified,
    .sources = demo_sources,
    .quick = (const char *const[]){"items=2000", "cache=500", "requests=12000", "pace=0", NULL},
};

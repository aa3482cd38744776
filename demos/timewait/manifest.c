/* manifest.c - what the TIME_WAIT demo offers: its parameters, presets and words about itself; the
 * views are in manifest_views.c. */
#include "manifest.h"

static const struct demo_param params[] = {
    {"ports", DEMO_INT, "2000", 1, 55535, 1, .log = true, .unit = "ports",
     .label = {"本地端口（ip_local_port_range）", "local ports (ip_local_port_range)"},
     .help =
         {"10000 起这么多个；系统默认是 32768–60999，共 28232 个。个数是奇数时，一次查找会漏掉一个",
          "so many from 10000 on; the system's default is 32768–60999, 28,232 of them. Of an odd "
          "number a search leaves one out"}},
    {"reuse", DEMO_INT, "0", 0, 2, 1, .label = {"tcp_tw_reuse", "tcp_tw_reuse"},
     .help = {"0 不复用；1 都可复用；2 只对回环，是内核默认。这里只有回环，所以 1 和 2 一样",
              "0 never, 1 everywhere, 2 on the loopback, the kernel's default; here is nothing but "
              "a loopback, so 1 and 2 are alike"}},
    {"reuse_delay", DEMO_INT, "1000", 1, 60000, 1, .log = true, .unit = "ms",
     .label = {"tcp_tw_reuse_delay", "tcp_tw_reuse_delay"},
     .help = {"TIME_WAIT 满多久才可复用；Linux 6.14 起可改，以前固定为 1 秒",
              "in TIME_WAIT for so long before reuse; can be set since Linux 6.14, 1 s before"}},
    {"timestamps", DEMO_BOOL, "true", .label = {"TCP 时间戳", "TCP timestamps"},
     .help = {"没有它 tcp_tw_reuse 不起作用", "without them tcp_tw_reuse does nothing"}},
    {"addresses", DEMO_INT, "1", 1, 4, 1, .label = {"目的地址", "destination addresses"},
     .help = {"端口只在同一目的地址内不能重复：多一个地址，多一份端口",
              "a port is taken for one destination only: another address, another set of ports"}},
    {"parallel", DEMO_INT, "1", 1, 500, 1, .label = {"并发请求", "requests at a time"}},
    {"idle", DEMO_INT, "0", 0, 500, 1, .label = {"连接池留几条空闲连接", "idle connections kept"},
     .help = {"0 = 每个请求一条新连接；Go 的 MaxIdleConnsPerHost 默认是 2",
              "0 = a new connection for each request; Go's MaxIdleConnsPerHost is 2 by default"}},
    {"first", DEMO_ENUM, "client",
     .choices = (const struct demo_choice[]){{"client", {"客户端", "the client"}},
                                             {"server", {"服务端", "the server"}},
                                             {0}},
     .label = {"谁先关", "who closes first"}},
    {"how", DEMO_ENUM, "fin",
     .choices = (const struct demo_choice[]){{"fin", {"close()：FIN", "close(): FIN"}},
                                             {"rst", {"SO_LINGER 0：RST", "SO_LINGER 0: RST"}},
                                             {0}},
     .label = {"怎么关", "how it closes"}},
    {"rate", DEMO_INT, "0", 0, 100000, 10, .unit = "/s",
     .label = {"每秒请求，至多", "requests a second, at most"},
     .help = {"0 = 尽快", "0 = as fast as it goes"}},
    {"seconds", DEMO_FLOAT, "3", 0, 60, 0.5, .unit = "s", .label = {"压多久", "load for"},
     .help = {"0 = 不压", "0 = no load"}},
    {"tw_max", DEMO_INT, "262144", 0, 262144, 1,
     .label = {"tcp_max_tw_buckets", "tcp_max_tw_buckets"},
     .help = {"TIME_WAIT 总数上限，超过的不等 60 秒就销毁",
              "so many TIME_WAITs at most; what is beyond is destroyed at once"}},
    {"fin_timeout", DEMO_INT, "60", 1, 60, 1, .unit = "s",
     .label = {"tcp_fin_timeout", "tcp_fin_timeout"},
     .help = {"管 FIN_WAIT_2，不管 TIME_WAIT", "governs FIN_WAIT_2, not TIME_WAIT"}},
    {"step", DEMO_INT, "150", 0, 2000, 10, .unit = "ms",
     .label = {"放慢：挥手的每一步", "slow down: each step of the close"},
     .help = {"40 ms 以上才看得到 FIN_WAIT_2（ACK 会延迟）；0 = 不停",
              "FIN_WAIT_2 is seen from 40 ms on (the ACK is delayed); 0 = no pause"}},
    {"late_data", DEMO_BOOL, "true",
     .label = {"后关的一端还有数据在路上", "the second end has data on its way"},
     .help = {"这样才看得到 LAST_ACK；否则它只有几微秒",
              "so that LAST_ACK can be seen; else it lasts microseconds"}},
    {"cures", DEMO_FLOAT, "0.25", 0, 5, 0.05, .unit = "s",
     .label = {"四种做法，各跑", "four ways, each for"},
     .help = {"端口用完就提前停；0 = 不比", "or until its ports run out; 0 = none"}},
    {"descriptors", DEMO_INT, "128", 0, 1000, 1,
     .label = {"服务端不关：描述符上限", "server that never closes: descriptors"},
     .help = {"ulimit -n；至少 16，0 = 不做这一段", "ulimit -n; at least 16, 0 = not this part"}},
    {"pace", DEMO_INT, "6", 0, 20, 1, .unit = "ms",
     .label = {"放慢：泄漏时每条连接停", "slow down: pause at each connection leaked"},
     .help = {"只为看得清；0 = 全速", "only so that one can follow; 0 = full speed"}},
    {"wait", DEMO_BOOL, "false", .label = {"等到 TIME_WAIT 消失", "wait for TIME_WAIT's end"},
     .help = {"要一分钟；不等则读内核定时器", "takes a minute; else the kernel's timer is read"}},
    {0}};

static const struct demo_preset presets[] = {
    {"default",
     {"挥手，然后端口用完", "a close, then out of ports"},
     {"先看一条连接怎样关：先发 FIN 的一端最后停在 TIME_WAIT。再尽快新建连接：2000 个端口用到一半，"
      "connect() 慢十倍到二十倍；全用完就是 "
      "EADDRNOTAVAIL，此后一条也连不上。最后比四种做法，再让服务端忘记 "
      "close()。",
      "First, how one connection closes: the end that sends its FIN first is left in TIME_WAIT. "
      "Then new connections as fast as they go: with half of the 2000 ports taken connect() gets "
      "ten to twenty times as slow; with all of them it is EADDRNOTAVAIL, and none can be made. "
      "Then "
      "four ways side by side, and a server that forgets close()."},
     (const char *const[]){NULL}},
    {"half-range",
     {"用掉一半就慢：没有错误", "slow at half: no error"},
     {"系统默认那么多端口（28232 个）。用到一半，connect() 从不到 20 微秒跳到 1 "
      "毫秒以上，而没有一个"
      "错误：内核先把同奇偶的端口全找一遍。",
      "As many ports as the system has by default, 28,232. At half of them connect() jumps from "
      "less than 20 µs to over a millisecond without a single error: the kernel tries every port "
      "of one parity first."},
     (const char *const[]){"ports=28232", "seconds=7", "cures=0", "descriptors=0", NULL}},
    {"reuse",
     {"tcp_tw_reuse：满 1 秒就能用", "tcp_tw_reuse: usable after 1 s"},
     {"500 个端口，允许复用：一用完照样 EADDRNOTAVAIL，但 1 秒后端口陆续回来，长期正好每秒 500 条，"
      "而不是每 60 秒 500 条。TIME_WAIT 并没有变短。",
      "500 ports, reuse allowed: they run out all the same, but after a second they come back, and "
      "in the long run that is 500 connections a second, not 500 a minute. TIME_WAIT has not "
      "become shorter."},
     (const char *const[]){"ports=500", "reuse=2", "seconds=4.5", "cures=0", "descriptors=0",
                           NULL}},
    {"go-default",
     {"Go 默认：只留 2 条空闲", "Go's default: 2 idle"},
     {"并发 50，连接池只留 2 条，和 http.Transport 的默认一样：每 1000 个请求新建 960 条连接，"
      "TIME_WAIT 全在客户端，端口照样用完。",
      "50 requests at a time and a pool of 2, as http.Transport has by default: 960 of 1000 "
      "requests open a connection, every TIME_WAIT is the client's, and the ports run out."},
     (const char *const[]){"parallel=50", "idle=2", "ports=3000", "seconds=4", "cures=0",
                           "descriptors=0", NULL}},
    {"pool",
     {"治本：连接池够大", "the cure: a pool that is large enough"},
     {"同样并发 50，池里留 100 条：只新建 50 条连接，一个 TIME_WAIT 也没有，每秒请求数反而更多。",
      "The same 50 at a time with 100 kept: 50 connections in all, not one TIME_WAIT, and more "
      "requests a second."},
     (const char *const[]){"parallel=50", "idle=100", "ports=3000", "seconds=2", "descriptors=0",
                           NULL}},
    {"addresses",
     {"加目的地址", "more destinations"},
     {"1000 个端口，4 个目的地址：4000 条连接之后才用完。端口是按四元组算的。",
      "1000 ports and 4 destinations: they run out only after 4000 connections. A port is taken "
      "per 4-tuple."},
     (const char *const[]){"ports=1000", "addresses=4", "seconds=2", "cures=0", "descriptors=0",
                           NULL}},
    {"server-first",
     {"服务端先关：TIME_WAIT 归它", "the server closes first: its TIME_WAIT"},
     {"只换谁先关：TIME_WAIT 全到服务端，端口却再也用不完，因为服务端收到更新的 SYN "
      "就直接接受。服务端的 TIME_WAIT 几乎无害。",
      "Only who closes first is changed: every TIME_WAIT is the server's, and ports never run out, "
      "since a server in TIME_WAIT accepts a newer SYN at once. There it does next to no harm."},
     (const char *const[]){"ports=1000", "first=server", "cures=0", "descriptors=0", NULL}},
    {"linger",
     {"陷阱：SO_LINGER 0", "the trap: SO_LINGER 0"},
     {"用 RST 关：没有 TIME_WAIT，1000 个端口永远够用。代价是 send() "
      "已经收下、还在发送缓冲区里的数据"
      "全丢，对端读到 ECONNRESET。",
      "Closed by RST: no TIME_WAIT, and 1000 ports are always enough. The price: what send() had "
      "taken and still lies in the send buffer is lost, and the peer reads ECONNRESET."},
     (const char *const[]){"ports=1000", "how=rst", "seconds=2", "descriptors=0", NULL}},
    {"close-wait",
     {"CLOSE_WAIT：服务端从不 close", "CLOSE_WAIT: never closed"},
     {"服务端忘了 close()：CLOSE_WAIT 和描述符一起涨，涨到 400 个，accept() 报 EMFILE，谁也连不上；"
      "补上 close()，全部归还。",
      "A server that forgets close(): CLOSE_WAIT and descriptors grow together to 400, accept() "
      "says EMFILE and nobody is served; with close() added all of them are back."},
     (const char *const[]){"descriptors=400", "seconds=0", "cures=0", NULL}},
    {"buckets",
     {"tcp_max_tw_buckets 太小", "tcp_max_tw_buckets too small"},
     {"只许 100 个 TIME_WAIT：多出来的当场销毁，端口不会用完，内核计数 TCPTimeWaitOverflow 猛涨。"
      "换来的是 TIME_WAIT 的两个作用都没了。",
      "Only 100 TIME_WAITs allowed: what is beyond is destroyed at once and ports do not run out, "
      "while TCPTimeWaitOverflow soars. What it costs is both things TIME_WAIT is for."},
     (const char *const[]){"ports=1000", "tw_max=100", "seconds=2", "cures=0", "descriptors=0",
                           NULL}},
    {"sixty-seconds",
     {"等满 60 秒", "waiting for the 60 seconds"},
     {"tcp_fin_timeout 设成 5：约 5 秒后 FIN_WAIT_2 消失，TIME_WAIT 仍然要 60 秒。这一次真的等。",
      "tcp_fin_timeout is 5: FIN_WAIT_2 is gone after some 5 s, TIME_WAIT still takes its 60. This "
      "run does wait."},
     (const char *const[]){"fin_timeout=5", "wait=true", "seconds=0", "cures=0", "descriptors=0",
                           NULL}},
    {0}};

static const struct demo_text real[] = {
    {"真的内核 TCP：真的 connect/accept/close，端口由内核选，状态由 INET_DIAG 读出，和 ss 一样",
     "The kernel's TCP: real connect, accept and close, ports picked by the kernel, states read "
     "through INET_DIAG as ss does"},
    {"真的 sysctl，设在只属于这次运行的网络命名空间里；结束后什么也不剩",
     "Real sysctls, set in a network namespace that belongs to this run alone; nothing is left of "
     "it"},
    {"EADDRNOTAVAIL、EMFILE、ECONNRESET 都是内核给的；复用和溢出取自内核自己的计数（TWRecycled、"
     "TCPTimeWaitOverflow）",
     "EADDRNOTAVAIL, EMFILE and ECONNRESET are the kernel's; reuse and overflow are its own "
     "counters (TWRecycled, TCPTimeWaitOverflow)"},
    {"每次数套接字都同时和 /proc/net/sockstat 核对",
     "Each count of sockets is checked against /proc/net/sockstat"},
    {0}};

static const struct demo_text simplified[] = {
    {"只有回环：没有丢包、没有路由延迟，往返只有微秒；TIME_WAIT 要防的旧报文在这里不会出现",
     "Loopback only: no loss, no delay of a network, round trips of microseconds; the old segments "
     "that TIME_WAIT guards against do not occur here"},
    {"客户端和服务端在同一个线程里轮流动作，所以“谁先关”不靠抢；真实世界里会有同时关闭（CLOSING）",
     "Client and server take turns in one thread, so who closes first is no race; in the real "
     "world both may at once (CLOSING)"},
    {"报文不是抓来的（抓包要特权）：状态变了，才画出必定到达了的那个段；段数取自内核计数 OutSegs",
     "Segments are not captured, which takes privilege: one is drawn when a state shows that it "
     "must have arrived; their number is the kernel's counter OutSegs"},
    {"prepd 里每个方向的 TCP 缓冲区至多 128 KiB（系统默认 4–6 MB），所以 SO_LINGER 0 丢的是几十 "
     "KiB，"
     "平时能到几 MB",
     "In prepd a TCP buffer is 128 KiB at most (4 to 6 MB by the system's default), so SO_LINGER 0 "
     "loses tens of KiB; elsewhere it may be megabytes"},
    {"请求是一个字节来、一个字节回；没有 HTTP，没有 TLS",
     "A request is one byte there and one back; there is no HTTP and no TLS"},
    {"“Go 默认”只照搬连接池的规则（每轮并发 N，留 K 条），没有运行 Go",
     "“Go's default” follows the rule of its pool (N at a time, K kept); no Go is run"},
    {0}};

/* As experiment_lab.c does where prepd has not. */
static const struct demo_sysctl sysctls[] = {{"net.ipv4.ip_local_port_range", "10000 {9999+ports}"},
                                             {"net.ipv4.tcp_tw_reuse", "{reuse}"},
                                             {"net.ipv4.tcp_tw_reuse_delay", "{reuse_delay}"},
                                             {"net.ipv4.tcp_timestamps", "{timestamps}"},
                                             {"net.ipv4.tcp_max_tw_buckets", "{tw_max}"},
                                             {"net.ipv4.tcp_fin_timeout", "{fin_timeout}"},
                                             {0}};

const struct demo_manifest timewait_manifest = {
    .id = "timewait",
    .title = {"TIME_WAIT 与 CLOSE_WAIT", "TIME_WAIT and CLOSE_WAIT"},
    .summary =
        {"真的 TCP 连接，在一个只属于这次运行的网络里：怎样关、谁留下 TIME_WAIT、端口怎样用完，"
         "以及哪种办法真的治好它。",
         "Real TCP connections in a network of the run's own: how they close, who is left in "
         "TIME_WAIT, how ports run out, and which remedy is a cure."},
    .insight =
        {"谁先关，TIME_WAIT 就归谁，Linux 上固定 60 秒；在客户端它占着端口，用到一半就变慢，"
         "用完就是 EADDRNOTAVAIL，治本是复用连接；CLOSE_WAIT 堆积则是自己忘了 close()。",
         "Who closes first is left in TIME_WAIT, 60 s on Linux whatever the sysctls; on a "
         "client it holds ports: slow at half of them, EADDRNOTAVAIL at all, and the cure is "
         "to keep connections; CLOSE_WAIT that piles up is a close() that you forgot."},
    .topics = (const char *const[]){"time-wait", NULL},
    .needs = DEMO_NET,
    .sysctls = sysctls,
    .seconds_max = 125,
    .memory_max_mb = 128,
    .params = params,
    .presets = presets,
    .views = timewait_views,
    .metrics = timewait_metrics,
    .checks = timewait_checks,
    .real = real,
    .simplified = simplified,
    .sources = demo_sources,
    .quick =
        (const char *const[]){"ports=200", "seconds=0.3", "rate=0", "step=0", "cures=0.05",
                              "descriptors=32", "pace=0", "reuse_delay=100", "wait=false", NULL},
};

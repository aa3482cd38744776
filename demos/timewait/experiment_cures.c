/* experiment_cures.c - the same requests in four ways, one after the other, each to an address of
 * its own and from an empty table: what TIME_WAIT each leaves, and on which side; and what an RST
 * costs beside. */
#include <math.h>
#include <netinet/tcp.h>

#include "experiment.h"
#include "rules.h"

enum { NEW, BY_SERVER, BY_RST, KEPT, N_WAYS };
static const struct way {
    const char *name; /* on the chart, in the words of the protocol */
    bool keep;        /* the connection, for the next request */
    enum end first;
    enum how how;
} ways[N_WAYS] = {
    [NEW] = {"FIN: client", false, CLIENT, WITH_FIN},
    [BY_SERVER] = {"FIN: server", false, SERVER, WITH_FIN},
    [BY_RST] = {"RST", false, CLIENT, WITH_RST},
    [KEPT] = {"keep-alive", true, CLIENT, WITH_FIN},
};

struct outcome {
    double requests;        /* a second, with ports to spare; NAN: none was made */
    size_t timed;           /* so many of them say so */
    double out_of_ports_ms; /* when they ran out; NAN: they did not */
    long time_wait[2];
    long lost; /* bytes that send() had taken and that did not arrive */
};

/* True if every request leaves a port taken. */
static bool takes_ports(const struct way *way)
{
    return !way->keep && way->first == CLIENT && way->how == WITH_FIN;
}

enum { TIMED = 1 << 13, TIMED_LEAST = 20 };

/* A request's cost, by the median: neither how long one looks nor who else has the processor is in
 * it. Ends when ports run out, since what comes after is errors. Beyond half of the ports connect()
 * pays for a long search as well, which experiment_load.c measures: that is not timed here. */
static void make_requests(struct lab *lab, const struct way *way, uint32_t address,
                          struct outcome *outcome)
{
    struct client_counts counts = {0};
    struct client *client = client_new(&(struct client_options){.listener = lab->listener,
                                                                .address = address,
                                                                .addresses = 1,
                                                                .parallel = 1,
                                                                .idle = way->keep,
                                                                .first = way->first,
                                                                .how = way->how});
    uint64_t spare = takes_ports(way) ? (lab->plan->ports + 1) / 2 : UINT64_MAX;
    uint32_t ns[TIMED]; /* of the last that many */
    size_t n = 0;
    int64_t start = demo_now_ns(), end = start + (int64_t)(lab->plan->cures_s * 1e9), now = start;
    while (client && now < end && counts.no_port == 0 && !demo_stopping(lab->demo)) {
        int64_t since = now;
        client_round(client, &counts);
        now = demo_now_ns();
        if (counts.connections <= spare && counts.no_port == 0)
            ns[n++ % TIMED] = (uint32_t)(now - since);
    }
    client_free(client);
    outcome->timed = n;
    outcome->requests = 1e6 / median_us(ns, n < TIMED ? n : TIMED);
    outcome->out_of_ports_ms = counts.no_port > 0 ? (double)(now - start) / 1e6 : NAN;
}

/* How much of a full send buffer arrives when it is closed in this way. */
static long bytes_lost(struct lab *lab, const struct way *way, uint32_t address)
{
    struct connection connection;
    struct transfer transfer;
    if (!lab_connect(lab, address, &connection))
        return 0;
    int r = connection_transfer(&connection, way->how, &transfer);
    if (r < 0)
        lab_failed(lab, "transfer", r);
    return r < 0 ? 0 : transfer.sent - transfer.received;
}

static struct outcome try_way(struct lab *lab, size_t i)
{
    const struct way *way = &ways[i];
    struct outcome outcome = {0};
    struct census before = lab_census(lab, PART_CURES);
    make_requests(lab, way, part_address(PART_CURES, (uint32_t)i), &outcome);
    struct census after = lab_census(lab, PART_CURES);
    for (enum end end = CLIENT; end <= SERVER; end++)
        outcome.time_wait[end] =
            after.by_state[end][TCP_TIME_WAIT] - before.by_state[end][TCP_TIME_WAIT];
    outcome.lost = bytes_lost(lab, way, part_address(PART_CURES, N_WAYS + (uint32_t)i));
    return outcome;
}

static void outcome_show(struct lab *lab, size_t i, const struct outcome *outcome)
{
    demo_bar(lab->demo, "cures", ways[i].name, {"requests", outcome->requests});
    demo_row(lab->demo, "left", {"way", .text = ways[i].name},
             {"client", (double)outcome->time_wait[CLIENT]},
             {"server", (double)outcome->time_wait[SERVER]}, {"lost", (double)outcome->lost},
             {"out_of_ports", outcome->out_of_ports_ms});
    demo_flush(lab->demo);
}

static void report(struct lab *lab, const struct outcome outcomes[static N_WAYS])
{
    const struct outcome *fin = &outcomes[NEW], *rst = &outcomes[BY_RST], *kept = &outcomes[KEPT];
    if (fin->timed >= TIMED_LEAST && kept->timed >= TIMED_LEAST)
        demo_metric(lab->demo, "kept_speedup", kept->requests / fin->requests);
    demo_metric(lab->demo, "lost_by_rst", (double)rst->lost / 1024);
    demo_check(lab->demo, "fin_loses_nothing", fin->lost == 0, (double)fin->lost, 0);
    long left = rst->time_wait[CLIENT] + rst->time_wait[SERVER];
    demo_check(lab->demo, "rst_no_time_wait", left == 0, (double)left, 0);
    demo_note_at(lab->demo, DEMO_GOOD, "tw-go-transport",
                 "长连接：只有 1 条连接，每秒 %.0f 个请求；每次新建：端口还够时每秒 %.0f 个，留下 "
                 "%ld 个 TIME_WAIT",
                 "Keep-alive: one connection and %.0f requests a second; a new one each: %.0f a "
                 "second with ports to spare, and %ld TIME_WAITs",
                 kept->requests, fin->requests, fin->time_wait[CLIENT]);
    demo_note_at(lab->demo, DEMO_BAD, "tw-socket-options",
                 "SO_LINGER 0 没有 TIME_WAIT，可 send() 已收下的 %.0f KiB 没有送到；close() "
                 "一个字节也没丢",
                 "SO_LINGER 0 leaves no TIME_WAIT, but %.0f KiB that send() had taken never "
                 "arrived; with close() not a byte is lost",
                 (double)rst->lost / 1024);
}

void experiment_cures(struct lab *lab)
{
    struct outcome outcomes[N_WAYS];
    if (lab->plan->cures_s <= 0)
        return;
    for (size_t i = 0; i < N_WAYS; i++) {
        outcomes[i] = try_way(lab, i);
        timers_show(lab);
        if (demo_stopping(lab->demo))
            return;
        outcome_show(lab, i, &outcomes[i]);
    }
    report(lab, outcomes);
}

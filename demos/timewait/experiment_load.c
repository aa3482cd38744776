/* experiment_load.c - requests for some seconds, as fast as was asked for: what becomes of the
 * ports, and what connect() costs meanwhile.
 *
 * Two things happen as TIME_WAIT takes the ports. When half are taken connect() gets slow, with no
 * error: the kernel looks for a free port among those of one parity first (it leaves the other to
 * bind()), from a random place, and goes to the other half of the range only when all of the first
 * have been tried. When all are taken it fails with EADDRNOTAVAIL, and costs as much. */
#include <math.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"
#include "network.h"
#include "rules.h"

enum { BUCKET_MAX = 1024, SHOW_MS = 100, TIME_WAIT_S = 60 };

/* The times of some connects, one after the other: shown as a point. */
struct bucket {
    uint32_t ns[BUCKET_MAX];
    size_t n;
};

struct load {
    struct lab *lab;
    struct client_counts counts;
    uint64_t attempts;
    uint32_t *costs; /* of connects that succeeded, until every port has been used once */
    size_t n_costs, max_costs;
    struct bucket good, bad;
    size_t bucket_size;
    double start_ms, last_ms; /* last: when it was shown */
    struct client_counts last;
    /* at the first EADDRNOTAVAIL; before that, NAN */
    double exhausted_ms;
    uint64_t exhausted_at;
    /* with tcp_tw_reuse: since each port was used once (NAN: not yet), to the last wave's end */
    double wave_start_ms, wave_end_ms;
    uint64_t before_waves, wave_connections;
    long peak, recycled_before, overflowed_before;
    struct demo_timer show;
};

/*** What each connect() cost ***/

static void bucket_add(struct bucket *bucket, int64_t ns)
{
    if (bucket->n < BUCKET_MAX)
        bucket->ns[bucket->n++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static void buckets_show(struct load *load)
{
    if (load->good.n + load->bad.n == 0)
        return;
    demo_sample_x(load->lab->demo, "cost", (double)load->attempts,
                  {"connect", median_us(load->good.ns, load->good.n)},
                  {"no_port", median_us(load->bad.ns, load->bad.n)});
    load->good.n = load->bad.n = 0;
}

/* From where on more than half of the ports are taken, if each connection takes one. */
static size_t late(const struct load *load)
{
    return load->max_costs / 2 + load->max_costs / 200 + 1;
}

/* Once some connects beyond the half have been timed. */
static void half_note(struct load *load)
{
    double before = median_us(load->costs, load->max_costs / 3);
    double after = median_us(load->costs + late(load), load->n_costs - late(load));
    if (after < 3 * before)
        return;
    demo_note_at(load->lab->demo, DEMO_INFO, "tw-port-exhaustion",
                 "已有 %zu 条连接，端口用掉一半：connect() 从 %.0f µs 变成 %.0f µs，没有任何错误。"
                 "内核先找完同奇偶的那一半端口，才去另一半找",
                 "%zu connections, half of the ports are taken: connect() went from %.0f µs to "
                 "%.0f µs, and there is no error. The kernel tries every port of one parity before "
                 "it turns to the other half",
                 load->n_costs, before, after);
}

/* The client's callback. The curve is as fine as the first pass over the ports deserves. */
static bool connected(void *data, int64_t ns, int error)
{
    struct load *load = data;
    load->attempts++;
    bucket_add(error ? &load->bad : &load->good, ns);
    if (!error && load->n_costs < load->max_costs) {
        load->costs[load->n_costs++] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
        if (load->n_costs == late(load) + 20)
            half_note(load);
    }
    bool first_pass = (double)load->attempts <= 1.5 * load->lab->plan->tuples;
    if (first_pass && load->good.n + load->bad.n >= load->bucket_size)
        buckets_show(load);
    return !demo_stopping(load->lab->demo);
}

/*** What there is, every tenth of a second ***/

static void show(struct load *load)
{
    struct demo *demo = load->lab->demo;
    const struct plan *plan = load->lab->plan;
    struct census census = lab_census(load->lab, PART_LOAD);
    long waiting = census.by_state[CLIENT][TCP_TIME_WAIT] + census.by_state[SERVER][TCP_TIME_WAIT];
    double now = demo_ms(demo), seconds = (now - load->last_ms) / 1000;
    load->peak = waiting > load->peak ? waiting : load->peak;
    lab_show_sockets(load->lab, &census);
    if (seconds > 0)
        demo_sample(
            demo, "rate",
            {"requests", (double)(load->counts.requests - load->last.requests) / seconds},
            {"connections", (double)(load->counts.connections - load->last.connections) / seconds},
            {"no_port", (double)(load->counts.no_port - load->last.no_port) / seconds},
            {"sustainable", plan->tuples / TIME_WAIT_S});
    load->last = load->counts;
    load->last_ms = now;
    buckets_show(load);
    timers_show(load->lab);
    demo_progress(demo, fmin(0.9, (now - load->start_ms) / (plan->seconds * 1000)));
}

/*** When the ports are used up ***/

static void exhausted(struct load *load)
{
    const struct plan *plan = load->lab->plan;
    load->exhausted_ms = demo_ms(load->lab->demo);
    load->exhausted_at = load->counts.connections;
    double seconds = (load->exhausted_ms - load->start_ms) / 1000;
    if (plan->can_recycle)
        demo_note_at(
            load->lab->demo, DEMO_INFO, "tw-sysctls",
            "第 %.0f 条连接之后，用了 %.2f 秒：EADDRNOTAVAIL。但端口在 TIME_WAIT 里满 %d ms "
            "就可复用：长期每秒 %.0f 条",
            "After %.0f connections and %.2f s: EADDRNOTAVAIL. But a port can be reused "
            "after %d ms in TIME_WAIT: %.0f connections a second in the long run",
            (double)load->exhausted_at, seconds, plan->reuse_delay_ms,
            plan->tuples * 1000 / plan->reuse_delay_ms);
    else
        demo_note_at(
            load->lab->demo, DEMO_BAD, "tw-port-exhaustion",
            "第 %.0f 条连接之后，用了 %.2f 秒：EADDRNOTAVAIL。端口 × 目的地址 = %.0f，全在 "
            "TIME_WAIT；长期只够每秒 %.0f 条新连接（÷ 60 s）",
            "After %.0f connections and %.2f s: EADDRNOTAVAIL. Ports × destinations = "
            "%.0f, all in TIME_WAIT; in the long run that is %.0f new connections a "
            "second (÷ 60 s)",
            (double)load->exhausted_at, seconds, plan->tuples, plan->tuples / TIME_WAIT_S);
}

/* With reuse they come back in waves, a delay after they were taken. From the end of one wave to
 * the end of another each port has come back as often as there are waves between; before the first
 * whole one, what has come so far has to do. */
static void follow_waves(struct load *load)
{
    uint64_t ports = (uint64_t)load->lab->plan->tuples, connections = load->counts.connections;
    if (connections < ports)
        return;
    if (isnan(load->wave_start_ms)) {
        load->wave_start_ms = demo_ms(load->lab->demo);
        load->before_waves = connections;
    }
    uint64_t since = connections - load->before_waves;
    if (since >= load->wave_connections + ports || load->wave_connections < ports) {
        load->wave_end_ms = demo_ms(load->lab->demo);
        load->wave_connections = since;
    }
}

static void follow_ports(struct load *load)
{
    if (isnan(load->exhausted_ms) && load->counts.no_port > 0)
        exhausted(load);
    if (load->lab->plan->can_recycle)
        follow_waves(load);
}

/*** The report ***/

static void report_costs(struct load *load)
{
    size_t early = load->max_costs / 3, beyond = late(load);
    double before = median_us(load->costs, load->n_costs < early ? load->n_costs : early);
    double after =
        load->n_costs > beyond ? median_us(load->costs + beyond, load->n_costs - beyond) : NAN;
    demo_metric(load->lab->demo, "connect_before", before);
    demo_metric(load->lab->demo, "connect_after", after);
    demo_metric(load->lab->demo, "cliff", after / before);
}

static void report_exhaustion(struct load *load)
{
    const struct plan *plan = load->lab->plan;
    bool ran_out = !isnan(load->exhausted_ms);
    uint64_t at = ran_out ? load->exhausted_at : load->counts.connections;
    if (ran_out) {
        demo_metric_expected(load->lab->demo, "exhausted_at", (double)at, plan->tuples);
        demo_metric(load->lab->demo, "exhausted_after",
                    (load->exhausted_ms - load->start_ms) / 1000);
    }
    bool plain = !plan->can_recycle && plan->first == CLIENT && plan->how == WITH_FIN;
    enum range_verdict verdict = range_judge(plan->ports, plan->addresses, at, ran_out);
    if (plain && plan->tw_max >= plan->tuples && verdict != RANGE_NOT_YET)
        demo_check(load->lab->demo, "exhausts_at_range", verdict == RANGE_HELD, (double)at,
                   plan->tuples);
}

static void report_waves(struct load *load)
{
    const struct plan *plan = load->lab->plan;
    bool ports_bind = !isnan(load->exhausted_ms);              /* and not this machine's speed */
    double waves_ms = load->wave_end_ms - load->wave_start_ms; /* NAN if there was none */
    if (waves_ms > 0)
        demo_metric_expected(load->lab->demo, "recycled",
                             (double)load->wave_connections / waves_ms * 1000,
                             ports_bind ? plan->tuples * 1000 / plan->reuse_delay_ms : NAN);
}

/* Of the rounds before ports ran out: after that the idle connections alone are served, and nothing
 * can be opened. */
static void report_pool(struct load *load)
{
    const struct plan *plan = load->lab->plan;
    double requests = (double)load->counts.whole_requests;
    double kept = (double)(plan->idle < plan->parallel ? plan->idle : plan->parallel);
    double closed = (double)plan->parallel - kept; /* in each round */
    double rounds = requests / (double)plan->parallel;
    if (requests > 0)
        demo_metric_expected(load->lab->demo, "connections_per_1000",
                             1000 * (double)load->counts.whole_connections / requests,
                             1000 * (closed * rounds + kept) / requests);
}

static void report(struct load *load)
{
    struct demo *demo = load->lab->demo;
    const struct plan *plan = load->lab->plan;
    const struct client_counts *counts = &load->counts;
    double seconds = (load->last_ms - load->start_ms) / 1000;
    demo_metric(demo, "requests", (double)counts->requests / seconds);
    demo_metric(demo, "no_port", (double)counts->no_port);
    demo_metric(demo, "time_wait_peak", (double)load->peak);
    demo_metric(demo, "kernel_recycled",
                (double)(counter_read("TcpExt", "TWRecycled") - load->recycled_before));
    demo_metric(demo, "overflowed",
                (double)(counter_read("TcpExt", "TCPTimeWaitOverflow") - load->overflowed_before));
    demo_check(demo, "tuple_once", (double)load->peak <= plan->tuples, (double)load->peak,
               plan->tuples);
    demo_check_text(demo, "only_ports_fail", counts->failed == 0,
                    counts->failed ? strerror(-counts->last_error) : "EADDRNOTAVAIL",
                    "EADDRNOTAVAIL");
}

/*** The run ***/

/* Waits until the next round is due, or the load is to end. */
static void keep_pace(struct load *load, double end)
{
    double done = (double)(load->counts.requests + load->counts.no_port + load->counts.failed);
    double due = round_due_ms(load->start_ms, end, done, load->lab->plan->rate);
    while (demo_ms(load->lab->demo) < due && !demo_stopping(load->lab->demo)) {
        demo_pause(load->lab->demo, fmin(due - demo_ms(load->lab->demo), 20));
        if (demo_due(load->lab->demo, &load->show, SHOW_MS))
            show(load);
    }
}

static void run(struct load *load, struct client *client)
{
    struct demo *demo = load->lab->demo;
    double end = load->start_ms + load->lab->plan->seconds * 1000;
    while (demo_ms(demo) < end && !demo_stopping(demo)) {
        client_round(client, &load->counts);
        follow_ports(load);
        if (demo_due(demo, &load->show, SHOW_MS))
            show(load);
        keep_pace(load, end);
    }
    show(load);
}

void experiment_load(struct lab *lab)
{
    const struct plan *plan = lab->plan;
    if (plan->seconds <= 0)
        return;
    struct load load = {
        .lab = lab, .exhausted_ms = NAN, .wave_start_ms = NAN, .max_costs = (size_t)plan->tuples};
    load.bucket_size = 1 + load.max_costs / 100;
    if (load.bucket_size > BUCKET_MAX)
        load.bucket_size = BUCKET_MAX;
    struct client *client =
        client_new(&(struct client_options){.listener = lab->listener,
                                            .address = part_address(PART_LOAD, 0),
                                            .addresses = plan->addresses,
                                            .parallel = plan->parallel,
                                            .idle = plan->idle,
                                            .first = plan->first,
                                            .how = plan->how,
                                            .connected = connected,
                                            .data = &load});
    load.costs = malloc(load.max_costs * sizeof *load.costs);
    if (client && load.costs) {
        load.recycled_before = counter_read("TcpExt", "TWRecycled");
        load.overflowed_before = counter_read("TcpExt", "TCPTimeWaitOverflow");
        load.start_ms = load.last_ms = demo_ms(lab->demo);
        lab_part_begins(lab);
        run(&load, client);
        report_exhaustion(&load);
        report_waves(&load);
        report_costs(&load);
        report_pool(&load);
        report(&load);
    } else {
        demo_note(lab->demo, DEMO_BAD, "内存不够：%s", "out of memory: %s", "malloc");
    }
    client_free(client);
    free(load.costs);
}

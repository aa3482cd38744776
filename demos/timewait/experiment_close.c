/* experiment_close.c - one connection is closed, and after each step the kernel is asked for the
 * state of both ends.
 *
 * A segment is drawn where a state changed that only it can change (RFC 9293, figure 5): a FIN has
 * arrived where there is CLOSE_WAIT, its ACK where FIN_WAIT_1 became FIN_WAIT_2. LAST_ACK is over
 * in microseconds on the loopback unless the end that closes has data on its way, as a server that
 * answers late has: then the FIN waits behind the data, and one can look at it. */
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "experiment.h"
#include "network.h"

struct act {
    struct lab *lab;
    struct connection connection;
    int state[2];      /* as last seen */
    char path[2][128]; /* all states seen, in their order: "ESTABLISHED FIN_WAIT_1 …" */
    enum end first;
    struct demo_timer sockets;
};

static const char *lane(enum end end)
{
    return end == CLIENT ? "client" : "server";
}

static void segment(struct act *act, enum end from, const char *kind)
{
    double now = demo_ms(act->lab->demo);
    demo_message(act->lab->demo, "close", lane(from), lane(other_end(from)), kind, now, now, NULL);
}

/* Says what became of this end, if it is news. */
static void state_show(struct act *act, enum end end, int state)
{
    double now = demo_ms(act->lab->demo);
    if (state == act->state[end])
        return;
    act->state[end] = state;
    size_t len = strlen(act->path[end]);
    snprintf(act->path[end] + len, sizeof act->path[end] - len, "%s%s", len ? " " : "",
             tcp_state_name(state));
    demo_message(act->lab->demo, "close", lane(end), lane(end), "state", now, now,
                 tcp_state_name(state));
}

/* The segments that must have arrived for the states to have become these. */
static void segments_show(struct act *act, const int now[2])
{
    enum end first = act->first, second = other_end(first);
    const int *was = act->state;
    bool opening = was[first] == 0;
    if (opening || act->lab->plan->how == WITH_RST)
        return;
    if (was[second] == TCP_ESTABLISHED && now[second] != TCP_ESTABLISHED)
        segment(act, first, "fin");
    if (was[first] != TCP_FIN_WAIT2 && now[first] == TCP_FIN_WAIT2)
        segment(act, second, "ack");
    if (was[first] != TCP_TIME_WAIT && now[first] == TCP_TIME_WAIT) {
        segment(act, second, was[first] == TCP_FIN_WAIT1 ? "fin_ack" : "fin");
        segment(act, first, "ack");
    }
}

/* Counts sockets when a state is news, and now and then. */
static void sockets_show(struct act *act, bool news)
{
    if (!demo_due(act->lab->demo, &act->sockets, 50) && !news)
        return;
    struct census census = lab_census(act->lab, PART_CLOSE);
    lab_show_sockets(act->lab, &census);
}

/* Looks until `ms` have gone by, at least once. */
static void watch(struct act *act, double ms)
{
    struct demo *demo = act->lab->demo;
    double until = demo_ms(demo) + ms;
    do {
        int now[2];
        for (enum end end = CLIENT; end <= SERVER; end++)
            now[end] = lab_look(act->lab, &act->connection, end).state;
        bool news = now[CLIENT] != act->state[CLIENT] || now[SERVER] != act->state[SERVER];
        segments_show(act, now);
        state_show(act, act->first, now[act->first]);
        state_show(act, other_end(act->first), now[other_end(act->first)]);
        sockets_show(act, news);
        timers_show(act->lab);
        if (ms > 0)
            demo_pause(demo, 1);
    } while (demo_ms(demo) < until && !demo_stopping(demo));
    demo_flush(demo);
}

/*** The two ways ***/

static void close_by_rst(struct act *act)
{
    connection_close_end(&act->connection, act->first, WITH_RST);
    segment(act, act->first, "rst");
    watch(act, act->lab->plan->step_ms);
    demo_note_at(act->lab->demo, DEMO_BAD, "tw-socket-options",
                 "SO_LINGER 0：一个 RST，两端都直接 CLOSED。没有 TIME_WAIT，另一端读到的是 "
                 "ECONNRESET",
                 "SO_LINGER 0: one RST and both ends are CLOSED at once. No TIME_WAIT, and what "
                 "the other end reads is ECONNRESET");
    connection_close_end(&act->connection, other_end(act->first), WITH_FIN);
}

/* Four steps: half a close, late data, the other half, and reading what was late. */
static void close_by_fin(struct act *act)
{
    const struct plan *plan = act->lab->plan;
    enum end first = act->first, second = other_end(first);
    bool reset;
    connection_half_close(&act->connection, first);
    watch(act, plan->step_ms);
    if (plan->late_data)
        connection_fill(&act->connection, second);
    connection_close_end(&act->connection, second, WITH_FIN);
    watch(act, plan->late_data ? plan->step_ms : 0);
    connection_drain(&act->connection, first, &reset);
    connection_close_end(&act->connection, first, WITH_FIN);
    watch(act, plan->step_ms);
}

/*** Was it as the diagram says? ***/

/* True if `path` is made of the diagram's states in the diagram's order; some may be missing, since
 * a state that lasted microseconds was not seen. */
static bool follows(const char *path, const char *diagram)
{
    char states[128], *rest;
    snprintf(states, sizeof states, "%s", path);
    for (char *state = strtok_r(states, " ", &rest); state; state = strtok_r(NULL, " ", &rest)) {
        const char *at = strstr(diagram, state);
        if (!at)
            return false;
        diagram = at + strlen(state);
    }
    return true;
}

static void report_path(struct act *act, const char *check, enum end end, const char *diagram,
                        int last)
{
    const char *path = act->path[end];
    demo_check_text(act->lab->demo, check, follows(path, diagram) && act->state[end] == last, path,
                    diagram);
}

static void report_states(struct act *act)
{
    const struct plan *plan = act->lab->plan;
    enum end first = act->first, second = other_end(first);
    bool rst = plan->how == WITH_RST;
    bool waits = !rst && plan->tw_max > 2; /* the two whose timers are watched were first */
    const char *by_rst = "ESTABLISHED CLOSED";
    const char *by_fin = waits ? "ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"
                               : "ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSED";
    report_path(act, "states_first", first, rst ? by_rst : by_fin,
                waits ? TCP_TIME_WAIT : TCP_CLOSE);
    report_path(act, "states_second", second,
                rst ? by_rst : "ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED", TCP_CLOSE);
    if (plan->how == WITH_FIN && act->state[act->first] == TCP_TIME_WAIT)
        demo_note_at(act->lab->demo, DEMO_GOOD, "tw-state-diagram",
                     act->first == CLIENT
                         ? "先关的是客户端：它在 TIME_WAIT；服务端走过 CLOSE_WAIT，什么也没留下"
                         : "先关的是服务端：它在 TIME_WAIT；客户端走过 CLOSE_WAIT，什么也没留下",
                     act->first == CLIENT
                         ? "The client closed first and is in TIME_WAIT; the server passed through "
                           "CLOSE_WAIT and has left nothing"
                         : "The server closed first and is in TIME_WAIT; the client passed through "
                           "CLOSE_WAIT and has left nothing");
}

/*** How many segments ***/

/* A delayed ACK of another connection comes 40 ms late; it must not fall into what is counted. */
enum { QUIET_MS = 60, PATIENCE_MS = 500 };

/* Closes a fresh connection, the second end `ms` after the first, and counts what was sent; NAN if
 * it could not be. Each count has an address of its own, for the first one's TIME_WAIT may hold the
 * only port. */
static double count_segments(struct lab *lab, uint32_t address, double ms)
{
    struct connection connection;
    if (!lab_connect(lab, address, &connection))
        return NAN;
    connection_request(&connection);
    long before = counter_settled("Tcp", "OutSegs", QUIET_MS, PATIENCE_MS);
    connection_close_end(&connection, CLIENT, WITH_FIN);
    demo_pause(lab->demo, ms);
    connection_close_end(&connection, SERVER, WITH_FIN);
    return before < 0 ? NAN : (double)(counter_read("Tcp", "OutSegs") - before);
}

void experiment_close(struct lab *lab)
{
    struct act act = {.lab = lab, .first = lab->plan->first};
    if (!lab_connect(lab, part_address(PART_CLOSE, 0), &act.connection))
        return;
    connection_request(&act.connection); /* the first ACKs are quick; those after it are put off */
    watch(&act, lab->plan->step_ms);
    if (lab->plan->how == WITH_RST)
        close_by_rst(&act);
    else
        close_by_fin(&act);
    if (demo_stopping(lab->demo))
        return;
    report_states(&act);
    if (lab->shared) /* the kernel counts everybody's segments */
        return;
    demo_metric_expected(lab->demo, "segments_at_once",
                         count_segments(lab, part_address(PART_CLOSE, 1), 0), 3);
    demo_metric_expected(lab->demo, "segments_later",
                         count_segments(lab, part_address(PART_CLOSE, 2), 100), 4);
}

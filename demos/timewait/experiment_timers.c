/* experiment_timers.c - how long TIME_WAIT lasts, and FIN_WAIT_2 of a socket that its program has
 * closed.
 *
 * Two connections are made at the start. One is closed at both ends, and its TIME_WAIT runs on
 * during all that follows. Of the other only the client's end is closed. The kernel shows what is
 * left on the timer of each; the run can also wait until they are gone. */
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

#include "experiment.h"

enum { TIME_WAIT_S = 60, PATIENCE_S = 80 };

/* One timer that is watched: of the client's end of its connection. */
struct watched {
    struct connection connection;
    int state;         /* while it lasts */
    double start_ms;   /* since when it is in that state */
    double promised_s; /* gone by plus left, when last looked at; NAN: never seen there */
    double lasted_s;   /* until it was found gone; NAN: it is still there */
};

struct timers {
    struct watched time_wait, fin_wait;
    struct demo_timer show;
};

static double seconds_since(struct lab *lab, double ms)
{
    return (demo_ms(lab->demo) - ms) / 1000;
}

/* What is left, in seconds; 0 when it is gone. */
static double look(struct lab *lab, struct watched *watched)
{
    if (!isnan(watched->lasted_s))
        return 0;
    struct tcp_socket socket = lab_look(lab, &watched->connection, CLIENT);
    double gone_by = seconds_since(lab, watched->start_ms);
    if (socket.state == watched->state && socket.mini) {
        watched->promised_s = gone_by + socket.left_ms / 1000.0;
        return socket.left_ms / 1000.0;
    }
    if (socket.state == TCP_CLOSE && !isnan(watched->promised_s))
        watched->lasted_s = gone_by;
    return isnan(watched->promised_s) ? NAN : 0;
}

static bool start(struct lab *lab, struct watched *watched, uint32_t i, int state)
{
    *watched = (struct watched){.state = state, .promised_s = NAN, .lasted_s = NAN};
    if (!lab_connect(lab, part_address(PART_TIMERS, i), &watched->connection))
        return false;
    connection_close_end(&watched->connection, CLIENT, WITH_FIN);
    if (state == TCP_TIME_WAIT)
        connection_close_end(&watched->connection, SERVER, WITH_FIN);
    watched->start_ms = demo_ms(lab->demo);
    return true;
}

void timers_start(struct lab *lab)
{
    lab->timers = calloc(1, sizeof *lab->timers);
    if (!lab->timers)
        return;
    struct timers *timers = lab->timers;
    if (!start(lab, &timers->time_wait, 0, TCP_TIME_WAIT) ||
        !start(lab, &timers->fin_wait, 1, TCP_FIN_WAIT2)) {
        free(timers);
        lab->timers = NULL;
    }
}

void timers_show(struct lab *lab)
{
    struct timers *timers = lab->timers;
    if (!timers || !demo_due(lab->demo, &timers->show, 250))
        return;
    double time_wait = look(lab, &timers->time_wait), fin_wait = look(lab, &timers->fin_wait);
    demo_sample(lab->demo, "timers", {"time_wait", time_wait}, {"fin_wait_2", fin_wait});
}

/*** The end ***/

static bool is_over(const struct watched *watched)
{
    return !isnan(watched->lasted_s) || isnan(watched->promised_s);
}

static void wait_for_both(struct lab *lab)
{
    const struct timers *timers = lab->timers;
    double longest = fmax(TIME_WAIT_S, lab->plan->fin_timeout_s);
    demo_note_at(lab->demo, DEMO_INFO, "tw-timewait-len",
                 "现在只等：TIME_WAIT 的定时器在内核里，没有 sysctl 能改",
                 "Now there is nothing to do but wait: TIME_WAIT's timer is the kernel's, and no "
                 "sysctl changes it");
    demo_flush(lab->demo);
    while (!demo_stopping(lab->demo) &&
           !(is_over(&timers->time_wait) && is_over(&timers->fin_wait)) &&
           seconds_since(lab, timers->time_wait.start_ms) < PATIENCE_S) {
        timers_show(lab);
        demo_progress(lab->demo,
                      fmin(0.99, seconds_since(lab, timers->time_wait.start_ms) / longest));
        demo_pause(lab->demo, 50);
    }
}

static double seconds_of(const struct watched *watched)
{
    return isnan(watched->lasted_s) ? watched->promised_s : watched->lasted_s;
}

/* Beyond the second of tolerance there is the kernel's timer wheel, which may be late by an eighth
 * of a timer's length, never early. */
static void report_time_wait(struct lab *lab, const struct watched *watched)
{
    double seconds = seconds_of(watched);
    bool waited = !isnan(watched->lasted_s);
    char got[64];
    demo_metric_expected(lab->demo, "time_wait", seconds, TIME_WAIT_S);
    if (isnan(seconds))
        return;
    snprintf(got, sizeof got, "%.2f s (%s)", seconds, waited ? "waited" : "timer");
    bool ok =
        seconds > TIME_WAIT_S - 1 && seconds < (waited ? TIME_WAIT_S * 1.125 : TIME_WAIT_S) + 1;
    demo_check_text(lab->demo, "sixty_seconds", ok, got, "60 s");
    if (waited)
        demo_note_at(lab->demo, DEMO_GOOD, "tw-timewait-len",
                     "TIME_WAIT 存在了 %.1f 秒；tcp_fin_timeout = %d 管的是 FIN_WAIT_2，它存在了 "
                     "%.1f 秒",
                     "TIME_WAIT lasted %.1f s; tcp_fin_timeout = %d governs FIN_WAIT_2, which "
                     "lasted %.1f s",
                     seconds, lab->plan->fin_timeout_s, seconds_of(&lab->timers->fin_wait));
}

void timers_end(struct lab *lab)
{
    struct timers *timers = lab->timers;
    if (!timers)
        return;
    timers->show.due_ms = 0;
    timers_show(lab);
    if (lab->plan->wait)
        wait_for_both(lab);
    report_time_wait(lab, &timers->time_wait);
    demo_metric_expected(lab->demo, "fin_wait_2", seconds_of(&timers->fin_wait),
                         lab->plan->fin_timeout_s);
    connection_close_end(&timers->fin_wait.connection, SERVER, WITH_FIN);
    free(timers);
    lab->timers = NULL;
}

/* demo.c - the life of a run: arguments, signals, the clock, the end. See demo.h. */
#include "demo.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "demo_internal.h"

/*** Stopping ***/

static atomic_bool stop_asked; /* one process is one run */

static void on_stop(int signal)
{
    (void)signal;
    atomic_store_explicit(&stop_asked, true, memory_order_relaxed);
}

/* The first SIGTERM asks, a second one ends the program as if it were not handled. */
static void signals_set(void)
{
    struct sigaction stop = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool demo_stopping(const struct demo *demo)
{
    return atomic_load_explicit(&stop_asked, memory_order_relaxed) ||
           atomic_load_explicit(&demo->deaf, memory_order_relaxed);
}

/*** Time ***/

int64_t demo_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double demo_ms(const struct demo *demo)
{
    return (double)(demo_now_ns() - demo->start_ns) / 1e6;
}

void demo_pause(struct demo *demo, double ms)
{
    demo_flush(demo);
    const double slice = 20; /* a signal may come just before the sleep: look again soon */
    double end = demo_ms(demo) + ms;
    for (double left = ms; left > 0 && !demo_stopping(demo); left = end - demo_ms(demo)) {
        struct timespec nap = {.tv_nsec = (long)(fmin(left, slice) * 1e6)};
        nanosleep(&nap, NULL);
    }
}

/*** Output ***/

static bool write_failed_for_good(int fd)
{
    if (errno == EINTR)
        return false;
    if (errno != EAGAIN)
        return true;
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    poll(&ready, 1, 50);
    return false;
}

void demo_write_all(int fd, const char *bytes, size_t len, atomic_bool *deaf)
{
    while (len > 0 && !atomic_load(deaf)) {
        ssize_t written = write(fd, bytes, len);
        if (written >= 0) {
            bytes += written;
            len -= (size_t)written;
        } else if (write_failed_for_good(fd)) {
            atomic_store(deaf, true);
        }
    }
}

/*** The run ***/

static bool speaks_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

const char *demo_pick(const struct demo *demo, struct demo_text text)
{
    return demo->chinese ? text.zh : text.en;
}

static int demo_perform(struct demo *demo, int (*run)(struct demo *))
{
    demo->writer->begin(demo);
    demo_progress(demo, 0); /* the first event, at once */
    demo_flush(demo);
    int code = run(demo);
    pthread_mutex_lock(&demo->lock);
    demo->writer->end(demo);
    pthread_mutex_unlock(&demo->lock);
    if (demo->dropped)
        fprintf(stderr, "%s: %d events were longer than %d bytes and were dropped\n",
                demo->manifest->id, demo->dropped, DEMO_LINE_BYTES_MAX);
    return code;
}

int demo_main(const struct demo_manifest *manifest, int (*run)(struct demo *), int argc,
              char **argv)
{
    struct demo demo = {
        .manifest = manifest, .start_ns = demo_now_ns(), .lock = PTHREAD_MUTEX_INITIALIZER};
    demo.out = (struct demo_json){.buf = demo.buf, .cap = sizeof demo.buf};
    demo.terminal = isatty(STDOUT_FILENO);
    demo.chinese = speaks_chinese();
    struct demo_command command;
    if (demo_args_parse(&demo, argc, argv, &command) < 0)
        return 2;
    if (command.act == DEMO_HELP)
        return demo_help(manifest), 0;
    if (command.act == DEMO_DESCRIBE)
        return demo_verify(manifest) > 0 || demo_describe(manifest, STDOUT_FILENO) < 0;
    bool report = command.form == DEMO_REPORT || (command.form == DEMO_AUTO && demo.terminal);
    demo.writer = report ? &demo_report : &demo_ndjson;
    signals_set();
    return demo_perform(&demo, run);
}

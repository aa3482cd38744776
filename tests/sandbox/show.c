/* show.c - a demo that prints every kind of event there is, as many and as often as it is told to:
 * `show --what=views --n=1000 --rate=100 --size=0`.
 *
 * Tests of streaming run it for logs of a known length, the browser's for a page with every chart,
 * benches for events that carry the time at which they were printed. */
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long n = 1000; /* how many events */
static long rate;     /* a second; 0: all at once */
static long size;     /* further bytes in each `note` */
static volatile sig_atomic_t asked_to_end;
static double started;

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void begin(const char *kind)
{
    printf("{\"event\":\"%s\",\"t\":%.3f,", kind, now_ms() - started);
}

/*** One event ***/

static void print_sample(long i)
{
    double value = sin((double)i / 50);
    begin("sample");
    printf("\"view\":\"line\",\"values\":{\"measured\":%.6f,\"low\":%.6f,\"high\":%.6f}}\n", value,
           value - 0.1, value + 0.1);
}

static void print_bar(long i)
{
    begin("sample");
    printf("\"view\":\"bars\",\"x\":\"k%ld\",\"values\":{\"a\":%ld,\"b\":%ld}}\n", i / 8 % 12,
           i % 97, i % 89);
}

static void print_span(long i)
{
    double from = (double)i;
    begin("span");
    printf("\"view\":\"time\",\"lane\":\"p%ld\",\"from\":%.3f,\"to\":%.3f,\"kind\":\"%s\"}\n",
           i / 8 % 2, from, from + 6, i / 16 % 2 ? "run" : "wait");
}

static void print_message(long i)
{
    bool to_server = i / 8 % 2;
    begin("span");
    printf("\"view\":\"talk\",\"lane\":\"%s\",\"to_lane\":\"%s\",\"from\":%ld,\"to\":%ld,"
           "\"kind\":\"packet\",\"label\":\"%s %ld\"}\n",
           to_server ? "client" : "server", to_server ? "server" : "client", i, i + 4,
           to_server ? "SYN" : "ACK", i);
}

static void print_cells(long i)
{
    begin("cells");
    printf("\"view\":\"pages\",\"from\":%ld,\"runs\":[[\"dirty\",2],[\"clean\",2]]}\n", i / 8 % 97);
}

static void print_row(long i)
{
    begin("row");
    printf("\"view\":\"table\",\"values\":{\"name\":\"row %ld\",\"value\":%ld}}\n", i,
           i * i % 1000);
}

static void print_note(long i)
{
    begin("note");
    printf("\"zh\":\"第 %ld 条\",\"en\":\"note %ld ", i, i);
    for (long k = 0; k < size; k++)
        putchar('a' + (int)((i + k) % 26));
    printf("\",\"level\":\"%s\"}\n", i % 3 == 0 ? "good" : i % 3 == 1 ? "bad" : "info");
}

static void print_progress(long i)
{
    begin("progress");
    printf("\"done\":%.4f}\n", n ? (double)i / (double)n : 1);
}

static void print_any(long i)
{
    static void (*const kinds[])(long i) = {print_sample, print_bar, print_span, print_message,
                                            print_cells,  print_row, print_note, print_progress};
    kinds[i % (long)(sizeof kinds / sizeof *kinds)](i);
}

/* The reader subtracts it from its own clock. */
static void print_stamp(long i)
{
    begin("sample");
    printf("\"view\":\"line\",\"values\":{\"measured\":%ld,\"low\":%.0f}}\n", i, now_ms() * 1e3);
}

/*** All of them ***/

static const struct what {
    const char *name;
    void (*print)(long i);
} whats[] = {{"views", print_any},
             {"samples", print_sample},
             {"notes", print_note},
             {"stamps", print_stamp}};

static void wait_for_turn(long i)
{
    if (!rate)
        return;
    double at = started + (double)i * 1e3 / (double)rate;
    struct timespec until = {.tv_sec = (time_t)(at / 1e3), .tv_nsec = (long)(fmod(at, 1e3) * 1e6)};
    fflush(stdout);
    while (!asked_to_end && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
        ;
}

static void run(void (*print)(long i))
{
    long i = 0;
    for (; i < n && !asked_to_end && !ferror(stdout); i++) { /* until nobody reads it any more */
        wait_for_turn(i);
        print(i);
    }
    begin("metric");
    printf("\"id\":\"printed\",\"value\":%ld,\"expected\":%ld}\n", i, n);
    begin("check");
    printf("\"id\":\"all\",\"ok\":%s,\"got\":%ld,\"want\":%ld}\n", i == n ? "true" : "false", i, n);
}

static void on_term(int sig)
{
    (void)sig;
    asked_to_end = 1;
}

static void read_number(const char *arg, const char *name, long *ret)
{
    size_t len = strlen(name);
    if (!strncmp(arg, name, len))
        *ret = strtol(arg + len, NULL, 10);
}

int main(int argc, char **argv)
{
    const char *name = "views";
    for (int i = 1; i < argc; i++) {
        read_number(argv[i], "--n=", &n);
        read_number(argv[i], "--rate=", &rate);
        read_number(argv[i], "--size=", &size);
        if (!strncmp(argv[i], "--what=", 7))
            name = argv[i] + 7;
    }
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_term}, NULL);
    started = now_ms();
    for (size_t i = 0; i < sizeof whats / sizeof *whats; i++) {
        if (strcmp(whats[i].name, name))
            continue;
        run(whats[i].print);
        return 0;
    }
    fprintf(stderr, "show: there is no %s\n", name);
    return 2;
}

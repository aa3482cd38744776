/* bench_demo_pool_strategies.c - our pool against Go's sync.Pool and three mallocs.
 *
 *   bench_demo_pool_strategies                              all, in turns: the median of 7 rounds
 *   bench_demo_pool_strategies pool THREADS SIZE HELD USES  one: ns of CPU for a Get and a Put
 *
 * Every strategy runs in a process of its own, so that the mallocs can be exchanged (LD_PRELOAD)
 * and Go's runs likewise (pool/pool.go, built by `go build` into a folder that is removed at the
 * end). A peer that is not installed is left out: golang-go, libjemalloc2, libmimalloc2.0. Goal:
 * Go ÷ ours ≥ 3 with one object and with 64 held, at 64 B and 1 KiB, with 1 and 2 threads. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "free_list.h"
#include "sync_pool.h"

enum { HELD_MAX = 64, THREADS_MAX = 16, ROUNDS = 7, USES = 4000000 };

/* CPU time of the process: what else runs on the machine hardly shows in it. It leaves out what a
 * thread sleeps for a mutex, which flatters the list. */
static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/*** One strategy ***/

enum strategy { POOL, LIST, MALLOC, STRATEGIES };
static const char *const names[STRATEGIES] = {"pool", "list", "malloc"};

struct work {
    enum strategy strategy;
    int threads;
    size_t size, held, uses;
    struct pool *pool;
    struct free_list list;
};

struct worker {
    struct work *work;
    int p;
    pthread_t thread;
};

static inline __attribute__((always_inline)) void *get(struct worker *self, enum strategy strategy)
{
    struct work *work = self->work;
    void *object = NULL;
    if (strategy == POOL)
        object = pool_get(work->pool, self->p);
    else if (strategy == LIST)
        object = free_list_get(&work->list);
    if (!object && !(object = malloc(work->size)))
        exit((perror("malloc"), 1));
    ((volatile char *)object)[work->size - 1] = 1;
    return object;
}

static inline __attribute__((always_inline)) void put(struct worker *self, enum strategy strategy,
                                                      void *object)
{
    if (strategy == POOL)
        pool_put(self->work->pool, self->p, object);
    else if (strategy == LIST)
        free_list_put(&self->work->list, object);
    else
        free(object);
}

static inline __attribute__((always_inline)) void run_as(struct worker *self,
                                                         enum strategy strategy)
{
    void *hand[HELD_MAX];
    size_t held = self->work->held, uses = self->work->uses;
    if (held == 1) {
        for (size_t i = 0; i < uses; i++)
            put(self, strategy, get(self, strategy));
        return;
    }
    for (size_t i = 0; i < uses; i += held) {
        for (size_t k = 0; k < held; k++)
            hand[k] = get(self, strategy);
        for (size_t k = 0; k < held; k++)
            put(self, strategy, hand[k]);
    }
}

static void *worker_main(void *arg)
{
    struct worker *self = arg;
    if (self->work->strategy == POOL)
        run_as(self, POOL);
    else if (self->work->strategy == LIST)
        run_as(self, LIST);
    else
        run_as(self, MALLOC);
    return NULL;
}

static void drop(void *object, void *arg)
{
    (void)arg;
    free(object);
}

static double measure(struct work *work)
{
    struct worker workers[THREADS_MAX];
    double start;
    work->pool = pool_new(&(struct pool_options){.ps = work->threads, .drop = drop});
    if (!work->pool)
        exit((perror("pool_new"), 1));
    free_list_init(&work->list);
    start = cpu_ns();
    for (int p = 0; p < work->threads; p++) {
        workers[p] = (struct worker){.work = work, .p = p};
        if (pthread_create(&workers[p].thread, NULL, worker_main, &workers[p]))
            exit((fprintf(stderr, "no thread\n"), 1));
    }
    for (int p = 0; p < work->threads; p++)
        pthread_join(workers[p].thread, NULL);
    double ns = cpu_ns() - start;
    free_list_destroy(&work->list, drop, NULL);
    pool_free(work->pool);
    return ns / (double)work->uses / work->threads;
}

static int measure_one(char **argv)
{
    struct work work = {.strategy = STRATEGIES};
    for (int i = 0; i < STRATEGIES; i++)
        if (strcmp(argv[1], names[i]) == 0)
            work.strategy = (enum strategy)i;
    work.threads = atoi(argv[2]);
    work.size = strtoul(argv[3], NULL, 10);
    work.held = strtoul(argv[4], NULL, 10);
    work.uses = strtoul(argv[5], NULL, 10);
    if (work.strategy == STRATEGIES || work.threads < 1 || work.threads > THREADS_MAX ||
        work.size < sizeof(void *) || work.held < 1 || work.held > HELD_MAX || work.uses < 1)
        return fprintf(stderr, "usage: %s pool|list|malloc THREADS SIZE HELD USES\n", argv[0]), 2;
    printf("%f\n", measure(&work));
    return 0;
}

/*** All, in turns ***/

struct peer {
    const char *name;
    char command[600]; /* what comes before THREADS; "" if it is not here */
    double ns[ROUNDS];
};

enum { PEERS = 6 };

/* What the command prints for these arguments. */
static double ask(const struct peer *peer, int threads, int size, int held)
{
    char line[800];
    double ns = NAN;
    snprintf(line, sizeof line, "%s %d %d %d %d", peer->command, threads, size, held, USES);
    FILE *out = popen(line, "r");
    if (!out || fscanf(out, "%lf", &ns) != 1)
        fprintf(stderr, "no answer: %s\n", line);
    if (out)
        pclose(out);
    return ns;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const struct peer *peer)
{
    double sorted[ROUNDS];
    memcpy(sorted, peer->ns, sizeof sorted);
    qsort(sorted, ROUNDS, sizeof *sorted, compare);
    return sorted[ROUNDS / 2];
}

static void compare_all(struct peer *peers, int threads, int size, int held)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < PEERS; i++)
            peers[i].ns[round] = peers[i].command[0] ? ask(&peers[i], threads, size, held) : NAN;
    printf("%2d threads %5d B %3d held  ", threads, size, held);
    for (int i = 0; i < PEERS; i++)
        printf(" %7.2f (%4.1f)", median(&peers[i]), median(&peers[i]) / median(&peers[0]));
    printf("\n");
    fflush(stdout);
}

/* A program made of pool/pool.go, beside this file; "" if there is no Go. */
static void build_go(const char *folder, char *command, size_t size)
{
    char line[1200];
    int dir = (int)(strrchr(__FILE__, '/') - __FILE__);
    snprintf(line, sizeof line,
             "command -v go >/dev/null && GO111MODULE=off GOCACHE=%s/cache go build -o %s/pool "
             "%.*s/pool/pool.go",
             folder, folder, dir, __FILE__);
    if (system(line) == 0)
        snprintf(command, size, "%s/pool", folder);
    else
        fprintf(stderr, "no Go here: apt-get install golang-go\n");
}

static void preload(struct peer *peer, const char *self, const char *library)
{
    static const char *const folders[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                                          "/usr/lib"};
    char path[200];
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !peer->command[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folders[i], library);
        if (access(path, R_OK) == 0)
            snprintf(peer->command, sizeof peer->command, "LD_PRELOAD=%s %s malloc", path, self);
    }
    if (!peer->command[0])
        fprintf(stderr, "no %s here: apt-get install libjemalloc2 libmimalloc2.0\n", library);
}

static void remove_folder(const char *folder)
{
    char line[200];
    snprintf(line, sizeof line, "chmod -R u+w %s && rm -r %s", folder, folder);
    if (system(line) != 0)
        fprintf(stderr, "could not remove %s\n", folder);
}

int main(int argc, char **argv)
{
    struct peer peers[PEERS] = {{.name = "ours"},     {.name = "Go sync.Pool"}, {.name = "glibc"},
                                {.name = "jemalloc"}, {.name = "mimalloc"},     {.name = "mutex"}};
    char folder[] = "/tmp/prepd-bench-pool-XXXXXX";
    if (argc == 6)
        return measure_one(argv);
    if (!mkdtemp(folder))
        return perror("mkdtemp"), 1;
    snprintf(peers[0].command, sizeof peers[0].command, "%s pool", argv[0]);
    build_go(folder, peers[1].command, sizeof peers[1].command);
    snprintf(peers[2].command, sizeof peers[2].command, "%s malloc", argv[0]);
    preload(&peers[3], argv[0], "libjemalloc.so.2");
    preload(&peers[4], argv[0], "libmimalloc.so.2");
    snprintf(peers[5].command, sizeof peers[5].command, "%s list", argv[0]);
    printf("ns of CPU time for a Get and a Put (times ours)\n%-28s", "");
    for (int i = 0; i < PEERS; i++)
        printf(" %14s", peers[i].name);
    printf("\n");
    for (int held = 1; held <= HELD_MAX; held *= HELD_MAX)
        for (int size = 64; size <= 1024; size *= 16)
            for (int threads = 1; threads <= 2; threads++)
                compare_all(peers, threads, size, held);
    remove_folder(folder);
    return 0;
}

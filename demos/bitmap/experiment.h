/* experiment.h - what the parts of the bitmap experiment share.
 *
 * bitmap.c                 the plan from the parameters, and the story
 * experiment_keys.c        the integers that come in, in four distributions
 * experiment_bitmaps.c     the two bitmaps and
 * experiment_peers.c       the hash set and the sorted array, behind one interface
 * experiment_fill.c        filling them; what they take in memory on the way; the containers
 * experiment_tasks.c       looking up, sorting, AND, OR, deleting
 * experiment_text.c        sizes and times in words
 * experiment_codes.c       AND + popcount at every level of instructions */
#ifndef BITMAP_EXPERIMENT_H
#define BITMAP_EXPERIMENT_H

#include "demo.h"
#include "roaring.h"

enum structure_id { BITSET, ROARING, HASH, ARRAY, STRUCTURES };

/*** bitmap.c: the plan ***/

struct plan {
    uint64_t n, range;
    int distribution; /* enum bitmap_distribution */
    uint64_t run_length;
    int task;                /* enum bitmap_task */
    bool wanted[STRUCTURES]; /* by the reader; false once it is left out */
    double budget;           /* bytes */
    double pace_ms;
    uint64_t seed;
};

bool plan_has_task(const struct plan *plan, int task);
bool plan_has_second_set(const struct plan *plan);

/*** experiment_keys.c ***/

/* Two streams of n integers each, A (0) and B (1), and one to look up (2). Each integer is computed
 * from its place, so that every structure is given the same ones without keeping them. */
enum stream { STREAM_A, STREAM_B, STREAM_LOOKUPS };

enum { BATCH = 4096 };

/* Writes the integers first … first+n-1 of the stream. */
void keys_fill(const struct plan *plan, enum stream stream, uint64_t first, uint32_t *out,
               size_t n);

/*** experiment_bitmaps.c, experiment_peers.c ***/

struct need {
    double set;  /* bytes of a set at rest, at most */
    double peak; /* and of all that a run has at one time */
};

/* In ascending order, a number v at place i adds v × (i+1); descents must stay 0. */
struct walk {
    uint64_t n, sum, descents;
};

struct structure {
    const char *id;   /* of its series */
    const char *name; /* in tables */
    struct need (*need)(const struct plan *plan);
    void *(*make)(const struct plan *plan); /* NULL: no memory */
    void (*release)(void *set);
    int (*add)(void *set, const uint32_t *keys, size_t n); /* -ENOMEM */
    /* Once all are added: sorts the array, gives the compressed bitmap its smallest forms. NULL if
     * there is nothing to do. This, walk, and_count and unite: 0, -ENOMEM, or -EINTR when the run
     * is stopping. */
    int (*finish)(void *set, struct demo *demo);
    uint64_t (*look_up)(const void *set, const uint32_t *keys, size_t n); /* how many are there */
    int (*walk)(const void *set, struct demo *demo, struct walk *ret);
    int (*and_count)(struct demo *demo, const void *a, const void *b, uint64_t *ret);
    int (*unite)(struct demo *demo, void *to, const void *from);
    int (*remove)(void *set, const uint32_t *keys, size_t n);
    uint64_t (*count)(const void *set);
    size_t (*bytes)(const void *set);
};

extern const struct structure bitset_structure, roaring_structure, hash_structure, array_structure;
extern const struct structure *const structures[STRUCTURES]; /* bitmap.c */

/*** What is measured ***/

enum task { DEDUP, LOOKUP, SORT, AND, OR, DELETE, TASKS };

struct timing {
    double ns, operations;
};

/* For one structure. The first part is what all must agree on. */
struct result {
    struct answers {
        uint64_t distinct, hits, and_count, or_count, left;
        struct walk walk;
    } answers;
    bool done;    /* all the tasks that were asked for */
    double bytes; /* of the set, filled */
    double least; /* compressed bitmap: the fewest bytes that its containers' contents can take */
    struct timing timing[TASKS];
    const char *fault; /* compressed bitmap: what is wrong with it */
};

double timing_ns(const struct timing *timing); /* for one operation; NAN if there was none */

/* All return 0, -ENOMEM, or -EINTR when the run is stopping. */

/* Adds the integers of stream A to a set, timed, and shows what it takes. (experiment_fill.c) */
int experiment_fill(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
                    struct result *result);
/* Adds the n integers of a stream from `first` on, with the time in *timing. (experiment_fill.c) */
int fill_part(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
              enum stream stream, uint64_t first, uint64_t n, struct timing *timing);
/* A set whose values come in order from next(set, &cursor, out, max). (experiment_tasks.c) */
int walk_in_order(struct demo *demo, const void *set, struct walk *ret,
                  size_t (*next)(const void *, uint64_t *, uint32_t *, size_t));
/* The tasks on a filled set, which is changed by them. (experiment_tasks.c) */
int experiment_tasks(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
                     struct result *result);

/*** experiment_text.c ***/

enum { TEXT_MAX = 32 };

/* In the unit that fits, as in “512 MiB” and “39.5 KiB”, or “1.2 s” and “21 ms”. Both return
 * `out`. */
const char *size_text(double bytes, char out[static TEXT_MAX]);
const char *time_text(double ns, char out[static TEXT_MAX]);

/*** experiment_codes.c ***/

int experiment_codes(struct demo *demo, const struct plan *plan);

#endif

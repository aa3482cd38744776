/* experiment_requests.c - who asks for what.
 *
 * Users ask for items by Zipf's law: item of rank r in proportion to 1/r^s, as caches see it in
 * practice. The ranks of the items that were there first are scattered over their ids; those that
 * come later are the coldest. Users go on asking for what was deleted: old links live long. The
 * attacker asks for random ids of a range in which there is nothing. */
#include <math.h>
#include <stdlib.h>

#include "experiment.h"

struct requests {
    const struct plan *plan;
    struct demo_random random;
    double *up_to; /* [r]: sum of the weights of ranks 0 … r */
};

struct requests *requests_new(const struct plan *plan)
{
    struct requests *requests = calloc(1, sizeof *requests);
    if (!requests)
        return NULL;
    requests->plan = plan;
    requests->random.state = plan->seed;
    requests->up_to = malloc((size_t)plan->items_end * sizeof *requests->up_to);
    if (!requests->up_to) {
        requests_free(requests);
        return NULL;
    }
    double sum = 0;
    for (uint64_t r = 0; r < plan->items_end; r++)
        requests->up_to[r] = sum += pow((double)r + 1, -plan->skew);
    return requests;
}

void requests_free(struct requests *requests)
{
    if (!requests)
        return;
    free(requests->up_to);
    free(requests);
}

/* Of the `items` first ranks: the first whose sum is above a random part of the whole. */
static uint64_t random_rank(struct requests *requests, uint64_t items)
{
    uint64_t low = 0, high = items - 1;
    double at = demo_random_unit(&requests->random) * requests->up_to[high];
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (requests->up_to[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* A prime larger than any number of items: multiplying by it permutes them. */
#define SCATTER 2654435761u

static uint64_t users_id(struct requests *requests, uint64_t items)
{
    uint64_t rank = random_rank(requests, items), first = requests->plan->items;
    return 1 + (rank < first ? rank * SCATTER % first : rank);
}

void requests_next(struct requests *requests, const bool *exists, uint64_t items,
                   struct request *ret, size_t n)
{
    const struct plan *plan = requests->plan;
    for (size_t i = 0; i < n; i++) {
        if (demo_random_unit(&requests->random) < plan->attack) {
            uint64_t which = demo_random_below(&requests->random, plan->attack_keys);
            ret[i] = (struct request){FIRST_UNKNOWN + which, UNKNOWN};
        } else {
            uint64_t id = users_id(requests, items);
            ret[i] = (struct request){id, exists[id] ? EXISTING : DELETED};
        }
    }
}

/* pacer.c - goal, trigger and the price of allocation. See pacer.h for the formulas. */
#include "pacer.h"

#include <math.h>

#define NO_GOAL UINT64_MAX

/* The trigger lies between these shares of the way from live to goal: not so early that cycles
 * follow one another for nothing, nor so late that assists do all the work. */
#define TRIGGER_LOW  0.7
#define TRIGGER_HIGH 0.95

static uint64_t gogc_goal(const struct pacer *pacer)
{
    if (pacer->gogc < 0)
        return NO_GOAL;
    double percent = (double)pacer->gogc / 100;
    double live = (double)pacer->live, roots = (double)pacer->roots;
    double goal = live + (live + roots) * percent;
    return (uint64_t)fmax(goal, (double)pacer->min_heap * percent);
}

/* cons/mark is at equal CPU time; the program has three quarters to the markers' one. */
static double runway(const struct pacer *pacer)
{
    double cons_mark = 0;
    for (int i = 0; i < PACER_MEMORY; i++)
        cons_mark = fmax(cons_mark, pacer->cons_mark[i]);
    return cons_mark * (1 - PACER_BACKGROUND) / PACER_BACKGROUND * (double)pacer->scan;
}

static uint64_t trigger_of(const struct pacer *pacer)
{
    uint64_t live = pacer->live;
    if (pacer->off || pacer->goal == NO_GOAL || pacer->goal <= live)
        return pacer->goal;
    double room = (double)(pacer->goal - live);
    double start = fmin(fmax(room - runway(pacer), TRIGGER_LOW * room), TRIGGER_HIGH * room);
    return live + (uint64_t)start;
}

static void plan(struct pacer *pacer)
{
    pacer->goal = gogc_goal(pacer);
    if (pacer->limit > 0 &&
        pacer->goal > pacer->limit) /* never below what lives: it can't be met */
        pacer->goal = pacer->limit > pacer->live ? pacer->limit : pacer->live;
    pacer->trigger = trigger_of(pacer);
}

void pacer_init(struct pacer *pacer, int gogc, uint64_t min_heap, uint64_t limit, int processors)
{
    *pacer = (struct pacer){
        .gogc = gogc, .min_heap = min_heap, .limit = limit, .processors = processors};
    plan(pacer);
}

void pacer_start(struct pacer *pacer, uint64_t heap)
{
    pacer->triggered = heap;
}

/* Bytes allocated per byte scanned, had both had the same CPU time. NAN: nothing was learnt. */
static double cons_mark_of(const struct pacer *pacer, const struct pacer_cycle *cycle)
{
    double available = (double)cycle->wall_ns * pacer->processors;
    double share = available > 0 ? (double)cycle->mark_ns / available : 1;
    if (share >= 1 || share <= 0 || cycle->scanned == 0 || cycle->heap <= pacer->triggered)
        return NAN;
    double consumed = (double)(cycle->heap - pacer->triggered);
    return consumed * share / ((double)cycle->scanned * (1 - share));
}

void pacer_end(struct pacer *pacer, const struct pacer_cycle *cycle)
{
    double learnt = cons_mark_of(pacer, cycle);
    if (isfinite(learnt))
        pacer->cons_mark[pacer->cycle++ % PACER_MEMORY] = learnt;
    pacer->live = cycle->marked;
    pacer->roots = cycle->roots;
    pacer->scan = cycle->scanned;
    plan(pacer);
}

double pacer_assist_ratio(const struct pacer *pacer, uint64_t heap, uint64_t scanned,
                          uint64_t scannable)
{
    double goal = pacer->goal == NO_GOAL ? (double)heap * 1000 : (double)pacer->goal;
    double work = (double)pacer->scan;
    bool surprised = (double)scanned > work || (double)heap > goal || pacer->scan == 0;
    if (surprised) /* more lives than did, or nothing is known: expect the worst */
        work = fmax(work, (double)scannable);
    if ((double)heap > goal) /* missed: a little beyond is the new aim, as in Go */
        goal *= 1.1;
    double work_left = fmax(work - (double)scanned, 1000);
    double heap_left = fmax(goal - (double)heap, 1);
    return work_left / heap_left;
}

int pacer_workers(int processors, double *ret_fraction)
{
    double wanted = PACER_BACKGROUND * processors;
    int whole = (int)(wanted + 0.5);
    *ret_fraction = 0;
    if (fabs(whole / wanted - 1) > 0.3) {
        if (whole > wanted)
            whole--;
        *ret_fraction = wanted - whole;
    }
    return whole;
}

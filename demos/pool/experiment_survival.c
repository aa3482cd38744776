/* experiment_survival.c - how many collections does an object live through? Asked of a pool of two
 * Ps with two objects in it: the first put in is P 0's private one, the second on its list. */
#include <stdio.h>

#include "experiment.h"

enum { CYCLES = 3 }; /* 0, 1 or 2 collections in between */

struct question {
    const char *row;
    bool shared; /* the object on the list; else the private one */
    int p;       /* who asks */
};

static const struct question questions[] = {
    {"P 0 private → P 0", false, 0},
    {"P 0 private → P 1", false, 1},
    {"P 0 shared → P 0", true, 0},
    {"P 0 shared → P 1", true, 1},
};

static void forget(void *object, void *arg)
{
    (void)object, (void)arg;
}

/* 1: it came back, 0: it did not, -1: out of memory. */
static int ask(const struct plan *plan, const struct question *question, int cycles)
{
    char objects[2];
    const char *wanted = &objects[question->shared];
    bool back = false;
    struct pool *pool = pool_new(&(struct pool_options){
        .ps = 2, .drop = forget, .no_steal = !plan->steal, .no_victim = !plan->victim});
    if (!pool)
        return -1;
    pool_put(pool, 0, &objects[0]);
    pool_put(pool, 0, &objects[1]);
    for (int i = 0; i < cycles; i++)
        pool_gc(pool);
    for (char *object; (object = pool_get(pool, question->p));)
        back |= object == wanted;
    pool_free(pool);
    return back;
}

/* What the rules of sync.Pool say. */
static bool should_come_back(const struct plan *plan, const struct question *question, int cycles)
{
    bool reachable = question->p == 0 || (question->shared && plan->steal);
    return reachable && (cycles == 0 || (cycles == 1 && plan->victim));
}

int experiment_survival(struct demo *demo, const struct plan *plan)
{
    int right = 0, all = 0;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        const char *cells[CYCLES];
        for (int cycles = 0; cycles < CYCLES; cycles++, all++) {
            int back = ask(plan, &questions[i], cycles);
            if (back < 0)
                return -1;
            right += back == should_come_back(plan, &questions[i], cycles);
            cells[cycles] = back ? "✓" : "—";
        }
        demo_row(demo, "survival", {"what", .text = questions[i].row}, {"none", .text = cells[0]},
                 {"one", .text = cells[1]}, {"two", .text = cells[2]});
    }
    demo_check(demo, "survival", right == all, right, all);
    demo_note_at(demo, DEMO_INFO, "pool-victim",
                 plan->victim ? "没人碰的对象：撑过一次 GC，死于第二次；别的 P 的 private "
                                "永远拿不到，偷只能偷 shared 的尾部"
                              : "没有 victim：没人碰的对象第一次 GC 就没了",
                 plan->victim
                     ? "An object nobody touches lives through one GC and dies at the second; "
                       "another P's private one is out of reach: only the tail of shared is stolen"
                     : "Without a victim cache an object nobody touches is gone at the first GC");
    demo_flush(demo);
    return 0;
}

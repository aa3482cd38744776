/* bitmap.c - the bitmap demo: when is one bit for each possible integer the best there is, and what
 * is better when it is not?
 *
 * The story: the same integers go into four structures, one after the other, each by itself, so
 * that none has the cache of another: a plain bitmap, a compressed one, a hash set and a sorted
 * array. Filling shows memory and containers (experiment_fill.c); then each does the tasks
 * (experiment_tasks.c), and their answers must be the same. A structure that does not fit in the
 * memory allowed is left out, and said to be. At the end: how quickly bits are combined
 * (experiment_codes.c). */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment.h"
#include "manifest.h"

static const double seconds_max = 90; /* a run that would take longer is refused */

enum { RUN_NEAR = 256 }; /* integers: from this length on a run counts as in order */

const struct structure *const structures[STRUCTURES] = {[BITSET] = &bitset_structure,
                                                        [ROARING] = &roaring_structure,
                                                        [HASH] = &hash_structure,
                                                        [ARRAY] = &array_structure};

/*** The plan ***/

bool plan_has_task(const struct plan *plan, int task)
{
    return plan->task == TASK_ALL || plan->task == task;
}

bool plan_has_second_set(const struct plan *plan)
{
    return plan_has_task(plan, TASK_SETS);
}

static struct plan plan_read(const struct demo *demo)
{
    return (struct plan){
        .n = (uint64_t)demo_int(demo, "n"),
        .range = (uint64_t)demo_int(demo, "range"),
        .distribution = demo_enum(demo, "distribution"),
        .run_length = (uint64_t)demo_int(demo, "run_length"),
        .task = demo_enum(demo, "task"),
        .wanted = {[BITSET] = true,
                   [ROARING] = demo_bool(demo, "roaring"),
                   [HASH] = demo_bool(demo, "hash"),
                   [ARRAY] = demo_bool(demo, "array")},
        .budget = (double)demo_int(demo, "memory") * 0x1p20,
        .pace_ms = (double)demo_int(demo, "pace"),
        .seed = (uint64_t)demo_int(demo, "seed"),
    };
}

static bool takes_part(const struct plan *plan, enum structure_id id)
{
    return plan->wanted[id] && structures[id]->need(plan).peak <= plan->budget;
}

/* Seconds that a run will take at most, from what an integer costs in each structure where memory
 * is slow. In the order of ids neighbours are near, and so in the cache. */
static double plan_seconds(const struct plan *plan)
{
    static const double scattered[STRUCTURES] = {20, 350, 120, 60};
    static const double in_order[STRUCTURES] = {4, 20, 120, 60};
    bool near =
        plan->distribution == IDS || (plan->distribution == RUNS && plan->run_length >= RUN_NEAR);
    double tasks = plan->task == TASK_DEDUP ? 1 : 3, ns = 0;
    for (int id = 0; id < STRUCTURES; id++)
        if (takes_part(plan, (enum structure_id)id))
            ns += 3 + (near ? in_order[id] : scattered[id]) + (plan->distribution == ZIPF ? 40 : 0);
    return (double)plan->n * ns * tasks / 1e9;
}

static bool none_takes_part(const struct plan *plan)
{
    for (int id = 0; id < STRUCTURES; id++)
        if (takes_part(plan, (enum structure_id)id))
            return false;
    return true;
}

/* 0, or the exit code after saying which parameter to change. */
static int plan_refuse(struct demo *demo, const struct plan *plan)
{
    if (plan->distribution == RUNS && plan->run_length > plan->range)
        return demo_refuse(demo, "run_length",
                           "一段 %llu 个整数比值域 %llu 还长：请减小 run_length",
                           "a run of %llu integers is longer than the range %llu: choose a smaller "
                           "run_length",
                           (unsigned long long)plan->run_length, (unsigned long long)plan->range);
    if (none_takes_part(plan))
        return demo_refuse(
            demo, "memory", "%.0f MiB 装不下所选的任何一种结构：请加大 memory，或减小 range 或 n",
            "none of the structures chosen fits in %.0f MiB: choose a larger memory, "
            "or a smaller range or n",
            plan->budget / 0x1p20);
    if (plan_seconds(plan) > seconds_max)
        return demo_refuse(demo, "n",
                           "要跑约 %.0f 秒，这里至多 %.0f 秒：请减小 n，少选几种结构或只选“判重”",
                           "this would run for some %.0f seconds, at most %.0f are allowed here: "
                           "choose a smaller n, fewer structures, or the task dedup alone",
                           plan_seconds(plan), seconds_max);
    return 0;
}

static void plan_note(struct demo *demo, const struct plan *plan)
{
    demo_note_at(demo, DEMO_INFO, "bitmap-what",
                 "%llu 个整数，值域 %llu（每个值平均来 %.3g 次）：位图要 %s，只看值域",
                 "%llu integers from a range of %llu (%.3g for each value): a plain bitmap takes "
                 "%s, whatever the integers",
                 (unsigned long long)plan->n, (unsigned long long)plan->range,
                 (double)plan->n / (double)plan->range,
                 size_text((double)plan->range / 8, (char[TEXT_MAX]){0}));
}

/*** One structure after the other ***/

static void left_out(struct demo *demo, const struct plan *plan, enum structure_id id)
{
    struct need need = structures[id]->need(plan);
    demo_bar(demo, "size", structures[id]->name, {"need", need.set / (double)plan->n});
    demo_row(demo, "structures", {"name", .text = structures[id]->name}, {"need", need.set},
             {"took", .text = "-"}, {"bits", .text = "-"}, {"distinct", .text = "-"});
    demo_note(demo, DEMO_BAD, "%s：一个集合约 %s，全程要 %s，超出 %s：不参加",
              "%s: a set takes some %s and the run %s, more than %s: left out",
              structures[id]->name, size_text(need.set, (char[TEXT_MAX]){0}),
              size_text(need.peak, (char[TEXT_MAX]){0}),
              size_text(plan->budget, (char[TEXT_MAX]){0}));
}

static void result_show(struct demo *demo, const struct plan *plan, enum structure_id id,
                        const struct result *result)
{
    static const char *const task_names[TASKS] = {"dedup", "lookup", "sort", "AND", "OR", "delete"};
    const struct structure *structure = structures[id];
    double distinct = (double)result->answers.distinct;
    for (int task = 0; task < TASKS; task++)
        if (result->timing[task].operations > 0)
            demo_bar(demo, "time", task_names[task],
                     {structure->id, timing_ns(&result->timing[task])});
    if (result->bytes <= 0)
        return;
    demo_bar(demo, "size", structure->name, {"bytes", result->bytes / distinct},
             {"need", structure->need(plan).set / distinct});
    demo_row(demo, "structures", {"name", .text = structure->name},
             {"need", structure->need(plan).set}, {"took", result->bytes},
             {"bits", 8 * result->bytes / distinct}, {"distinct", distinct});
}

static int run_structure(struct demo *demo, const struct plan *plan, enum structure_id id,
                         struct result *result)
{
    void *set = structures[id]->make(plan);
    int done = set ? experiment_fill(demo, plan, id, set, result) : -ENOMEM;
    if (done == 0)
        done = experiment_tasks(demo, plan, id, set, result);
    if (set)
        structures[id]->release(set);
    result_show(demo, plan, id, result);
    return done;
}

static int run_structures(struct demo *demo, const struct plan *plan,
                          struct result results[STRUCTURES])
{
    for (int id = 0; id < STRUCTURES; id++) {
        if (takes_part(plan, (enum structure_id)id)) {
            int done = run_structure(demo, plan, (enum structure_id)id, &results[id]);
            if (done < 0)
                return done;
        } else if (plan->wanted[id]) {
            left_out(demo, plan, (enum structure_id)id);
        }
        demo_progress(demo, 0.9 * (id + 1) / STRUCTURES);
    }
    return 0;
}

/*** The report ***/

static bool answers_equal(const struct answers *a, const struct answers *b)
{
    return a->distinct == b->distinct && a->hits == b->hits && a->and_count == b->and_count &&
           a->or_count == b->or_count && a->left == b->left && a->walk.n == b->walk.n &&
           a->walk.sum == b->walk.sum && a->walk.descents == 0 && b->walk.descents == 0;
}

/* Every structure that came to the end against the first that did. */
static void report_answers(struct demo *demo, const struct result results[STRUCTURES])
{
    const struct answers *first = NULL;
    int same = 0, all = 0;
    for (int id = 0; id < STRUCTURES; id++) {
        if (!results[id].done)
            continue;
        if (!first)
            first = &results[id].answers;
        same += answers_equal(&results[id].answers, first);
        all++;
    }
    if (all > 1) /* one has nobody to differ from */
        demo_check(demo, "same_answers", same == all, same, all);
}

/* How many of `range` values n random ones are expected to hit. Ids are random within a stretch of
 * the range, with the same density everywhere, so the same holds for them. */
static double expected_distinct(const struct plan *plan)
{
    double range = (double)plan->range;
    return plan->distribution == UNIFORM || plan->distribution == IDS
               ? -range * expm1((double)plan->n * log1p(-1 / range))
               : NAN;
}

static void report_distinct(struct demo *demo, const struct plan *plan,
                            const struct result results[STRUCTURES])
{
    double n = (double)plan->n;
    for (int id = 0; id < STRUCTURES; id++)
        if (results[id].done) {
            double duplicates = n - (double)results[id].answers.distinct;
            demo_metric_expected(demo, "duplicates", duplicates, n - expected_distinct(plan));
            return;
        }
}

/* No code can do with fewer bits on average for a random set of so many values out of the range. */
static double entropy_bytes(double distinct, double range)
{
    double p = distinct / range;
    double bits = p >= 1 ? 0 : -range * (p * log2(p) + (1 - p) * log1p(-p) / log(2));
    return bits / 8;
}

static void report_sizes(struct demo *demo, const struct plan *plan,
                         const struct result results[STRUCTURES])
{
    const struct result *plain = &results[BITSET], *compressed = &results[ROARING];
    if (plain->bytes > 0)
        demo_metric_expected(demo, "bitset_bytes", plain->bytes, (double)plan->range / 8);
    if (compressed->bytes > 0) {
        double distinct = (double)compressed->answers.distinct;
        demo_metric_expected(demo, "roaring_bytes", compressed->bytes, compressed->least);
        double least = entropy_bytes(distinct, (double)plan->range); /* of a random set */
        demo_metric_expected(demo, "roaring_bits", 8 * compressed->bytes / distinct,
                             plan->distribution == UNIFORM ? 8 * least / distinct : NAN);
        demo_check_text(demo, "containers_sound", !compressed->fault,
                        compressed->fault ? compressed->fault : "0", "0");
    }
    if (results[HASH].bytes > 0)
        demo_metric_expected(demo, "hash_bytes", results[HASH].bytes,
                             4 * (double)results[HASH].answers.distinct / 0.75);
    if (results[ARRAY].bytes > 0)
        demo_metric_expected(demo, "array_bytes", results[ARRAY].bytes,
                             4 * (double)results[ARRAY].answers.distinct);
}

static void report_times(struct demo *demo, const struct result results[STRUCTURES])
{
    static const struct {
        const char *metric;
        enum structure_id id;
        enum task task;
    } ratios[] = {{"bitset_dedup", BITSET, DEDUP},
                  {"bitset_lookup", BITSET, LOOKUP},
                  {"roaring_lookup", ROARING, LOOKUP},
                  {"bitset_and", BITSET, AND},
                  {"roaring_and", ROARING, AND}};
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        double hash = timing_ns(&results[HASH].timing[ratios[i].task]);
        double it = timing_ns(&results[ratios[i].id].timing[ratios[i].task]);
        demo_metric(demo, ratios[i].metric, hash / it); /* not a number: not printed */
    }
}

static void end_note(struct demo *demo, const struct plan *plan,
                     const struct result results[STRUCTURES])
{
    double plain = results[BITSET].bytes, compressed = results[ROARING].bytes;
    double array = 4 * (double)results[BITSET].answers.distinct;
    double share = (double)results[BITSET].answers.distinct / (double)plan->range;
    if (!results[BITSET].done)
        return;
    demo_note_at(demo, plain <= array ? DEMO_GOOD : DEMO_BAD, "bitmap-what",
                 "值域里有 %.3g %% 的值出现：位图每个元素 %.3g 位，列表 32 位。1/32 ≈ 3.1 %% "
                 "是分界：再密，位图小；再稀，列表小",
                 "%.3g %% of the range is there: the bitmap takes %.3g bits an element, a list 32. "
                 "1/32 ≈ 3.1 %% is the border: denser, the bitmap is smaller; sparser, the list",
                 100 * share, 8 * plain / (double)results[BITSET].answers.distinct);
    if (compressed > 0 && compressed < plain / 4)
        demo_note_at(demo, DEMO_GOOD, "bitmap-what",
                     "压缩位图 %s，是位图的 1/%.0f；答案一个不差，照样能增删、能 AND",
                     "The compressed bitmap takes %s, 1/%.0f of the plain one, with the same "
                     "answers, and still can add, delete and AND",
                     size_text(compressed, (char[TEXT_MAX]){0}), plain / compressed);
}

static void duplicates_note(struct demo *demo, const struct plan *plan, const struct result *plain)
{
    if (plain->done)
        demo_note_at(demo, DEMO_GOOD, "bitmap-uses",
                     "位图判重：%llu 个整数里有 %llu 个是重复的，一个不多一个不少；装入用了 %s，%s",
                     "Duplicates by the bitmap: %llu integers, of which %llu had come before, "
                     "exactly; %s to put them in, %s",
                     (unsigned long long)plan->n,
                     (unsigned long long)(plan->n - plain->answers.distinct),
                     time_text(plain->timing[DEDUP].ns, (char[TEXT_MAX]){0}),
                     size_text(plain->bytes, (char[TEXT_MAX]){0}));
}

static void report(struct demo *demo, const struct plan *plan,
                   const struct result results[STRUCTURES])
{
    report_distinct(demo, plan, results);
    report_sizes(demo, plan, results);
    report_times(demo, results);
    report_answers(demo, results);
    duplicates_note(demo, plan, &results[BITSET]);
    end_note(demo, plan, results);
}

/*** The run ***/

static int out_of_memory(struct demo *demo)
{
    demo_note(demo, DEMO_BAD, "内存不够：%s", "out of memory: %s", strerror(ENOMEM));
    return 1;
}

static int run(struct demo *demo)
{
    struct plan plan = plan_read(demo);
    struct result results[STRUCTURES] = {0};
    int refused = plan_refuse(demo, &plan);
    if (refused)
        return refused;
    plan_note(demo, &plan);
    demo_sample_x(demo, "memory", 0, {"budget", plan.budget});
    demo_sample_x(demo, "memory", (double)plan.n, {"budget", plan.budget});
    demo_flush(demo);
    int done = run_structures(demo, &plan, results);
    report(demo, &plan, results);
    if (done == 0 && plan_has_task(&plan, TASK_SETS))
        done = experiment_codes(demo, &plan);
    if (done == -ENOMEM)
        return out_of_memory(demo);
    demo_progress(demo, 1);
    return 0;
}

int main(int argc, char **argv)
{
    return demo_main(&bitmap_manifest, run, argc, argv);
}

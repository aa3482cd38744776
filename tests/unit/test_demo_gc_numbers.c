/* The collector's arithmetic: size classes, spans' bits and the pacer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heap.h"
#include "pacer.h"
#include "size_class.h"

#include "../../demos/lib/demo_random.h"

enum { MIB = 1 << 20 };

/*** Size classes ***/

static void a_size_class_holds_the_size_and_wastes_at_most_an_eighth(void **state)
{
    (void)state;
    for (size_t size = 1; size <= SIZE_CLASS_MAX; size++) {
        size_t class_size = size_class_of(size);
        assert_true(class_size >= size);
        assert_true(class_size - size < (class_size <= 128 ? 16 : class_size / 8));
        assert_int_equal(class_size % 16, 0);
        assert_int_equal(size_class_of(class_size), class_size);
    }
}

static void there_is_no_class_for_nothing_or_for_too_much(void **state)
{
    (void)state;
    assert_int_equal(size_class_of(0), 0);
    assert_int_equal(size_class_of(SIZE_CLASS_MAX + 1), 0);
}

static void a_span_holds_at_least_four_objects_and_wastes_at_most_an_eighth_at_its_end(void **state)
{
    (void)state;
    for (size_t size = 16; size <= SIZE_CLASS_MAX; size = size_class_of(size + 1)) {
        size_t bytes = size_class_pages(size) * PAGE_BYTES;
        assert_in_range(bytes / size, 4, SPAN_OBJECTS_MAX);
        assert_true(bytes % size <= bytes / 8);
        if (size == SIZE_CLASS_MAX)
            break;
    }
}

/*** Heap ***/

static struct heap heap_of(uint64_t bytes)
{
    struct heap heap;
    assert_int_equal(heap_init(&heap, bytes), 0);
    return heap;
}

static void every_address_of_every_object_leads_to_its_span_and_number(void **state)
{
    struct heap heap = heap_of(64 * MIB);
    (void)state;
    for (size_t size = 16; size <= SIZE_CLASS_MAX; size = size_class_of(size + 1)) {
        struct span *span = heap_span_new(&heap, size, 0, 0);
        for (size_t i = 0; i < span->objects; i++)
            for (size_t offset = 0; offset < size; offset += 16) {
                const char *address = span->base + i * size + offset;
                assert_ptr_equal(heap_span_of(&heap, address), span);
                assert_int_equal(span_index(span, address), i);
            }
        if (size == SIZE_CLASS_MAX)
            break;
    }
    heap_destroy(&heap);
}

static void freed_neighbours_become_one_run_again(void **state)
{
    struct heap heap = heap_of(1 * MIB); /* 128 pages */
    struct span *spans[128];
    (void)state;
    for (int i = 0; i < 128; i++)
        assert_non_null(spans[i] = heap_span_new(&heap, 16, 0, 0));
    assert_null(heap_span_new(&heap, 16, 0, 0));
    for (int i = 40; i < 80; i += 2)
        heap_span_free(&heap, spans[i]);
    assert_null(heap_span_new(&heap, 40 * PAGE_BYTES, 0, 0));
    for (int i = 41; i < 80; i += 2)
        heap_span_free(&heap, spans[i]);
    struct span *large = heap_span_new(&heap, 40 * PAGE_BYTES, 0, 0);
    assert_ptr_equal(large, spans[40]);
    assert_int_equal(large->objects, 1);
    heap_destroy(&heap);
}

static void runs_of_free_objects_are_those_between_the_ones_in_use(void **state)
{
    struct heap heap = heap_of(1 * MIB);
    struct span *span = heap_span_new(&heap, 16, 0, 0);
    size_t from, to;
    (void)state;
    span->alloc[0] = 0x6;                  /* 1 and 2 */
    span->alloc[3] = UINT64_C(1) << 63;    /* 255 */
    span->alloc[7] = UINT64_C(0xff) << 56; /* the last eight */
    assert_true(span_free_run(span, 0, &from, &to));
    assert_int_equal(from, 0);
    assert_int_equal(to, 1);
    assert_true(span_free_run(span, to, &from, &to));
    assert_int_equal(from, 3);
    assert_int_equal(to, 255);
    assert_true(span_free_run(span, to, &from, &to));
    assert_int_equal(from, 256);
    assert_int_equal(to, 504);
    assert_false(span_free_run(span, to, &from, &to));
    heap_destroy(&heap);
}

static void marking_a_range_marks_that_range_and_no_more(void **state)
{
    struct heap heap = heap_of(1 * MIB);
    struct span *span = heap_span_new(&heap, 16, 0, 0);
    (void)state;
    for (size_t from = 0; from < 200; from += 7) {
        for (size_t to = from; to < 300; to += 13) {
            span_mark_range(span, from, to);
            for (size_t i = 0; i < 320; i++)
                assert_int_equal(span_is_marked(span, i), i >= from && i < to);
            span_unmark_range(span, from, to);
        }
    }
    assert_true(span_mark(span, 511));
    assert_false(span_mark(span, 511));
    heap_destroy(&heap);
}

/*** Pacer ***/

static struct pacer pacer_with(int gogc, uint64_t limit)
{
    struct pacer pacer;
    pacer_init(&pacer, gogc, 4 * MIB, limit, 4);
    return pacer;
}

static struct pacer_cycle cycle_of(uint64_t marked, uint64_t roots)
{
    return (struct pacer_cycle){
        .marked = marked, .roots = roots, .scanned = marked / 2, .heap = marked};
}

/* The example of Go's own guide: 8 MiB live, 1 of stacks and 1 of globals. */
static void the_goal_is_live_plus_live_and_roots_times_gogc(void **state)
{
    (void)state;
    struct pacer pacer = pacer_with(100, 0);
    pacer_end(&pacer, &(struct pacer_cycle){.marked = 8 * MIB, .roots = 2 * MIB});
    assert_int_equal(pacer.goal, 18 * MIB);
    pacer.gogc = 50;
    pacer_end(&pacer, &(struct pacer_cycle){.marked = 8 * MIB, .roots = 2 * MIB});
    assert_int_equal(pacer.goal, 13 * MIB);
}

static void a_small_heap_has_the_minimum_goal_which_scales_with_gogc(void **state)
{
    (void)state;
    assert_int_equal(pacer_with(100, 0).goal, 4 * MIB);
    assert_int_equal(pacer_with(200, 0).goal, 8 * MIB);
    assert_int_equal(pacer_with(50, 0).goal, 2 * MIB);
}

static void gogc_off_has_no_goal_but_the_memory_limit(void **state)
{
    (void)state;
    assert_true(pacer_with(-1, 0).goal == UINT64_MAX);
    assert_true(pacer_with(-1, 0).trigger == UINT64_MAX);
    assert_int_equal(pacer_with(-1, 64 * MIB).goal, 64 * MIB);
}

static void the_memory_limit_bounds_the_goal_but_never_below_what_lives(void **state)
{
    struct pacer pacer = pacer_with(100, 30 * MIB);
    struct pacer_cycle small = cycle_of(20 * MIB, 0), large = cycle_of(40 * MIB, 0);
    (void)state;
    pacer_end(&pacer, &small);
    assert_int_equal(pacer.goal, 30 * MIB);
    pacer_end(&pacer, &large);
    assert_int_equal(pacer.goal, 40 * MIB);
    assert_int_equal(pacer.trigger, 40 * MIB);
}

static void the_trigger_lies_between_live_and_goal_whatever_was_measured(void **state)
{
    (void)state;
    for (double rate = 1e-3; rate < 1e6; rate *= 10) {
        struct pacer pacer = pacer_with(100, 0);
        struct pacer_cycle cycle = cycle_of(20 * MIB, 0);
        pacer_start(&pacer, 20 * MIB);
        cycle.heap = 20 * MIB + (uint64_t)(rate * MIB);
        cycle.wall_ns = 10000000;
        cycle.mark_ns = 10000000; /* of four processors' 40 ms */
        pacer_end(&pacer, &cycle);
        double way = (double)(pacer.trigger - pacer.live) / (double)(pacer.goal - pacer.live);
        assert_true(way >= 0.7 - 1e-6 && way <= 0.95 + 1e-6);
    }
}

static void the_runway_is_what_will_be_allocated_while_a_quarter_marks(void **state)
{
    struct pacer pacer = pacer_with(100, 0);
    struct pacer_cycle cycle = cycle_of(100 * MIB, 0); /* 50 MiB scanned, goal 200 */
    (void)state;
    pacer_start(&pacer, 100 * MIB);
    cycle.heap = 120 * MIB; /* 20 MiB allocated meanwhile */
    cycle.wall_ns = 10;
    cycle.mark_ns = 10; /* a quarter of 4 × 10: as many bytes are to be expected again */
    pacer_end(&pacer, &cycle);
    assert_true(fabs((double)(pacer.goal - pacer.trigger) / MIB - 20) < 0.01);
}

static void a_pacer_that_is_off_starts_at_the_goal(void **state)
{
    struct pacer pacer = pacer_with(100, 0);
    struct pacer_cycle cycle = cycle_of(20 * MIB, 0);
    (void)state;
    pacer.off = true;
    pacer_end(&pacer, &cycle);
    assert_int_equal(pacer.trigger, pacer.goal);
}

static void the_assist_ratio_is_work_left_over_heap_left(void **state)
{
    struct pacer pacer = pacer_with(100, 0);
    struct pacer_cycle cycle = cycle_of(20 * MIB, 0); /* 10 MiB to scan, goal 40 */
    (void)state;
    pacer_end(&pacer, &cycle);
    assert_true(fabs(pacer_assist_ratio(&pacer, 30 * MIB, 0, 20 * MIB) - 1) < 1e-9);
    assert_true(fabs(pacer_assist_ratio(&pacer, 35 * MIB, 0, 20 * MIB) - 2) < 1e-9);
    assert_true(fabs(pacer_assist_ratio(&pacer, 30 * MIB, 5 * MIB, 20 * MIB) - 0.5) < 1e-9);
}

static void a_heap_with_more_to_scan_than_expected_asks_for_the_worst_case(void **state)
{
    struct pacer pacer = pacer_with(100, 0);
    struct pacer_cycle cycle = cycle_of(20 * MIB, 0);
    (void)state;
    pacer_end(&pacer, &cycle);
    assert_true(fabs(pacer_assist_ratio(&pacer, 30 * MIB, 11 * MIB, 21 * MIB) - 1) < 1e-9);
    assert_true(pacer_assist_ratio(&pacer, 43 * MIB, 10 * MIB, 21 * MIB) > 10);
}

/* Go's table: dedicated workers and the share of the one that makes up the difference. */
static void a_quarter_of_the_processors_is_made_up_of_whole_and_fractional_workers(void **state)
{
    static const struct {
        int processors, whole;
        double fraction;
    } rows[] = {{1, 0, 0.25}, {2, 0, 0.5}, {3, 0, 0.75}, {4, 1, 0},  {5, 1, 0},
                {6, 1, 0.5},  {7, 2, 0},   {8, 2, 0},    {12, 3, 0}, {16, 4, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double fraction;
        assert_int_equal(pacer_workers(rows[i].processors, &fraction), rows[i].whole);
        assert_true(fabs(fraction - rows[i].fraction) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_class_holds_the_size_and_wastes_at_most_an_eighth),
        cmocka_unit_test(there_is_no_class_for_nothing_or_for_too_much),
        cmocka_unit_test(
            a_span_holds_at_least_four_objects_and_wastes_at_most_an_eighth_at_its_end),
        cmocka_unit_test(every_address_of_every_object_leads_to_its_span_and_number),
        cmocka_unit_test(freed_neighbours_become_one_run_again),
        cmocka_unit_test(runs_of_free_objects_are_those_between_the_ones_in_use),
        cmocka_unit_test(marking_a_range_marks_that_range_and_no_more),
        cmocka_unit_test(the_goal_is_live_plus_live_and_roots_times_gogc),
        cmocka_unit_test(a_small_heap_has_the_minimum_goal_which_scales_with_gogc),
        cmocka_unit_test(gogc_off_has_no_goal_but_the_memory_limit),
        cmocka_unit_test(the_memory_limit_bounds_the_goal_but_never_below_what_lives),
        cmocka_unit_test(the_trigger_lies_between_live_and_goal_whatever_was_measured),
        cmocka_unit_test(the_runway_is_what_will_be_allocated_while_a_quarter_marks),
        cmocka_unit_test(a_pacer_that_is_off_starts_at_the_goal),
        cmocka_unit_test(the_assist_ratio_is_work_left_over_heap_left),
        cmocka_unit_test(a_heap_with_more_to_scan_than_expected_asks_for_the_worst_case),
        cmocka_unit_test(a_quarter_of_the_processors_is_made_up_of_whole_and_fractional_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

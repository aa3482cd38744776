/* One cycle, step by step, without workers: who is shaded when, and what is swept. The tests look
 * into the collector (internal.h), so that no outcome depends on how threads interleave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

enum { MIB = 1 << 20 };

struct scene {
    struct gc *gc;
    struct gc_mutator *self;
    int pair, leaf; /* types: two pointers; none */
};

static struct scene scene_of(struct gc_options options)
{
    struct scene scene = {0};
    options.processors = 1;
    options.heap_max = options.heap_max ? options.heap_max : 16 * MIB;
    options.gogc = options.gogc ? options.gogc : 100;
    assert_int_equal(gc_new(&options, &scene.gc), 0);
    workers_stop(scene.gc);
    scene.pair = gc_type(scene.gc, 16, 2);
    scene.leaf = gc_type(scene.gc, 48, 0);
    scene.self = gc_attach(scene.gc);
    return scene;
}

static void scene_end(struct scene *scene)
{
    gc_detach(scene->self);
    gc_free(scene->gc);
}

static bool is_white(const struct scene *scene, const void *object)
{
    const struct span *span = heap_span_of(&scene->gc->heap, object);
    return !span_is_marked(span, span_index(span, object));
}

/* After sweeping. */
static bool is_alive(const struct scene *scene, const void *object)
{
    const struct span *span = heap_span_of(&scene->gc->heap, object);
    size_t i = span_index(span, object);
    return span->alloc[i / 64] >> i % 64 & 1;
}

static void drain(struct scene *scene)
{
    struct world_thread undisturbed = {0};
    mark_drain(scene->gc, &scene->self->marker, UINT64_MAX, &undisturbed);
}

static void finish(struct scene *scene)
{
    for (int i = 0; i < 10 && gc_is_marking(scene->gc); i++) {
        gc_poll(scene->self);
        drain(scene);
        cycle_try_finish(scene->gc);
    }
    assert_false(gc_is_marking(scene->gc));
    sweep_all(scene->gc);
}

static void *rooted(struct scene *scene, int type)
{
    void *object = gc_alloc(scene->self, type);
    assert_non_null(object);
    gc_push(scene->self, object);
    return object;
}

/*** Stacks ***/

static void a_stack_is_grey_from_the_start_of_marking_to_its_owners_next_safepoint(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *object = rooted(&scene, scene.pair);
    (void)state;
    cycle_start(scene.self);
    assert_true(gc_is_marking(scene.gc));
    assert_true(scene.self->stack_grey);
    assert_true(is_white(&scene, object));
    gc_poll(scene.self);
    assert_false(scene.self->stack_grey);
    assert_false(is_white(&scene, object));
    finish(&scene);
    scene_end(&scene);
}

static void a_resting_mutators_stack_is_scanned_while_the_world_stands(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    struct gc_mutator *other = gc_attach(scene.gc);
    void *object = gc_alloc(other, scene.pair);
    (void)state;
    gc_push(other, object);
    gc_rest_begin(other);
    cycle_start(scene.self);
    assert_false(other->stack_grey);
    assert_false(is_white(&scene, object));
    finish(&scene);
    gc_rest_end(other);
    gc_detach(other);
    scene_end(&scene);
}

static void marking_does_not_end_while_a_stack_is_grey(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    (void)state;
    rooted(&scene, scene.pair);
    cycle_start(scene.self);
    cycle_try_finish(scene.gc);
    assert_true(gc_is_marking(scene.gc));
    finish(&scene);
    scene_end(&scene);
}

/*** Writes that shade nothing. A mutator that is asked for what it does not have would hold up the
 * end of marking as long as it writes ***/

static void a_write_that_shades_nothing_leaves_nothing_to_collect(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    (void)state;
    void *holder = rooted(&scene, scene.pair);
    cycle_start(scene.self);
    gc_poll(scene.self);
    void *born_black = rooted(&scene, scene.pair);
    gc_write(scene.self, holder, 0, born_black);
    gc_write(scene.self, holder, 0, NULL);
    assert_false(scene.self->shaded);
    finish(&scene);
    scene_end(&scene);
}

static void a_write_that_shades_is_asked_for_before_marking_ends(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    (void)state;
    void *holder = rooted(&scene, scene.pair), *white = rooted(&scene, scene.pair);
    gc_write(scene.self, holder, 0, white);
    gc_pop(scene.self, 1);
    cycle_start(scene.self);
    gc_poll(scene.self);
    gc_write(scene.self, holder, 0, NULL);
    assert_true(scene.self->shaded);
    finish(&scene);
    scene_end(&scene);
}

/*** The barrier. Yuasa's half: an object is unlinked before its holder was scanned, and is now
 * known to a black stack alone ***/

static void *unlink_to_a_black_stack(struct scene *scene)
{
    void *holder = rooted(scene, scene->pair), *hidden = rooted(scene, scene->pair);
    gc_write(scene->self, holder, 0, hidden);
    gc_pop(scene->self, 1);
    cycle_start(scene->self);
    gc_poll(scene->self); /* the stack is black, the holder grey, the hidden white */
    assert_true(is_white(scene, hidden));
    gc_push(scene->self, gc_read(holder, 0));
    gc_write(scene->self, holder, 0, NULL);
    return hidden;
}

static void the_deletion_barrier_keeps_what_is_unlinked(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *hidden = unlink_to_a_black_stack(&scene);
    (void)state;
    assert_false(is_white(&scene, hidden));
    finish(&scene);
    assert_true(is_alive(&scene, hidden));
    scene_end(&scene);
}

static void without_a_barrier_what_is_unlinked_is_lost(void **state)
{
    struct scene scene =
        scene_of((struct gc_options){.barrier = GC_BARRIER_NONE, .stable_types = true});
    void *hidden = unlink_to_a_black_stack(&scene);
    (void)state;
    finish(&scene);
    assert_false(is_alive(&scene, hidden));
    scene_end(&scene);
}

/*** Dijkstra's half: what only a grey stack knows goes into a black object, and off the stack ***/

static void *store_from_a_grey_stack(struct scene *scene)
{
    void *holder = rooted(scene, scene->pair), *hidden = rooted(scene, scene->pair);
    gc_global_write(scene->self, 0, holder);
    cycle_start(scene->self);
    drain(scene); /* the holder, a global, is black; the stack is still grey */
    assert_true(is_white(scene, hidden));
    gc_write(scene->self, holder, 0, hidden);
    gc_pop(scene->self, 2);
    return hidden;
}

static void the_insertion_barrier_keeps_what_leaves_a_grey_stack(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *hidden = store_from_a_grey_stack(&scene);
    (void)state;
    assert_false(is_white(&scene, hidden));
    finish(&scene);
    assert_true(is_alive(&scene, hidden));
    scene_end(&scene);
}

static void without_a_barrier_what_leaves_a_grey_stack_is_lost(void **state)
{
    struct scene scene =
        scene_of((struct gc_options){.barrier = GC_BARRIER_NONE, .stable_types = true});
    void *hidden = store_from_a_grey_stack(&scene);
    (void)state;
    finish(&scene);
    assert_false(is_alive(&scene, hidden));
    scene_end(&scene);
}

static void a_black_stacks_stores_are_not_shaded(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *holder = rooted(&scene, scene.pair), *garbage = gc_alloc(scene.self, scene.leaf);
    (void)state;
    cycle_start(scene.self);
    gc_poll(scene.self);
    gc_write(scene.self, holder, 0, garbage); /* only for the test: nothing else knew it */
    assert_true(is_white(&scene, garbage));
    gc_write(scene.self, holder, 0, NULL); /* the deletion half sees it */
    assert_false(is_white(&scene, garbage));
    finish(&scene);
    scene_end(&scene);
}

static void nothing_is_shaded_outside_of_marking(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *a = rooted(&scene, scene.pair), *b = rooted(&scene, scene.pair);
    (void)state;
    gc_write(scene.self, a, 0, b);
    gc_write(scene.self, a, 0, NULL);
    assert_true(is_white(&scene, a) && is_white(&scene, b));
    assert_true(queue_is_empty(&scene.self->marker.queue));
    scene_end(&scene);
}

/*** Birth and death ***/

static void objects_are_born_white_outside_of_marking_and_black_within(void **state)
{
    struct scene scene = scene_of((struct gc_options){.no_assist = true});
    void *before = rooted(&scene, scene.pair);
    (void)state;
    assert_true(is_white(&scene, before));
    cycle_start(scene.self);
    gc_poll(scene.self);
    for (int i = 0; i < 2000; i++) { /* the run begun before, and spans begun since */
        void *during = gc_alloc(scene.self, scene.pair);
        assert_false(is_white(&scene, during));
    }
    finish(&scene);
    scene_end(&scene);
}

static void what_was_never_given_out_is_not_counted_as_live(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    struct gc_stats stats;
    (void)state;
    rooted(&scene, scene.pair);
    cycle_start(scene.self);
    gc_poll(scene.self);
    rooted(&scene, scene.pair);
    rooted(&scene, scene.leaf);
    finish(&scene);
    gc_stats(scene.gc, &stats);
    assert_int_equal(stats.marked, 16 + 16 + 48);
    scene_end(&scene);
}

static void sweeping_frees_the_dead_and_keeps_the_living(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *objects[300];
    (void)state;
    for (int i = 0; i < 300; i++)
        objects[i] = rooted(&scene, scene.leaf);
    gc_pop(scene.self, 300);
    for (int i = 0; i < 300; i += 3)
        gc_push(scene.self, objects[i]);
    cycle_start(scene.self);
    finish(&scene);
    for (int i = 0; i < 300; i++)
        assert_int_equal(is_alive(&scene, objects[i]), i % 3 == 0);
    scene_end(&scene);
}

static void freed_memory_comes_back_zeroed_and_never_over_a_living_object(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    char *kept[100];
    (void)state;
    for (int i = 0; i < 200; i++) {
        char *object = gc_alloc(scene.self, scene.leaf);
        memset(object, 0xff, 48);
        if (i % 2 == 0)
            gc_push(scene.self, kept[i / 2] = object);
    }
    cycle_start(scene.self);
    finish(&scene);
    for (int i = 0; i < 1000; i++) {
        const char *object = gc_alloc(scene.self, scene.leaf);
        for (int byte = 0; byte < 48; byte++)
            assert_int_equal(object[byte], 0);
        for (int k = 0; k < 100; k++)
            assert_ptr_not_equal(object, kept[k]);
    }
    scene_end(&scene);
}

static void a_large_object_is_scanned_to_its_last_slot_and_freed_when_dropped(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    enum { SLOTS = 100000 }; /* seven oblets */
    struct gc_stats stats;
    void *table = gc_alloc_large(scene.self, SLOTS * sizeof(void *), SLOTS);
    (void)state;
    gc_push(scene.self, table);
    for (size_t i = 0; i < SLOTS; i += SLOTS / 50)
        gc_write(scene.self, table, i, gc_alloc(scene.self, scene.leaf));
    gc_write(scene.self, table, SLOTS - 1, gc_alloc(scene.self, scene.leaf));
    cycle_start(scene.self);
    finish(&scene);
    gc_stats(scene.gc, &stats);
    assert_int_equal(stats.marked, SLOTS * sizeof(void *) + 51 * 48);
    gc_pop(scene.self, 1);
    cycle_start(scene.self);
    finish(&scene);
    gc_stats(scene.gc, &stats);
    assert_int_equal(stats.marked, 0);
    scene_end(&scene);
}

static void cycles_and_interior_structure_do_not_matter_only_reachability(void **state)
{
    struct scene scene = scene_of((struct gc_options){0});
    void *a = rooted(&scene, scene.pair), *b = rooted(&scene, scene.pair);
    (void)state;
    gc_write(scene.self, a, 0, b);
    gc_write(scene.self, b, 1, a);
    gc_pop(scene.self, 2);
    cycle_start(scene.self);
    finish(&scene);
    assert_false(is_alive(&scene, a) || is_alive(&scene, b));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stack_is_grey_from_the_start_of_marking_to_its_owners_next_safepoint),
        cmocka_unit_test(a_resting_mutators_stack_is_scanned_while_the_world_stands),
        cmocka_unit_test(marking_does_not_end_while_a_stack_is_grey),
        cmocka_unit_test(a_write_that_shades_nothing_leaves_nothing_to_collect),
        cmocka_unit_test(a_write_that_shades_is_asked_for_before_marking_ends),
        cmocka_unit_test(the_deletion_barrier_keeps_what_is_unlinked),
        cmocka_unit_test(without_a_barrier_what_is_unlinked_is_lost),
        cmocka_unit_test(the_insertion_barrier_keeps_what_leaves_a_grey_stack),
        cmocka_unit_test(without_a_barrier_what_leaves_a_grey_stack_is_lost),
        cmocka_unit_test(a_black_stacks_stores_are_not_shaded),
        cmocka_unit_test(nothing_is_shaded_outside_of_marking),
        cmocka_unit_test(objects_are_born_white_outside_of_marking_and_black_within),
        cmocka_unit_test(what_was_never_given_out_is_not_counted_as_live),
        cmocka_unit_test(sweeping_frees_the_dead_and_keeps_the_living),
        cmocka_unit_test(freed_memory_comes_back_zeroed_and_never_over_a_living_object),
        cmocka_unit_test(a_large_object_is_scanned_to_its_last_slot_and_freed_when_dropped),
        cmocka_unit_test(cycles_and_interior_structure_do_not_matter_only_reachability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The compressed bitmap as bytes: those of the format that all Roaring libraries share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "roaring.h"

static void add_range(struct roaring *set, uint32_t first, uint32_t last)
{
    for (uint64_t value = first; value <= last; value++)
        assert_int_equal(roaring_add(set, (uint32_t)value), 1);
}

/* What the set is stored as, by the format's words; the caller's to free. */
static uint8_t *stored(const struct roaring *set, size_t *ret_size)
{
    *ret_size = roaring_stored_bytes(set);
    uint8_t *bytes = malloc(*ret_size); /* exactly: a byte more would be found by ASan */
    assert_non_null(bytes);
    roaring_store(set, bytes);
    return bytes;
}

static void assert_stored(const struct roaring *set, const void *want, size_t size)
{
    size_t got_size;
    uint8_t *got = stored(set, &got_size);
    assert_int_equal(got_size, size);
    assert_memory_equal(got, want, size);
    free(got);
}

static void a_set_is_stored_as_the_format_of_roaring_says(void **state)
{
    (void)state;
    static const uint8_t empty[] = {0x3a, 0x30, 0, 0, 0, 0, 0, 0};
    static const uint8_t arrays[] = {0x3a, 0x30, 0, 0, 2,    0,   0, 0, 0,  0, 1, 0, /* 2 numbers */
                                     5,    0,    0, 0, 24,   0,   0, 0, 28, 0, 0, 0,
                                     1,    0,    9, 0, 0xff, 0xff};
    static const uint8_t runs[] = {0x3b, 0x30, 0, 0, 1, 7, 0, 99, 0, 1, 0, 0x00, 1, 99, 0};
    struct roaring *set = roaring_new();
    assert_stored(set, empty, sizeof empty);
    roaring_add(set, 1);
    roaring_add(set, 9);
    roaring_add(set, (5 << 16) + 0xffff);
    assert_stored(set, arrays, sizeof arrays);
    roaring_free(set);
    set = roaring_new();
    add_range(set, (7 << 16) + 256, (7 << 16) + 355);
    assert_int_equal(roaring_optimize(set), 0);
    assert_stored(set, runs, sizeof runs);
    roaring_free(set);
}

static void a_stored_bitmap_has_each_number_at_its_bit(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    size_t size;
    for (uint32_t value = 1; value < 65536; value += 3)
        roaring_add(set, value);
    uint8_t *bytes = stored(set, &size);
    assert_int_equal(size, 8 + 4 + 4 + 8192);
    for (uint32_t value = 0; value < 65536; value++)
        assert_int_equal(bytes[16 + value / 8] >> value % 8 & 1, value % 3 == 1);
    free(bytes);
    roaring_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_stored_as_the_format_of_roaring_says),
        cmocka_unit_test(a_stored_bitmap_has_each_number_at_its_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_notes_images.c - images beside notes: how large they are, and which are found where. */
#include "library_fixture.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/util.h"
#include "notes/beneath.h"

static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 30'/>";

/*** Sizes ***/

static void assert_size(enum image_kind kind, const void *bytes, size_t len, unsigned width,
                        unsigned height)
{
    struct image_size size;
    void *copy = memcpy(malloc(len), bytes, len); /* of its own, so that ASan sees a read beyond */
    assert_true(image_measure(kind, copy, len, &size));
    assert_int_equal(size.width, width);
    assert_int_equal(size.height, height);
    free(copy);
}

#define assert_bytes_size(kind, literal, width, height)                                            \
    assert_size(kind, literal, sizeof literal - 1, width, height)

static void rasters_say_their_size_in_their_headers(void **state)
{
    (void)state;
    assert_bytes_size(IMAGE_PNG, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0", 640, 480);
    assert_bytes_size(IMAGE_GIF, "GIF89a\x40\x01\xf0\0", 320, 240);
    assert_bytes_size(IMAGE_WEBP, "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0", 640,
                      480);
    assert_bytes_size(IMAGE_WEBP, "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01",
                      640, 480);
    /* 14 bits of width - 1, then 14 of height - 1 */
    assert_bytes_size(IMAGE_WEBP, "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0\0\0\0\0\0", 640,
                      480);
}

static void a_jpegs_size_is_in_its_frame_behind_other_segments(void **state)
{
    (void)state;
    assert_bytes_size(IMAGE_JPEG,
                      "\xff\xd8\xff\xe0\0\x06JFIF\xff\xff\xc4\0\x03x\xff\xc2\0\x11\x08\x01\xe0\x02"
                      "\x80\x03",
                      640, 480);
}

static void a_jpeg_whose_frame_is_not_reached_has_no_size(void **state)
{
    (void)state;
    assert_bytes_size(IMAGE_JPEG, "\xff\xd8\xff\xe1\xff\xff....", 0, 0);
    assert_bytes_size(IMAGE_JPEG, "\xff\xd8\xff\xe1\0\0\xff\xe1\0\0\xff\xc0\0\x11\x08\x01", 0, 0);
}

static void an_svgs_size_is_its_pixels_or_else_its_view_box(void **state)
{
    (void)state;
    assert_bytes_size(IMAGE_SVG, "<svg width=\"480\" height='300px' viewBox=\"0 0 1 1\">", 480,
                      300);
    assert_bytes_size(IMAGE_SVG,
                      "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <svg width='1' height='1'> -->\n"
                      "<!DOCTYPE svg>\n<svg\n  width=\"100%\" viewBox = \"0,0 480.4 , 299.6\"/>",
                      480, 300);
    assert_bytes_size(IMAGE_SVG, "<svg data-width='3' title='width=\"5\"' viewBox='0 0 20 10'>", 20,
                      10);
    assert_bytes_size(IMAGE_SVG, "<svg width='1e999' height='-4'>", 0, 0);
    assert_bytes_size(IMAGE_SVG, "<svg viewBox='0 0 30000 10'>", 0, 0);
    assert_bytes_size(IMAGE_SVG, "<svg viewBox='0 0 10", 0, 0);
}

static void a_file_that_is_not_what_its_name_says_is_told(void **state)
{
    (void)state;
    static const char html[] = "<!doctype html><html><body>an image? no, a page</body></html>";
    struct image_size size;
    for (enum image_kind kind = IMAGE_SVG; kind <= IMAGE_WEBP; kind++) {
        assert_false(image_measure(kind, html, sizeof html - 1, &size));
        assert_false(image_measure(kind, "", 0, &size));
    }
}

static void only_five_kinds_are_known_by_their_extensions(void **state)
{
    (void)state;
    enum image_kind kind;
    assert_true(image_kind_of("a/b.SVG", &kind) && kind == IMAGE_SVG);
    assert_true(image_kind_of("b.jpeg", &kind) && kind == IMAGE_JPEG);
    assert_false(image_kind_of("b.html", &kind));
    assert_false(image_kind_of("b.svgz", &kind));
    assert_false(image_kind_of("svg", &kind));
    assert_false(image_kind_of("", &kind));
}

/*** Finding them ***/

static void place_notes(struct place *place, const char *markdown)
{
    place_folder(place, "zh");
    place_folder(place, "zh/img");
    place_folder(place, "img");
    place_write(place, "zh/img/a.svg", svg);
    place_write(place, "img/b.svg", svg);
    place_write(place, "zh/t.md", markdown);
}

/* The note in a place that has zh/img/a.svg and img/b.svg; the library is to be freed. */
static const struct note *scan_note(struct place *place, struct library **ret)
{
    *ret = place_scan(place, "", NULL);
    const struct topic *topic = library_topic(*ret, "t");
    assert_non_null(topic);
    return topic_file(topic, LANG_ZH)->note;
}

static void an_image_is_found_from_the_notes_folder_or_from_the_books(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](img/a.svg) ![2](../img/b.svg) ![3](/img/b.svg)"
                       " ![4](./../zh//img/a.svg?x#y) ![5](im%67/%61.svg)\n");
    struct library *library;
    const struct note *note = scan_note(place, &library);
    static const char *const paths[] = {"zh/img/a.svg", "img/b.svg", "img/b.svg", "zh/img/a.svg",
                                        "zh/img/a.svg"};
    assert_int_equal(note->n_images, ARRAY_LEN(paths));
    for (size_t i = 0; i < note->n_images; i++) {
        char url[64];
        if (note->images[i].problem)
            fail_msg("%s: %s", note->images[i].src, note->images[i].problem);
        snprintf(url, sizeof url, "/images/0/%s", paths[i]);
        assert_int_equal(strncmp(note->images[i].url, url, strlen(url)), 0);
        assert_string_equal(library_image(library, url)->path, paths[i]);
    }
    char *shown = show(note);
    assert_non_null(strstr(shown, "width=\"48\" height=\"30\""));
    free(shown);
    library_free(library);
}

static void a_name_with_blanks_and_chinese_is_encoded_in_the_page(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](<img/图 1.svg>) ![2](img/%E5%9B%BE%201.svg)\n");
    place_write(place, "zh/img/图 1.svg", svg);
    struct library *library;
    const struct note *note = scan_note(place, &library);
    static const char encoded[] = "/images/0/zh/img/%E5%9B%BE%201.svg?v=";
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(strncmp(note->images[i].url, encoded, strlen(encoded)), 0);
    assert_non_null(library_image(library, "/images/0/zh/img/图 1.svg"));
    library_free(library);
}

static void nothing_outside_the_book_and_nothing_hidden_is_found(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](../../b.svg) ![2](%2e%2e/%2e%2e/b.svg) ![3](.hidden.svg)"
                       " ![4](../.git/x.svg) ![5](img/out.svg) ![6](out/b.svg) ![7](img%5Ca.svg)"
                       " ![8](img/a.svg%00.png) ![9](t.md) ![10](img) ![11](img/%ff.svg)"
                       " ![12](img/dir.svg) ![13](/etc/passwd) ![14](img/x%0a.svg)\n");
    place_write(place, "zh/.hidden.svg", svg);
    place_folder(place, ".git");
    place_write(place, ".git/x.svg", svg);
    place_folder(place, "zh/img/dir.svg");
    char outside[] = "/tmp/prepd-outside-XXXXXX", file[64];
    assert_non_null(mkdtemp(outside));
    snprintf(file, sizeof file, "%s/b.svg", outside);
    assert_int_equal(symlink(file, place_path(place, "zh/img/out.svg")), 0);
    assert_int_equal(symlink(outside, place_path(place, "zh/out")), 0);
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, svg, strlen(svg)), (ssize_t)strlen(svg));
    close(fd);
    struct library *library;
    const struct note *note = scan_note(place, &library);
    assert_int_equal(note->n_images, 14);
    for (size_t i = 0; i < note->n_images; i++)
        if (!note->images[i].problem)
            fail_msg("%s is shown", note->images[i].src);
    char *bytes;
    size_t len;
    assert_int_equal(image_read(place->root, "zh/img/out.svg", IMAGE_SVG, &bytes, &len, NULL),
                     -ENOENT);
    assert_int_equal(image_read(place->root, "zh/out/b.svg", IMAGE_SVG, &bytes, &len, NULL),
                     -ENOENT);
    library_free(library);
    unlink(file);
    rmdir(outside);
}

static void a_link_that_stays_in_the_book_is_followed(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](img/link.svg)\n");
    assert_int_equal(symlink("../../img/b.svg", place_path(place, "zh/img/link.svg")), 0);
    struct library *library;
    const struct note *note = scan_note(place, &library);
    assert_null(note->images[0].problem);
    library_free(library);
}

static void an_image_too_large_or_of_another_kind_has_a_problem(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](img/large.svg) ![2](img/page.png)\n");
    place_write(place, "zh/img/page.png", "<html>");
    place_write(place, "zh/img/large.svg", svg);
    assert_int_equal(truncate(place_path(place, "zh/img/large.svg"), IMAGE_SVG_BYTES_MAX + 1), 0);
    struct library *library;
    const struct note *note = scan_note(place, &library);
    assert_non_null(strstr(note->images[0].problem, "more than the 1048576 bytes"));
    assert_non_null(strstr(note->images[1].problem, "not what its name says"));
    library_free(library);
}

static void what_no_note_names_is_not_in_the_library(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](img/a.svg)\n");
    struct library *library;
    scan_note(place, &library);
    assert_non_null(library_image(library, "/images/0/zh/img/a.svg"));
    assert_null(library_image(library, "/images/0/img/b.svg"));
    assert_null(library_image(library, "/images/1/zh/img/a.svg"));
    assert_null(library_image(library, "/images/0/zh/t.md"));
    library_free(library);
}

static void a_book_of_one_file_has_its_images_beside_it(void **state)
{
    struct place *place = *state;
    place_write(place, "t.md", "# t\n\n![1](a.svg) ![2](../a.svg)\n");
    place_write(place, "a.svg", svg);
    struct library_source source = {.path = place_path(place, "t.md"), .book = "t.md"};
    struct library *library = NULL;
    assert_int_equal(library_scan(&source, 1, NULL, &library, NULL), 0);
    const struct note *note = topic_file(library_topic(library, "t"), LANG_EN)->note;
    assert_null(note->images[0].problem);
    assert_non_null(note->images[1].problem);
    library_free(library);
}

/*** Changes ***/

static struct library *scan_again(struct place *place, struct library *library)
{
    struct library *again = place_scan(place, "", library);
    library_free(library);
    return again;
}

static void an_image_that_changes_makes_its_note_new(void **state)
{
    struct place *place = *state;
    place_notes(place, "![1](img/a.svg) ![2](img/later.svg)\n");
    struct library *library;
    const struct note *before = note_ref((struct note *)scan_note(place, &library));
    library = scan_again(place, library);
    assert_ptr_equal(topic_file(library_topic(library, "t"), LANG_ZH)->note, before);
    place_write(place, "zh/img/a.svg", "<svg width='7' height='8'/>");
    library = scan_again(place, library);
    const struct note *changed = topic_file(library_topic(library, "t"), LANG_ZH)->note;
    assert_ptr_not_equal(changed, before);
    assert_string_not_equal(changed->images[0].url, before->images[0].url);
    assert_non_null(changed->images[1].problem);
    place_write(place, "zh/img/later.svg", svg);
    library = scan_again(place, library);
    assert_null(topic_file(library_topic(library, "t"), LANG_ZH)->note->images[1].problem);
    note_unref((struct note *)before);
    library_free(library);
}

/*** Without openat2(2) ***/

/* Has the kernel answer ENOSYS to it, as an old one would. */
static void forget_openat2(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {ARRAY_LEN(filter), filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        _exit(99);
}

/* In a child; returns a bit for each path that can be opened. */
static int open_on_old_kernel(const char *folder)
{
    static const char *const paths[] = {
        "zh/img/a.svg", "zh/", "../x", "zh/../x", "link/img/a.svg", "zh/img/link.svg"};
    int opened = 0;
    forget_openat2();
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        opened |= (open_beneath(fd, paths[i], 0) >= 0) << i;
    return opened;
}

static void an_old_kernel_opens_no_link_and_no_step_up(void **state)
{
    struct place *place = *state;
    place_notes(place, "t\n");
    assert_int_equal(symlink("zh", place_path(place, "link")), 0);
    assert_int_equal(symlink("a.svg", place_path(place, "zh/img/link.svg")), 0);
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(open_on_old_kernel(place->root));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1 | 2);
}

#define in_place(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rasters_say_their_size_in_their_headers),
        cmocka_unit_test(a_jpegs_size_is_in_its_frame_behind_other_segments),
        cmocka_unit_test(a_jpeg_whose_frame_is_not_reached_has_no_size),
        cmocka_unit_test(an_svgs_size_is_its_pixels_or_else_its_view_box),
        cmocka_unit_test(a_file_that_is_not_what_its_name_says_is_told),
        cmocka_unit_test(only_five_kinds_are_known_by_their_extensions),
        in_place(an_image_is_found_from_the_notes_folder_or_from_the_books),
        in_place(a_name_with_blanks_and_chinese_is_encoded_in_the_page),
        in_place(nothing_outside_the_book_and_nothing_hidden_is_found),
        in_place(a_link_that_stays_in_the_book_is_followed),
        in_place(an_image_too_large_or_of_another_kind_has_a_problem),
        in_place(what_no_note_names_is_not_in_the_library),
        in_place(a_book_of_one_file_has_its_images_beside_it),
        in_place(an_image_that_changes_makes_its_note_new),
        in_place(an_old_kernel_opens_no_link_and_no_step_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

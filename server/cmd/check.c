/* check.c - `prepd check`: reads notes as the server would and tells what is wrong, file:line:
 * text.
 *
 * Exit 0: nothing found; 1: something found; 2: a path cannot be read. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "notes/library.h"
#include "runs/catalogue.h"

struct checker {
    const struct catalogue *catalogue;
    size_t problems, files, items;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct paths *paths = state->input;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = paths;
        return 0;
    }
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    if (paths->n_notes == PATHS_MAX)
        argp_error(state, "at most %d paths", PATHS_MAX);
    paths->notes[paths->n_notes++] = arg;
    paths->only_notes = 1; /* paths named: the shipped notes are not meant */
    return 0;
}

static const struct argp_child children[] = {{&paths_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    NULL,
    parse,
    "[DIR|FILE]...",
    "Looks for mistakes in notes: the shipped ones, or the folders and files named.",
    children,
    NULL,
    NULL};

#define PROBLEM(checker, file, line, ...)                                                          \
    do {                                                                                           \
        printf("%s:%zu: ", (file)->path, (size_t)(line));                                          \
        printf(__VA_ARGS__);                                                                       \
        putchar('\n');                                                                             \
        (checker)->problems++;                                                                     \
    } while (0)

static void check_items(struct checker *checker, const struct note_file *file)
{
    const struct note *note = file->note;
    for (size_t i = 0; i < note->n_items; i++) {
        if (note->items[i].slug_twice)
            PROBLEM(checker, file, note->items[i].line,
                    "this item's ^id stands earlier in the file too; it is ignored here");
        if (!note->items[i].text[0])
            PROBLEM(checker, file, note->items[i].line, "a checklist item without text");
    }
    checker->items += note->n_items;
}

static void check_demos(struct checker *checker, const struct note_file *file)
{
    const struct note *note = file->note;
    for (size_t i = 0; i < note->n_demos; i++)
        if (!catalogue_find(checker->catalogue, note->demos[i].id))
            PROBLEM(checker, file, note->demos[i].line, "there is no demo \"%s\"",
                    note->demos[i].id);
}

static void check_images(struct checker *checker, const struct note_file *file)
{
    const struct note *note = file->note;
    for (size_t i = 0; i < note->n_images; i++) {
        const struct note_image *image = &note->images[i];
        if (image->problem)
            PROBLEM(checker, file, image->line, "the image \"%s\" is not shown: %s", image->src,
                    image->problem);
        if (!image->alt[0])
            PROBLEM(checker, file, image->line, "the image \"%s\" has no alternative text",
                    image->src);
    }
}

static void check_headings(struct checker *checker, const struct note_file *file)
{
    const struct note *note = file->note;
    for (size_t i = 1; i < note->n_headings; i++)
        if (note->headings[i].level > note->headings[i - 1].level + 1)
            PROBLEM(checker, file, note->headings[i].line,
                    "a heading of level %d follows one of level %d", note->headings[i].level,
                    note->headings[i - 1].level);
}

static void check_file(struct checker *checker, const struct note_file *file)
{
    checker->files++;
    if (!file->note) {
        PROBLEM(checker, file, 1, "%s", file->problem.text);
        return;
    }
    check_items(checker, file);
    check_demos(checker, file);
    check_images(checker, file);
    check_headings(checker, file);
}

static void check_library(struct checker *checker, const struct library *library)
{
    size_t n;
    const struct topic *topics = library_topics(library, &n);
    for (size_t i = 0; i < n; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (topics[i].file[lang])
                check_file(checker, topics[i].file[lang]);
}

int cmd_check(int argc, char **argv)
{
    struct paths paths = {0};
    struct err err = {0};
    struct library *library = NULL;
    struct catalogue *catalogue = NULL;
    argp_parse(&argp, argc, argv, 0, NULL, &paths);
    int status = EXIT_USAGE;
    if (paths_resolve(&paths, &err) < 0 ||
        catalogue_load(paths.demo_dirs, paths.n_demo_dirs, &catalogue, &err) < 0 ||
        library_scan(paths.sources, paths.n_sources, NULL, &library, &err) < 0) {
        log_error("%s", err.text);
    } else {
        struct checker checker = {.catalogue = catalogue};
        check_library(&checker, library);
        printf("%zu files, %zu items, %zu problems\n", checker.files, checker.items,
               checker.problems);
        status = checker.problems ? EXIT_FAILED : EXIT_OK;
    }
    library_free(library);
    catalogue_free(catalogue);
    paths_free(&paths);
    return status;
}

/* check.c - `prepd check`: reads notes as the server would and tells what is wrong, as
 * `file:line:column: what, and how to mend it`.
 *
 * DESIGN  The library is scanned as for serving, so what a page would lack is found by the code
 * that makes the page. Each note is then walked once more for the places (notes/inspect.h), and
 * each thing met is shown to the parts named in check.h, which add to one list of findings. The
 * list is sorted at the end.
 *
 * Exit 0: nothing found; 1: something found; 2: a path cannot be read. */
#include "cmd/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/util.h"
#include "notes/refuse.h"

enum { FINDINGS_OF_A_NOTE_MAX = 1000, OPT_TERMS = 1280 };

/*** The command line ***/

struct check_options {
    struct paths paths;
    const char *terms;
};

static const struct argp_option options[] = {
    {"terms", OPT_TERMS, "FILE", 0,
     "Look for these terms too: lines \"RIGHT: WRONG, WRONG\"; \"*\" is every other mix of cases",
     0},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct check_options *given = state->input;
    struct paths *paths = &given->paths;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = paths;
        return 0;
    }
    if (key == OPT_TERMS) {
        given->terms = arg;
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

static const char doc[] =
    "Looks for mistakes in notes: the shipped ones, or the folders and files named."
    "\vEach line of the answer is FILE:LINE:COLUMN: what is wrong, and how to mend it. Lines and "
    "columns count from 1; a column counts characters, a Chinese one or a tab being one. What is "
    "looked for:\n"
    "  links to notes, headings and pages that are not there\n"
    "  images that are not shown, or have no text\n"
    "  demos, presets and parameters that do not exist\n"
    "  an ^id that stands twice, or in one language only\n"
    "  items and headings without text; headings that skip a level\n"
    "  fences without a language; brackets that nothing closes\n"
    "  terms in a wrong form (share/prepd/content/terms.txt, and --terms)\n"
    "Exit status: 0 nothing found, 1 something found, 2 a path cannot be read.";

static const struct argp_child children[] = {{&paths_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {options, parse, "[DIR|FILE]...", doc, children, NULL, NULL};

/*** Proposals ***/

/* How many letters must be changed, put in or taken out; `max` + 1 if more than that. */
static size_t edit_distance(const char *a, const char *b, size_t max)
{
    enum { LEN_MAX = 64 };
    size_t n = strlen(a), m = strlen(b), row[LEN_MAX + 1];
    if (n > LEN_MAX || m > LEN_MAX || (n > m ? n - m : m - n) > max)
        return max + 1;
    for (size_t k = 0; k <= m; k++)
        row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= m; k++) {
            size_t change = diagonal + (a[i - 1] != b[k - 1]);
            size_t other = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
            diagonal = row[k];
            row[k] = change < other ? change : other;
        }
    }
    return row[m];
}

void propose(struct proposal *proposal, const char *written, const char *candidate)
{
    size_t len = strlen(written), max = len < 3 ? 0 : len / 4 + 1; /* further away it is no slip */
    if (proposal->best && proposal->distance <= max)
        max = proposal->distance - 1;
    if (proposal->best && proposal->distance == 0)
        return;
    size_t distance = edit_distance(written, candidate, max);
    if (distance <= max)
        *proposal = (struct proposal){candidate, distance};
}

const char *proposal_text(const struct proposal *proposal, char *ret, size_t size)
{
    ret[0] = '\0';
    if (proposal->best)
        snprintf(ret, size, "; did you mean \"%s\"?", proposal->best);
    return ret;
}

/*** A note ***/

/* A note that could not be parsed: the message without the path, which stands in front already. */
static void tell_problem(struct checker *checker, const struct note_file *file, struct source *at)
{
    const char *text = file->problem.text;
    size_t n = strlen(file->path);
    struct refusal refusal = {0};
    if (strncmp(text, file->path, n) == 0 && strncmp(text + n, ": ", 2) == 0)
        text += n + 2;
    if (at->bytes && note_refuse(at->bytes, at->len, &refusal) < 0 && refusal.has_place)
        finding_add(&checker->findings, at, refusal.offset, "%s; this note is not shown",
                    refusal.why);
    else
        finding_add_at(&checker->findings, file->path, 1, 1, "%s; this note is not shown", text);
}

bool checked_has_enough(const struct checked *checked)
{
    size_t found = findings_count(&checked->checker->findings) - checked->found_before;
    return found >= FINDINGS_OF_A_NOTE_MAX;
}

static void see(const struct sight *sight, void *ud)
{
    struct checked *checked = ud;
    if (checked_has_enough(checked) && sight->kind != SIGHT_ITEM)
        return;
    check_sight_of_note(checked, sight);
    if (sight->kind == SIGHT_LINK)
        check_sight_of_link(checked, sight);
    else if (sight->kind == SIGHT_DEMO)
        check_sight_of_demo(checked, sight);
    else if (sight->kind == SIGHT_WORDS)
        check_sight_of_words(checked, sight);
}

static void check_text(struct checked *checked, const struct note_file *other)
{
    checked->found_before = findings_count(&checked->checker->findings);
    if (note_inspect(checked->source.bytes, checked->source.len, see, checked) < 0)
        checked->checker->findings.words.failed = true;
    check_whole_note(checked);
    check_languages(checked, other);
    struct places *p = &checked->places;
    struct text *texts[] = {&p->items, &p->ids, &p->headings, &p->images};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        text_free(texts[i]);
}

/* `other`: the same topic's file in the other language, or NULL. */
static void check_file(struct checker *checker, const struct note_file *file,
                       const struct note_file *other)
{
    cleanup_free char *bytes = NULL;
    size_t len = 0;
    struct checked checked = {.checker = checker, .file = file};
    int r = file_read(file->path, NOTE_BYTES_MAX, NOTE_PAD, &bytes, &len, NULL);
    size_t mark = r == 0 && len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    source_begin(&checked.source, file->path, r == 0 ? bytes + mark : NULL, len - mark);
    checker->files++;
    if (!file->note || r < 0)
        tell_problem(checker, file, &checked.source);
    else
        check_text(&checked, other);
}

/*** All of them ***/

static void check_library(struct checker *checker)
{
    size_t n;
    const struct topic *topics = library_topics(checker->library, &n);
    for (size_t i = 0; i < n; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            if (topics[i].file[lang])
                check_file(checker, topics[i].file[lang], topics[i].file[LANG_COUNT - 1 - lang]);
}

static int read_terms(struct checker *checker, const struct check_options *given, struct err *err)
{
    cleanup_free char *shipped = NULL;
    if (asprintf(&shipped, "%s/terms.txt", given->paths.owned[1]) < 0)
        return err_set(err, ENOMEM, "out of memory");
    int r = terms_read(shipped, &checker->terms, err);
    return r < 0 || !given->terms ? r : terms_read(given->terms, &checker->terms, err);
}

static int report(struct checker *checker)
{
    long n = findings_print(&checker->findings, stdout);
    if (n < 0) {
        log_error("out of memory");
        return EXIT_USAGE;
    }
    printf("%zu files, %zu items, %ld problem%s\n", checker->files, checker->items, n,
           n == 1 ? "" : "s");
    return n ? EXIT_FAILED : EXIT_OK;
}

int cmd_check(int argc, char **argv)
{
    struct check_options given = {0};
    struct err err = {0};
    struct library *library = NULL;
    struct catalogue *catalogue = NULL;
    struct checker checker = {.paths = &given.paths, .targets = targets_new()};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    int status = EXIT_USAGE;
    struct paths *paths = &given.paths;
    if (!checker.targets || paths_resolve(paths, &err) < 0 ||
        catalogue_load(paths->demo_dirs, paths->n_demo_dirs, &catalogue, &err) < 0 ||
        library_scan(paths->sources, paths->n_sources, NULL, &library, &err) < 0 ||
        read_terms(&checker, &given, &err) < 0) {
        log_error("%s", err.text);
    } else {
        checker.library = library;
        checker.catalogue = catalogue;
        check_library(&checker);
        status = report(&checker);
    }
    findings_free(&checker.findings);
    targets_free(checker.targets);
    terms_free(checker.terms);
    library_free(library);
    catalogue_free(catalogue);
    paths_free(paths);
    return status;
}

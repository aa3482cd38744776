/* check.h - what the parts of `prepd check` share. Only check*.c include this.
 *
 *   check.c          the command: reads a note, walks it, prints
 *   check_note.c     what a note says of itself: items, headings, fences, images, brackets
 *   check_links.c    links and images that lead to notes, headings, files
 *   check_demos.c    links to demos: the demo, its preset, its parameters
 *   check_languages.c what one language has and the other has not
 *   check_words.c    terms, by a list
 *   findings.c       what was found */
#ifndef PREPD_CMD_CHECK_H
#define PREPD_CMD_CHECK_H

#include "cmd/cmd.h"
#include "cmd/findings.h"
#include "notes/inspect.h"
#include "notes/library.h"
#include "runs/catalogue.h"

/* Where things stand in one note, by what note.h numbers. */
struct places {
    struct text items, ids, headings,
        images; /* of size_t, offsets; ids: SIZE_MAX if an item has none */
};

struct checker {
    const struct paths *paths;
    const struct catalogue *catalogue;
    const struct library *library;
    struct terms *terms;
    struct targets *targets; /* notes that links led to, by path on disk */
    struct findings findings;
    size_t files, items;
};

/* A note that is being checked. */
struct checked {
    struct checker *checker;
    const struct note_file *file;
    struct source source; /* read again for the walk: the note keeps no source */
    struct places places;
    size_t found_before; /* findings that the checker had before this note */
};

#define FOUND(checked, offset, ...)                                                                \
    finding_add(&(checked)->checker->findings, &(checked)->source, (offset), __VA_ARGS__)

/* The n-th offset of a list of them; SIZE_MAX if there is none. */
size_t place_of(const struct text *offsets, size_t n);

/* ---- one note ---- */

/* True once so much was found in the note that nobody reads on: the walk looks for no more. */
bool checked_has_enough(const struct checked *checked);

/* One thing that the walk met. */
void check_sight_of_note(struct checked *checked, const struct sight *sight);
void check_sight_of_link(struct checked *checked, const struct sight *sight);
void check_sight_of_demo(struct checked *checked, const struct sight *sight);
void check_sight_of_words(struct checked *checked, const struct sight *sight);
/* What is known when the walk is over. */
void check_whole_note(struct checked *checked);

/* ---- the languages of a topic ---- */

/* `other` is the same topic in the other language, or NULL. */
void check_languages(struct checked *checked, const struct note_file *other);

/* ---- their state ---- */

struct targets *targets_new(void);
void targets_free(struct targets *targets);

/* Reads a list of terms: lines `RIGHT: WRONG, WRONG…`, where "*" as a wrong form stands for every
 * other mix of upper and lower case; "#" begins a comment. -errno with *err naming the line. */
int terms_read(const char *path, struct terms **terms, struct err *err);
void terms_free(struct terms *terms);

/* ---- proposals ---- */

/* The candidate nearest to what was written, if it is near enough for a slip: `best` is NULL at
 * first and becomes the nearest so far. */
struct proposal {
    const char *best;
    size_t distance;
};
void propose(struct proposal *proposal, const char *written, const char *candidate);
/* `; did you mean "x"?`, or "", in `ret`. */
const char *proposal_text(const struct proposal *proposal, char *ret, size_t size);

#endif

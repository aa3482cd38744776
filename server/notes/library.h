/* library.h - all notes: books (folders or single files) and the topics found in them.
 *
 * DESIGN  A library is an immutable snapshot. A change on disk (library_watch.h) makes a new
 * snapshot, in which files that did not change share their parsed note with the old one; the event
 * loop then swaps the pointer. So nothing is locked, and a page is always made from one state of
 * the disk.
 *
 * A book is a folder with zh/ and en/ inside, a flat folder, or one file of any extension. A topic
 * is one file, or a pair of the same slug in zh/ and en/. In a folder `NN-slug.md` gives order NN
 * and the slug; other names (*.md, *.markdown, *.txt) sort after the numbered ones by name, and the
 * slug is the name without its extension. A slug that is taken already (by an earlier book or file)
 * gets "-2", "-3" …. Hidden files, links that leave the book's folder, and what is no regular file
 * are passed over; at most LIBRARY_FILES_MAX files, folders are not descended into beyond zh/ and
 * en/.
 *
 * Beside its notes a book may have images, in any of its folders that is not hidden; only those
 * that a note names are known to the library. */
#ifndef PREPD_NOTES_LIBRARY_H
#define PREPD_NOTES_LIBRARY_H

#include "notes/image.h"
#include "notes/note.h"

enum { LIBRARY_FILES_MAX = 10000 };

enum lang { LANG_ZH, LANG_EN };
enum { LANG_COUNT = 2 };

struct library_source {
    const char *path;
    const char
        *book; /* "" for the shipped one; else short and unique, part of file keys: "book2" */
};

struct note_file {
    const char *path;   /* on disk */
    const char *key;    /* identity for the store: "zh/gc", "book2/zh/gc", "book2/notes" — stable
                           across renumbering */
    enum lang lang;     /* of a flat book: guessed from the text (Han characters: zh) */
    struct note *note;  /* NULL if it could not be parsed */
    struct err problem; /* why, when note is NULL */
    const char *raw; /* when note is NULL but the bytes are UTF-8 and ≤ NOTE_BYTES_MAX: the text, to
                        show as it is */
    size_t raw_len;
};

struct topic {
    const char *slug;
    const char *book;
    const char *title[LANG_COUNT]; /* H1, else the first heading's text, else the slug; a missing
                                      language has the other's */
    const struct note_file
        *file[LANG_COUNT]; /* NULL where the language is missing; a flat book's file stands once */
};

/* A file that a note names as an image, whether it is there or not. */
struct library_image {
    const char *url;    /* "/images/0/zh/img/gmp.svg": 0 is the first source; not encoded */
    const char *folder; /* of the book, on disk */
    const char *path;   /* in it: "zh/img/gmp.svg" */
    enum image_kind kind;
};

struct library;

/* Reads all sources. `previous` may be NULL; unchanged files (same path, inode, size, mtime, and
 * so their images) are taken from it. A source that cannot be read is a failure on the first scan
 * (previous == NULL) and an empty book afterwards. Any thread. */
int library_scan(const struct library_source *sources, size_t n_sources,
                 const struct library *previous, struct library **ret, struct err *err);
void library_free(struct library *library);

const struct topic *library_topics(const struct library *library, size_t *ret_n);
/* NULL if there is none. */
const struct topic *library_topic(const struct library *library, const char *slug);
/* The image at an address, NULL if no note names one there. What it gives is the library's. */
const struct library_image *library_image(const struct library *library, const char *url);
/* The file to show for a language: its own, else the other's. Never NULL for a topic of the
 * library. */
const struct note_file *topic_file(const struct topic *topic, enum lang lang);

#endif

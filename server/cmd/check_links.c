/* check_links.c - links to other notes, to headings, to pages: each is followed as the page's
 * reader would.
 *
 * DESIGN  A link is written as a path from the note to another note's file ("02-gc.md#pause"),
 * which is also how it works on a forge and in an editor; prepd turns it into the page's address.
 * So the path is joined with the note's and looked up among the library's files. Where a book is
 * one file its neighbours are not in the library: they are read when a link names them. */
#include "cmd/check.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/util.h"

enum { TARGETS_MAX = 100 };

/* Neighbours that were read, each as a library of one file. */
struct targets {
    struct library *libraries[TARGETS_MAX];
    size_t n;
};

struct targets *targets_new(void)
{
    return calloc(1, sizeof(struct targets));
}

void targets_free(struct targets *targets)
{
    for (size_t i = 0; targets && i < targets->n; i++)
        library_free(targets->libraries[i]);
    free(targets);
}

/*** Finding the file ***/

static const struct note_file *find_in(const struct library *library, const char *path)
{
    size_t n;
    const struct topic *topics = library_topics(library, &n);
    for (size_t i = 0; i < n; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            const struct note_file *file = topics[i].file[lang];
            if (file && strcmp(file->path, path) == 0)
                return file;
        }
    return NULL;
}

static bool is_book_of_one_file(const struct checked *checked)
{
    const struct paths *paths = checked->checker->paths;
    for (size_t i = 0; i < paths->n_sources; i++)
        if (strcmp(paths->sources[i].path, checked->file->path) == 0)
            return true;
    return false;
}

static const struct note_file *read_neighbour(struct targets *targets, const char *path)
{
    for (size_t i = 0; i < targets->n; i++) {
        const struct note_file *file = find_in(targets->libraries[i], path);
        if (file)
            return file;
    }
    struct library_source source = {.path = path, .book = "neighbour"};
    if (targets->n == TARGETS_MAX ||
        library_scan(&source, 1, NULL, &targets->libraries[targets->n], NULL) < 0)
        return NULL;
    return find_in(targets->libraries[targets->n++], path);
}

/* The note's own folder with the link's path put behind it, "." and ".." taken at their word. False
 * if it is too long or leads above the folder's name. */
static bool join(const char *note, const char *path, char ret[PATH_MAX])
{
    const char *slash = strrchr(note, '/');
    size_t len = slash ? (size_t)(slash - note) : 0;
    if (len + strlen(path) + 2 > PATH_MAX)
        return false;
    memcpy(ret, note, len);
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        if (n == 2 && memcmp(p, "..", 2) == 0) {
            if (len == 0)
                return false;
            while (len > 0 && ret[--len] != '/')
                ;
        } else if (n > 0 && !(n == 1 && *p == '.')) {
            if (len > 0 || slash)
                ret[len++] = '/';
            memcpy(ret + len, p, n);
            len += n;
        }
        p += n + (p[n] == '/');
    }
    ret[len] = '\0';
    return true;
}

static const struct note_file *find_note(struct checked *checked, const char *path)
{
    char full[PATH_MAX];
    if (!join(checked->file->path, path, full))
        return NULL;
    const struct note_file *file = find_in(checked->checker->library, full);
    if (!file && is_book_of_one_file(checked))
        file = read_neighbour(checked->checker->targets, full);
    return file;
}

/*** Taking a link apart ***/

/* Takes out percent-encoding in place. */
static void decode(char *s)
{
    char *to = s;
    for (; *s; s++) {
        char hex[3] = {s[0] == '%' ? s[1] : 0, 0, 0};
        if (hex[0])
            hex[1] = s[2];
        bool escape = isxdigit((unsigned char)hex[0]) && isxdigit((unsigned char)hex[1]);
        *to++ = escape ? (char)strtoul(hex, NULL, 16) : *s;
        s += escape ? 2 : 0;
    }
    *to = '\0';
}

static bool has_note_extension(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcasecmp(dot, ".md") == 0 || strcasecmp(dot, ".markdown") == 0 ||
                   strcasecmp(dot, ".txt") == 0);
}

/*** Findings ***/

static void check_anchor(struct checked *checked, size_t offset, const struct note_file *file,
                         const char *anchor)
{
    struct proposal proposal = {0};
    char text[256];
    if (!file->note) {
        FOUND(checked, offset, "this leads to %s, which cannot be read", file->path);
        return;
    }
    for (size_t i = 0; i < file->note->n_headings; i++) {
        if (strcmp(file->note->headings[i].anchor, anchor) == 0)
            return;
        propose(&proposal, anchor, file->note->headings[i].anchor);
    }
    if (file == checked->file)
        FOUND(checked, offset, "no heading of this note makes the anchor \"%s\"%s", anchor,
              proposal_text(&proposal, text, sizeof text));
    else
        FOUND(checked, offset, "no heading of %s makes the anchor \"%s\"%s", file->path, anchor,
              proposal_text(&proposal, text, sizeof text));
}

static void unknown_note(struct checked *checked, size_t offset, const char *path)
{
    size_t n;
    const struct topic *topics = library_topics(checked->checker->library, &n);
    struct proposal proposal = {0};
    char text[256];
    for (size_t i = 0; i < n; i++) {
        const struct note_file *file = topics[i].file[checked->file->lang];
        const char *slash = file ? strrchr(file->path, '/') : NULL;
        if (file && file != checked->file)
            propose(&proposal, path, slash ? slash + 1 : file->path);
    }
    FOUND(checked, offset, "there is no note \"%s\" at that place%s", path,
          proposal_text(&proposal, text, sizeof text));
}

/* "/zh/gc", "/en/gc": a page's own address; "gc": one beside this. */
static const struct note_file *find_page(const struct checked *checked, const char *path)
{
    enum lang lang = checked->file->lang;
    if (strncmp(path, "/zh/", 4) == 0 || strncmp(path, "/en/", 4) == 0) {
        lang = path[1] == 'z' ? LANG_ZH : LANG_EN;
        path += 4;
    }
    const struct topic *topic = library_topic(checked->checker->library, path);
    return topic ? topic_file(topic, lang) : NULL;
}

static bool is_other_page(const struct checked *checked, const char *path)
{
    static const char *const pages[] = {"/", "/zh/", "/en/", "/demos"};
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        if (strcmp(path, pages[i]) == 0)
            return true;
    return strncmp(path, "/demos/", 7) == 0 &&
           catalogue_find(checked->checker->catalogue, path + 7);
}

static void check_path(struct checked *checked, size_t offset, const char *path, const char *anchor)
{
    const struct note_file *file =
        has_note_extension(path) ? find_note(checked, path) : find_page(checked, path);
    enum image_kind kind;
    if (file && anchor)
        check_anchor(checked, offset, file, anchor);
    else if (file || is_other_page(checked, path))
        return;
    else if (has_note_extension(path))
        unknown_note(checked, offset, path);
    else if (image_kind_of(path, &kind))
        FOUND(checked, offset, "\"%s\" is an image, which is no page; show it: ![words](%s)", path,
              path);
    else
        FOUND(checked, offset,
              "prepd has no page \"%s\"; link a note's file (02-name.md), a heading (#anchor), a"
              " demo (demo:name)",
              path);
}

void check_sight_of_link(struct checked *checked, const struct sight *sight)
{
    cleanup_free char *path = strndup(sight->text, sight->len);
    if (!path) {
        checked->checker->findings.words.failed = true;
        return;
    }
    char *anchor = strchr(path, '#');
    if (anchor)
        *anchor++ = '\0';
    path[strcspn(path, "?")] = '\0';
    decode(path);
    if (anchor)
        decode(anchor);
    if (anchor && !*anchor)
        anchor = NULL; /* the top of the page */
    if (*path)
        check_path(checked, sight->offset, path, anchor);
    else if (anchor)
        check_anchor(checked, sight->offset, checked->file, anchor);
    else if (sight->len == 0)
        FOUND(checked, sight->offset, "a link without an address; write it between ( and )");
}

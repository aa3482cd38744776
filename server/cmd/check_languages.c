/* check_languages.c - an id joins an item's two languages, so each stands in both. */
#include "cmd/check.h"
#include "site/strings.h"

#include <string.h>

enum { PROPOSALS_MAX = 20 }; /* of a note: each looks at all ids */

static bool has_id(const struct note *note, const char *id)
{
    for (size_t i = 0; i < note->n_items; i++)
        if (note->items[i].slug && strcmp(note->items[i].slug, id) == 0)
            return true;
    return false;
}

/* The nearest of the ids that `other` has and `own` has not. */
static void propose_id(struct proposal *proposal, const char *id, const struct note *own,
                       const struct note *other)
{
    for (size_t i = 0; i < other->n_items; i++) {
        struct proposal nearer = *proposal;
        if (other->items[i].slug)
            propose(&nearer, id, other->items[i].slug);
        if (nearer.best != proposal->best && !has_id(own, nearer.best))
            *proposal = nearer;
    }
}

static void check_ids(struct checked *checked, const struct note_file *other)
{
    const struct note *note = checked->file->note;
    size_t proposals = PROPOSALS_MAX;
    for (size_t i = 0; i < note->n_items; i++) {
        const char *id = note->items[i].slug;
        if (!id || has_id(other->note, id))
            continue;
        struct proposal proposal = {0};
        char text[96];
        if (proposals && proposals--)
            propose_id(&proposal, id, note, other->note);
        FOUND(checked, place_of(&checked->places.ids, i),
              "^%s is not in %s; write the item there too, with this id%s", id, other->path,
              proposal_text(&proposal, text, sizeof text));
    }
}

static bool has_ids(const struct note *note)
{
    for (size_t i = 0; i < note->n_items; i++)
        if (note->items[i].slug)
            return true;
    return false;
}

/* True if some topic of this book has a file in both languages: then all should. */
static bool is_bilingual(const struct library *library, const struct note_file *file)
{
    size_t n, both = 0;
    const char *book = NULL;
    const struct topic *topics = library_topics(library, &n);
    for (size_t i = 0; i < n; i++)
        if (topics[i].file[file->lang] == file)
            book = topics[i].book;
    for (size_t i = 0; book && i < n; i++)
        both +=
            strcmp(topics[i].book, book) == 0 && topics[i].file[LANG_ZH] && topics[i].file[LANG_EN];
    return both > 0;
}

void check_languages(struct checked *checked, const struct note_file *other)
{
    if (other && other->note)
        check_ids(checked, other);
    else if (!other && has_ids(checked->file->note) &&
             is_bilingual(checked->checker->library, checked->file))
        FOUND(checked, 0, "its ids are in one language only: write the note in %s/ too",
              lang_code(lang_other(checked->file->lang)));
}

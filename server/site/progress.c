/* progress.c - two sorted arrays: files by key, and where each item id stands; see progress.h. */
#include "site/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct file_progress {
    const struct topic *topic;
    const struct note_file *file;
    struct progress_item *items;
    size_t n_items;
    size_t held;
};

/* An id stands in one file, or in the two languages of a topic. */
struct place {
    struct progress_item *item;
    const struct topic *topic;
};

struct progress {
    struct file_progress *files;
    size_t n_files, cap_files;
    struct place *places;
    size_t n_places;
    uint64_t revision;
};

/*** Building ***/

struct progress *progress_new(size_t n_files)
{
    struct progress *progress = calloc(1, sizeof *progress);
    if (!progress)
        return NULL;
    progress->cap_files = n_files;
    progress->files = calloc(n_files ? n_files : 1, sizeof *progress->files);
    if (!progress->files) {
        free(progress);
        return NULL;
    }
    return progress;
}

static void item_clear_was(struct progress_item *item)
{
    free((char *)item->was); /* const for those who read it */
    item->was = NULL;
}

static void file_clear(struct file_progress *file)
{
    for (size_t i = 0; i < file->n_items; i++)
        item_clear_was(&file->items[i]);
    free(file->items);
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    for (size_t i = 0; i < progress->n_files; i++)
        file_clear(&progress->files[i]);
    free(progress->files);
    free(progress->places);
    free(progress);
}

int progress_add(struct progress *progress, const struct topic *topic, const struct note_file *file,
                 const struct store_sync *sync)
{
    if (progress->n_files == progress->cap_files)
        return -ENOSPC;
    struct progress_item *items = calloc(sync->n_items ? sync->n_items : 1, sizeof *items);
    if (!items)
        return -ENOMEM;
    for (size_t i = 0; i < sync->n_items; i++) {
        const struct store_item *from = &sync->items[i];
        memcpy(items[i].id, from->id, ID_SIZE);
        items[i].state = from->state;
        items[i].changed = from->changed;
    }
    progress->files[progress->n_files++] = (struct file_progress){.topic = topic,
                                                                  .file = file,
                                                                  .items = items,
                                                                  .n_items = sync->n_items,
                                                                  .held = sync->n_held};
    progress->n_places += sync->n_items;
    return 0;
}

void progress_add_was(struct progress *progress, size_t i, char *was)
{
    progress->files[progress->n_files - 1].items[i].was = was;
}

static int file_compare(const void *a, const void *b)
{
    const struct file_progress *x = a, *y = b;
    return strcmp(x->file->key, y->file->key);
}

static int place_compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return memcmp(x->item->id, y->item->id, ID_SIZE);
}

int progress_seal(struct progress *progress, uint64_t revision)
{
    progress->revision = revision;
    qsort(progress->files, progress->n_files, sizeof *progress->files, file_compare);
    progress->places =
        calloc(progress->n_places ? progress->n_places : 1, sizeof *progress->places);
    if (!progress->places)
        return -ENOMEM;
    struct place *to = progress->places;
    for (size_t f = 0; f < progress->n_files; f++)
        for (size_t i = 0; i < progress->files[f].n_items; i++)
            *to++ = (struct place){&progress->files[f].items[i], progress->files[f].topic};
    qsort(progress->places, progress->n_places, sizeof *progress->places, place_compare);
    return 0;
}

/*** Asking ***/

static const struct file_progress *find_file(const struct progress *progress,
                                             const struct note_file *file)
{
    struct file_progress key = {.file = file};
    return bsearch(&key, progress->files, progress->n_files, sizeof key, file_compare);
}

const struct progress_item *progress_items(const struct progress *progress,
                                           const struct note_file *file)
{
    const struct file_progress *found = find_file(progress, file);
    return found && found->n_items ? found->items : NULL;
}

size_t progress_held(const struct progress *progress, const struct note_file *file)
{
    const struct file_progress *found = find_file(progress, file);
    return found ? found->held : 0;
}

struct progress_count progress_of_topic(const struct progress *progress, const struct topic *topic,
                                        enum lang lang)
{
    struct progress_count count = {0};
    const struct file_progress *found = find_file(progress, topic_file(topic, lang));
    for (size_t i = 0; found && i < found->n_items; i++) {
        count.items++;
        count.done += found->items[i].state == ITEM_DONE;
        count.shaky += found->items[i].state == ITEM_SHAKY;
    }
    return count;
}

/* The first of the places that have this id, or NULL. */
static struct place *find_place(const struct progress *progress, const char *id)
{
    struct progress_item item = {0};
    if (!id_is_valid(id))
        return NULL;
    memcpy(item.id, id, ID_SIZE);
    struct place key = {.item = &item};
    struct place *found =
        bsearch(&key, progress->places, progress->n_places, sizeof key, place_compare);
    while (found && found > progress->places && place_compare(found - 1, &key) == 0)
        found--;
    return found;
}

const struct topic *progress_topic_of(const struct progress *progress, const char *id)
{
    const struct place *place = find_place(progress, id);
    return place ? place->topic : NULL;
}

uint64_t progress_revision(const struct progress *progress)
{
    return progress->revision;
}

/*** Changing ***/

void progress_set(struct progress *progress, const char *id, enum item_state state,
                  uint64_t revision)
{
    struct place *place = find_place(progress, id), *end = progress->places + progress->n_places;
    for (; place && place < end && memcmp(place->item->id, id, ID_SIZE) == 0; place++) {
        place->item->state = state;
        place->item->changed = false;
        item_clear_was(place->item);
    }
    if (revision > progress->revision)
        progress->revision = revision;
}

/* fuzz_notes_markdown.c - any bytes as a note: no crash, only safe HTML, and places that lie in it.
 * Exercises all of server/notes/ but library*.c.
 * ./fuzz_notes_markdown tests/fuzz/corpus/markdown */
#include "../unit/html_scanner.h"
#include "notes/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Every image is there. */
static int find_picture(void *ud, const char *src, struct note_picture *ret, struct err *err)
{
    (void)ud, (void)src, (void)err;
    *ret = (struct note_picture){.url = "/images/0/x.svg?v=1", .width = 40, .height = 30};
    return 0;
}

/* What is told lies within the note. */
static void see(const struct sight *sight, void *ud)
{
    const size_t *len = ud;
    if (sight->offset > *len)
        abort();
    if (sight->kind == SIGHT_WORDS && sight->len > *len - sight->offset)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct note_pictures pictures = {.find = find_picture};
    char *padded = calloc(1, len + NOTE_PAD);
    if (!padded)
        return 0;
    if (len)
        memcpy(padded, data, len);
    struct note *note;
    if (note_parse("fuzz", padded, len, &pictures, &note, NULL) == 0) {
        struct scanner scanner;
        if (!html_is_safe(note, &scanner)) {
            fprintf(stderr, "%s\n", scanner.why);
            abort();
        }
        note_unref(note);
        note_inspect(padded, len, see, &len);
    }
    free(padded);
    return 0;
}

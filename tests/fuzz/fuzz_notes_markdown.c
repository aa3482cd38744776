/* fuzz_notes_markdown.c - any bytes as a note: no crash, and only safe HTML. Exercises all of
 * server/notes/ but library*.c.
 * ./fuzz_notes_markdown tests/fuzz/corpus/markdown */
#include "../unit/html_scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *padded = calloc(1, len + NOTE_PAD);
    if (!padded)
        return 0;
    if (len)
        memcpy(padded, data, len);
    struct note *note;
    if (note_parse("fuzz", padded, len, &note, NULL) == 0) {
        struct scanner scanner;
        if (!html_is_safe(note, &scanner)) {
            fprintf(stderr, "%s\n", scanner.why);
            abort();
        }
        note_unref(note);
    }
    free(padded);
    return 0;
}

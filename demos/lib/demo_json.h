/* demo_json.h - writing JSON into a buffer that exists already.
 *
 * Commas are put where they belong; keys and ids are trusted, strings are escaped, bytes that are
 * not UTF-8 become U+FFFD, numbers that are not finite become null. A buffer that is too small is
 * remembered (`overflow`), or is emptied by `spill` as often as it takes. */
#ifndef PREPD_DEMO_JSON_H
#define PREPD_DEMO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "demo_manifest.h"

struct demo_json {
    char *buf;
    size_t len, cap;
    bool overflow;                         /* something did not fit */
    bool comma;                            /* the next value follows another */
    void (*spill)(struct demo_json *json); /* sets len to 0, or NULL */
};

void demo_json_open(struct demo_json *json, char bracket); /* '{' or '[' */
void demo_json_close(struct demo_json *json, char bracket);
void demo_json_key(struct demo_json *json, const char *key);

void demo_json_string(struct demo_json *json, const char *s);
void demo_json_number(struct demo_json *json, double value); /* 9 digits; whole numbers exactly */
void demo_json_int(struct demo_json *json, int64_t value);
void demo_json_bool(struct demo_json *json, bool value);
void demo_json_null(struct demo_json *json);

/* "key": value; a string, text or unit that is missing (NULL) leaves the key out. */
void demo_json_string_at(struct demo_json *json, const char *key, const char *s);
void demo_json_number_at(struct demo_json *json, const char *key, double value);
void demo_json_text_at(struct demo_json *json, const char *key, struct demo_text text);

/* Length of the UTF-8 character at s, 1–4, or 0 if the bytes there are none (or s is at its end).
 */
size_t demo_utf8_char(const char *s);

#endif

/* demo_json.c - a JSON writer without allocation; see demo_json.h. */
#include "demo_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void json_bytes(struct demo_json *json, const char *bytes, size_t len)
{
    while (json->spill && len > json->cap - json->len) {
        size_t room = json->cap - json->len;
        memcpy(json->buf + json->len, bytes, room);
        json->len = json->cap;
        json->spill(json);
        bytes += room;
        len -= room;
    }
    if (json->overflow || len > json->cap - json->len) {
        json->overflow = true;
        return;
    }
    memcpy(json->buf + json->len, bytes, len);
    json->len += len;
}

static void json_value(struct demo_json *json, const char *bytes, size_t len)
{
    if (json->comma)
        json_bytes(json, ",", 1);
    json_bytes(json, bytes, len);
    json->comma = true;
}

void demo_json_open(struct demo_json *json, char bracket)
{
    json_value(json, &bracket, 1);
    json->comma = false;
}

void demo_json_close(struct demo_json *json, char bracket)
{
    json_bytes(json, &bracket, 1);
    json->comma = true;
}

void demo_json_key(struct demo_json *json, const char *key)
{
    demo_json_string(json, key);
    json_bytes(json, ":", 1);
    json->comma = false;
}

/*** Strings ***/

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t demo_utf8_char(const char *s)
{
    unsigned char c = (unsigned char)s[0];
    if (c == 0)
        return 0;
    if (c < 0x80)
        return 1;
    if (c < 0xc2 || c > 0xf4)
        return 0;
    size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < len; i++) /* stops at the NUL, which is no continuation */
        if (!is_continuation(s[i]))
            return 0;
    unsigned char second = (unsigned char)s[1];
    bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
    bool beyond = (c == 0xed && second > 0x9f) || (c == 0xf4 && second > 0x8f);
    return overlong || beyond ? 0 : len;
}

static void json_escaped(struct demo_json *json, unsigned char c)
{
    static const char shorts[] = {'\b', 'b', '\t', 't', '\n', 'n', '\f', 'f', '\r', 'r', 0};
    char escape[8];
    const char *found = strchr(shorts, c);
    if (c == '"' || c == '\\')
        snprintf(escape, sizeof escape, "\\%c", c);
    else if (found)
        snprintf(escape, sizeof escape, "\\%c", found[1]);
    else
        snprintf(escape, sizeof escape, "\\u%04x", c);
    json_bytes(json, escape, strlen(escape));
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void demo_json_string(struct demo_json *json, const char *s)
{
    json_value(json, "\"", 1);
    while (*s) {
        size_t len = 0;
        while (is_plain((unsigned char)s[len]))
            len++;
        json_bytes(json, s, len);
        s += len;
        if (!*s)
            break;
        len = demo_utf8_char(s);
        if (len == 0)
            json_bytes(json, "\xef\xbf\xbd", 3);
        else if (len == 1)
            json_escaped(json, (unsigned char)*s);
        else
            json_bytes(json, s, len);
        s += len ? len : 1;
    }
    json_bytes(json, "\"", 1);
}

/*** Numbers ***/

void demo_json_int(struct demo_json *json, int64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)value);
    json_value(json, digits, (size_t)len);
}

void demo_json_number(struct demo_json *json, double value)
{
    if (!isfinite(value)) {
        demo_json_null(json);
    } else if (fabs(value) < 0x1p53 && value == trunc(value)) {
        demo_json_int(json, (int64_t)value);
    } else {
        char digits[32];
        int len = snprintf(digits, sizeof digits, "%.9g", value);
        json_value(json, digits, (size_t)len);
    }
}

void demo_json_bool(struct demo_json *json, bool value)
{
    json_value(json, value ? "true" : "false", value ? 4 : 5);
}

void demo_json_null(struct demo_json *json)
{
    json_value(json, "null", 4);
}

/*** Members ***/

void demo_json_string_at(struct demo_json *json, const char *key, const char *s)
{
    if (!s)
        return;
    demo_json_key(json, key);
    demo_json_string(json, s);
}

void demo_json_number_at(struct demo_json *json, const char *key, double value)
{
    demo_json_key(json, key);
    demo_json_number(json, value);
}

void demo_json_text_at(struct demo_json *json, const char *key, struct demo_text text)
{
    if (!text.zh && !text.en)
        return;
    demo_json_key(json, key);
    demo_json_open(json, '{');
    demo_json_string_at(json, "zh", text.zh);
    demo_json_string_at(json, "en", text.en);
    demo_json_close(json, '}');
}

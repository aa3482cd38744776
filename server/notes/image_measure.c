/* image_measure.c - how large a picture is, from a file's first bytes; see image.h.
 *
 * Each format says its size near the beginning, in fields at known places; a JPEG is a list of
 * segments in which the frame's has to be found, an SVG has attributes on its root element. Nothing
 * beyond `len` is read, whatever a field claims. */
#include "notes/image.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*** Numbers in fields ***/

static unsigned big16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static unsigned big32(const uint8_t *p)
{
    return big16(p) << 16 | big16(p + 2);
}

static unsigned little16(const uint8_t *p)
{
    return (unsigned)p[1] << 8 | p[0];
}

static unsigned little24(const uint8_t *p)
{
    return (unsigned)p[2] << 16 | little16(p);
}

static bool begins(const uint8_t *bytes, size_t len, size_t at, const char *mark)
{
    size_t n = strlen(mark);
    return at + n <= len && memcmp(bytes + at, mark, n) == 0;
}

/*** PNG, GIF, WebP ***/

static bool measure_png(const uint8_t *b, size_t len, struct image_size *ret)
{
    if (len < 24 || !begins(b, len, 0, "\x89PNG\r\n\x1a\n") || !begins(b, len, 12, "IHDR"))
        return false;
    *ret = (struct image_size){big32(b + 16), big32(b + 20)};
    return true;
}

static bool measure_gif(const uint8_t *b, size_t len, struct image_size *ret)
{
    if (len < 10 || (!begins(b, len, 0, "GIF87a") && !begins(b, len, 0, "GIF89a")))
        return false;
    *ret = (struct image_size){little16(b + 6), little16(b + 8)};
    return true;
}

/* RFC 9649: the first chunk is VP8X (with the canvas), VP8L (lossless) or VP8 (lossy). */
static bool measure_webp(const uint8_t *b, size_t len, struct image_size *ret)
{
    if (len < 30 || !begins(b, len, 0, "RIFF") || !begins(b, len, 8, "WEBP"))
        return false;
    if (begins(b, len, 12, "VP8X"))
        *ret = (struct image_size){little24(b + 24) + 1, little24(b + 27) + 1};
    else if (begins(b, len, 12, "VP8L") && b[20] == 0x2f)
        *ret = (struct image_size){(little16(b + 21) & 0x3fff) + 1,
                                   (little24(b + 22) >> 6 & 0x3fff) + 1};
    else if (begins(b, len, 12, "VP8 ") && begins(b, len, 23, "\x9d\x01\x2a"))
        *ret = (struct image_size){little16(b + 26) & 0x3fff, little16(b + 28) & 0x3fff};
    else
        return false;
    return true;
}

/*** JPEG ***/

/* Markers SOF0 to SOF15 begin a frame; three numbers among them mean something else. */
static bool is_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool measure_jpeg(const uint8_t *b, size_t len, struct image_size *ret)
{
    if (len < 3 || b[0] != 0xff || b[1] != 0xd8 || b[2] != 0xff)
        return false;
    for (size_t at = 2; at + 9 <= len && b[at] == 0xff;) {
        uint8_t marker = b[at + 1];
        if (marker == 0xff) { /* a fill byte */
            at++;
            continue;
        }
        if (is_frame(marker)) {
            *ret = (struct image_size){big16(b + at + 7), big16(b + at + 5)};
            break;
        }
        at += 2 + big16(b + at + 2);
    }
    return true;
}

/*** SVG ***/

struct span {
    const char *at;
    size_t len;
};

/* Where a mark stands in [p, end), or end. */
static const char *find_mark(const char *p, const char *end, const char *mark)
{
    const char *found = p < end ? memmem(p, (size_t)(end - p), mark, strlen(mark)) : NULL;
    return found ? found : end;
}

/* Where the root element's attributes begin: behind "<svg", after what may stand before it. NULL if
 * something else stands there. */
static const char *find_root(const char *p, const char *end)
{
    while (end - p > 5) {
        if (*p == '<' && p[1] == '?')
            p = find_mark(p, end, "?>");
        else if (memcmp(p, "<!--", 4) == 0)
            p = find_mark(p, end, "-->");
        else if (*p == '<' && p[1] == '!')
            p = find_mark(p, end, ">");
        else if (*p == '<')
            return memcmp(p, "<svg", 4) == 0 && (isspace((unsigned char)p[4]) || p[4] == '>')
                       ? p + 4
                       : NULL;
        else
            p++;
    }
    return NULL;
}

/* Takes ` name="value"` at *at. False at the tag's end, or if it is none. */
static bool next_attribute(const char **at, const char *end, struct span *ret_name,
                           struct span *ret_value)
{
    const char *p = *at;
    while (p < end && isspace((unsigned char)*p))
        p++;
    ret_name->at = p;
    while (p < end && !isspace((unsigned char)*p) && !strchr("=<>/\"'", *p))
        p++;
    ret_name->len = (size_t)(p - ret_name->at);
    while (p < end && (isspace((unsigned char)*p) || *p == '='))
        p++;
    const char *close =
        p < end && (*p == '"' || *p == '\'') ? memchr(p + 1, *p, (size_t)(end - p - 1)) : NULL;
    if (!ret_name->len || !close)
        return false;
    *ret_value = (struct span){p + 1, (size_t)(close - p - 1)};
    *at = close + 1;
    return true;
}

static bool is_named(struct span name, const char *wanted)
{
    return name.len == strlen(wanted) && memcmp(name.at, wanted, name.len) == 0;
}

/* Reads exactly `n` numbers, separated by blanks or commas, and after them nothing but `unit`, if
 * anything. */
static bool read_numbers(struct span value, double *numbers, size_t n, const char *unit)
{
    char copy[128];
    if (value.len >= sizeof copy)
        return false;
    memcpy(copy, value.at, value.len);
    copy[value.len] = '\0';
    char *p = copy;
    for (size_t i = 0; i < n; i++) {
        char *end;
        p += strspn(p, ", \t\r\n");
        numbers[i] = strtod(p, &end);
        if (end == p || !isfinite(numbers[i]))
            return false;
        p = end;
    }
    p += strncmp(p, unit, strlen(unit)) == 0 ? strlen(unit) : 0;
    return p[strspn(p, " \t\r\n")] == '\0';
}

static unsigned side(double pixels)
{
    return pixels >= 0.5 && pixels <= IMAGE_SIDE_MAX ? (unsigned)(pixels + 0.5) : 0;
}

static bool measure_svg(const char *bytes, size_t len, struct image_size *ret)
{
    const char *end = bytes + len, *p = find_root(bytes, end);
    double width = 0, height = 0, box[4] = {0};
    if (!p)
        return false;
    for (struct span name, value; next_attribute(&p, end, &name, &value);) {
        if (is_named(name, "width") && !read_numbers(value, &width, 1, "px"))
            width = 0;
        else if (is_named(name, "height") && !read_numbers(value, &height, 1, "px"))
            height = 0;
        else if (is_named(name, "viewBox") && !read_numbers(value, box, 4, ""))
            box[2] = box[3] = 0;
    }
    bool in_pixels = side(width) && side(height);
    *ret = in_pixels ? (struct image_size){side(width), side(height)}
                     : (struct image_size){side(box[2]), side(box[3])};
    return true;
}

/*** All ***/

bool image_measure(enum image_kind kind, const void *head, size_t len, struct image_size *ret)
{
    struct image_size size = {0};
    bool is_one = false;
    switch (kind) {
    case IMAGE_SVG:
        is_one = measure_svg(head, len, &size);
        break;
    case IMAGE_PNG:
        is_one = measure_png(head, len, &size);
        break;
    case IMAGE_JPEG:
        is_one = measure_jpeg(head, len, &size);
        break;
    case IMAGE_GIF:
        is_one = measure_gif(head, len, &size);
        break;
    case IMAGE_WEBP:
        is_one = measure_webp(head, len, &size);
        break;
    }
    bool fits =
        size.width && size.height && size.width <= IMAGE_SIDE_MAX && size.height <= IMAGE_SIDE_MAX;
    *ret = fits ? size : (struct image_size){0};
    return is_one;
}

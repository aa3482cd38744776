/* check_words.c - terms that have one right form, by a list (content/terms.txt).
 *
 * Only prose is looked at: code is in code spans and fences. A wrong form counts where it stands as
 * a whole word, not as part of a longer name (redis-cli, linux/amd64) or of an address, and not
 * between quotation marks: there somebody's words are quoted. Between Chinese characters there are
 * no blanks, so a word ends where a letter, digit or "_" of ASCII does not go on. */
#include "cmd/check.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/util.h"

enum { TERMS_BYTES_MAX = 1 << 18 };

struct term {
    const char *right, *wrong; /* wrong: NULL for every other mix of cases */
};

struct terms {
    struct text bytes; /* the list, cut into strings */
    struct text list;  /* of struct term */
    struct terms *next;
};

void terms_free(struct terms *terms)
{
    while (terms) {
        struct terms *next = terms->next;
        text_free(&terms->bytes);
        text_free(&terms->list);
        free(terms);
        terms = next;
    }
}

/*** Reading the list ***/

static char *trim(char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    char *end = s + strlen(s);
    while (end > s && strchr(" \t\r", end[-1]))
        *--end = '\0';
    return s;
}

/* One line; false if it is none of the form RIGHT: WRONG, … */
static bool line_read(struct terms *terms, char *line)
{
    line = trim(line);
    if (!*line || *line == '#')
        return true;
    char *colon = strchr(line, ':'), *rest = NULL;
    if (!colon)
        return false;
    *colon = '\0';
    struct term term = {.right = trim(line)};
    size_t before = terms->list.len;
    for (char *word = strtok_r(colon + 1, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        word = trim(word);
        if (!*word || strcmp(word, term.right) == 0)
            return false;
        term.wrong = strcmp(word, "*") == 0 ? NULL : word;
        text_add(&terms->list, &term, sizeof term);
    }
    return *term.right && terms->list.len > before;
}

int terms_read(const char *path, struct terms **terms, struct err *err)
{
    struct terms *new = calloc(1, sizeof *new);
    if (!new)
        return err_set(err, ENOMEM, "out of memory");
    new->next = *terms;
    *terms = new;
    int r = file_read(path, TERMS_BYTES_MAX, 1, &new->bytes.data, &new->bytes.len, err);
    if (r < 0)
        return r;
    size_t number = 1;
    for (char *line = new->bytes.data, *next; line; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!line_read(new, line))
            return err_set(err, EINVAL, "%s: line %zu is not of the form RIGHT: WRONG, WRONG", path,
                           number);
    }
    return new->list.failed ? err_set(err, ENOMEM, "out of memory") : 0;
}

/*** Looking for them ***/

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* What joins words to a longer name. */
static bool is_joint(char c)
{
    return c == '-' || c == '.' || c == '@' || c == '/';
}

static bool is_whole_word(const struct source *source, size_t from, size_t to)
{
    const char *s = source->bytes, *last = s + source->len;
    const char *p = s + from, *end = s + to;
    bool joined_before = p - s > 1 && is_joint(p[-1]) && is_word_char(p[-2]);
    bool joined_behind = last - end > 1 && is_joint(end[0]) && is_word_char(end[1]);
    bool goes_on_before = p > s && is_word_char(p[0]) && is_word_char(p[-1]);
    bool goes_on_behind = end < last && is_word_char(end[-1]) && is_word_char(end[0]);
    return !joined_before && !joined_behind && !goes_on_before && !goes_on_behind;
}

/* True within "https://…", "www.…" and "/usr/…": to the left, without a blank, there is a sign of
 * it. */
static bool is_in_address(const struct source *source, size_t at)
{
    enum { LOOK_BACK = 200 };
    size_t from = at;
    while (from > 0 && at - from < LOOK_BACK && (unsigned char)source->bytes[from - 1] > ' ' &&
           (unsigned char)source->bytes[from - 1] < 0x7f)
        from--;
    const char *word = source->bytes + from;
    size_t len = at - from;
    return memmem(word, len, "://", 3) || memmem(word, len, "www.", 4) || (len && *word == '/');
}

/* True between 「」, “” or "" of one line. */
static bool is_quoted(const struct source *source, size_t at)
{
    static const char *const open[] = {"「", "“", "『"}, *const close[] = {"」", "”", "』"};
    enum { LOOK_BACK = 4000 };
    const char *to = source->bytes + at, *newline = memrchr(source->bytes, '\n', at);
    const char *p = newline ? newline + 1 : source->bytes;
    size_t depth = 0;
    bool straight = false;
    for (p = to - p > LOOK_BACK ? to - LOOK_BACK : p; p < to; p++) {
        straight ^= *p == '"';
        if ((*p & 0xf0) != 0xe0) /* marks are three bytes long */
            continue;
        for (size_t i = 0; i < ARRAY_LEN(open); i++) {
            depth += strncmp(p, open[i], 3) == 0;
            depth -= depth > 0 && strncmp(p, close[i], 3) == 0;
        }
    }
    return depth > 0 || straight;
}

static size_t match(const struct term *term, const char *p, size_t left)
{
    const char *form = term->wrong ? term->wrong : term->right;
    size_t len = strlen(form);
    if (len > left)
        return 0;
    if (term->wrong)
        return memcmp(p, form, len) == 0 ? len : 0;
    return strncasecmp(p, form, len) == 0 && memcmp(p, form, len) != 0 ? len : 0;
}

static void look_for(struct checked *checked, const struct sight *words, const struct term *term)
{
    const char *form = term->wrong ? term->wrong : term->right;
    const char first[] = {form[0],
                          (char)(isalpha((unsigned char)form[0]) ? form[0] ^ ' ' : form[0]), 0};
    const struct source *source = &checked->source;
    for (size_t i = 0; i < words->len && !checked_has_enough(checked); i++) {
        const char *p = words->text + i;
        if (*p != first[0] && *p != first[1])
            continue;
        size_t len = match(term, p, words->len - i), at = words->offset + i;
        if (!len || !is_whole_word(source, at, at + len) || is_in_address(source, at) ||
            is_quoted(source, at))
            continue;
        FOUND(checked, at, "write \"%s\", not \"%.*s\" (or as code, if it is code)", term->right,
              (int)len, p);
    }
}

void check_sight_of_words(struct checked *checked, const struct sight *sight)
{
    if (sight->kind != SIGHT_WORDS)
        return;
    for (const struct terms *t = checked->checker->terms; t; t = t->next) {
        const struct term *list = (const void *)t->list.data;
        for (size_t i = 0; i < t->list.len / sizeof *list; i++)
            look_for(checked, sight, &list[i]);
    }
}

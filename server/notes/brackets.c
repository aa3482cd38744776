/* brackets.c - the warning about a paragraph full of "[[[[".
 *
 * Brackets that make no link are text, and mostly meant so: a[i], [0, 1). A paragraph with several
 * that nothing closes is a link gone wrong, or no prose. So the brackets are counted in what the
 * parser reports as plain text (code and links are none), paragraph by paragraph; a ")" closes a
 * "[" too, if no "(" is open, because half-open intervals are written so. */
#include "notes/render.h"

enum { UNCLOSED_FROM = 4 }; /* fewer are not worth a warning */

static void bracket_open(struct render *r, size_t pos)
{
    if (r->brackets.open++ > 0)
        return;
    r->brackets.parens = 0;
    r->brackets.first = pos;
    r->brackets.line = render_line(r, pos);
}

/* A closing one takes its own kind if one is open, else the other. */
static void bracket_close(size_t *own, size_t *other)
{
    if (*own)
        --*own;
    else if (*other)
        --*other;
}

void brackets_count(struct render *r, const char *text, size_t len)
{
    size_t pos = (size_t)(text - r->bytes);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '[')
            bracket_open(r, pos + i);
        else if (text[i] == '(')
            r->brackets.parens++;
        else if (text[i] == ']')
            bracket_close(&r->brackets.open, &r->brackets.parens);
        else if (text[i] == ')')
            bracket_close(&r->brackets.parens, &r->brackets.open);
    }
}

/* The 1-based column of an offset, in characters. */
static size_t column_of(const struct render *r, size_t pos)
{
    size_t column = 1;
    for (; pos > 0 && r->bytes[pos - 1] != '\n'; pos--)
        column += ((unsigned char)r->bytes[pos - 1] & 0xc0) != 0x80;
    return column;
}

void brackets_end(struct render *r)
{
    struct note_warning warning = {.line = r->brackets.line, .unclosed = r->brackets.open};
    r->brackets.open = 0;
    if (warning.unclosed < UNCLOSED_FROM || r->warnings.len / sizeof warning == NOTE_WARNINGS_MAX)
        return;
    warning.column = column_of(r, r->brackets.first);
    text_add(&r->warnings, &warning, sizeof warning);
}

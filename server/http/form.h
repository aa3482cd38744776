/* form.h - application/x-www-form-urlencoded bodies; pure. */
#ifndef PREPD_HTTP_FORM_H
#define PREPD_HTTP_FORM_H

#include <stddef.h>

struct form;

/* Never NULL except out of memory. A field that is not UTF-8, holds NUL or a broken escape is left
 * out. */
struct form *form_parse(const char *body, size_t len);
/* The first field of that name, or NULL. Lives as long as the form; a NULL form has no field. */
const char *form_get(const struct form *form, const char *name);
void form_free(struct form *form);

#endif

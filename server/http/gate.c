/* gate.c - the policy of gate.h, one small function for each line of it.
 *
 * libmicrohttpd 0.9.75 checks none of this: it takes the first of two Content-Lengths, prefers
 * Transfer-Encoding to Content-Length, hands on any method, and cuts a path at %00. */
#include "http/gate.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "http/http.h"

#define REFUSE(name, status_, close_, code_, message_)                                             \
    static const struct gate_verdict name = {status_, close_, code_, message_}

REFUSE(bad_target, 400, true, "bad_target", "The request target is not a well-formed path.");
REFUSE(bad_path, 400, false, "bad_path", "The path has a dot segment or a control character.");
REFUSE(bad_header, 400, true, "bad_header", "A header is malformed.");
REFUSE(bad_host, 400, true, "bad_host", "Exactly one Host header is needed.");
REFUSE(bad_framing, 400, true, "bad_framing", "The length of the body is ambiguous.");
REFUSE(bad_coding, 501, true, "bad_coding", "The only transfer coding known here is chunked.");
REFUSE(other_host, 421, false, "other_host",
       "This server answers only to 127.0.0.1, localhost and [::1] with its own port.");
REFUSE(no_method, 501, false, "no_method", "This method is not known here.");
REFUSE(other_origin, 403, false, "other_origin", "Requests from other origins are refused.");
REFUSE(too_large, 413, true, "too_large", "The body is larger than 64 KiB.");
REFUSE(bad_type, 415, false, "bad_type", "The body must be application/json.");
REFUSE(bad_form_type, 415, false, "bad_type",
       "The body must be application/x-www-form-urlencoded.");

/*** Facts ***/

void gate_hosts_init(struct gate_hosts *hosts, uint16_t port)
{
    static const char *const names[GATE_HOSTS] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < GATE_HOSTS; i++) {
        if (port == 80)
            snprintf(hosts->names[i], GATE_HOST_SIZE, "%s", names[i]);
        else
            snprintf(hosts->names[i], GATE_HOST_SIZE, "%s:%u", names[i], port);
    }
}

static bool is_token(const char *bytes, size_t len)
{
    static const bool separator[128] = {
        ['"'] = 1, ['('] = 1,  [')'] = 1, [','] = 1, ['/'] = 1, [':'] = 1,
        [';'] = 1, ['<'] = 1,  ['='] = 1, ['>'] = 1, ['?'] = 1, ['@'] = 1,
        ['['] = 1, ['\\'] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1};
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c <= ' ' || c >= 0x7f || separator[c])
            return false;
    }
    return len > 0;
}

static bool has_control(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static void note(struct gate_header *header, const char *value)
{
    if (!header->count++)
        header->value = value;
}

void gate_add_header(struct gate_facts *facts, const char *name, size_t name_len, const char *value,
                     size_t value_len)
{
    static const struct {
        const char *name;
        size_t len, offset;
    } wanted[] = {
#define WANTED(string, field) {string, sizeof string - 1, offsetof(struct gate_facts, field)}
        WANTED("Host", host),
        WANTED("Origin", origin),
        WANTED("Sec-Fetch-Site", fetch_site),
        WANTED("Content-Length", content_length),
        WANTED("Transfer-Encoding", transfer_encoding),
        WANTED("Content-Type", content_type),
#undef WANTED
    };
    if (!is_token(name, name_len) || has_control(value, value_len))
        facts->odd_header = true;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        if (wanted[i].len == name_len && !strncasecmp(wanted[i].name, name, name_len))
            note((struct gate_header *)((char *)facts + wanted[i].offset), value);
    }
}

/*** The target ***/

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes one byte of the target, decoded; 0 where it is malformed, not allowed or stands for NUL. */
static unsigned char target_byte(const char **at)
{
    const char *s = *at;
    *at = s + 1;
    if (*s != '%')
        return (unsigned char)*s > ' ' && *s != 0x7f && *s != '#' ? (unsigned char)*s : 0;
    int high = hex_digit(s[1]), low = high < 0 ? -1 : hex_digit(s[2]);
    if (low < 0)
        return 0;
    *at = s + 3;
    return (unsigned char)(high << 4 | low);
}

/* Takes one character: its bytes, escaped or not (curl does not escape), must be UTF-8. */
static bool target_character(const char **at)
{
    char bytes[4];
    unsigned char lead = target_byte(at);
    size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!lead)
        return false;
    bytes[0] = (char)lead;
    for (size_t i = 1; i < len; i++) {
        bytes[i] = (char)target_byte(at);
        if (!bytes[i])
            return false;
    }
    return utf8_valid_len(bytes, len) == len;
}

const struct gate_verdict *gate_target(const char *target)
{
    if (*target != '/')
        return &bad_target;
    while (*target) {
        if (!target_character(&target))
            return &bad_target;
    }
    return NULL;
}

/* No segment is "." or "..", nothing is a control character or a backslash. */
static bool path_is_sound(const char *path)
{
    for (const char *s = path; *s; s++) {
        if ((unsigned char)*s < ' ' || *s == 0x7f || *s == '\\')
            return false;
        if (*s != '/' || s[1] != '.')
            continue;
        const char *end = s[2] == '.' ? s + 3 : s + 2;
        if (!*end || *end == '/')
            return false;
    }
    return *path == '/';
}

/*** The request ***/

static const struct gate_verdict *check_framing(const struct gate_facts *facts)
{
    const struct gate_header *length = &facts->content_length, *coding = &facts->transfer_encoding;
    if (facts->odd_header)
        return &bad_header;
    if (length->count > 1 || coding->count > 1 || (length->count && coding->count))
        return &bad_framing;
    if (coding->count && strcasecmp(coding->value, "chunked") != 0)
        return &bad_coding;
    if (coding->count && strcmp(facts->version, "HTTP/1.0") == 0)
        return &bad_framing;
    return NULL;
}

static const struct gate_verdict *check_length(const struct gate_facts *facts)
{
    uint64_t length;
    if (!facts->content_length.count)
        return NULL;
    const char *digits = facts->content_length.value;
    if (!*digits || strspn(digits, "0123456789") != strlen(digits))
        return &bad_framing;
    digits += strspn(digits, "0");
    return !*digits || parse_u64(digits, HTTP_BODY_MAX, &length) ? NULL : &too_large;
}

static const struct gate_verdict *check_host(const struct gate_facts *facts,
                                             const struct gate_hosts *hosts)
{
    if (facts->host.count != 1)
        return &bad_host;
    for (size_t i = 0; i < GATE_HOSTS; i++) {
        if (strcmp(facts->host.value, hosts->names[i]) == 0)
            return NULL;
    }
    return &other_host;
}

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(s, list[i]) == 0)
            return true;
    }
    return false;
}

/* TRACE, CONNECT and PATCH are known, and then no route has them: 405. */
static const struct gate_verdict *check_method(const struct gate_facts *facts)
{
    static const char *const known[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                        "OPTIONS", "CONNECT", "TRACE", "PATCH"};
    return is_one_of(facts->method, known, ARRAY_LEN(known)) ? NULL : &no_method;
}

/* Whether the origin matters: the request may change something, or its answer is data. A page may
 * be navigated to from anywhere. */
static bool is_guarded(const struct gate_facts *facts)
{
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS"};
    return !is_one_of(facts->method, safe, ARRAY_LEN(safe)) ||
           strncmp(facts->path, "/api/", 5) == 0;
}

static bool is_own_origin(const char *origin, const char *host)
{
    static const char scheme[] = "http://";
    return strncmp(origin, scheme, sizeof scheme - 1) == 0 &&
           strcmp(origin + sizeof scheme - 1, host) == 0;
}

static const struct gate_verdict *check_origin(const struct gate_facts *facts)
{
    const struct gate_header *site = &facts->fetch_site, *origin = &facts->origin;
    if (site->count > 1 || origin->count > 1)
        return &bad_header;
    if (!is_guarded(facts))
        return NULL;
    if (site->count && *site->value)
        return strcmp(site->value, "same-origin") == 0 || strcmp(site->value, "none") == 0
                   ? NULL
                   : &other_origin;
    if (!origin->count || is_own_origin(origin->value, facts->host.value))
        return NULL;
    return &other_origin;
}

const struct gate_verdict *gate_request(const struct gate_facts *facts,
                                        const struct gate_hosts *hosts)
{
    const struct gate_verdict *verdict = check_framing(facts);
    if (!verdict)
        verdict = check_host(facts, hosts);
    if (!verdict)
        verdict = check_method(facts);
    if (!verdict && !path_is_sound(facts->path))
        verdict = &bad_path;
    if (!verdict)
        verdict = check_origin(facts);
    const struct gate_verdict *length = check_length(facts);
    if (length && !(verdict && verdict->close))
        return length; /* even of a request refused anyway, so huge a body is not read */
    return verdict;
}

/*** The body ***/

bool gate_has_body(const struct gate_facts *facts)
{
    if (facts->transfer_encoding.count)
        return true;
    return facts->content_length.count &&
           facts->content_length.value[strspn(facts->content_length.value, "0")];
}

/* The media type without its parameters. */
static bool is_type(const char *value, const char *type)
{
    size_t len = strlen(type);
    if (strncasecmp(value, type, len) != 0)
        return false;
    value += len + strspn(value + len, " \t");
    return !*value || *value == ';';
}

const struct gate_verdict *gate_body(const struct gate_facts *facts, bool takes_form)
{
    const struct gate_header *type = &facts->content_type;
    if (type->count > 1)
        return &bad_header;
    if (!type->count && !gate_has_body(facts))
        return NULL;
    if (type->count &&
        is_type(type->value, takes_form ? "application/x-www-form-urlencoded" : "application/json"))
        return NULL;
    return takes_form ? &bad_form_type : &bad_type;
}

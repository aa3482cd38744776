/* Malformed requests over real sockets: fixtures/http/wire.txt says what is sent and what must come
 * back. After each case a well-formed request on a connection of its own shows that the server
 * lives on. */
#include "../http/testserver.h"

static struct served served;

static int start(void **state)
{
    (void)state;
    /* What libmicrohttpd does not answer at all ends at the deadline. */
    served = serve_start((struct http_options){.header_deadline_ms = 300});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return serve_stop(&served);
}

/*** The fixture's notation ***/

static void expand(struct text *out, const char *at, const char *end);

/* {H} or {N text}, which may hold more of both; returns where it ends. */
static const char *expand_braces(struct text *out, const char *at, const char *end)
{
    int depth = 0;
    const char *close = at;
    do {
        depth += *close == '{' ? 1 : *close == '}' ? -1 : 0;
        close++;
    } while (depth && close < end);
    char *text;
    long times = strtol(at + 1, &text, 10);
    if (close - at == 3 && at[1] == 'H') {
        text_printf(out, "Host: 127.0.0.1:%d\r\n", served.port);
    } else if (times > 0 && *text == ' ') {
        while (times--)
            expand(out, text + 1, close - 1);
    } else {
        text_add(out, at, (size_t)(close - at)); /* braces of JSON */
    }
    return close;
}

static const char *expand_escape(struct text *out, const char *at)
{
    static const char from[] = "rnt\\", to[] = "\r\n\t\\";
    const char *known = strchr(from, at[1]);
    if (known) {
        text_char(out, to[known - from]);
        return at + 2;
    }
    assert_int_equal(at[1], 'x');
    char digits[3] = {at[2], at[3]};
    text_char(out, (char)strtol(digits, NULL, 16));
    return at + 4;
}

static void expand(struct text *out, const char *at, const char *end)
{
    while (at < end) {
        if (*at == '{')
            at = expand_braces(out, at, end);
        else if (*at == '\\')
            at = expand_escape(out, at);
        else
            text_char(out, *at++);
    }
}

/*** One case ***/

/* The status codes of all replies on the connection, "-" if there is none; 100 (Continue) does not
 * count. */
static void list_statuses(const struct text *reply, char *list, size_t size)
{
    size_t used = 0;
    snprintf(list, size, "-");
    for (const char *at = reply->len ? reply->data : ""; (at = strstr(at, "HTTP/1.1 ")); at++) {
        if (strncmp(at + 9, "100", 3) != 0 && used + 5 < size)
            used += (size_t)snprintf(list + used, size - used, "%s%.3s", used ? " " : "", at + 9);
    }
}

static bool is_expected(const char *expected, const char *got)
{
    size_t len = strlen(got);
    for (;; expected++) {
        if (strncmp(expected, got, len) == 0 && (!expected[len] || expected[len] == '/'))
            return true;
        expected = strchr(expected, '/');
        if (!expected)
            return false;
    }
}

static void server_lives_on(const char *after)
{
    cleanup_text struct text reply = {0};
    client_exchange(&served, &reply, "GET /zh/alive HTTP/1.1\r\n\r\n");
    if (reply_status(&reply) != 200)
        fail_msg("the server is gone after: %s", after);
}

static void check_case(const char *expected, const char *name, const char *bytes)
{
    cleanup_text struct text request = {0}, reply = {0};
    char got[64];
    expand(&request, bytes, bytes + strlen(bytes));
    text_printf(&request,
                "GET /zh/next HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n",
                served.port);
    int fd = client_connect(&served);
    client_send(fd, request.data, request.len);
    bool ended = client_read(fd, &reply, NULL, 8000);
    close(fd);
    list_statuses(&reply, got, sizeof got);
    if (!ended)
        fail_msg("%s: not closed (%s)", name, got);
    if (reply.len && strstr(reply.data, "smuggled"))
        fail_msg("%s: a smuggled request was served", name);
    if (!is_expected(expected, got))
        fail_msg("%s: %s, not %s", name, got, expected);
    server_lives_on(name);
}

static void each_malformed_request_is_answered_once_or_closed(void **state)
{
    char line[4096], head[256] = "";
    FILE *file = fopen(PREPD_FIXTURES "/http/wire.txt", "re");
    int cases = 0;
    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "    ", 4) != 0) {
            snprintf(head, sizeof head, "%.250s", line);
            continue;
        }
        if (*head == '#')
            continue;
        char *name = strstr(head, "  ");
        assert_non_null(name);
        *name = '\0';
        check_case(head, name + 2, line + 4);
        cases++;
    }
    fclose(file);
    assert_true(cases > 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_malformed_request_is_answered_once_or_closed),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* gate_fixture.h - what tests of the gate share: facts of a request, one header after the other. */
#ifndef PREPD_TESTS_GATE_FIXTURE_H
#define PREPD_TESTS_GATE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/util.h"
#include "http/gate.h"

static struct gate_hosts hosts;

static inline int use_port_8080(void **state)
{
    (void)state;
    gate_hosts_init(&hosts, 8080);
    return 0;
}

static inline void add(struct gate_facts *facts, const char *name, const char *value)
{
    if (value)
        gate_add_header(facts, name, strlen(name), value, strlen(value));
}

static inline int status_of(const struct gate_verdict *verdict)
{
    return verdict ? verdict->status : 0;
}

static inline struct gate_facts facts_of(const char *method, const char *path)
{
    return (struct gate_facts){.method = method, .path = path, .version = "HTTP/1.1"};
}

#endif

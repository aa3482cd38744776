/* test_demo_timewait_ports.c - how many connections a range of ports allows, and what changes that;
 * with the client that keeps connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <time.h>

#include "../../demos/lib/demo_random.h"
#include "client.h"
#include "own_network.h"
#include "rules.h"

enum { PORT = 9000 };

static int listener, diag, sockstat;
static uint32_t next_address = 0x7f000001; /* each client has destinations of its own */

static void set_ports(int n)
{
    char range[32];
    snprintf(range, sizeof range, "10000 %d", 9999 + n);
    assert_int_equal(sysctl_write("net.ipv4.ip_local_port_range", range), 0);
}

static struct client *client_make(struct client_options options)
{
    options.listener = listener;
    options.address = next_address;
    options.addresses = options.addresses ? options.addresses : 1;
    options.parallel = options.parallel ? options.parallel : 1;
    next_address += options.addresses;
    struct client *client = client_new(&options);
    assert_non_null(client);
    return client;
}

/* Connections until the first EADDRNOTAVAIL; at most `max`. */
static uint64_t connections_until_exhausted(struct client *client, uint64_t max)
{
    struct client_counts counts = {0};
    while (counts.no_port == 0 && counts.connections < max)
        client_round(client, &counts);
    assert_int_equal(counts.failed, 0);
    return counts.connections;
}

/*** The range ***/

static void ports_run_out_after_as_many_connections_as_there_are_ports(void **state)
{
    static const int sizes[] = {1, 2, 10, 256, 1000};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        set_ports(sizes[i]);
        struct client *client = client_make((struct client_options){0});
        uint64_t connections = connections_until_exhausted(client, 2000);
        client_free(client);
        assert_int_equal(connections, sizes[i]);
    }
}

/* A search tries an even number of them, half of each parity, from a random place on. */
static void an_odd_number_of_ports_may_run_out_with_one_untried(void **state)
{
    (void)state;
    set_ports(11);
    for (int i = 0; i < 20; i++) {
        struct client *client = client_make((struct client_options){0});
        uint64_t connections = connections_until_exhausted(client, 100);
        client_free(client);
        assert_in_range(connections, 10, 11);
    }
    set_ports(3); /* here there is but one place to begin: the third is never tried */
    struct client *client = client_make((struct client_options){0});
    uint64_t connections = connections_until_exhausted(client, 100);
    client_free(client);
    assert_int_equal(connections, 2);
}

static void a_port_is_taken_for_one_destination_only(void **state)
{
    (void)state;
    set_ports(10);
    struct client *client = client_make((struct client_options){.addresses = 3});
    assert_int_equal(connections_until_exhausted(client, 100), 30);
    client_free(client);
}

static void connections_that_are_open_hold_their_ports_too(void **state)
{
    struct client_counts counts = {0};
    (void)state;
    set_ports(10);
    struct client *client = client_make((struct client_options){.parallel = 15, .idle = 15});
    client_round(client, &counts);
    assert_int_equal(counts.connections, 10);
    assert_int_equal(counts.requests, 10);
    assert_int_equal(counts.no_port, 5);
    client_free(client);
}

static void ports_never_run_out_when_the_server_closes_first(void **state)
{
    (void)state;
    set_ports(10);
    struct client *client = client_make((struct client_options){.first = SERVER});
    assert_int_equal(connections_until_exhausted(client, 500), 500);
    client_free(client);
}

static void ports_never_run_out_when_the_client_sends_an_rst(void **state)
{
    (void)state;
    set_ports(10);
    struct client *client = client_make((struct client_options){.how = WITH_RST});
    assert_int_equal(connections_until_exhausted(client, 500), 500);
    client_free(client);
}

/*** Settings ***/

static void ports_that_ran_out_come_back_with_tw_reuse_after_its_delay(void **state)
{
    struct client_counts counts = {0};
    (void)state;
    set_ports(10);
    assert_int_equal(sysctl_write("net.ipv4.tcp_tw_reuse", "1"), 0);
    struct client *client = client_make((struct client_options){0});
    long before = counter_read("TcpExt", "TWRecycled");
    for (int i = 0; i < 600 && counts.connections < 30; i++) {
        client_round(client, &counts);
        if (counts.no_port > 0) /* one second, but on kernels that have tcp_tw_reuse_delay */
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    assert_int_equal(counts.connections, 30);
    assert_true(counter_read("TcpExt", "TWRecycled") - before >= 20);
    client_free(client);
    sysctl_write("net.ipv4.tcp_tw_reuse", "0");
}

static void without_timestamps_tw_reuse_gives_no_port_back(void **state)
{
    struct client_counts counts = {0};
    (void)state;
    set_ports(10);
    sysctl_write("net.ipv4.tcp_tw_reuse", "1");
    sysctl_write("net.ipv4.tcp_timestamps", "0");
    struct client *client = client_make((struct client_options){0});
    for (int i = 0; i < 15; i++)
        client_round(client, &counts);
    nanosleep(&(struct timespec){.tv_sec = 2, .tv_nsec = 500000000}, NULL);
    client_round(client, &counts);
    assert_int_equal(counts.connections, 10);
    client_free(client);
    sysctl_write("net.ipv4.tcp_timestamps", "1");
    sysctl_write("net.ipv4.tcp_tw_reuse", "0");
}

static void beyond_max_tw_buckets_time_wait_is_cut_short_and_counted(void **state)
{
    char max[32];
    (void)state;
    set_ports(1000);
    long there = sockstat_read(sockstat).time_wait;
    long overflowed = counter_read("TcpExt", "TCPTimeWaitOverflow");
    snprintf(max, sizeof max, "%ld", there + 20);
    assert_int_equal(sysctl_write("net.ipv4.tcp_max_tw_buckets", max), 0);
    struct client *client = client_make((struct client_options){0});
    assert_int_equal(connections_until_exhausted(client, 2000), 2000);
    assert_true(sockstat_read(sockstat).time_wait <= there + 20);
    assert_true(counter_read("TcpExt", "TCPTimeWaitOverflow") - overflowed >= 1980);
    client_free(client);
    sysctl_write("net.ipv4.tcp_max_tw_buckets", "262144");
}

/*** The client ***/

/* By http.Transport's rule. */
static uint64_t connections_expected(uint64_t rounds, uint64_t parallel, uint64_t idle)
{
    uint64_t kept = idle < parallel ? idle : parallel;
    return rounds == 0 ? 0 : parallel + (rounds - 1) * (parallel - kept);
}

static void a_pool_of_two_under_fifty_requests_opens_960_connections_for_1000(void **state)
{
    struct client_counts counts = {0};
    (void)state;
    set_ports(5000);
    struct client *client = client_make((struct client_options){.parallel = 50, .idle = 2});
    for (int i = 0; i < 20; i++)
        client_round(client, &counts);
    assert_int_equal(counts.requests, 1000);
    assert_int_equal(counts.connections, 962); /* the 2 kept are opened once */
    client_free(client);
}

/* Once they are gone the idle connections alone make requests, which would make the share of
 * requests that open a connection look ever smaller. */
static void what_a_pool_opens_is_counted_until_ports_run_out(void **state)
{
    struct client_counts counts = {0};
    (void)state;
    set_ports(1000);
    struct client *client = client_make((struct client_options){.parallel = 50, .idle = 2});
    for (int i = 0; i < 60; i++)
        client_round(client, &counts);
    client_free(client);
    assert_int_equal(counts.connections, 1000);
    assert_int_equal(counts.whole_requests, 20 * 50);
    assert_int_equal(counts.whole_connections, connections_expected(20, 50, 2));
    assert_true(counts.requests > counts.whole_requests);
}

static void a_pool_that_is_large_enough_opens_each_connection_once(void **state)
{
    struct client_counts counts = {0};
    (void)state;
    long before = sockstat_read(sockstat).time_wait;
    struct client *client = client_make((struct client_options){.parallel = 50, .idle = 50});
    for (int i = 0; i < 20; i++)
        client_round(client, &counts);
    assert_int_equal(counts.requests, 1000);
    assert_int_equal(counts.connections, 50);
    assert_int_equal(sockstat_read(sockstat).time_wait, before);
    client_free(client);
    assert_int_equal(sockstat_read(sockstat).time_wait, before + 50);
}

struct ends_seen {
    uint32_t from, to; /* destinations */
    long client, server;
};

static void see(const struct tcp_socket *socket, void *data)
{
    struct ends_seen *seen = data;
    bool server = socket->end.port == PORT;
    uint32_t destination = server ? socket->end.address : socket->end.peer_address;
    if (destination < seen->from || destination >= seen->to)
        return;
    seen->server += server;
    seen->client += !server;
}

/* For any pool and any number of rounds: connections by the rule, each that is closed is one
 * TIME_WAIT of the end that closes first, and both who count say the same. */
static void every_connection_that_is_closed_is_one_time_wait_of_who_closed_first(void **state)
{
    (void)state;
    set_ports(20000);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct demo_random random = {seed};
        uint64_t parallel = 1 + demo_random_below(&random, 20),
                 idle = demo_random_below(&random, 25);
        uint64_t rounds = demo_random_below(&random, 12);
        enum end first = demo_random_below(&random, 2) ? CLIENT : SERVER;
        struct client_counts counts = {0};
        uint32_t from = next_address;
        struct client *client = client_make(
            (struct client_options){.parallel = parallel,
                                    .idle = idle,
                                    .first = first,
                                    .addresses = 1 + (uint32_t)demo_random_below(&random, 3)});
        for (uint64_t i = 0; i < rounds; i++)
            client_round(client, &counts);
        client_free(client); /* closes what was kept: all are closed now */
        struct ends_seen seen = {from, next_address, 0, 0};
        long all = sock_diag_each(diag, 1U << TCP_TIME_WAIT, see, &seen);
        uint64_t expected = connections_expected(rounds, parallel, idle);
        if (counts.requests != rounds * parallel || counts.connections != expected ||
            (uint64_t)(first == CLIENT ? seen.client : seen.server) != expected ||
            (first == CLIENT ? seen.server : seen.client) != 0 ||
            all != sockstat_read(sockstat).time_wait)
            fail_msg("seed %llu: %llu connections, %llu expected; TIME_WAIT %ld and %ld",
                     (unsigned long long)seed, (unsigned long long)counts.connections,
                     (unsigned long long)expected, seen.client, seen.server);
    }
}

static bool stop_at_the_third(void *data, int64_t ns, int error)
{
    assert_true(ns > 0);
    assert_int_equal(error, 0);
    return ++*(int *)data < 3;
}

static void a_round_can_be_ended_early(void **state)
{
    struct client_counts counts = {0};
    int connects = 0;
    (void)state;
    struct client *client = client_make(
        (struct client_options){.parallel = 10, .connected = stop_at_the_third, .data = &connects});
    client_round(client, &counts);
    assert_int_equal(connects, 3);
    assert_int_equal(counts.requests, 3);
    client_free(client);
}

static void freeing_no_client_is_fine(void **state)
{
    (void)state;
    client_free(NULL);
}

/*** The arithmetic ***/

static void a_low_rate_makes_no_run_longer(void **state)
{
    (void)state;
    assert_true(round_due_ms(100, 2100, 500, 1000) == 600);
    assert_true(round_due_ms(100, 2100, 500, 1) == 2100); /* and not 500 s */
    assert_true(round_due_ms(100, 2100, 500, 0) == 100);
}

static void ports_that_never_run_out_break_the_range_once_they_should_have(void **state)
{
    (void)state;
    assert_int_equal(range_judge(1000, 2, 500, false), RANGE_NOT_YET);
    assert_int_equal(range_judge(1000, 2, 2160, false), RANGE_NOT_YET);
    assert_int_equal(range_judge(1000, 2, 2161, false), RANGE_BROKEN);
    assert_int_equal(range_judge(1000, 2, 2161, true), RANGE_BROKEN);
    assert_int_equal(range_judge(1000, 2, 2000, true), RANGE_HELD);
    assert_int_equal(range_judge(1000, 2, 1999, true), RANGE_BROKEN);
    assert_int_equal(range_judge(11, 1, 10, true), RANGE_HELD); /* one is not tried */
    assert_int_equal(range_judge(1, 1, 1, true), RANGE_HELD);
}

static void a_median_is_of_the_middle_and_of_none_is_none(void **state)
{
    uint32_t ns[] = {9000, 1000, 4000000000U, 2000, 3000};
    (void)state;
    assert_true(median_us(ns, 5) == 3);
    assert_true(isnan(median_us(ns, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_run_out_after_as_many_connections_as_there_are_ports),
        cmocka_unit_test(an_odd_number_of_ports_may_run_out_with_one_untried),
        cmocka_unit_test(a_port_is_taken_for_one_destination_only),
        cmocka_unit_test(connections_that_are_open_hold_their_ports_too),
        cmocka_unit_test(ports_never_run_out_when_the_server_closes_first),
        cmocka_unit_test(ports_never_run_out_when_the_client_sends_an_rst),
        cmocka_unit_test(ports_that_ran_out_come_back_with_tw_reuse_after_its_delay),
        cmocka_unit_test(without_timestamps_tw_reuse_gives_no_port_back),
        cmocka_unit_test(beyond_max_tw_buckets_time_wait_is_cut_short_and_counted),
        cmocka_unit_test(a_pool_of_two_under_fifty_requests_opens_960_connections_for_1000),
        cmocka_unit_test(what_a_pool_opens_is_counted_until_ports_run_out),
        cmocka_unit_test(a_pool_that_is_large_enough_opens_each_connection_once),
        cmocka_unit_test(every_connection_that_is_closed_is_one_time_wait_of_who_closed_first),
        cmocka_unit_test(a_round_can_be_ended_early),
        cmocka_unit_test(freeing_no_client_is_fine),
        cmocka_unit_test(a_low_rate_makes_no_run_longer),
        cmocka_unit_test(ports_that_never_run_out_break_the_range_once_they_should_have),
        cmocka_unit_test(a_median_is_of_the_middle_and_of_none_is_none),
    };
    if (!own_network_enter("test_demo_timewait_ports"))
        return 0;
    sysctl_write("net.ipv4.tcp_tw_reuse", "0");
    listener = listener_open(PORT, NULL);
    diag = sock_diag_open();
    sockstat = sockstat_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

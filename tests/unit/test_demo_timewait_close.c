/* test_demo_timewait_close.c - what closing leaves on each end, by the kernel's own account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "connection.h"
#include "own_network.h"

enum { PORT = 9000 };

static int listener, diag, sockstat;
static uint32_t next_address = 0x7f000001; /* one for each test: none meets another's TIME_WAIT */

static struct connection opened(void)
{
    struct connection connection;
    assert_int_equal(connection_open(listener, next_address++, &connection), 0);
    assert_int_equal(connection_request(&connection), 0);
    return connection;
}

static int state_of(const struct connection *connection, enum end end)
{
    struct tcp_socket socket;
    assert_true(sock_diag_find(diag, &connection->end[end], &socket) >= 0);
    return socket.state;
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* The ACK of a FIN may be put off, and any segment on a busy machine; this waits for it, however
 * long the machine takes. */
static void await_state(const struct connection *connection, enum end end, int state)
{
    for (int i = 0; i < 5000 && state_of(connection, end) != state; i++)
        pause_ms(1);
    assert_string_equal(tcp_state_name(state_of(connection, end)), tcp_state_name(state));
}

static void assert_states(const struct connection *connection, int client, int server)
{
    await_state(connection, CLIENT, client);
    await_state(connection, SERVER, server);
}

/*** FIN ***/

static void an_open_connection_is_established_at_both_ends(void **state)
{
    (void)state;
    struct connection connection = opened();
    assert_states(&connection, TCP_ESTABLISHED, TCP_ESTABLISHED);
    connection_close(&connection, CLIENT, WITH_FIN);
}

static void who_closes_first_is_left_in_time_wait_and_the_other_is_gone(void **state)
{
    (void)state;
    struct connection connection = opened();
    connection_close(&connection, CLIENT, WITH_FIN);
    assert_states(&connection, TCP_TIME_WAIT, TCP_CLOSE);
    connection = opened();
    connection_close(&connection, SERVER, WITH_FIN);
    assert_states(&connection, TCP_CLOSE, TCP_TIME_WAIT);
}

static void an_end_that_has_not_closed_stays_in_close_wait_until_it_does(void **state)
{
    (void)state;
    struct connection connection = opened();
    connection_close_end(&connection, CLIENT, WITH_FIN);
    await_state(&connection, CLIENT, TCP_FIN_WAIT2);
    pause_ms(300); /* longer than any delayed ACK */
    assert_states(&connection, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
    connection_close_end(&connection, SERVER, WITH_FIN);
    assert_states(&connection, TCP_TIME_WAIT, TCP_CLOSE);
}

static void an_end_that_closes_with_data_on_its_way_is_in_last_ack_until_it_is_read(void **state)
{
    bool reset;
    (void)state;
    struct connection connection = opened();
    connection_half_close(&connection, CLIENT);
    long sent = connection_fill(&connection, SERVER);
    assert_true(sent > 0);
    connection_close_end(&connection, SERVER, WITH_FIN);
    assert_states(&connection, TCP_FIN_WAIT2, TCP_LAST_ACK);
    assert_int_equal(connection_drain(&connection, CLIENT, &reset), sent);
    assert_false(reset);
    connection_close_end(&connection, CLIENT, WITH_FIN);
    assert_states(&connection, TCP_TIME_WAIT, TCP_CLOSE);
}

static void time_wait_has_sixty_seconds_on_its_timer(void **state)
{
    struct tcp_socket socket;
    (void)state;
    struct connection connection = opened();
    connection_close(&connection, CLIENT, WITH_FIN);
    assert_int_equal(sock_diag_find(diag, &connection.end[CLIENT], &socket), 1);
    assert_true(socket.mini);
    assert_in_range(socket.left_ms, 30000, 60000); /* less on a machine that slept meanwhile */
}

static void fin_timeout_sets_fin_wait_2_and_leaves_time_wait_alone(void **state)
{
    struct tcp_socket socket;
    (void)state;
    assert_int_equal(sysctl_write("net.ipv4.tcp_fin_timeout", "20"), 0);
    struct connection half = opened(), whole = opened();
    connection_close_end(&half, CLIENT, WITH_FIN);
    connection_close(&whole, CLIENT, WITH_FIN);
    await_state(&half, CLIENT, TCP_FIN_WAIT2);
    assert_int_equal(sock_diag_find(diag, &half.end[CLIENT], &socket), 1);
    assert_true(socket.mini && socket.left_ms <= 20000);
    assert_int_equal(sock_diag_find(diag, &whole.end[CLIENT], &socket), 1);
    assert_true(socket.mini && socket.left_ms > 20000);
    connection_close_end(&half, SERVER, WITH_FIN);
    sysctl_write("net.ipv4.tcp_fin_timeout", "60");
}

static long segments_of_a_close(bool later)
{
    struct connection connection = opened();
    long before = counter_read("Tcp", "OutSegs");
    connection_close_end(&connection, CLIENT, WITH_FIN);
    if (later)
        await_state(&connection, CLIENT, TCP_FIN_WAIT2);
    connection_close_end(&connection, SERVER, WITH_FIN);
    return counter_read("Tcp", "OutSegs") - before;
}

/* The delayed ACK has 40 ms to meet its FIN: on a machine so busy that it misses them it is tried
 * again. */
static void a_close_takes_four_segments_or_three_if_the_other_end_closes_at_once(void **state)
{
    (void)state;
    assert_int_equal(segments_of_a_close(true), 4);
    long least = 4;
    for (int i = 0; i < 50 && least > 3; i++)
        least = segments_of_a_close(false);
    assert_int_equal(least, 3);
}

/*** RST ***/

static void an_rst_leaves_nothing_on_either_end(void **state)
{
    bool reset;
    (void)state;
    struct connection connection = opened();
    connection_close_end(&connection, CLIENT, WITH_RST);
    assert_states(&connection, TCP_CLOSE, TCP_CLOSE);
    assert_int_equal(connection_drain(&connection, SERVER, &reset), 0);
    assert_true(reset);
    connection_close_end(&connection, SERVER, WITH_FIN);
}

static void close_delivers_every_byte_that_send_took_and_an_rst_does_not(void **state)
{
    struct transfer transfer;
    (void)state;
    struct connection connection = opened();
    assert_int_equal(connection_transfer(&connection, WITH_FIN, &transfer), 0);
    assert_true(transfer.sent > 0 && transfer.received == transfer.sent);
    connection = opened();
    assert_int_equal(connection_transfer(&connection, WITH_RST, &transfer), 0);
    assert_true(transfer.received < transfer.sent);
}

/*** A server that never closes ***/

static void when_descriptors_run_out_the_client_is_established_and_nobody_serves_it(void **state)
{
    struct connection forgotten[64], unserved;
    struct rlimit limit, lower;
    size_t n = 0;
    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    lower = limit;
    lower.rlim_cur = 32;
    setrlimit(RLIMIT_NOFILE, &lower);
    int r;
    while ((r = connection_open(listener, next_address++, &forgotten[n])) == 0 && n < 63)
        connection_close_end(&forgotten[n++], CLIENT, WITH_FIN);
    unserved = forgotten[n];
    assert_int_equal(r, -EMFILE);
    assert_true(n > 8 && unserved.fd[CLIENT] >= 0);
    assert_states(&unserved, TCP_ESTABLISHED, TCP_ESTABLISHED);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(state_of(&forgotten[i], SERVER), TCP_CLOSE_WAIT);
        connection_close_end(&forgotten[i], SERVER, WITH_FIN);
        assert_states(&forgotten[i], TCP_TIME_WAIT, TCP_CLOSE);
    }
    unserved.fd[SERVER] = listener_accept(listener, &unserved.end[CLIENT]);
    assert_int_equal(connection_request(&unserved), 0);
    connection_close(&unserved, CLIENT, WITH_FIN);
    setrlimit(RLIMIT_NOFILE, &limit);
}

/*** What sock_diag says ***/

static void an_end_that_never_was_is_closed(void **state)
{
    struct tcp_end end = {0x7f000001, 0x7f000001, PORT, 1};
    struct tcp_socket socket;
    (void)state;
    assert_int_equal(sock_diag_find(diag, &end, &socket), 0); /* and not the listener of PORT */
    assert_int_equal(socket.state, TCP_CLOSE);
}

struct seen {
    const struct connection *connection;
    int client, server; /* states, by the dump */
};

static void see(const struct tcp_socket *socket, void *data)
{
    struct seen *seen = data;
    const struct tcp_end *wanted = seen->connection->end;
    if (socket->end.peer_address == wanted[CLIENT].peer_address && socket->end.peer_port == PORT)
        seen->client = socket->state;
    if (socket->end.address == wanted[SERVER].address && socket->end.port == PORT &&
        socket->end.peer_port == wanted[SERVER].peer_port)
        seen->server = socket->state;
}

static void asking_for_one_and_asking_for_all_agree(void **state)
{
    (void)state;
    struct connection connection = opened();
    struct seen seen = {.connection = &connection};
    connection_close_end(&connection, SERVER, WITH_FIN);
    await_state(&connection, SERVER, TCP_FIN_WAIT2);
    assert_true(sock_diag_each(diag, UINT32_MAX, see, &seen) > 0);
    assert_int_equal(seen.client, TCP_CLOSE_WAIT);
    assert_int_equal(seen.server, TCP_FIN_WAIT2);
    connection_close_end(&connection, CLIENT, WITH_FIN);
}

static void only_the_states_asked_for_are_seen(void **state)
{
    (void)state;
    assert_int_equal(sock_diag_each(diag, 1U << TCP_LISTEN, NULL, NULL), 1);
    assert_int_equal(sock_diag_each(diag, 1U << TCP_SYN_SENT, NULL, NULL), 0);
}

static void time_waits_are_as_many_as_sockstat_says(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) { /* more than one datagram of an answer */
        struct connection connection = opened();
        connection_close(&connection, i % 2 ? CLIENT : SERVER, WITH_FIN);
    }
    long waiting = sock_diag_each(diag, 1U << TCP_TIME_WAIT, NULL, NULL);
    assert_true(waiting >= 2000);
    assert_int_equal(waiting, sockstat_read(sockstat).time_wait);
}

static void every_state_has_the_name_that_ss_and_the_rfc_give_it(void **state)
{
    (void)state;
    assert_string_equal(tcp_state_name(TCP_TIME_WAIT), "TIME_WAIT");
    assert_string_equal(tcp_state_name(TCP_LAST_ACK), "LAST_ACK");
    assert_string_equal(tcp_state_name(TCP_CLOSING), "CLOSING");
    assert_string_equal(tcp_state_name(0), "CLOSED");
    assert_string_equal(tcp_state_name(-1), "CLOSED");
    assert_string_equal(tcp_state_name(1000), "CLOSED");
}

/*** Settings and counters ***/

static void a_setting_reads_back_as_it_was_written(void **state)
{
    char value[32];
    (void)state;
    assert_int_equal(sysctl_write("net.ipv4.ip_local_port_range", "20000 20999"), 0);
    assert_int_equal(sysctl_read("net.ipv4.ip_local_port_range", value, sizeof value), 0);
    assert_string_equal(value, "20000 20999");
    sysctl_write("net.ipv4.ip_local_port_range", "10000 60999");
}

static void a_setting_that_this_kernel_has_not_is_ENOENT(void **state)
{
    char value[32];
    (void)state;
    assert_int_equal(sysctl_read("net.ipv4.tcp_of_another_kernel", value, sizeof value), -ENOENT);
    assert_int_equal(sysctl_write("net.ipv4.tcp_of_another_kernel", "1"), -ENOENT);
}

static void a_value_out_of_range_is_refused_by_the_kernel(void **state)
{
    (void)state;
    assert_true(sysctl_write("net.ipv4.ip_local_port_range", "20999 20000") < 0);
    assert_true(sysctl_write("net.ipv4.tcp_tw_reuse", "3") < 0);
}

static void a_counter_that_this_kernel_has_not_is_minus_one(void **state)
{
    (void)state;
    assert_true(counter_read("TcpExt", "TWRecycled") >= 0);
    assert_int_equal(counter_read("TcpExt", "NoSuchCounter"), -1);
    assert_int_equal(counter_read("NoSuchGroup", "OutSegs"), -1);
}

/* The server puts off its ACK of a FIN for 40 ms, and it would be counted with what comes next. */
static void a_counter_that_settled_has_seen_the_delayed_ack(void **state)
{
    (void)state;
    struct connection connection = opened();
    long before = counter_settled("Tcp", "OutSegs", 60, 2000);
    connection_close_end(&connection, CLIENT, WITH_FIN);
    assert_int_equal(counter_settled("Tcp", "OutSegs", 60, 2000) - before, 2);
    connection_close_end(&connection, SERVER, WITH_FIN);
    assert_int_equal(counter_settled("Tcp", "NoSuchCounter", 1, 10), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_connection_is_established_at_both_ends),
        cmocka_unit_test(who_closes_first_is_left_in_time_wait_and_the_other_is_gone),
        cmocka_unit_test(an_end_that_has_not_closed_stays_in_close_wait_until_it_does),
        cmocka_unit_test(an_end_that_closes_with_data_on_its_way_is_in_last_ack_until_it_is_read),
        cmocka_unit_test(time_wait_has_sixty_seconds_on_its_timer),
        cmocka_unit_test(fin_timeout_sets_fin_wait_2_and_leaves_time_wait_alone),
        cmocka_unit_test(a_close_takes_four_segments_or_three_if_the_other_end_closes_at_once),
        cmocka_unit_test(an_rst_leaves_nothing_on_either_end),
        cmocka_unit_test(close_delivers_every_byte_that_send_took_and_an_rst_does_not),
        cmocka_unit_test(when_descriptors_run_out_the_client_is_established_and_nobody_serves_it),
        cmocka_unit_test(an_end_that_never_was_is_closed),
        cmocka_unit_test(asking_for_one_and_asking_for_all_agree),
        cmocka_unit_test(only_the_states_asked_for_are_seen),
        cmocka_unit_test(time_waits_are_as_many_as_sockstat_says),
        cmocka_unit_test(every_state_has_the_name_that_ss_and_the_rfc_give_it),
        cmocka_unit_test(a_setting_reads_back_as_it_was_written),
        cmocka_unit_test(a_setting_that_this_kernel_has_not_is_ENOENT),
        cmocka_unit_test(a_value_out_of_range_is_refused_by_the_kernel),
        cmocka_unit_test(a_counter_that_this_kernel_has_not_is_minus_one),
        cmocka_unit_test(a_counter_that_settled_has_seen_the_delayed_ack),
    };
    if (!own_network_enter("test_demo_timewait_close"))
        return 0;
    sysctl_write("net.ipv4.ip_local_port_range", "10000 60999");
    listener = listener_open(PORT, NULL);
    diag = sock_diag_open();
    sockstat = sockstat_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

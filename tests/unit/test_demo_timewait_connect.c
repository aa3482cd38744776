/* test_demo_timewait_connect.c - both ends that connection_open() gives are of one connection,
 * whatever is in the listener's queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "connection.h"
#include "own_network.h"

enum { PORT = 9000 };

static int listener;

static int connect_from(uint16_t port)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    from.sin_addr.s_addr = to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = bind(fd, (struct sockaddr *)&from, sizeof from) == 0 &&
                     connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    return connected ? fd : -1;
}

/* Without this a request waited for a byte that its client had never been asked for. */
static void a_connection_given_up_before_it_was_accepted_is_not_taken_for_the_next(void **state)
{
    (void)state;
    int left[2] = {connect_from(8001), connect_from(8002)};
    assert_true(left[0] >= 0 && left[1] >= 0);
    close(left[0]);
    struct connection connection;
    assert_int_equal(connection_open(listener, INADDR_LOOPBACK, &connection), 0);
    assert_int_equal(connection_request(&connection), 0);
    connection_close(&connection, CLIENT, WITH_FIN);
    char byte;
    assert_int_equal(recv(left[1], &byte, 1, 0), 0);
    close(left[1]);
}

static void ignore(int number)
{
    (void)number;
}

/* So short that some fall into connect(). */
static void interrupt_every(int us)
{
    const struct itimerval often = {{0, us}, {0, us}};
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = ignore, .sa_flags = SA_RESTART}, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

static void a_connection_is_made_though_a_signal_interrupts_connect(void **state)
{
    (void)state;
    interrupt_every(30);
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < 3000; i++) {
        struct connection connection;
        r = connection_open(listener, INADDR_LOOPBACK + i % 4, &connection);
        connection_close(&connection, CLIENT, WITH_RST);
    }
    interrupt_every(0);
    assert_int_equal(r, 0);
}

static void *connect_late(void *data)
{
    (void)data;
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return (void *)(intptr_t)connect_from(8003);
}

static void accepting_waits_for_a_client_that_is_late(void **state)
{
    const struct tcp_end client = {INADDR_LOOPBACK, INADDR_LOOPBACK, 8003, PORT};
    pthread_t late;
    void *fd;
    (void)state;
    assert_int_equal(pthread_create(&late, NULL, connect_late, NULL), 0);
    int accepted = listener_accept(listener, &client);
    assert_true(accepted >= 0);
    pthread_join(late, &fd);
    assert_true((int)(intptr_t)fd >= 0);
    close(accepted);
    close((int)(intptr_t)fd);
}

static void a_client_that_never_comes_is_not_waited_for_for_ever(void **state)
{
    const struct tcp_end client = {INADDR_LOOPBACK, INADDR_LOOPBACK, 8004, PORT};
    (void)state;
    assert_int_equal(listener_accept(listener, &client), -ETIMEDOUT);
}

static void a_request_that_meets_the_end_of_file_has_failed(void **state)
{
    struct connection open, ended;
    (void)state;
    assert_int_equal(connection_open(listener, INADDR_LOOPBACK, &open), 0);
    assert_int_equal(connection_open(listener, INADDR_LOOPBACK, &ended), 0);
    connection_half_close(&ended, CLIENT);
    const struct connection mixed = {.fd = {open.fd[CLIENT], ended.fd[SERVER]}};
    assert_int_equal(connection_request(&mixed), -ECONNRESET);
    connection_close(&open, CLIENT, WITH_FIN);
    connection_close(&ended, CLIENT, WITH_FIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_given_up_before_it_was_accepted_is_not_taken_for_the_next),
        cmocka_unit_test(a_connection_is_made_though_a_signal_interrupts_connect),
        cmocka_unit_test(accepting_waits_for_a_client_that_is_late),
        cmocka_unit_test(a_client_that_never_comes_is_not_waited_for_for_ever),
        cmocka_unit_test(a_request_that_meets_the_end_of_file_has_failed),
    };
    if (!own_network_enter("test_demo_timewait_connect"))
        return 0;
    listener = listener_open(PORT, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

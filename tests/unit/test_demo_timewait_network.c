/* test_demo_timewait_network.c - the demo's own network: what happens in it happens to nobody else.
 *
 * Each test lets a child enter a network and act there, and looks from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "connection.h"
#include "own_network.h"

enum { PORT = 9041, ADDRESS = 0x7f4d0001 }; /* 127.77.0.1, where nothing else of the machine is */

struct child {
    pid_t pid;
    int done, leave; /* it has acted; it may end */
};

static void act(void)
{
    struct connection connection;
    int listener = listener_open(PORT, NULL);
    if (sysctl_write("net.ipv4.tcp_tw_reuse", "0") < 0 ||
        sysctl_write("net.ipv4.ip_local_port_range", "10000 10009") < 0 ||
        connection_open(listener, ADDRESS, &connection) < 0)
        _exit(2);
    connection_close(&connection, CLIENT, WITH_FIN);
}

static struct child child_start(void)
{
    int done[2], leave[2];
    char byte = 0;
    const char *step;
    assert_int_equal(pipe(done) | pipe(leave), 0);
    struct child child = {.pid = fork(), .done = done[0], .leave = leave[1]};
    if (child.pid == 0) {
        close(leave[1]); /* so that it ends with its parent */
        if (network_enter(&step) < 0)
            _exit(3);
        act();
        _exit(write(done[1], &byte, 1) == 1 && read(leave[0], &byte, 1) >= 0 ? 0 : 4);
    }
    close(done[1]);
    close(leave[0]);
    assert_int_equal(read(child.done, &byte, 1), 1);
    return child;
}

static void child_end(struct child *child)
{
    int status;
    close(child->leave);
    close(child->done);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    assert_int_equal(status, 0);
}

static void settings_made_there_are_not_the_machines(void **state)
{
    static const char *const names[] = {"net.ipv4.tcp_tw_reuse", "net.ipv4.ip_local_port_range"};
    char before[2][32], now[32];
    (void)state;
    for (int i = 0; i < 2; i++)
        assert_int_equal(sysctl_read(names[i], before[i], sizeof before[i]), 0);
    struct child child = child_start();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sysctl_read(names[i], now, sizeof now), 0);
        assert_string_equal(now, before[i]);
    }
    child_end(&child);
}

static void look_for_ours(const struct tcp_socket *socket, void *data)
{
    bool ours = socket->end.port == PORT || socket->end.peer_port == PORT;
    *(long *)data += ours;
}

static void sockets_there_are_not_seen_on_the_machine(void **state)
{
    long ours = 0;
    (void)state;
    struct child child = child_start();
    int diag = sock_diag_open();
    assert_true(diag >= 0);
    assert_true(sock_diag_each(diag, UINT32_MAX, look_for_ours, &ours) >= 0);
    assert_int_equal(ours, 0);
    close(diag);
    child_end(&child);
}

static void its_listener_is_not_reached_from_the_machine(void **state)
{
    (void)state;
    struct child child = child_start();
    int listener = listener_open(PORT, NULL); /* free here, taken there */
    assert_true(listener >= 0);
    close(listener);
    child_end(&child);
}

static void it_has_a_loopback_and_nothing_else(void **state)
{
    int status;
    const char *step;
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(network_enter(&step) < 0 || !network_is_bare());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_made_there_are_not_the_machines),
        cmocka_unit_test(sockets_there_are_not_seen_on_the_machine),
        cmocka_unit_test(its_listener_is_not_reached_from_the_machine),
        cmocka_unit_test(it_has_a_loopback_and_nothing_else),
    };
    int status;
    fflush(stdout);
    pid_t probe = fork(); /* this process stays where it is */
    if (probe == 0) {
        bool can = own_network_enter("test_demo_timewait_network");
        fflush(stdout);
        _exit(!can);
    }
    if (waitpid(probe, &status, 0) != probe || status != 0)
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

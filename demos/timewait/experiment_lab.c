/* experiment_lab.c - where the experiment takes place: a network of its own, with the settings that
 * were asked for.
 *
 * prepd's sandbox has made that network before the demo starts, and nothing can be changed any
 * more; run by hand the demo makes one itself. Either way it then reads back every setting, and
 * does not begin unless all are as they should be.
 *
 * Run by hand where no network can be made, it does on the machine's loopback what needs no
 * setting: at most a connection a descriptor, to a port that nobody else can reach. */
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "experiment.h"
#include "network.h"

/*** The settings ***/

enum { N_SETTINGS = 6 };
struct setting {
    const char *name, *param;
    char value[32];
    const char *usual;   /* the kernel's default */
    const char *governs; /* what, in the words of the code */
};

/* The same that manifest.c asks prepd for. */
static void settings_make(const struct plan *plan, struct setting settings[static N_SETTINGS])
{
    const struct setting names[N_SETTINGS] = {
        {"net.ipv4.ip_local_port_range", "ports", "", "32768 60999", "connect(): ports"},
        {"net.ipv4.tcp_tw_reuse", "reuse", "", "2", "connect(): TIME_WAIT → new"},
        {"net.ipv4.tcp_tw_reuse_delay", "reuse_delay", "", "1000", "connect(): ms in TIME_WAIT"},
        {"net.ipv4.tcp_timestamps", "timestamps", "", "1", "tcp_tw_reuse needs it"},
        {"net.ipv4.tcp_max_tw_buckets", "tw_max", "", "by memory", "TIME_WAIT: how many"},
        {"net.ipv4.tcp_fin_timeout", "fin_timeout", "", "60", "FIN_WAIT_2: seconds"},
    };
    memcpy(settings, names, sizeof names);
    snprintf(settings[0].value, sizeof settings->value, "%d %u", FIRST_PORT,
             FIRST_PORT - 1 + plan->ports);
    const int numbers[] = {plan->reuse, plan->reuse_delay_ms, plan->timestamps, plan->tw_max,
                           plan->fin_timeout_s};
    for (size_t i = 1; i < N_SETTINGS; i++)
        snprintf(settings[i].value, sizeof settings->value, "%d", numbers[i - 1]);
}

/* Sets what is not set yet. A kernel without the setting will do if the usual is wanted: it does
 * that. 0 or run's exit code. */
static int setting_settle(struct lab *lab, const struct setting *setting)
{
    char now[32];
    int r = sysctl_read(setting->name, now, sizeof now);
    bool absent = r == -ENOENT;
    if (absent && strcmp(setting->value, setting->usual) == 0)
        return 0;
    if (r == 0 && strcmp(now, setting->value) == 0)
        return 0;
    if (r == 0)
        r = sysctl_write(setting->name, setting->value);
    if (r == 0)
        r = sysctl_read(setting->name, now, sizeof now);
    if (r == 0 && strcmp(now, setting->value) == 0)
        return 0;
    if (absent)
        return demo_refuse(lab->demo, setting->param, "这个内核没有 %s：请取默认值 %s",
                           "this kernel has no %s: choose the default %s", setting->name,
                           setting->usual);
    return demo_refuse(lab->demo, setting->param, "%s 不能设为 %s（%s）",
                       "%s can't be set to %s (%s)", setting->name, setting->value,
                       r < 0 ? strerror(-r) : now);
}

static void settings_show(struct lab *lab, const struct setting *settings)
{
    char now[32];
    for (size_t i = 0; i < N_SETTINGS; i++) {
        bool absent = sysctl_read(settings[i].name, now, sizeof now) < 0;
        demo_row(lab->demo, "sysctls", {"name", .text = settings[i].name},
                 {"now", .text = absent ? "ENOENT" : now}, {"usual", .text = settings[i].usual},
                 {"governs", .text = settings[i].governs});
    }
    bool gone = sysctl_read("net.ipv4.tcp_tw_recycle", now, sizeof now) == -ENOENT;
    demo_row(lab->demo, "sysctls", {"name", .text = "net.ipv4.tcp_tw_recycle"},
             {"now", .text = gone ? "ENOENT" : now}, {"usual", .text = "— (4.12)"},
             {"governs", .text = "—"});
    demo_check_text(lab->demo, "no_recycle", gone, gone ? "ENOENT" : now, "ENOENT");
}

/*** Opening ***/

static void shared_note(struct lab *lab, const char *step, int error)
{
    demo_note(
        lab->demo, DEMO_BAD,
        "这里建不了网络命名空间（%s：%s），所以在这台机器自己的回环上做：看一条连接怎样关、"
        "服务端不关、定时器。端口用完和四种做法要改端口范围，那是整台机器的，所以不做；"
        "设置都没有动，只是留下约 %d 个 TIME_WAIT，60 秒后消失",
        "No network namespace can be made here (%s: %s), so this is the machine's own "
        "loopback: how one connection closes, a server that does not close, and the timers. "
        "Running out of ports and the four ways would change the port range of the whole "
        "machine and are left out; no setting is touched, and some %d TIME_WAITs stay for 60 s",
        step, strerror(-error), lab->plan->descriptors + 1);
}

/* 0 or run's exit code. Of the settings only this one bears on what is left. */
static int share(struct lab *lab)
{
    char now[32];
    lab->shared = true;
    int r = sysctl_read("net.ipv4.tcp_fin_timeout", now, sizeof now);
    if (r == 0 && atoi(now) == lab->plan->fin_timeout_s)
        return 0;
    return demo_refuse(lab->demo, "fin_timeout",
                       "这台机器的 tcp_fin_timeout 是 %s，不会去改：请取这个值",
                       "tcp_fin_timeout is %s on this machine and is left so: choose that",
                       r < 0 ? strerror(-r) : now);
}

/* A network with another device is somebody's: its settings are left alone. */
static int enter(struct lab *lab)
{
    const char *step;
    int error = network_enter(&step);
    if (error == 0 || network_is_bare())
        return 0;
    int r = share(lab);
    if (r == 0)
        shared_note(lab, step, error);
    return r;
}

/* Both ends of every connection are open at once, and a few descriptors more. */
static int descriptors_want(struct lab *lab)
{
    const struct plan *plan = lab->plan;
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t wanted = 2 * plan->parallel + 32;
    const char *param = "parallel";
    if (wanted < (rlim_t)plan->descriptors + 32) {
        wanted = (rlim_t)plan->descriptors + 32;
        param = "descriptors";
    }
    if (limit.rlim_cur >= wanted)
        return 0;
    limit.rlim_cur = wanted;
    if (wanted <= limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return 0;
    return demo_refuse(lab->demo, param, "要 %llu 个描述符，这里至多 %llu 个",
                       "that takes %llu descriptors, at most %llu are to be had here",
                       (unsigned long long)wanted, (unsigned long long)limit.rlim_max);
}

/* 0 or run's exit code. */
static int opened(struct lab *lab, const char *what, int fd, int *ret)
{
    *ret = fd;
    if (fd < 0)
        lab_failed(lab, what, fd);
    return fd < 0;
}

static int sockets_open(struct lab *lab)
{
    return opened(lab, "NETLINK_SOCK_DIAG", sock_diag_open(), &lab->diag) ||
           opened(lab, "/proc/net/sockstat", sockstat_open(), &lab->sockstat) ||
           opened(lab, "listen",
                  lab->shared ? listener_open(0, "lo") : listener_open(SERVER_PORT, NULL),
                  &lab->listener);
}

int lab_open(struct lab *lab, struct demo *demo, const struct plan *plan)
{
    struct setting settings[N_SETTINGS];
    *lab = (struct lab){.demo = demo, .plan = plan, .listener = -1, .diag = -1, .sockstat = -1};
    settings_make(plan, settings);
    int r = descriptors_want(lab);
    if (r == 0)
        r = enter(lab);
    for (size_t i = 0; r == 0 && !lab->shared && i < N_SETTINGS; i++)
        r = setting_settle(lab, &settings[i]);
    if (r == 0)
        r = sockets_open(lab);
    if (r != 0)
        return r;
    lab->port = listener_port(lab->listener);
    settings_show(lab, settings);
    return 0;
}

enum { MANY = 50 }; /* of fewer sockets it is what asking at all costs */

void lab_close(struct lab *lab)
{
    if (lab->censuses > 0)
        demo_check(lab->demo, "diag_agrees", lab->disagreements == 0, (double)lab->disagreements,
                   0);
    if (lab->most_seen >= MANY)
        demo_metric(lab->demo, "diag_cost", lab->diag_ns);
    const int fds[] = {lab->listener, lab->diag, lab->sockstat};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/*** Connecting and looking ***/

void lab_failed(struct lab *lab, const char *what, int error)
{
    demo_note(lab->demo, DEMO_BAD, "%s 失败：%s", "%s failed: %s", what, strerror(-error));
}

bool lab_connect(struct lab *lab, uint32_t address, struct connection *ret)
{
    int r = connection_open(lab->listener, address, ret);
    if (r == 0)
        return true;
    lab_failed(lab, "connect", r);
    connection_close(ret, CLIENT, WITH_FIN);
    return false;
}

struct tcp_socket lab_look(struct lab *lab, const struct connection *connection, enum end end)
{
    struct tcp_socket socket;
    int r = sock_diag_find(lab->diag, &connection->end[end], &socket);
    if (r < 0)
        lab_failed(lab, "NETLINK_SOCK_DIAG", r);
    return socket;
}

/*** The census ***/

struct counting {
    struct census census;
    enum part part;
    uint16_t port; /* the listener's */
    long mini;     /* of every part, as sockstat counts them */
};

static void count(const struct tcp_socket *socket, void *data)
{
    struct counting *counting = data;
    enum end end = socket->end.port == counting->port ? SERVER : CLIENT;
    uint32_t server = end == SERVER ? socket->end.address : socket->end.peer_address;
    counting->mini += socket->mini;
    bool ours = end == SERVER || socket->end.peer_port == counting->port;
    bool of_part = (server >> 16 & 0xff) == (uint32_t)counting->part;
    if (ours && (of_part || socket->state == TCP_LISTEN) && socket->state < 16)
        counting->census.by_state[end][socket->state]++;
}

/* Where there are many, what one of them costs; where there are few, it is asking at all. */
static long dump(struct lab *lab, struct counting *counting)
{
    int64_t since = demo_now_ns();
    long seen = sock_diag_each(lab->diag, UINT32_MAX, count, counting);
    if (seen < 0)
        lab_failed(lab, "NETLINK_SOCK_DIAG", (int)seen);
    if (seen > lab->most_seen) {
        lab->most_seen = seen;
        lab->diag_ns = (double)(demo_now_ns() - since) / (double)seen;
    }
    return seen;
}

/* The two answers are given one after the other, and meanwhile a timer may run out: where they
 * differ, the question is put again. On a machine's own network others open and close, and counting
 * the same twice is chance. */
struct census lab_census(struct lab *lab, enum part part)
{
    struct counting counting;
    bool agrees = false;
    for (int tries = 0; !agrees && tries < 3; tries++) {
        counting = (struct counting){.part = part, .port = lab->port};
        agrees = dump(lab, &counting) >= 0 &&
                 (lab->shared || sockstat_read(lab->sockstat).time_wait == counting.mini);
    }
    lab->censuses += !lab->shared;
    lab->disagreements += !agrees;
    return counting.census;
}

void lab_show_sockets(struct lab *lab, const struct census *census)
{
    const long *client = census->by_state[CLIENT], *server = census->by_state[SERVER];
    double both[16];
    for (size_t i = 0; i < 16; i++)
        both[i] = (double)(client[i] + server[i]);
    demo_sample(lab->demo, "sockets", {"listen", both[TCP_LISTEN]},
                {"established", both[TCP_ESTABLISHED]}, {"fin_wait_1", both[TCP_FIN_WAIT1]},
                {"fin_wait_2", both[TCP_FIN_WAIT2]}, {"close_wait", both[TCP_CLOSE_WAIT]},
                {"last_ack", both[TCP_LAST_ACK]},
                {"time_wait_client", (double)client[TCP_TIME_WAIT]},
                {"time_wait_server", (double)server[TCP_TIME_WAIT]},
                {"limit", lab->shared ? NAN : lab->plan->tuples});
}

void lab_part_begins(struct lab *lab)
{
    demo_sample(lab->demo, "sockets", {"listen", NAN}, {"established", NAN}, {"fin_wait_1", NAN},
                {"fin_wait_2", NAN}, {"close_wait", NAN}, {"last_ack", NAN},
                {"time_wait_client", NAN}, {"time_wait_server", NAN}, {"limit", NAN});
}

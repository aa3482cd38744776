/* timewait.c - the TIME_WAIT demo: who closes first, what becomes of the ports, and which cure is
 * one?
 *
 * The story, with real sockets in a network of the demo's own: start two timers that run to the end
 * (experiment_timers.c); close one connection step by step (experiment_close.c); make requests
 * until the ports are used up, or are not (experiment_load.c); try the cures side by side
 * (experiment_cures.c); let a server forget to close (experiment_leak.c); look at the timers. */
#include "experiment.h"
#include "manifest.h"

static struct plan plan_read(const struct demo *demo)
{
    struct plan plan = {
        .ports = (uint32_t)demo_int(demo, "ports"),
        .addresses = (uint32_t)demo_int(demo, "addresses"),
        .reuse = (int)demo_int(demo, "reuse"),
        .reuse_delay_ms = (int)demo_int(demo, "reuse_delay"),
        .tw_max = (int)demo_int(demo, "tw_max"),
        .fin_timeout_s = (int)demo_int(demo, "fin_timeout"),
        .timestamps = demo_bool(demo, "timestamps"),
        .parallel = (size_t)demo_int(demo, "parallel"),
        .idle = (size_t)demo_int(demo, "idle"),
        .first = demo_enum(demo, "first") == 0 ? CLIENT : SERVER,
        .how = demo_enum(demo, "how") == 0 ? WITH_FIN : WITH_RST,
        .seconds = demo_float(demo, "seconds"),
        .rate = (double)demo_int(demo, "rate"),
        .late_data = demo_bool(demo, "late_data"),
        .wait = demo_bool(demo, "wait"),
        .step_ms = (double)demo_int(demo, "step"),
        .cures_s = demo_float(demo, "cures"),
        .pace_ms = (double)demo_int(demo, "pace"),
        .descriptors = (int)demo_int(demo, "descriptors"),
    };
    plan.tuples = (double)plan.ports * plan.addresses;
    plan.can_recycle = plan.reuse != 0 && plan.timestamps;
    return plan;
}

static int plan_refuse(struct demo *demo, const struct plan *plan)
{
    enum { FEWEST = 16 };
    if (plan->descriptors > 0 && plan->descriptors < FEWEST)
        return demo_refuse(demo, "descriptors", "描述符至少要 %d 个，或 0 表示不做这一段",
                           "choose at least %d descriptors, or 0 to leave this part out", FEWEST);
    return 0;
}

static void plan_note(struct lab *lab)
{
    const struct plan *plan = lab->plan;
    if (!lab->shared)
        demo_note(lab->demo, DEMO_INFO,
                  "一个只有回环的网络：本地端口 %u 个，目的地址 %u 个，tcp_tw_reuse = %d。"
                  "这台机器自己的设置和连接都没有动",
                  "A network with nothing but a loopback; local ports: %u, destinations: %u, "
                  "tcp_tw_reuse = %d. The machine's own settings and connections are untouched",
                  plan->ports, plan->addresses, plan->reuse);
    demo_flush(lab->demo);
}

static int run(struct demo *demo)
{
    struct plan plan = plan_read(demo);
    struct lab lab;
    int refused = plan_refuse(demo, &plan);
    if (refused)
        return refused;
    int r = lab_open(&lab, demo, &plan);
    if (r == 0) {
        plan_note(&lab);
        timers_start(&lab);
        experiment_close(&lab);
        if (!lab.shared) {
            experiment_load(&lab);
            experiment_cures(&lab);
        }
        experiment_leak(&lab);
        timers_end(&lab);
    }
    lab_close(&lab);
    if (r == 0)
        demo_progress(demo, 1);
    return r;
}

int main(int argc, char **argv)
{
    return demo_main(&timewait_manifest, run, argc, argv);
}

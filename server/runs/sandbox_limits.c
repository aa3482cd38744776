/* sandbox_limits.c - how much of everything a demo may have, as far as the kernel counts it for one
 * process; the runner looks at the whole tree (sandbox_usage.c); see sandbox.h. */
#include <errno.h>
#include <sys/resource.h>

#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"

size_t limit_processes(unsigned needs)
{
    size_t n = 8 + 2; /* pid 1; and who has as many as the kernel gives is at its limit */
    if (needs & DEMO_NEEDS_FORK)
        n += 64;
    if (needs & DEMO_NEEDS_THREADS) /* threads count as processes */
        n += 1024;
    return n;
}

size_t limit_files(unsigned needs)
{
    return needs & DEMO_NEEDS_NET ? 1024 + 64 : 64;
}

/* Sets soft and hard limit, as far down as the hard limit in force. */
static int limit_set(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
    struct rlimit now, wanted = {.rlim_cur = soft, .rlim_max = hard};
    if (getrlimit(resource, &now) < 0)
        return -errno;
    if (wanted.rlim_max > now.rlim_max)
        wanted.rlim_max = now.rlim_max;
    if (wanted.rlim_cur > wanted.rlim_max)
        wanted.rlim_cur = wanted.rlim_max;
    return setrlimit(resource, &wanted) < 0 ? -errno : 0;
}

/* The runner looks at the memory that is really used; this bounds what a demo could take between
 * two looks, and leaves room for address space that is only reserved: thread stacks, allocator
 * arenas. */
static rlim_t address_space_max(const struct sandbox_job *job)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)job;
    return RLIM_INFINITY; /* a sanitizer reserves terabytes */
#else
    return 4 * (rlim_t)job->memory + (1UL << 30);
#endif
}

int setup_limits(struct setup *setup)
{
    const struct sandbox_job *job = setup->job;
    rlim_t cpu = (rlim_t)job->cpu_seconds, address_space = address_space_max(job);
    rlim_t files = limit_files(job->needs), processes = limit_processes(job->needs);
    const struct {
        __rlimit_resource_t resource;
        rlim_t soft, hard;
    } limits[] = {
        {RLIMIT_CPU, cpu, cpu + 1}, /* soft < hard: SIGXCPU says what it was, SIGKILL would not */
        {RLIMIT_AS, address_space, address_space},
        {RLIMIT_NOFILE, files, files},
        {RLIMIT_FSIZE, LIMIT_FILE_BYTES, LIMIT_FILE_BYTES},
        {RLIMIT_STACK, 8 << 20, 8 << 20},
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_MEMLOCK, 8 << 20, 8 << 20},
        {RLIMIT_MSGQUEUE, 0, 0},
        {RLIMIT_SIGPENDING, 1024, 1024}, /* counted for all of the user's processes */
        {RLIMIT_RTPRIO, 0, 0},
        {RLIMIT_NICE, 0, 0},
    };
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(limits); i++)
        r = limit_set(limits[i].resource, limits[i].soft, limits[i].hard);
    /* without a user namespace this would count every process of the user */
    if (r == 0 && setup->mode == SANDBOX_NAMESPACES)
        r = limit_set(RLIMIT_NPROC, processes, processes);
    return r;
}

/* loop.c - epoll, a sorted list of timers, and a queue that other threads post to; see loop.h.
 *
 * A watch that is unwatched inside a turn may still be named by an event that epoll_wait already
 * returned, so it is only marked dead and freed at the end of the turn. Timers are few (one each
 * for a run, a deadline sweep, a heartbeat): a sorted list is enough. */
#include "base/loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/util.h"

enum { LOOP_EVENTS = 64 };

struct loop_watch {
    int fd;
    bool dead;
    void (*ready)(void *ud, uint32_t events);
    void *ud;
    struct loop_watch *next, **link;
};

struct loop_timer {
    int64_t due; /* clock_ms */
    void (*fire)(void *ud);
    void *ud;
    struct loop_timer *next;
};

struct loop_posted {
    void (*fn)(void *ud);
    void *ud;
    struct loop_posted *next;
};

struct loop {
    int epoll_fd;
    int wake_fd; /* eventfd: a post or a stop came from elsewhere */
    atomic_bool stopped;
    struct loop_watch *watches, *dead;
    struct loop_timer *timers; /* soonest first */
    int (*prepare)(void *ud);
    void *prepare_ud;
    pthread_mutex_t lock; /* guards the posted queue */
    struct loop_posted *posted, **posted_tail;
};

/*** Posting from other threads ***/

static void loop_kick(struct loop *loop)
{
    uint64_t one = 1;
    if (write(loop->wake_fd, &one, sizeof one) < 0)
        return; /* the counter is full: the loop is awake anyway */
}

int loop_post(struct loop *loop, void (*fn)(void *ud), void *ud)
{
    struct loop_posted *post = malloc(sizeof *post);
    if (!post)
        return -ENOMEM;
    *post = (struct loop_posted){.fn = fn, .ud = ud};
    pthread_mutex_lock(&loop->lock);
    *loop->posted_tail = post;
    loop->posted_tail = &post->next;
    pthread_mutex_unlock(&loop->lock);
    loop_kick(loop);
    return 0;
}

static struct loop_posted *loop_take_posted(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    struct loop_posted *first = loop->posted;
    loop->posted = NULL;
    loop->posted_tail = &loop->posted;
    pthread_mutex_unlock(&loop->lock);
    return first;
}

static void loop_run_posted(struct loop *loop)
{
    struct loop_posted *post = loop_take_posted(loop);
    while (post) {
        struct loop_posted *next = post->next;
        post->fn(post->ud);
        free(post);
        post = next;
    }
}

static void loop_woken(void *ud, uint32_t events)
{
    struct loop *loop = ud;
    uint64_t count;
    (void)events;
    if (read(loop->wake_fd, &count, sizeof count) > 0)
        loop_run_posted(loop);
}

void loop_stop(struct loop *loop)
{
    atomic_store(&loop->stopped, true);
    loop_kick(loop);
}

/*** Watches ***/

int loop_watch(struct loop *loop, int fd, uint32_t events, void (*ready)(void *ud, uint32_t events),
               void *ud, struct loop_watch **ret, struct err *err)
{
    struct loop_watch *watch = malloc(sizeof *watch);
    if (!watch)
        return err_set(err, ENOMEM, "out of memory");
    *watch = (struct loop_watch){.fd = fd, .ready = ready, .ud = ud};
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        int code = errno;
        free(watch);
        return err_set(err, code, "cannot watch descriptor %d: %s", fd, strerror(code));
    }
    watch->next = loop->watches;
    watch->link = &loop->watches;
    if (watch->next)
        watch->next->link = &watch->next;
    loop->watches = watch;
    *ret = watch;
    return 0;
}

int loop_rewatch(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0 ? -errno : 0;
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch)
{
    if (!watch)
        return;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    *watch->link = watch->next;
    if (watch->next)
        watch->next->link = watch->link;
    watch->dead = true;
    watch->next = loop->dead;
    loop->dead = watch;
}

static void loop_bury(struct loop *loop)
{
    while (loop->dead) {
        struct loop_watch *watch = loop->dead;
        loop->dead = watch->next;
        free(watch);
    }
}

/*** Timers ***/

struct loop_timer *loop_after(struct loop *loop, int64_t ms, void (*fire)(void *ud), void *ud)
{
    struct loop_timer *timer = malloc(sizeof *timer);
    if (!timer)
        return NULL;
    *timer = (struct loop_timer){.due = clock_ms() + ms, .fire = fire, .ud = ud};
    struct loop_timer **at = &loop->timers;
    while (*at && (*at)->due <= timer->due)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
    return timer;
}

void loop_cancel(struct loop *loop, struct loop_timer *timer)
{
    struct loop_timer **at = &loop->timers;
    while (*at && *at != timer)
        at = &(*at)->next;
    if (!timer || !*at)
        return;
    *at = timer->next;
    free(timer);
}

/* Fires what was due when the turn began; a timer started meanwhile waits for the next turn. */
static void loop_fire_timers(struct loop *loop)
{
    int64_t now = clock_ms();
    while (loop->timers && loop->timers->due <= now) {
        struct loop_timer timer = *loop->timers;
        free(loop->timers);
        loop->timers = timer.next;
        timer.fire(timer.ud);
    }
}

/*** The turn ***/

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int loop_timeout(struct loop *loop, int timeout_ms)
{
    if (loop->prepare)
        timeout_ms = shorter(timeout_ms, loop->prepare(loop->prepare_ud));
    if (loop->timers) {
        int64_t left = loop->timers->due - clock_ms();
        timeout_ms = shorter(timeout_ms, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);
    }
    return atomic_load(&loop->stopped) ? 0 : timeout_ms;
}

int loop_turn(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[LOOP_EVENTS];
    int n = epoll_wait(loop->epoll_fd, events, LOOP_EVENTS, loop_timeout(loop, timeout_ms));
    if (n < 0 && errno != EINTR)
        return -errno;
    for (int i = 0; i < n; i++) {
        struct loop_watch *watch = events[i].data.ptr;
        if (!watch->dead)
            watch->ready(watch->ud, events[i].events);
    }
    loop_fire_timers(loop);
    loop_bury(loop);
    return 0;
}

int loop_run(struct loop *loop)
{
    while (!atomic_load(&loop->stopped)) {
        int r = loop_turn(loop, -1);
        if (r < 0)
            return r;
    }
    atomic_store(&loop->stopped, false);
    return 0;
}

void loop_set_prepare(struct loop *loop, int (*prepare)(void *ud), void *ud)
{
    loop->prepare = prepare;
    loop->prepare_ud = ud;
}

/*** Life ***/

int loop_new(struct loop **ret, struct err *err)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return err_set(err, ENOMEM, "out of memory");
    loop->posted_tail = &loop->posted;
    pthread_mutex_init(&loop->lock, NULL);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct loop_watch *wake;
    int r = 0;
    if (loop->epoll_fd < 0 || loop->wake_fd < 0)
        r = err_set(err, errno, "cannot make an event loop: %s", strerror(errno));
    else
        r = loop_watch(loop, loop->wake_fd, EPOLLIN, loop_woken, loop, &wake, err);
    if (r < 0) {
        loop_free(loop);
        return r;
    }
    *ret = loop;
    return 0;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    while (loop->watches)
        loop_unwatch(loop, loop->watches);
    loop_bury(loop);
    while (loop->timers)
        loop_cancel(loop, loop->timers);
    struct loop_posted *post = loop_take_posted(loop);
    while (post) {
        struct loop_posted *next = post->next;
        free(post);
        post = next;
    }
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}

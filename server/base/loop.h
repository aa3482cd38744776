/* loop.h - the event loop: one thread that waits for everything and blocks on nothing.
 *
 * DESIGN  prepd is one epoll(7) loop on the main thread: the listening socket, libmicrohttpd's own
 * epoll descriptor, the runner's sockets, demos' output pipes, inotify, signals and timers all hang
 * on it, so a byte that a demo prints reaches the reader's socket with no hand-off between threads
 * (one costs ~30 us where the other core sleeps) and with no lock. What may block (SQLite's fsync,
 * parsing a note) runs on a `struct worker` (worker.h), which posts its result back here.
 *
 * All functions but loop_post and loop_stop are for the loop's own thread. Callbacks may watch,
 * unwatch, start and cancel anything, themselves included. */
#ifndef PREPD_BASE_LOOP_H
#define PREPD_BASE_LOOP_H

#include <stdint.h>

#include "base/err.h"

struct loop;
struct loop_watch;
struct loop_timer;

int loop_new(struct loop **ret, struct err *err);
/* Frees what was left watched or timed; descriptors stay open. NULL is fine. */
void loop_free(struct loop *loop);

/* Runs until loop_stop. Returns 0, or a negative errno if epoll itself fails. */
int loop_run(struct loop *loop);
/* Makes loop_run return after the callbacks of this turn. Any thread, signal handlers included. */
void loop_stop(struct loop *loop);

/* One turn: waits at most timeout_ms (-1: for ever), runs what is due. For shutdown and for tests.
 */
int loop_turn(struct loop *loop, int timeout_ms);

/* Calls ready(ud, events) whenever fd has any of `events` (EPOLLIN, EPOLLOUT …; level-triggered).
 * The descriptor stays the caller's: unwatch before closing it. */
int loop_watch(struct loop *loop, int fd, uint32_t events, void (*ready)(void *ud, uint32_t events),
               void *ud, struct loop_watch **ret, struct err *err);
int loop_rewatch(struct loop *loop, struct loop_watch *watch, uint32_t events);
/* After it no callback comes for this watch, not even one already due in this turn. NULL is fine.
 */
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* Calls fire(ud) once, `ms` from now, unless cancelled; the timer is gone when fire is called. NULL
 * if out of memory. */
struct loop_timer *loop_after(struct loop *loop, int64_t ms, void (*fire)(void *ud), void *ud);
/* NULL is fine; a timer that has fired must not be cancelled (set your pointer to NULL in fire). */
void loop_cancel(struct loop *loop, struct loop_timer *timer);

/* Calls fn(ud) soon on the loop's thread, in the order of posting. Any thread. 0 or -ENOMEM. */
int loop_post(struct loop *loop, void (*fn)(void *ud), void *ud);

/* prepare(ud) is called at the end of each turn, just before the loop waits, and returns the
 * longest wait it can bear in ms (0: do not wait; -1: no opinion). One for each loop; NULL takes it
 * away. http/ lets libmicrohttpd work in it. */
void loop_set_prepare(struct loop *loop, int (*prepare)(void *ud), void *ud);

#endif

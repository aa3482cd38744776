/* signals.h - SIGINT and SIGTERM as events of the loop. */
#ifndef PREPD_CMD_SIGNALS_H
#define PREPD_CMD_SIGNALS_H

#include "base/loop.h"

struct signals {
    int fd; /* -1: not opened */
    void (*asked)(void *ud);
    void *ud;
};

/* Calls asked(ud) on the loop for each SIGINT or SIGTERM, and ignores SIGPIPE. The signals stay
 * blocked for good; call it before any thread starts, so that all inherit that. `signals` must stay
 * where it is until signals_close. */
int signals_watch(struct signals *signals, struct loop *loop, void (*asked)(void *ud), void *ud,
                  struct err *err);
/* After the loop has been freed. */
void signals_close(struct signals *signals);

#endif

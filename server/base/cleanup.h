/* cleanup.h - scope-bound ownership.
 *
 *     cleanup_free char *path = NULL;
 *     cleanup_close int fd = open(...);
 *     ...
 *     *ret_path = steal_ptr(&path);        // the caller owns it now
 */
#ifndef PREPD_BASE_CLEANUP_H
#define PREPD_BASE_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_fn(void *p)
{
    free(*(void **)p);
}

static inline void cleanup_close_fn(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    errno = saved;
}

static inline void cleanup_fclose_fn(FILE **file)
{
    if (*file)
        fclose(*file);
}

#define cleanup_free   __attribute__((cleanup(cleanup_free_fn)))
#define cleanup_close  __attribute__((cleanup(cleanup_close_fn)))
#define cleanup_fclose __attribute__((cleanup(cleanup_fclose_fn)))

/* Takes the pointer out of a variable that would free it: `return steal_ptr(&p);` */
#define steal_ptr(pp)                                                                              \
    __extension__({                                                                                \
        __typeof__(*(pp)) stolen_ = *(pp);                                                         \
        *(pp) = NULL;                                                                              \
        stolen_;                                                                                   \
    })

static inline int steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

#endif

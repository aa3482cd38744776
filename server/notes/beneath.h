/* beneath.h - opening what lies in a folder and nowhere else. */
#ifndef PREPD_NOTES_BENEATH_H
#define PREPD_NOTES_BENEATH_H

/* Opens `path`, relative to the folder, for reading, with more `flags` of open(2). Symbolic links
 * are followed as long as they stay in the folder; on a kernel without openat2(2) they are refused.
 * Never waits for a FIFO's writer. -1 with errno. */
int open_beneath(int folder_fd, const char *path, int flags);

#endif

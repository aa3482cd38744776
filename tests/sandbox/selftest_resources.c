/* selftest_resources.c - a demo that takes too much of something; see selftest.h. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "selftest.h"

/* Memory that is really there: the compiler must not see that nobody reads it. */
static void hold(size_t size)
{
    char *bytes = malloc(size);
    if (!bytes)
        exit(3);
    memset(bytes, 1, size);
    __asm__ volatile("" : : "r"(bytes) : "memory");
}

void act_memory(void)
{
    for (long i = 0; i < n; i++)
        hold(1 << 20);
    metric((double)n);
}

static void *hold_in_thread(void *unused)
{
    act_memory();
    for (;;)
        pause();
    return unused;
}

/* n MB, after which the first thread is gone, and with it what /proc tells by its number. */
void act_memory_of_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, hold_in_thread, NULL) == 0)
        pthread_exit(NULL);
}

/* Clients that send and close, and that nobody accepts: their bytes wait without a descriptor. */
void act_socket_queue(void)
{
    static const char block[1 << 14];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server, (struct sockaddr *)&address, len) != 0 || listen(server, 4096) != 0 ||
        getsockname(server, (struct sockaddr *)&address, &len) != 0)
        exit(3);
    for (long i = 0; i < n; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(client, (struct sockaddr *)&address, len) != 0 ||
            send(client, block, sizeof block, MSG_DONTWAIT) < 0)
            exit(4);
        close(client);
    }
    for (;;)
        pause();
}

/* n children that each take 10 MB. */
void act_memory_of_children(void)
{
    for (long i = 0; i < n; i++) {
        if (fork() != 0)
            continue;
        hold(10 << 20);
        for (;;)
            pause();
    }
    for (;;)
        pause();
}

/* A file without a name of 10 MB. */
static int hoard(void)
{
    static char megabyte[1 << 20];
    int fd = memfd_create("hoard", 0);
    memset(megabyte, 1, sizeof megabyte);
    for (int i = 0; i < 10; i++)
        if (write(fd, megabyte, sizeof megabyte) < 0)
            exit(3);
    return fd;
}

/* n of them, none of them mapped. */
void act_memfds(void)
{
    for (long i = 0; i < n; i++)
        hoard();
    for (;;)
        pause();
}

/* The same, none of them open: each is held by the mapping of one page that nobody has touched. */
void act_memfds_closed(void)
{
    for (long i = 0; i < n; i++) {
        int fd = hoard();
        if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
            exit(4);
        close(fd);
    }
    for (;;)
        pause();
}

/* Empty files, whose names and inodes are memory too: how many it can have. */
void act_many_files(void)
{
    long made = 0;
    for (; made < n; made++) {
        char name[32];
        snprintf(name, sizeof name, "%ld", made);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            break;
        close(fd);
    }
    metric((double)made);
}

void act_leak_files(void)
{
    while (dup(0) >= 0)
        ;
    for (;;)
        pause();
}

/* One file, a megabyte at a time. */
void act_large_file(void)
{
    static char megabyte[1 << 20];
    int fd = open("large", O_CREAT | O_WRONLY, 0600);
    for (long i = 0; i < n; i++)
        if (write(fd, megabyte, sizeof megabyte) < 0)
            exit(3);
    metric((double)n);
}

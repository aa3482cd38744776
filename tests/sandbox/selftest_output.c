/* selftest_output.c - a demo that prints what it must not; see selftest.h. */
#include <stdio.h>
#include <string.h>

#include "selftest.h"

void act_flood(void)
{
    for (long i = 0; !n || i < n; i++)
        printf("{\"event\":\"progress\",\"t\":%ld,\"done\":0.5}\n", i);
    metric(1);
}

void act_flood_errors(void)
{
    setvbuf(stderr, NULL, _IOFBF, 1 << 16);
    for (;;)
        fputs("error error error error error error error error error error error\n", stderr);
}

/* In blocks: letter by letter it would take the processor time that a run may have. */
void act_long_line(void)
{
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    for (long left = n; left > 0; left -= (long)sizeof block)
        fwrite(block, 1, left < (long)sizeof block ? (size_t)left : sizeof block, stdout);
    putchar('\n');
    metric(1);
}

void act_no_newline(void)
{
    metric(1);
    printf("{\"event\":\"progress\",\"t\":2,\"done\":1}");
}

void act_binary(void)
{
    for (int i = 0; i < 1000; i++)
        putchar(i * 7 % 256);
    putchar('\n');
    metric(1);
}

void act_bad_json(void)
{
    printf("hello\n{\"event\":\"exit\",\"t\":1,\"code\":0}\n\n{\"event\":\"sample\",\"t\":1}\n");
    metric(1);
}

/* fatal.c - the end of a benchmark that cannot go on. */
#include "bench/fatal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fatal(const char *format, ...)
{
    va_list list;

    fputs("bench: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

void fatal_errno(const char *what)
{
    fatal("%s: %s", what, strerror(errno));
}

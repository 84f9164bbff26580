/* fatal.h - the end of a benchmark that cannot go on. */
#ifndef BENCH_FATAL_H
#define BENCH_FATAL_H

/* Prints a sentence and ends the program. */
_Noreturn void fatal(const char *format, ...);
/* The same with what errno says. */
_Noreturn void fatal_errno(const char *what);

#endif

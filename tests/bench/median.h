/* median.h - the middle of several measurements. */
#ifndef BENCH_MEDIAN_H
#define BENCH_MEDIAN_H

#include <stddef.h>

/* The middle value (the upper one of two); sorts the values. */
double median(double *values, size_t count);

#endif

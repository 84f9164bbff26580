/* histogram.h - how many times took how long. */
#ifndef PROXY_OBSERVE_HISTOGRAM_H
#define PROXY_OBSERVE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BOUNDS 12

struct histogram {
    const uint64_t *bounds; /* HISTOGRAM_BOUNDS of them in microseconds, rising */
    /* Times up to each bound and above the one before; the last place is for those above all. */
    uint64_t counts[HISTOGRAM_BOUNDS + 1];
    uint64_t sum; /* of all times */
};

/* Adds a time in microseconds. */
void histogram_add(struct histogram *h, uint64_t micros);

#endif

/* report.h - the measurements of all repetitions, and the table made of them. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/server.h"

#define REPETITIONS_MAX 15

enum measure {
    MEASURE_BATCHES,
    MEASURE_SINGLES,
    MEASURE_SETUP,
    MEASURE_STORM,
    MEASURE_MEMORY,
    MEASURE_LATENCY,
    MEASURE_DECISION_WARM,
    MEASURE_DECISION_RANDOM,
    MEASURE_COUNT
};

/* The decisions are no servers: a few partners stand in the relay's column, many in the proxy's. */
#define TARGET_FEW TARGET_RELAY
#define TARGET_MANY TARGET_PROXY

struct report {
    double values[MEASURE_COUNT][TARGET_COUNT][REPETITIONS_MAX];
    size_t counts[MEASURE_COUNT][TARGET_COUNT];
};

void report_add(struct report *r, enum measure measure, enum target target, double value);
/* Prints one line a measure: medians, ratios, and whether the target was met. */
void report_print(struct report *r);

#endif

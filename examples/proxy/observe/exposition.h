/* exposition.h - numbers as Prometheus reads them: its text format 0.0.4. */
#ifndef PROXY_OBSERVE_EXPOSITION_H
#define PROXY_OBSERVE_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

#include "proxy/observe/histogram.h"

enum metric {
#define X(name, type, labels, help) METRIC_##name,
#include "proxy/observe/metrics.def"
#undef X
    METRIC_COUNT
};

/* The lines about a metric; its samples must follow. */
void exposition_begin(FILE *out, enum metric metric);
/* A sample: values has one text for each label of the metric, and may be NULL if it has none. */
void exposition_sample(FILE *out, enum metric metric, const char *const *values, uint64_t value);
/* The same in seconds, of a value in microseconds. */
void exposition_seconds(FILE *out, enum metric metric, const char *const *values, uint64_t micros);
/* All samples of a histogram. */
void exposition_histogram(FILE *out, enum metric metric, const char *const *values,
                          const struct histogram *h);

#endif

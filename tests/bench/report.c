/* report.c - the measurements of all repetitions, and the table made of them. */
#include "bench/report.h"

#include <stdbool.h>
#include <stdio.h>

#include "bench/median.h"

/* A line of the table. The targets are those of doc/architecture.md. */
static const struct line {
    const char *title;
    const char *unit;
    int digits;
    const char *names[TARGET_COUNT]; /* NULL: not measured */
    enum target yardstick;           /* what a limit on the ratio refers to */
    double ratio_limit;              /* 0: none */
    double value_limit;              /* 0: none */
} lines[MEASURE_COUNT] = {
    [MEASURE_BATCHES] = {.title = "CPU a stanza, 10 streams, 8 stanzas a record",
                         .unit = "us",
                         .digits = 2,
                         .names = {"relay", "relay+Expat", "proxy"},
                         .yardstick = TARGET_EXPAT,
                         .ratio_limit = 2},
    [MEASURE_SINGLES] = {.title = "CPU a stanza, 500 streams, one stanza a record",
                         .unit = "us",
                         .digits = 2,
                         .names = {"relay", "relay+Expat", "proxy"},
                         .yardstick = TARGET_EXPAT,
                         .ratio_limit = 2},
    [MEASURE_SETUP] = {.title = "CPU a set-up, mutual TLS 1.3 P-256 (proxy: STARTTLS + EXTERNAL)",
                       .unit = "us",
                       .names = {"relay", NULL, "proxy"},
                       .yardstick = TARGET_RELAY,
                       .ratio_limit = 1.25},
    [MEASURE_STORM] = {.title = "CPU a come-back of 2000 lost streams (relay: resumed TLS alone)",
                       .unit = "us",
                       .names = {"relay", NULL, "proxy"},
                       .yardstick = TARGET_RELAY},
    [MEASURE_MEMORY] = {.title = "Memory an idle authenticated stream, 1000 streams",
                        .unit = "KiB",
                        .digits = 1,
                        .names = {"relay", NULL, "proxy"},
                        .yardstick = TARGET_RELAY,
                        .value_limit = 16},
    [MEASURE_LATENCY] = {.title = "Median latency, one message in flight",
                         .unit = "us",
                         .names = {"relay", "relay+Expat", "proxy"},
                         .yardstick = TARGET_RELAY,
                         .ratio_limit = 1.3},
    [MEASURE_DECISION_WARM] = {.title = "A policy decision, the same ten partners",
                               .unit = "ns",
                               .names = {"of 10", NULL, "of 100000"},
                               .yardstick = TARGET_FEW,
                               .ratio_limit = 1.5},
    [MEASURE_DECISION_RANDOM] = {.title = "A policy decision, any partner (caches cold)",
                                 .unit = "ns",
                                 .names = {"of 10", NULL, "of 100000"},
                                 .yardstick = TARGET_FEW},
};

void report_add(struct report *r, enum measure measure, enum target target, double value)
{
    size_t *count = &r->counts[measure][target];

    if (*count < REPETITIONS_MAX)
        r->values[measure][target][(*count)++] = value;
}

/* The comparison with one of the yardsticks; returns false if a target was missed. */
static bool print_ratio(const struct line *l, enum target target, double value, double subject)
{
    bool judged = target == l->yardstick && l->ratio_limit > 0;

    printf("; %s %.*f %s (%.2fx", l->names[target], l->digits, value, l->unit, subject / value);
    if (judged)
        printf(", target <= %gx", l->ratio_limit);
    printf(")");
    return !judged || subject / value <= l->ratio_limit;
}

static void print_line(struct report *r, enum measure m)
{
    const struct line *l = &lines[m];
    double subject = median(r->values[m][TARGET_PROXY], r->counts[m][TARGET_PROXY]);
    bool met = l->value_limit <= 0 || subject <= l->value_limit;
    int t;

    printf("%s:\n    %s %.*f %s", l->title, l->names[TARGET_PROXY], l->digits, subject, l->unit);
    if (l->value_limit > 0)
        printf(" (target <= %g %s)", l->value_limit, l->unit);
    for (t = TARGET_RELAY; t < TARGET_PROXY; t++)
        if (l->names[t])
            met = print_ratio(l, t, median(r->values[m][t], r->counts[m][t]), subject) && met;
    if (l->ratio_limit > 0 || l->value_limit > 0)
        printf(": %s", met ? "met" : "MISSED");
    putchar('\n');
}

void report_print(struct report *r)
{
    int m;

    printf("Medians of %zu. CPU time and memory are those of the server process alone.\n\n",
           r->counts[MEASURE_SETUP][TARGET_PROXY]);
    for (m = 0; m < MEASURE_COUNT; m++)
        if (r->counts[m][TARGET_PROXY] > 0)
            print_line(r, m);
}

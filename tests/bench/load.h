/* load.h - the scenarios: what is done to a server, and what it cost. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/server.h"
#include "bench/stream.h"

/* Stanzas over open streams. */
struct traffic {
    size_t streams;
    size_t batch;  /* stanzas in a TLS record */
    size_t window; /* stanzas on their way at a time */
    size_t total;
};

struct setup_cost {
    double us;  /* CPU for each connection */
    double kib; /* memory for each idle one */
};

/* CPU of the server for each stanza, in microseconds. */
double load_traffic(const struct place *place, const struct partners *partners, enum target target,
                    const struct traffic *traffic);
/* CPU and memory of the server for each of so many connections that stay open and idle. */
struct setup_cost load_setup(const struct place *place, const struct partners *partners,
                             enum target target, size_t connections);
/*
 * CPU of the server, in microseconds, for each of so many streams that are all lost at once and
 * then come back with the TLS sessions that they had.
 */
double load_storm(const struct place *place, const struct partners *partners, enum target target,
                  size_t streams);
/* Median time from sending a stanza outside to its arrival inside, in microseconds. */
double load_latency(const struct place *place, const struct partners *partners, enum target target,
                    size_t stanzas);

#endif

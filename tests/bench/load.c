/* load.c - the scenarios: what is done to a server, and what it cost. */
#include "bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/fatal.h"
#include "bench/median.h"
#include "bench/sink.h"

#define STANZA_SIZE 300
#define BATCH_MAX 32
#define WARM_UP_STANZAS 2000
#define WARM_UP_CONNECTIONS 20
#define SETTLE_NS 50000000 /* 50 ms */

/* A server, both of its sides, and the streams to it. */
struct run {
    struct server server;
    struct sink sink;
    struct stream *streams;
    size_t count;
    size_t next; /* the stream whose turn it is */
    size_t sent; /* stanzas */
    char record[PARTNER_COUNT][BATCH_MAX * STANZA_SIZE];
};

/* ---- stanzas ----------------------------------------------------------------------------- */

/* A message of exactly STANZA_SIZE bytes from a user of a partner. */
static void make_stanza(size_t partner, char *ret)
{
    static const char tail[] = "</body></message>";
    char from[64];
    int len;

    snprintf(from, sizeof(from), PARTNER_DOMAIN, partner);
    memset(ret, 'x', STANZA_SIZE);
    len = snprintf(ret, STANZA_SIZE,
                   "<message type='chat' from='romeo@%s/orchard' to='juliet@" HOSTED_DOMAIN
                   "' id='bench'><body>",
                   from);
    ret[len] = 'x';
    memcpy(ret + STANZA_SIZE - strlen(tail), tail, strlen(tail));
}

static void make_records(struct run *r)
{
    size_t partner;
    size_t i;

    for (partner = 0; partner < PARTNER_COUNT; partner++)
        for (i = 0; i < BATCH_MAX; i++)
            make_stanza(partner, r->record[partner] + i * STANZA_SIZE);
}

static void send_batch(struct run *r, size_t batch)
{
    stream_send(&r->streams[r->next], r->record[r->next % PARTNER_COUNT], batch * STANZA_SIZE);
    r->next = (r->next + 1) % r->count;
    r->sent += batch;
}

/*
 * Sends until the window is full and goes on when half of it has arrived. So each server finds
 * the same bursts, whether it is fast or slow.
 */
static void send_stanzas(struct run *r, const struct traffic *t, size_t total)
{
    size_t goal = r->sent + total;

    while (r->sent < goal) {
        send_batch(r, t->batch);
        if (r->sent - r->sink.stanzas >= t->window)
            sink_wait(&r->sink, r->sent - t->window / 2);
    }
    sink_wait(&r->sink, r->sent);
}

/* ---- beginning and end ------------------------------------------------------------------- */

static struct run *begin(const struct place *place, enum target target, size_t streams)
{
    struct run *r = calloc(1, sizeof(*r));

    if (r)
        r->streams = calloc(streams, sizeof(*r->streams));
    if (!r || !r->streams)
        fatal("out of memory");
    make_records(r);
    server_start(place, target, &r->server);
    sink_open(&r->sink, place->inside, target == TARGET_PROXY);
    return r;
}

static void open_streams(struct run *r, const struct place *place, const struct partners *partners,
                         enum target target, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++, r->count++)
        stream_open(partners, r->count % PARTNER_COUNT, place->port, target == TARGET_PROXY,
                    &r->streams[r->count]);
}

static void end(struct run *r)
{
    size_t i;

    server_stop(&r->server);
    for (i = 0; i < r->count; i++)
        stream_close(&r->streams[i]);
    sink_close(&r->sink);
    free(r->streams);
    free(r);
}

/* Lets a server finish what it does after the last bytes that can be seen from here. */
static void settle(void)
{
    const struct timespec pause = {.tv_nsec = SETTLE_NS};

    nanosleep(&pause, NULL);
}

/* The same where there may be much: until nothing was done for a while. */
static void settle_long(const struct run *r)
{
    int64_t before;

    do {
        before = server_cpu(&r->server);
        settle();
    } while (server_cpu(&r->server) != before);
}

/* ---- scenarios --------------------------------------------------------------------------- */

double load_traffic(const struct place *place, const struct partners *partners, enum target target,
                    const struct traffic *traffic)
{
    struct run *r = begin(place, target, traffic->streams);
    int64_t before;
    double us;

    open_streams(r, place, partners, target, traffic->streams);
    send_stanzas(r, traffic, WARM_UP_STANZAS);
    settle();
    before = server_cpu(&r->server);
    send_stanzas(r, traffic, traffic->total);
    settle();
    us = (double)(server_cpu(&r->server) - before) / 1000 / (double)traffic->total;
    end(r);
    return us;
}

struct setup_cost load_setup(const struct place *place, const struct partners *partners,
                             enum target target, size_t connections)
{
    struct run *r = begin(place, target, WARM_UP_CONNECTIONS + connections);
    struct setup_cost cost;
    int64_t cpu;
    long memory;

    open_streams(r, place, partners, target, WARM_UP_CONNECTIONS);
    settle();
    memory = server_memory(&r->server);
    cpu = server_cpu(&r->server);
    open_streams(r, place, partners, target, connections);
    settle();
    cost.us = (double)(server_cpu(&r->server) - cpu) / 1000 / (double)connections;
    cost.kib = (double)(server_memory(&r->server) - memory) / (double)connections;
    end(r);
    return cost;
}

double load_storm(const struct place *place, const struct partners *partners, enum target target,
                  size_t streams)
{
    struct run *r = begin(place, target, streams);
    int64_t before;
    double us;
    size_t i;

    open_streams(r, place, partners, target, streams);
    for (i = 0; i < streams; i++)
        stream_lose(&r->streams[i]);
    settle_long(r);
    before = server_cpu(&r->server);
    for (i = 0; i < streams; i++)
        stream_come_back(partners, i % PARTNER_COUNT, place->port, target == TARGET_PROXY,
                         &r->streams[i]);
    settle();
    us = (double)(server_cpu(&r->server) - before) / 1000 / (double)streams;
    end(r);
    return us;
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

double load_latency(const struct place *place, const struct partners *partners, enum target target,
                    size_t stanzas)
{
    const struct traffic one = {.streams = 1, .batch = 1, .window = 1};
    struct run *r = begin(place, target, one.streams);
    double *times = calloc(stanzas, sizeof(*times));
    double us;
    size_t i;

    if (!times)
        fatal("out of memory");
    open_streams(r, place, partners, target, one.streams);
    send_stanzas(r, &one, WARM_UP_STANZAS);
    for (i = 0; i < stanzas; i++) {
        double start = now_us();

        send_batch(r, one.batch);
        sink_wait(&r->sink, r->sent);
        times[i] = now_us() - start;
    }
    us = median(times, stanzas);
    free(times);
    end(r);
    return us;
}

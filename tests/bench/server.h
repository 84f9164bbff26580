/* server.h - the servers under test: starting, ending, and what they cost. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define PATH_SIZE 512

enum target { TARGET_RELAY, TARGET_EXPAT, TARGET_PROXY, TARGET_COUNT };

/* Where everything is. */
struct place {
    const char *folder; /* certificates, sockets and the proxy's files */
    const char *relay;  /* the programs */
    const char *proxy;
    uint16_t port; /* a free one; filled in by place_prepare */
    char inside[PATH_SIZE];
};

struct server {
    pid_t pid;
    clockid_t clock; /* its CPU time */
};

/* Finds a port and writes the files that the proxy reads. Ends the program on failure. */
void place_prepare(struct place *p);

/* Starts a server; it is ready once sink_open() has come through. */
void server_start(const struct place *p, enum target target, struct server *ret);
void server_stop(struct server *s);

/* CPU time that all threads of the server have used, in nanoseconds. */
int64_t server_cpu(const struct server *s);
/* Resident memory of the server in KiB. */
long server_memory(const struct server *s);

#endif

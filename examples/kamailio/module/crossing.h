/*
 * crossing.h - how Kamailio's processes hand packets to ours: through shared memory and a pipe.
 *
 * A SIP worker puts a request here, and whichever process ends a transaction its response; the
 * pipe carries the address alone, so that a write is whole or not at all. No type of Kamailio's is
 * in this header, and nothing of the library's: the workers must never touch that.
 */
#ifndef KAMAILIO_MODULE_CROSSING_H
#define KAMAILIO_MODULE_CROSSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crossing_kind { CROSSING_REQUEST, CROSSING_RESPONSE };

struct crossing {
    enum crossing_kind kind;
    unsigned hash; /* hash and label name the transaction of a request, for its answer */
    unsigned label;
    uint64_t token; /* of the request that is responded to */
    int status;     /* of a response */
    size_t uri_len; /* of a request: the Request-URI as the script has left it */
    size_t len;     /* of the packet; 0 for a response that nobody sent */
    char bytes[];   /* the URI, the packet, NUL */
};

/* Makes the pipe, before Kamailio forks. False with an error number in errno. */
bool crossing_open(void);
/* Our process keeps the end that is read; the other processes only write. */
int crossing_read_end(void);

/* Room for a URI and a packet in shared memory, or NULL; crossing_free() is due, or the next. */
struct crossing *crossing_new(enum crossing_kind kind, size_t uri_len, size_t len);
/*
 * Hands one over, which then belongs to our process. False if that has not kept up for so many
 * milliseconds.
 */
bool crossing_send(struct crossing *c, int patience);
/* The next one, whose owner is the caller, or NULL; never waits. */
struct crossing *crossing_receive(void);
void crossing_free(struct crossing *c);

#endif

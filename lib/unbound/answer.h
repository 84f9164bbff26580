/* answer.h - DNS messages around libunbound: what a query asks, and the answer that fits it. */
#ifndef XFED_UNBOUND_ANSWER_H
#define XFED_UNBOUND_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    XFED_UNBOUND_HEADER_SIZE = 12,
    XFED_UNBOUND_WIRE_NAME = 255, /* octets of a name in a message (RFC 1035 3.1) */
    XFED_UNBOUND_QUESTION = 255 + 4,
    XFED_UNBOUND_NAME_SIZE = 1024, /* its text, each octet as \DDD, with the NUL */
    XFED_UNBOUND_UDP_MAX = 4096    /* what resolver.h takes of an answer over UDP */
};

/* What of a query its answer has to repeat, and what libunbound wants to know. */
struct xfed_unbound_question {
    uint16_t id;
    bool wants_recursion;
    bool unchecked; /* CD */
    uint16_t type;
    uint16_t class_code;
    uint8_t wire[XFED_UNBOUND_QUESTION]; /* name, type and class as sent */
    size_t wire_len;
    char name[XFED_UNBOUND_NAME_SIZE];
};

/* What libunbound has found. */
struct xfed_unbound_found {
    unsigned rcode;
    bool secure;
    bool bogus;
    const uint8_t *packet; /* NULL: there is none */
    size_t len;
};

/* Reads a query; false unless it is one, with exactly one question that is no pointer. */
bool xfed_unbound_read_question(const uint8_t *data, size_t len, struct xfed_unbound_question *ret);

/*
 * Makes the answer to a question in ret, whose size is XFED_UNBOUND_HEADER_SIZE +
 * XFED_UNBOUND_QUESTION or, if more, that of the packet found; returns its length. One over max is
 * cut off after the question, and says so.
 */
size_t xfed_unbound_write_answer(const struct xfed_unbound_question *q,
                                 const struct xfed_unbound_found *found, size_t max, uint8_t *ret);

#endif

/* stream.h - one stream of a partner to the server under test, on a blocking socket. */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/names.h"

/* The certificates of all partners. */
struct partners {
    gnutls_certificate_credentials_t credentials[PARTNER_COUNT];
    gnutls_priority_t priority;
};

struct stream {
    int fd;
    gnutls_session_t tls;
    gnutls_datum_t saved; /* what it can come back with; NULL data: nothing */
};

/* Reads partner0.pem, partner0.key, ... and ca.pem of a folder; ends the program on failure. */
void partners_load(const char *folder, struct partners *ret);
void partners_fini(struct partners *p);

/*
 * Opens a stream as the partner of that number: STARTTLS, SASL EXTERNAL and the stream after it
 * where the server speaks XMPP, else only TLS and a stream header. Ends the program on failure.
 */
void stream_open(const struct partners *p, size_t partner, uint16_t port, bool xmpp,
                 struct stream *ret);
/* Waits for what the stream can come back with, and closes it. */
void stream_lose(struct stream *s);
/* Opens a lost stream again; ends the program if its TLS session is not resumed. */
void stream_come_back(const struct partners *p, size_t partner, uint16_t port, bool xmpp,
                      struct stream *s);
/* Sends bytes as one TLS record (up to 16 KiB). */
void stream_send(struct stream *s, const char *data, size_t len);
/* Closes the connection without ceremony. */
void stream_close(struct stream *s);

#endif

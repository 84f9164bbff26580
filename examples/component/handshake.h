/* handshake.h - the proof of the shared secret of a component (XEP-0114 3). */
#ifndef EXAMPLE_COMPONENT_HANDSHAKE_H
#define EXAMPLE_COMPONENT_HANDSHAKE_H

#include <stdbool.h>

#define HANDSHAKE_ID_SIZE 33
#define HANDSHAKE_DIGEST_SIZE 41

/* Writes a random stream id in hex; false if the system has no randomness. */
bool handshake_id(char ret[HANDSHAKE_ID_SIZE]);
/* Writes SHA1(id + secret) in lower-case hex; false when out of memory. */
bool handshake_digest(const char *id, const char *secret, char ret[HANDSHAKE_DIGEST_SIZE]);
/* Compares without telling by its time where two digests differ. */
bool handshake_equal(const char *a, const char *b);

#endif

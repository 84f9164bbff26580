/*
 * transcript.h - a file of what a peer sends and what it gets back, one behaviour a file.
 *
 *     # free text
 *     host contoso.example                      what we host; a second word names a certificate
 *     policy fabrikam.example tls=optional ...  a partner: tls, sasl (required, optional,
 *                                               not-supported), dialback, allow-plaintext,
 *                                               key-by-certificate (true, false), shared-secret (the
 *                                               secret itself)
 *     evidence                                  the host can look for TLSA records of a peer
 *     start receiver                            or: start initiator LOCAL REMOTE, or: start
 *                                               verifier LOCAL REMOTE; initiator-direct and
 *                                               verifier-direct dial direct TLS, receiver-direct
 *                                               is dialled so; "acks" after it
 *                                               for XEP-0198, "sessions" for resumption too: then
 *                                               the session "kept" has 3 stanzas handled, and
 *                                               "past" is over; with "kept" an initiator has sent
 *                                               5 and has acks for 2
 *     C: <bytes of the peer>                    \n, \xHH; %fill N% stands for N letters
 *     A: <call of the host>                     checked LOCAL REMOTE OK|CODE [CONDITION],
 *                                               close OK|CODE, gone, tick MILLISECONDS,
 *                                               send FROM TO, verify LOCAL REMOTE ID KEY,
 *                                               pair LOCAL REMOTE,
 *                                               policy DOMAIN tls=... (no other partner any more),
 *                                               no-policy, host DOMAIN, unhost DOMAIN,
 *                                               tlsa CERTIFICATE: DNS has its key; evidence: that
 *                                               was all
 *                                               tls CERTIFICATE|none: the peer's end of the
 *                                               handshake; C and S are what TLS carries from there
 *     E: <event>                                what the host is told after that
 *     S: <bytes of ours>                        what the peer is sent after that
 *
 * Consecutive C lines are one piece. Playing a transcript gives it back with the E and S lines that
 * really happened, so that a test compares two texts. Stream ids of ours are written as %id%, and
 * what we say in SCRAM, which has a random part, as "masked".
 */
#ifndef TESTS_TRANSCRIPT_TRANSCRIPT_H
#define TESTS_TRANSCRIPT_TRANSCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct transcript;

/* Reads a file and makes what it plays on; fails the test if it cannot. */
struct transcript *transcript_open(const char *path);
void transcript_close(struct transcript *t);

/* The text of the file. */
const char *transcript_text(const struct transcript *t);
/* Whether the peer speaks TLS, which makes a play a hundred times as costly. */
bool transcript_has_tls(const struct transcript *t);
/* How many bytes the peer sends. */
size_t transcript_bytes(const struct transcript *t);

#define TRANSCRIPT_WHOLE 0
#define TRANSCRIPT_BYTES ((size_t)-1)

/*
 * Plays it: with whole pieces, byte by byte, or with the piece around byte number cut divided
 * there. The caller frees the text with free().
 */
char *transcript_play(struct transcript *t, size_t cut);

#endif

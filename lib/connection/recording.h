/*
 * recording.h - what one stream hears and says, as text that can be played again.
 *
 * The language is that of tests/transcript/transcript.h. What is taken down is what TLS carries,
 * one line a unit, without secrets: keys of ours are written as they would be under a secret that
 * everybody knows, keys of others as a word, stanzas by their addresses and only where one ended
 * the stream. All calls do nothing on a stream that is not recorded, and running out of memory ends
 * the recording, never the stream.
 */
#ifndef XFED_CONNECTION_RECORDING_H
#define XFED_CONNECTION_RECORDING_H

#include "connection/connection.h"

struct xfed_recording;

/* Begins a recording if the site wants one of this stream; how is the rest of its start line. */
void xfed_recording_begin(xmppfed_connection *c, const char *how);
void xfed_recording_free(xmppfed_connection *c);

/* What the site answered the stream, once for each name. */
void xfed_recording_host(xmppfed_connection *c, const char *domain);
void xfed_recording_partner(xmppfed_connection *c, const struct xfed_partner *partner,
                            const char *domain);

/* The host can look for evidence about a peer. */
void xfed_recording_evidence(xmppfed_connection *c);

/* Plaintext bytes of the peer that were read; they become lines when their unit is whole. */
void xfed_recording_heard(xmppfed_connection *c, xmppfed_slice bytes);
/* The unit is whole, or is in error (item NULL), and will now be acted upon. */
void xfed_recording_unit(xmppfed_connection *c, const xmppfed_element *item);
/* A whole handshake, or one that failed. */
void xfed_recording_tls(xmppfed_connection *c, bool failed);
/* A header of ours with its id, and an element or raw text, in the buffer from before on. */
void xfed_recording_said(xmppfed_connection *c, size_t before, const xmppfed_element *e,
                         const char *id);
/* An event that the host was given. */
void xfed_recording_event(xmppfed_connection *c, const xmppfed_event *ev);
/* A call of the host, as the words behind "A: ". */
void xfed_recording_call(xmppfed_connection *c, const char *format, ...) XMPPFED_PRINTF(2, 3);
/* The host says the time. This and a stanza are lines only if something follows from them. */
void xfed_recording_tick(xmppfed_connection *c);
/* ... and what was to follow has happened, or not. */
void xfed_recording_settled(xmppfed_connection *c);

#endif

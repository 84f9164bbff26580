/*
 * talk.h - one connection driven past TLS without TLS, and what must always hold for it.
 *
 * The null TLS is a port of the negotiation that this folder alone has: it starts no session, says
 * at once that the handshake is done and believes what the input says of the certificate. So the
 * states behind STARTTLS are reached by plain bytes, while the shipped library stays as it is.
 *
 * Input: a line of letters, then what the peer sends. The letters: 'R' 'O' 'N' TLS required,
 * optional, not supported; 'r' 'o' 'n' the same of SASL; 'd' dialback; 'p' plaintext is allowed;
 * 'c' the certificate proves the peer; 'u' we have no certificate; 'v' only to verify; 's' strict;
 * 't' TLS from the first byte (XEP-0368); 'e' the host looks for TLSA records and finds the
 * certificate in them; other bytes the pieces (fuzz.h).
 * Bytes below 9 within the rest are not sent but make our host act, see act() in talk.c; at a
 * vertical tab the peer waits for what we send.
 */
#ifndef FUZZ_TALK_H
#define FUZZ_TALK_H

#include <xmppfed/connection.h>
#include <xmppfed/stream.h>

#include "fuzz.h"

#define TALK_LOCAL "contoso.example"
#define TALK_REMOTE "fabrikam.example"

/* Two domains of ours with two of the partner's. */
enum { TALK_PAIRS = 4 };

struct talk_pair {
    char local[XMPPFED_DOMAIN_SIZE];
    char remote[XMPPFED_DOMAIN_SIZE];
    int kind; /* of the proof; of a check 0, or 1 once it was answered "valid" */
};

struct talk_pairs {
    struct talk_pair items[TALK_PAIRS];
    size_t count;
};

struct talk {
    xmppfed_context *ctx;
    xmppfed_site *site;
    xmppfed_connection *connection; /* NULL: the policy does not allow one */
    xmppfed_time now;
    struct fuzz_cut cut;
    struct talk_pairs up;     /* pairs that were announced as proved */
    struct talk_pairs checks; /* dialback checks that we were asked for */
    xmppfed_stream *written;  /* reads what we write */
    int proof_of_outbound;    /* of a STREAM_UP since the output was read last; 0: none */
    bool wrote_auth;          /* <auth/> is out */
    bool wrote_key;           /* <db:result/> is out */
    unsigned reloads;
    bool down;
};

/* Reads the first line of the input and makes the connection; direction as enum xmppfed_direction.
 */
void talk_begin(struct talk *t, struct fuzz_input *in, int direction);
/* The rest of the input. */
void talk_go_on(struct talk *t, struct fuzz_input *in);
void talk_end(struct talk *t);

#endif

/* fake_ports.h - what a negotiation asks of TLS, SASL and its stream, answered as a test likes. */
#ifndef TESTS_SUPPORT_FAKE_PORTS_H
#define TESTS_SUPPORT_FAKE_PORTS_H

#include "negotiation/negotiation.h"
#include <xmppfed/event.h>

#define FAKE_PARTNERS 4
#define FAKE_DOMAINS 4

struct fake_ports {
    xmppfed_context *ctx;

    /* Answers, set by the test. */
    bool can_serve;           /* TLS: we have a certificate */
    bool can_dial;            /* TLS: we can be the client */
    int prove_rc;             /* what the peer's certificate is worth */
    bool bound;               /* ... by TLSA records */
    const char *proved_other; /* another domain that it proves, or NULL */
    uint32_t evidence;        /* what the host can get */
    int secret_rc;            /* why there is no SCRAM; 0: there is */
    int sasl_start_rc;
    int sasl_step_rc;
    const char *sasl_text; /* what SASL wants to be sent; NULL: nothing */
    size_t max_bytes;      /* what the peer is told by XEP-0478; 0: nothing */
    int tls_start_rc, send_header_rc, send_rc, restart_rc, up_rc, check_rc;
    const char *hosted[FAKE_DOMAINS];
    struct xfed_partner partners[FAKE_PARTNERS]; /* domain NULL: free */

    /* What happened: one line a call, of which XML is written as on the wire. */
    char log[8192];
    unsigned ids;   /* of streams: "id1", "id2" ... */
    uint64_t epoch; /* of the certificate's proof */
    int tls_version;
    unsigned proofs_asked; /* calls of prove */
    unsigned others_asked; /* ... of proves_other */
    int proved_eku;
};

/* Nothing hosted, nobody listed, TLS usable, certificates worth nothing. */
void fake_ports_init(struct fake_ports *f, xmppfed_context *ctx);
/* A partner record with these methods; TLS not supported if none of them uses TLS. */
struct xfed_partner *fake_ports_partner(struct fake_ports *f, const char *domain, uint32_t methods);
/* Hosts one more domain. */
void fake_ports_host(struct fake_ports *f, const char *domain);
/* The ports themselves, with f as user. */
struct xfed_ports fake_ports(struct fake_ports *f);
/* Fails the test unless the log is exactly this; then empties it. */
void fake_ports_expect(struct fake_ports *f, const char *log);

#endif

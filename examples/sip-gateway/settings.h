/* settings.h - the command line of the gateway. */
#ifndef SIP_GATEWAY_SETTINGS_H
#define SIP_GATEWAY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS_ALLOWED 16

struct settings {
    const char *domain; /* whose SIP users the gateway speaks for, on the XMPP side */
    const char *secret_file;
    const char *connect; /* the proxy's inside listener: ADDRESS:PORT or a path */
    const char *tls_ca;  /* these three: all or none */
    const char *tls_cert;
    const char *tls_key;
    const char *sip_listen;   /* a SIP URI */
    const char *sip_next_hop; /* the SIP URI where all requests go */
    const char *sip_domain;   /* the domain of the same users in SIP; by default the same */
    const char *sip_contact;  /* a SIP URI where requests in dialogs come; by default sip_listen */
    const char *ledger;       /* the file of what is under way; NULL: memory only */
    const char *name;         /* of this gateway among those with the same ledger */
    const char *allowed[SETTINGS_ALLOWED]; /* addresses from which requests are taken */
    size_t allowed_count;
    unsigned grace;       /* seconds for which an error from XMPP is waited for */
    unsigned limit;       /* messages under way at one time */
    unsigned watch_limit; /* watches at one time */
    bool acks;            /* the proxy acknowledges stanzas */
    bool sip_trace;       /* SIP messages, and what Sofia says, go to stderr */
};

/* What to do after the command line was read. */
enum settings_result { SETTINGS_RUN, SETTINGS_HELP, SETTINGS_WRONG };

/* Reads the command line; *ret borrows from argv. Says on stderr what is wrong. */
enum settings_result settings_read(int argc, char **argv, struct settings *ret);

#endif

/*
 * bridge.h - what a host keeps between SIP and XMPP: messages under way and who watches whom.
 *
 * translate/ says what becomes of what; the bridge remembers, on disk, so that a host that is
 * killed neither repeats a message nor loses one without a word. It does no network I/O and knows
 * neither SIP stack nor XMPP link: the host passes what arrives, and struct bridge_ports sends.
 * sip-gateway (Sofia-SIP, XEP-0114) and the Kamailio module (tm, the library itself) are its hosts.
 *
 *     bridge_new(ctx, &settings, &ports, now, &bridge, &why);
 *     bridge_link(bridge, true, now);                    the XMPP side is up
 *     bridge_take_stanza(bridge, stanza, now);           ... and whatever arrives
 *     bridge_take_request(bridge, &request, now);
 *     bridge_take_response(bridge, token, &response, now);
 *     bridge_tick(bridge, now);                          ten times a second
 *
 * now is milliseconds since 1970: what is on disk must make sense to the next process.
 * One thread; nothing here calls back but the ports, from within the calls above.
 */
#ifndef BRIDGE_BRIDGE_H
#define BRIDGE_BRIDGE_H

#include "proxy/settings/complaint.h"
#include "translate/error.h"
#include "translate/sip.h"

struct bridge;

struct bridge_settings {
    const char *const *domains; /* whose SIP users the host speaks for, on the XMPP side */
    size_t domain_count;
    const char
        *sip_domain;     /* the users' domain in SIP if it is another one (one domain only); NULL */
    const char *contact; /* SIP URI where requests within our dialogs are to come */
    const char
        *ledger; /* file of SQLite, shared by all bridges of the domains; NULL: memory only */
    const char *member;   /* a name that no other bridge with the same ledger has */
    unsigned grace;       /* seconds for which an error from XMPP is waited for */
    unsigned limit;       /* messages under way at one time */
    unsigned watch_limit; /* watches at one time */
    const struct translate_profile *profile; /* NULL: that of Lync */
};

/* A dialog of SIP (RFC 3261 12), as far as the stack must be told. */
struct bridge_dialog {
    xmppfed_slice call_id;
    xmppfed_slice local_tag;
    xmppfed_slice remote_tag; /* empty: the request begins the dialog */
    xmppfed_slice target;     /* URI of the remote target; empty: the request's own URI */
    xmppfed_slice route;      /* value of Route, empty for none */
    uint32_t cseq;            /* of this request */
};

/* A request that came. */
struct bridge_request {
    struct translate_sip sip;
    xmppfed_slice from_tag;
    xmppfed_slice to_tag; /* empty: outside of any dialog */
    xmppfed_slice record_route;
    uint32_t cseq;
    void *handle; /* the host's; each request is answered once by ports.answer, now or later */
};

struct bridge_answer {
    struct translate_response response; /* its contact is for 3xx alone */
    xmppfed_slice to_tag;               /* of the dialog that begins; empty: the stack's choice */
    xmppfed_slice contact; /* URI, for a dialog that begins or goes on; empty for none */
    long expires;          /* TRANSLATE_NO_EXPIRES for no header */
    unsigned retry_after;  /* seconds; 0 for no header */
};

/* The final response to a request that was sent; 408 when none came. */
struct bridge_response {
    struct translate_response response;
    xmppfed_slice to_tag;
    xmppfed_slice contact;      /* value of Contact */
    xmppfed_slice record_route; /* in the order of the response */
    long expires;               /* TRANSLATE_NO_EXPIRES if absent */
    long min_expires;           /* of a 423, likewise */
};

struct bridge_ports {
    /*
     * Sends a stanza (jabber:server), which is borrowed. 0, or an error as of link_send().
     * *ret_number counts what was sent on this link: 1, 2, ...; see bridge_acknowledged().
     */
    int (*send_stanza)(const xmppfed_element *stanza, uint64_t *ret_number, void *user);
    /*
     * Sends a request to the SIP server; dialog is NULL for a request outside of any (MESSAGE,
     * PUBLISH). bridge_take_response() gets the token, exactly once, unless false is returned.
     */
    bool (*send_request)(const struct translate_sip *sip, const struct bridge_dialog *dialog,
                         uint64_t token, void *user);
    void (*answer)(void *handle, const struct bridge_answer *answer, void *user);
    /* Tells an operator in one sentence. */
    void (*tell)(const char *sentence, void *user);
    void *user;
};

/*
 * Opens the ledger and takes up what a predecessor of the same name, or any member that is gone,
 * left behind: senders of messages whose fate is not known are told so, dialogs go on. False with a
 * sentence. settings, with all texts, and ctx are borrowed until bridge_free(); ports is copied.
 */
bool bridge_new(xmppfed_context *ctx, const struct bridge_settings *settings,
                const struct bridge_ports *ports, uint64_t now, struct bridge **ret,
                struct complaint *why);
/* Closes the ledger; requests without an answer are the stack's to drop. */
void bridge_free(struct bridge *b);

/* The XMPP side came up or went down; nothing that was sent and not acknowledged counts as taken.
 */
void bridge_link(struct bridge *b, bool up, uint64_t now);
/* The XMPP side has taken all stanzas up to this number. */
void bridge_acknowledged(struct bridge *b, uint64_t number, uint64_t now);
/*
 * A stanza that came; borrowed, and may be changed (addresses). When this returns it is on record:
 * the host may acknowledge it.
 */
void bridge_take_stanza(struct bridge *b, xmppfed_element *stanza, uint64_t now);
void bridge_take_request(struct bridge *b, const struct bridge_request *request, uint64_t now);
void bridge_take_response(struct bridge *b, uint64_t token, const struct bridge_response *response,
                          uint64_t now);
/* What is due: the end of a grace, refreshes, retries, members that are gone. */
void bridge_tick(struct bridge *b, uint64_t now);

/*
 * Takes nothing new from now on; bridge_idle() tells when what is under way has ended, and
 * bridge_give_up() reports the rest as failed. Watches stay in the ledger for the next process.
 */
void bridge_end(struct bridge *b);
bool bridge_idle(const struct bridge *b);
void bridge_give_up(struct bridge *b, uint64_t now);

#endif

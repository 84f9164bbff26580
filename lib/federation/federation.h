/* federation.h - the inside of xmppfed_federation, and the calls that act on the whole of it. */
#ifndef XFED_FEDERATION_FEDERATION_H
#define XFED_FEDERATION_FEDERATION_H

#include <xmppfed/federation.h>

#include "base/map.h"
#include "connection/event.h"
#include "dialback/pending.h"
#include "federation/counts.h"
#include "federation/posh.h"
#include "federation/refusals.h"
#include "federation/sessions.h"
#include "federation/targets.h"
#include "federation/timer.h"

#define XFED_QUERY_SIZE 512 /* a DNS question with EDNS is far smaller */

struct xmppfed_federation {
    xmppfed_context *ctx;
    xmppfed_site *site;
    uint64_t site_generation; /* trust and policy as the streams were last compared with them */
    xmppfed_resolver *resolver;
    struct xfed_timers timers;
    struct xfed_timer dns_timer;
    struct xfed_timer check_timer;
    struct xfed_map links;        /* id -> struct xfed_link */
    struct xfed_map routes;       /* purpose and two domains -> struct xfed_route */
    struct xfed_map lookups;      /* look-up of the resolver -> struct xfed_route */
    struct xfed_map peer_lookups; /* look-up of the resolver -> struct xfed_link of the peer */
    size_t evidence_waits;        /* links that wait for evidence */
    struct xfed_map holds;        /* token of CONTACT_WANTED -> struct xfed_link */
    struct xfed_map quotas;       /* partner -> struct xfed_quota */
    struct xfed_map invitations;  /* remote domain -> struct bucket of invitation.c */
    /* Address of peers -> struct xfed_quota: inbound links that have proved nothing yet. */
    struct xfed_map strangers;
    size_t stranger_count;
    struct xfed_posh posh;         /* what domains publish about their certificates */
    struct xfed_targets targets;   /* servers of partners that failed */
    struct xfed_sessions sessions; /* with servers of partners, to be resumed */
    struct xfed_refusals refusals; /* of EXTERNAL, by partners */
    struct xfed_dialback_pending checks;
    struct xfed_node ready; /* links that may have something to say */
    uint64_t last_id;       /* of links and tokens alike: no number comes twice */
    struct xfed_event_queue events;
    /*
     * Events about transport are made here, one at a time as the host asks: they need no memory, so
     * that no link is ever left without its OUTPUT or CLOSE.
     */
    xmppfed_event transport;
    uint8_t query[XFED_QUERY_SIZE];
    size_t queue_stanzas;
    size_t queue_bytes;
    xmppfed_time queue_time;
    xmppfed_time return_time;   /* after which a better server is tried again */
    xmppfed_time race_delay;    /* between attempts at two servers of a partner */
    struct xfed_map kept;       /* id -> struct xfed_kept: sessions of peers (XEP-0198 5) */
    struct xfed_node kept_lost; /* ... whose streams are lost */
    struct xfed_timer kept_timer;
    size_t kept_max;
    xmppfed_time resume_time; /* for which a session outlives its stream; 0: none does */
    bool acks;                /* XMPPFED_OPTION_ACKS */
    bool shares;              /* XMPPFED_OPTION_MULTIPLEX */
    bool answers_pings;       /* XMPPFED_OPTION_ANSWER_PINGS */
    bool fetches_posh;        /* the host does (XMPPFED_OPTION_POSH) */
    bool dns_trusted;         /* the name servers validate (XMPPFED_OPTION_DNS_TRUSTED) */
    bool closing;
    struct xfed_counts counts;
};

/* The map key of a number; it borrows id. */
xmppfed_slice xfed_id_key(const uint64_t *id);

/* Lets the resolver act: takes its results and sets its deadline. After each call on it. */
void xfed_federation_resolved(xmppfed_federation *fed, xmppfed_time now);
/* Fills the transport event with the next DNS query; false if there is none. */
bool xfed_federation_query(xmppfed_federation *fed, xmppfed_time now);
/* Fills the transport event: one about a link, without memory of its own. */
void xfed_federation_transport(xmppfed_federation *fed, int kind, uint64_t link);

/* Whether a proof of a remote domain is as strong as its record asks. */
bool xfed_federation_proof_suffices(const xmppfed_federation *fed, const char *remote, int proof);

/* Closes what new policy or trust does not allow any more, once for each change of the site. */
void xfed_federation_reload(xmppfed_federation *fed);

#endif

/*
 * watch_store.h - the tables of watches: dialogs both ways, and the presence that was told in them.
 *
 * A row is read, changed and put back within one transaction of the caller's (ledger.h). Slices of
 * what is read are in the caller's text. The finders give 1 for a row, 0 for none, and -1 if the
 * ledger could not be read.
 */
#ifndef BRIDGE_WATCH_STORE_H
#define BRIDGE_WATCH_STORE_H

#include "bridge/kept.h"
#include "bridge/ledger.h"
#include "bridge/watch_table.h"

/* No time at all. */
#define WATCH_NEVER INT64_MAX

/* A dialog (RFC 3261 section 12), as both directions keep it. */
struct watch_dialog {
    xmppfed_slice call_id;
    xmppfed_slice local_tag;
    xmppfed_slice remote_tag;
    xmppfed_slice local_uri; /* of From and To, where the other side has written them */
    xmppfed_slice remote_uri;
    xmppfed_slice target;
    xmppfed_slice route;
    uint32_t cseq;        /* the last of ours */
    uint32_t remote_cseq; /* the last of theirs, 0 for none yet */
};

/* An XMPP user who watches a SIP user; one row for each such pair. Times are as bridge.h has them.
 */
struct watching {
    int64_t id;            /* 0: not in the ledger yet */
    xmppfed_slice member;  /* who awaits the response, if one is; else who had it last */
    xmppfed_slice watcher; /* bare addresses of XMPP, prepared */
    xmppfed_slice watched;
    enum watching_state state;
    bool accepted;      /* <subscribed/> was sent: there is an authorization */
    bool asked;         /* the user waits for an answer to <subscribe/> */
    bool stale;         /* what the user knows is to be told again, when the link is up */
    unsigned interval;  /* seconds to ask for */
    unsigned tries;     /* SUBSCRIBEs since NOTIFY came last */
    int64_t due;        /* when the state ends */
    int64_t expires;    /* of the dialog */
    int64_t not_before; /* Retry-After: RFC 6665 4.1.3 */
    int64_t flight;     /* number of the request whose response is awaited, 0 for none */
    struct watch_dialog dialog;
    struct kept_presence told; /* what the user was told last */
};

/* One dialog in which a SIP user watches an XMPP user; there may be several of a pair. */
struct watched {
    int64_t id;
    xmppfed_slice member;  /* as above */
    xmppfed_slice watcher; /* the SIP user, as bare address of XMPP */
    xmppfed_slice watched;
    enum watched_state state;
    xmppfed_slice reason; /* CLOSED: what stands behind "terminated;reason=" */
    bool ask;             /* <subscribe/> or <probe/> is to be sent, when the link is up */
    unsigned tries;       /* NOTIFYs that failed, one after the other */
    int64_t expires;      /* of the dialog */
    int64_t notify;       /* when a NOTIFY is to be sent, WATCH_NEVER for none */
    int64_t sent;         /* when the last one was */
    int64_t lease;        /* how long its response is awaited at most */
    int64_t flight;       /* as above */
    struct watch_dialog dialog;
};

/* Makes the tables. */
bool watch_store_make(struct ledger *l);

/*
 * Whether there is room for another watch: limit in all, a quarter of it with one domain of XMPP.
 */
bool watch_store_has_room(struct ledger *l, unsigned limit, xmppfed_slice xmpp_user);

/* ---- XMPP users who watch ------------------------------------------------------------------ */

/* The row of a pair. */
int watching_find(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                  struct translate_text *text, struct watching *ret);
/* ... by our end of the dialog. */
int watching_find_dialog(struct ledger *l, xmppfed_slice call_id, xmppfed_slice local_tag,
                         struct translate_text *text, struct watching *ret);
/* ... of the request with this number. */
int watching_find_flight(struct ledger *l, int64_t flight, struct translate_text *text,
                         struct watching *ret);
/* One that is due; those of other members only when they do not see to it. */
int watching_find_due(struct ledger *l, const char *member, int64_t now,
                      struct translate_text *text, struct watching *ret);
int watching_find_stale(struct ledger *l, const char *member, struct translate_text *text,
                        struct watching *ret);
/*
 * Makes those stale about whom a report of the member still waits: one that was another's is sent
 * behind what was told since.
 */
bool watching_doubt(struct ledger *l, const char *member);
/* The next one of a member by id, whose response he awaits. */
int watching_next_flying(struct ledger *l, const char *member, int64_t after,
                         struct translate_text *text, struct watching *ret);
/*
 * Writes a row, which is this member's from now on, unless another one awaits a response: who dies
 * leaves that one to be taken over. Sets the id of a new row.
 */
bool watching_put(struct ledger *l, const char *member, struct watching *w);
bool watching_remove(struct ledger *l, int64_t id);

/* ---- SIP users who watch ------------------------------------------------------------------- */

/* As above. */
int watched_find_dialog(struct ledger *l, xmppfed_slice call_id, xmppfed_slice local_tag,
                        struct translate_text *text, struct watched *ret);
/* The dialog that a SUBSCRIBE began which comes once more: the same From tag and CSeq. */
int watched_find_again(struct ledger *l, xmppfed_slice call_id, xmppfed_slice remote_tag,
                       uint32_t remote_cseq, struct translate_text *text, struct watched *ret);
int watched_find_flight(struct ledger *l, int64_t flight, struct translate_text *text,
                        struct watched *ret);
int watched_find_due(struct ledger *l, const char *member, int64_t now, struct translate_text *text,
                     struct watched *ret);
int watched_find_asking(struct ledger *l, const char *member, struct translate_text *text,
                        struct watched *ret);
int watched_next_flying(struct ledger *l, const char *member, int64_t after,
                        struct translate_text *text, struct watched *ret);
/* The next dialog of a pair by id. */
int watched_next(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched, int64_t after,
                 struct translate_text *text, struct watched *ret);
bool watched_put(struct ledger *l, const char *member, struct watched *w);
/* Removes a dialog. */
bool watched_remove(struct ledger *l, int64_t id);

/* Whether the pair of a dialog has another one in a state of first to last. */
bool watched_others(struct ledger *l, const struct watched *w, enum watched_state first,
                    enum watched_state last);
/* Gives all dialogs of a member something to ask, as when his link was down. */
bool watched_ask_all(struct ledger *l, const char *member);
/* One <subscribe/> or <probe/> serves all dialogs of a pair. */
bool watched_asked(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched);

/* The members' rows that are waited for by nobody any more become another's. */
bool watch_store_adopt(struct ledger *l, const char *from, const char *to);

/* ---- presence of XMPP users, for each SIP user who watches them ----------------------------- */

/*
 * Keeps what an XMPP user has told a SIP user: one row for each available resource, at most
 * TRANSLATE_TUPLES, or one that is unavailable. *ret_changed: whether that says something new.
 */
bool resources_put(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched,
                   const struct kept_presence *kept, bool *ret_changed);
/* Fills in at most max of them; how many there are, -1 on failure. */
int resources_all(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched, size_t max,
                  struct translate_text *text, struct kept_presence *ret);
/* Forgets those of a pair. */
bool resources_forget(struct ledger *l, xmppfed_slice watcher, xmppfed_slice watched);

#endif

/*
 * watch_table.h - the two state machines of presence: XMPP users who watch SIP users, and SIP users
 * who watch XMPP users.
 *
 * Pure: from a state and an event to the next state and what is done on the way. watching.c and
 * watched.c do it.
 */
#ifndef BRIDGE_WATCH_TABLE_H
#define BRIDGE_WATCH_TABLE_H

/* ---- an XMPP user watches a SIP user: RFC 6665 4.1.2 and RFC 8048 section 3.1 -------------- */

/* The numbers of states are in the ledger. */
enum watching_state {
    WATCHING_GONE = 0,   /* there is no such watch */
    WATCHING_RESTING,    /* there is no dialog; one is to be begun when it is due */
    WATCHING_ASKING,     /* SUBSCRIBE was sent outside of a dialog */
    WATCHING_ANSWERED,   /* ... and accepted; the first NOTIFY is awaited */
    WATCHING_OPEN,       /* the dialog lives; it is to be refreshed when it is due */
    WATCHING_REFRESHING, /* SUBSCRIBE was sent within the dialog; NOTIFY is awaited */
    WATCHING_LEAVING,    /* the user let go while ASKING: a dialog that comes is to be ended */
    WATCHING_ENDING,     /* SUBSCRIBE with Expires 0 is to be sent */
    WATCHING_ENDED,      /* ... was sent; its response is awaited */
    WATCHING_CLOSED,     /* ... was answered; the last NOTIFY is awaited */
    WATCHING_STATES
};

enum watching_event {
    WATCHING_SUBSCRIBE,   /* stanzas of the XMPP user */
    WATCHING_UNSUBSCRIBE, /* ... */
    WATCHING_PROBE,       /* ... */
    WATCHING_DUE,         /* time has come */
    WATCHING_EXPIRED,     /* ... and the dialog's own time is over */
    WATCHING_OK,          /* responses to SUBSCRIBE: 2xx */
    WATCHING_AGAIN,       /* ... that end a dialog but not the authorization */
    WATCHING_FAILED,      /* ... that leave things as they are */
    WATCHING_HOPELESS,    /* ... the same, when there is no authorization that would be kept */
    WATCHING_REFUSED,     /* ... that end the authorization */
    WATCHING_NOTIFY,      /* NOTIFY, active or pending */
    WATCHING_PAUSED,      /* NOTIFY, terminated: subscribe again, now or later */
    WATCHING_OVER,        /* NOTIFY, terminated: the authorization has ended */
    WATCHING_LOST,        /* the process that awaited a response is gone */
    WATCHING_EVENTS
};

enum watching_action {
    WATCHING_NOTHING,
    WATCHING_BEGIN,    /* a new watch, due at once */
    WATCHING_ANEW,     /* the old watch is forgotten, and a new one begins */
    WATCHING_RETELL,   /* says again what the user knows already; hurries up if it rests */
    WATCHING_REPORT,   /* answers a probe with the presence that is known */
    WATCHING_DENY,     /* answers a probe: there is no authorization */
    WATCHING_ASK,      /* SUBSCRIBE in a new dialog */
    WATCHING_REFRESH,  /* SUBSCRIBE in the dialog */
    WATCHING_END,      /* SUBSCRIBE with Expires 0 in the dialog */
    WATCHING_HURRY,    /* due at once */
    WATCHING_LEARN,    /* takes the dialog from the message; its time, if a response */
    WATCHING_CATCH,    /* takes the dialog, to end it at once */
    WATCHING_TELL,     /* takes the dialog and its time, and tells what NOTIFY says */
    WATCHING_CLOSE,    /* the dialog is over: tells what NOTIFY says, and rests */
    WATCHING_REST,     /* the dialog is over: rests, at first not at all, then longer and longer */
    WATCHING_EXCUSE,   /* rests; tells who waits for an answer, or that nothing is known now */
    WATCHING_WAIT,     /* tries the refresh again in a while */
    WATCHING_FAREWELL, /* <unsubscribed/> */
    WATCHING_ACTIONS
};

struct watching_step {
    enum watching_state next;
    enum watching_action action;
};

/* What an event leads to in a state; an event that makes no sense in it changes nothing. */
struct watching_step watching_step(enum watching_state state, enum watching_event event);

/* ---- a SIP user watches an XMPP user: RFC 6665 4.2 and RFC 8048 section 3.2 ---------------- */

enum watched_state {
    WATCHED_GONE = 0, /* there is no such dialog */
    WATCHED_PENDING,  /* the XMPP user has not answered */
    WATCHED_ACTIVE,   /* he has allowed it */
    WATCHED_FETCHING, /* Expires was 0: one NOTIFY, when the answer to a probe is there */
    WATCHED_FETCHED,  /* ... is to be sent, or was, with what is known */
    WATCHED_CLOSED,   /* the last NOTIFY is to be sent, or was, with the reason */
    WATCHED_STATES
};

enum watched_event {
    WATCHED_REFRESH,      /* SUBSCRIBE in the dialog */
    WATCHED_LEAVE,        /* ... with Expires 0 */
    WATCHED_SUBSCRIBED,   /* stanzas of the XMPP user */
    WATCHED_UNSUBSCRIBED, /* ... */
    WATCHED_PRESENCE,     /* ... something is different now */
    WATCHED_ERROR,        /* ... or his server says that he cannot be reached */
    WATCHED_EXPIRED,      /* the dialog's time is over */
    WATCHED_SENT,         /* NOTIFY was taken */
    WATCHED_FAILED,       /* NOTIFY was refused for now */
    WATCHED_REMOVED,      /* NOTIFY was refused for ever, or not answered (RFC 6665 4.2.2) */
    WATCHED_LOST,         /* the process that awaited a response is gone */
    WATCHED_EVENTS
};

enum watched_action {
    WATCHED_NOTHING,
    WATCHED_NO_DIALOG, /* 481 */
    WATCHED_RENEW,     /* NOTIFY at once */
    WATCHED_NOTE,      /* NOTIFY as soon as it is not too soon after the last one */
    WATCHED_CLOSE,     /* NOTIFY at once: terminated;reason=timeout; tells the XMPP user */
    WATCHED_SETTLE,    /* the only NOTIFY, soon */
    WATCHED_REJECT,    /* NOTIFY at once: terminated;reason=rejected */
    WATCHED_GIVE_UP,   /* ... with a reason by the error */
    WATCHED_RETRY,     /* the same NOTIFY later */
    WATCHED_REPEAT,    /* the same NOTIFY now, if the last one may not have been sent */
    WATCHED_DROP,      /* forgets the dialog; tells the XMPP user */
    WATCHED_FORGET,    /* forgets the dialog */
    WATCHED_ACTIONS
};

struct watched_step {
    enum watched_state next;
    enum watched_action action;
};

/* The same. */
struct watched_step watched_step(enum watched_state state, enum watched_event event);

#endif

/* watch_table.c - the two state machines of presence, as tables. */
#include "bridge/watch_table.h"

/* What leaves the state as it is, and needs nothing done. */
#define STAY(state)                        \
    {                                      \
        WATCHING_##state, WATCHING_NOTHING \
    }
#define STEP(state, action)                 \
    {                                       \
        WATCHING_##state, WATCHING_##action \
    }

/* clang-format off */
static const struct watching_step watching[WATCHING_STATES][WATCHING_EVENTS] = {
    [WATCHING_GONE] = {
        [WATCHING_SUBSCRIBE]   = STEP(RESTING, BEGIN),
        /* RFC 6121 3.3.3: who has no subscription cannot end it. */
        [WATCHING_UNSUBSCRIBE] = STAY(GONE),
        /* RFC 6121 4.3.2, first rule. */
        [WATCHING_PROBE]       = STEP(GONE, DENY),
    },
    [WATCHING_RESTING] = {
        [WATCHING_SUBSCRIBE]   = STEP(RESTING, RETELL),
        [WATCHING_UNSUBSCRIBE] = STEP(GONE, FAREWELL),
        [WATCHING_PROBE]       = STEP(RESTING, REPORT),
        [WATCHING_DUE]         = STEP(ASKING, ASK),
        [WATCHING_EXPIRED]     = STEP(ASKING, ASK),
        [WATCHING_OK]          = STAY(RESTING),
        [WATCHING_AGAIN]       = STAY(RESTING),
        [WATCHING_FAILED]      = STAY(RESTING),
        [WATCHING_HOPELESS]    = STAY(RESTING),
        [WATCHING_REFUSED]     = STAY(RESTING),
        [WATCHING_NOTIFY]      = STAY(RESTING),
        [WATCHING_PAUSED]      = STAY(RESTING),
        [WATCHING_OVER]        = STAY(RESTING),
        [WATCHING_LOST]        = STAY(RESTING),
    },
    [WATCHING_ASKING] = {
        [WATCHING_SUBSCRIBE]   = STEP(ASKING, RETELL),
        [WATCHING_UNSUBSCRIBE] = STAY(LEAVING),
        [WATCHING_PROBE]       = STEP(ASKING, REPORT),
        /* Timer N: RFC 6665 4.1.2.4. */
        [WATCHING_DUE]         = STEP(RESTING, EXCUSE),
        [WATCHING_EXPIRED]     = STEP(RESTING, EXCUSE),
        [WATCHING_OK]          = STEP(ANSWERED, LEARN),
        [WATCHING_AGAIN]       = STEP(RESTING, REST),
        [WATCHING_FAILED]      = STEP(RESTING, EXCUSE),
        [WATCHING_HOPELESS]    = STEP(GONE, EXCUSE),
        /* RFC 8048 3.1.1: 403, 489 and 603 end the authorization. */
        [WATCHING_REFUSED]     = STEP(GONE, FAREWELL),
        /* RFC 6665 4.1.2.4: NOTIFY may come before the response. */
        [WATCHING_NOTIFY]      = STEP(OPEN, TELL),
        [WATCHING_PAUSED]      = STEP(RESTING, CLOSE),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        /* Perhaps it was never sent. A dialog that came of it meets 481, and ends. */
        [WATCHING_LOST]        = STEP(RESTING, HURRY),
    },
    [WATCHING_ANSWERED] = {
        [WATCHING_SUBSCRIBE]   = STEP(ANSWERED, RETELL),
        [WATCHING_UNSUBSCRIBE] = STEP(ENDING, HURRY),
        [WATCHING_PROBE]       = STEP(ANSWERED, REPORT),
        [WATCHING_DUE]         = STEP(RESTING, EXCUSE),
        [WATCHING_EXPIRED]     = STEP(RESTING, EXCUSE),
        [WATCHING_OK]          = STAY(ANSWERED),
        [WATCHING_AGAIN]       = STAY(ANSWERED),
        [WATCHING_FAILED]      = STAY(ANSWERED),
        [WATCHING_HOPELESS]    = STAY(ANSWERED),
        [WATCHING_REFUSED]     = STAY(ANSWERED),
        [WATCHING_NOTIFY]      = STEP(OPEN, TELL),
        [WATCHING_PAUSED]      = STEP(RESTING, CLOSE),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        [WATCHING_LOST]        = STAY(ANSWERED),
    },
    [WATCHING_OPEN] = {
        [WATCHING_SUBSCRIBE]   = STEP(OPEN, RETELL),
        [WATCHING_UNSUBSCRIBE] = STEP(ENDING, HURRY),
        [WATCHING_PROBE]       = STEP(OPEN, REPORT),
        [WATCHING_DUE]         = STEP(REFRESHING, REFRESH),
        [WATCHING_EXPIRED]     = STEP(ASKING, ASK),
        /* The response to the first SUBSCRIBE, or to a refresh, behind its NOTIFY. */
        [WATCHING_OK]          = STEP(OPEN, LEARN),
        [WATCHING_AGAIN]       = STEP(RESTING, REST),
        [WATCHING_FAILED]      = STEP(OPEN, WAIT),
        [WATCHING_HOPELESS]    = STEP(OPEN, WAIT),
        [WATCHING_REFUSED]     = STEP(GONE, FAREWELL),
        [WATCHING_NOTIFY]      = STEP(OPEN, TELL),
        [WATCHING_PAUSED]      = STEP(RESTING, CLOSE),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        [WATCHING_LOST]        = STAY(OPEN),
    },
    [WATCHING_REFRESHING] = {
        [WATCHING_SUBSCRIBE]   = STEP(REFRESHING, RETELL),
        [WATCHING_UNSUBSCRIBE] = STEP(ENDING, HURRY),
        [WATCHING_PROBE]       = STEP(REFRESHING, REPORT),
        /* Timer N: RFC 6665 4.1.2.2. */
        [WATCHING_DUE]         = STEP(RESTING, REST),
        [WATCHING_EXPIRED]     = STEP(RESTING, REST),
        [WATCHING_OK]          = STEP(REFRESHING, LEARN),
        [WATCHING_AGAIN]       = STEP(RESTING, REST),
        [WATCHING_FAILED]      = STEP(OPEN, WAIT),
        [WATCHING_HOPELESS]    = STEP(OPEN, WAIT),
        [WATCHING_REFUSED]     = STEP(GONE, FAREWELL),
        [WATCHING_NOTIFY]      = STEP(OPEN, TELL),
        [WATCHING_PAUSED]      = STEP(RESTING, CLOSE),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        [WATCHING_LOST]        = STEP(OPEN, HURRY),
    },
    [WATCHING_LEAVING] = {
        [WATCHING_SUBSCRIBE]   = STEP(RESTING, ANEW),
        [WATCHING_UNSUBSCRIBE] = STAY(LEAVING),
        [WATCHING_PROBE]       = STEP(LEAVING, DENY),
        [WATCHING_DUE]         = STEP(GONE, FAREWELL),
        [WATCHING_EXPIRED]     = STEP(GONE, FAREWELL),
        [WATCHING_OK]          = STEP(ENDING, CATCH),
        [WATCHING_AGAIN]       = STEP(GONE, FAREWELL),
        [WATCHING_FAILED]      = STEP(GONE, FAREWELL),
        [WATCHING_HOPELESS]    = STEP(GONE, FAREWELL),
        [WATCHING_REFUSED]     = STEP(GONE, FAREWELL),
        [WATCHING_NOTIFY]      = STEP(ENDING, CATCH),
        [WATCHING_PAUSED]      = STEP(GONE, FAREWELL),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        [WATCHING_LOST]        = STEP(GONE, FAREWELL),
    },
    [WATCHING_ENDING] = {
        [WATCHING_SUBSCRIBE]   = STEP(RESTING, ANEW),
        [WATCHING_UNSUBSCRIBE] = STAY(ENDING),
        [WATCHING_PROBE]       = STEP(ENDING, DENY),
        [WATCHING_DUE]         = STEP(ENDED, END),
        [WATCHING_EXPIRED]     = STEP(ENDED, END),
        /* Responses are to an earlier SUBSCRIBE. */
        [WATCHING_OK]          = STAY(ENDING),
        [WATCHING_AGAIN]       = STAY(ENDING),
        [WATCHING_FAILED]      = STAY(ENDING),
        [WATCHING_HOPELESS]    = STAY(ENDING),
        [WATCHING_REFUSED]     = STAY(ENDING),
        [WATCHING_NOTIFY]      = STAY(ENDING),
        [WATCHING_PAUSED]      = STEP(GONE, FAREWELL),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        [WATCHING_LOST]        = STAY(ENDING),
    },
    [WATCHING_ENDED] = {
        [WATCHING_SUBSCRIBE]   = STEP(RESTING, ANEW),
        [WATCHING_UNSUBSCRIBE] = STAY(ENDED),
        [WATCHING_PROBE]       = STEP(ENDED, DENY),
        [WATCHING_DUE]         = STEP(GONE, FAREWELL),
        [WATCHING_EXPIRED]     = STEP(GONE, FAREWELL),
        /* RFC 8048 3.1.2 of the text: when SUBSCRIBE was answered. */
        [WATCHING_OK]          = STEP(CLOSED, FAREWELL),
        [WATCHING_AGAIN]       = STEP(GONE, FAREWELL),
        [WATCHING_FAILED]      = STEP(GONE, FAREWELL),
        [WATCHING_HOPELESS]    = STEP(GONE, FAREWELL),
        [WATCHING_REFUSED]     = STEP(GONE, FAREWELL),
        [WATCHING_NOTIFY]      = STAY(ENDED),
        [WATCHING_PAUSED]      = STEP(GONE, FAREWELL),
        [WATCHING_OVER]        = STEP(GONE, FAREWELL),
        [WATCHING_LOST]        = STEP(ENDING, HURRY),
    },
    [WATCHING_CLOSED] = {
        [WATCHING_SUBSCRIBE]   = STEP(RESTING, ANEW),
        [WATCHING_UNSUBSCRIBE] = STAY(CLOSED),
        [WATCHING_PROBE]       = STEP(CLOSED, DENY),
        [WATCHING_DUE]         = STAY(GONE),
        [WATCHING_EXPIRED]     = STAY(GONE),
        [WATCHING_OK]          = STAY(CLOSED),
        [WATCHING_AGAIN]       = STAY(CLOSED),
        [WATCHING_FAILED]      = STAY(CLOSED),
        [WATCHING_HOPELESS]    = STAY(CLOSED),
        [WATCHING_REFUSED]     = STAY(CLOSED),
        [WATCHING_NOTIFY]      = STAY(CLOSED),
        [WATCHING_PAUSED]      = STAY(GONE),
        [WATCHING_OVER]        = STAY(GONE),
        [WATCHING_LOST]        = STAY(CLOSED),
    },
};
/* clang-format on */

struct watching_step watching_step(enum watching_state state, enum watching_event event)
{
    return watching[state][event];
}

#undef STAY
#undef STEP
#define STAY(state)                      \
    {                                    \
        WATCHED_##state, WATCHED_NOTHING \
    }
#define STEP(state, action)               \
    {                                     \
        WATCHED_##state, WATCHED_##action \
    }

/* clang-format off */
static const struct watched_step watched[WATCHED_STATES][WATCHED_EVENTS] = {
    [WATCHED_PENDING] = {
        [WATCHED_REFRESH]      = STEP(PENDING, RENEW),
        [WATCHED_LEAVE]        = STEP(CLOSED, CLOSE),
        [WATCHED_SUBSCRIBED]   = STEP(ACTIVE, RENEW),
        [WATCHED_UNSUBSCRIBED] = STEP(CLOSED, REJECT),
        /* It is kept, and told when <subscribed/> is there. */
        [WATCHED_PRESENCE]     = STAY(PENDING),
        [WATCHED_ERROR]        = STEP(CLOSED, GIVE_UP),
        [WATCHED_EXPIRED]      = STEP(CLOSED, CLOSE),
        [WATCHED_SENT]         = STAY(PENDING),
        [WATCHED_FAILED]       = STEP(PENDING, RETRY),
        [WATCHED_REMOVED]      = STEP(GONE, DROP),
        [WATCHED_LOST]         = STEP(PENDING, REPEAT),
    },
    [WATCHED_ACTIVE] = {
        [WATCHED_REFRESH]      = STEP(ACTIVE, RENEW),
        [WATCHED_LEAVE]        = STEP(CLOSED, CLOSE),
        /* Servers say it again to each <subscribe/> (RFC 6121 3.1.3). */
        [WATCHED_SUBSCRIBED]   = STAY(ACTIVE),
        [WATCHED_UNSUBSCRIBED] = STEP(CLOSED, REJECT),
        [WATCHED_PRESENCE]     = STEP(ACTIVE, NOTE),
        [WATCHED_ERROR]        = STEP(ACTIVE, NOTE),
        [WATCHED_EXPIRED]      = STEP(CLOSED, CLOSE),
        [WATCHED_SENT]         = STAY(ACTIVE),
        [WATCHED_FAILED]       = STEP(ACTIVE, RETRY),
        [WATCHED_REMOVED]      = STEP(GONE, DROP),
        [WATCHED_LOST]         = STEP(ACTIVE, REPEAT),
    },
    [WATCHED_FETCHING] = {
        [WATCHED_REFRESH]      = STEP(FETCHING, NO_DIALOG),
        [WATCHED_LEAVE]        = STEP(FETCHING, NO_DIALOG),
        [WATCHED_SUBSCRIBED]   = STAY(FETCHING),
        [WATCHED_UNSUBSCRIBED] = STEP(CLOSED, REJECT),
        [WATCHED_PRESENCE]     = STEP(FETCHED, SETTLE),
        [WATCHED_ERROR]        = STEP(CLOSED, GIVE_UP),
        [WATCHED_EXPIRED]      = STEP(FETCHED, SETTLE),
        [WATCHED_SENT]         = STAY(FETCHING),
        [WATCHED_FAILED]       = STAY(FETCHING),
        [WATCHED_REMOVED]      = STEP(GONE, FORGET),
        [WATCHED_LOST]         = STAY(FETCHING),
    },
    [WATCHED_FETCHED] = {
        [WATCHED_REFRESH]      = STEP(FETCHED, NO_DIALOG),
        [WATCHED_LEAVE]        = STEP(FETCHED, NO_DIALOG),
        [WATCHED_SUBSCRIBED]   = STAY(FETCHED),
        [WATCHED_UNSUBSCRIBED] = STAY(FETCHED),
        [WATCHED_PRESENCE]     = STAY(FETCHED),
        [WATCHED_ERROR]        = STAY(FETCHED),
        [WATCHED_EXPIRED]      = STAY(FETCHED),
        [WATCHED_SENT]         = STEP(GONE, FORGET),
        [WATCHED_FAILED]       = STEP(GONE, FORGET),
        [WATCHED_REMOVED]      = STEP(GONE, FORGET),
        [WATCHED_LOST]         = STEP(FETCHED, REPEAT),
    },
    [WATCHED_CLOSED] = {
        [WATCHED_REFRESH]      = STEP(CLOSED, NO_DIALOG),
        [WATCHED_LEAVE]        = STEP(CLOSED, NO_DIALOG),
        [WATCHED_SUBSCRIBED]   = STAY(CLOSED),
        [WATCHED_UNSUBSCRIBED] = STAY(CLOSED),
        [WATCHED_PRESENCE]     = STAY(CLOSED),
        [WATCHED_ERROR]        = STAY(CLOSED),
        [WATCHED_EXPIRED]      = STAY(CLOSED),
        [WATCHED_SENT]         = STEP(GONE, FORGET),
        [WATCHED_FAILED]       = STEP(GONE, FORGET),
        [WATCHED_REMOVED]      = STEP(GONE, FORGET),
        [WATCHED_LOST]         = STEP(CLOSED, REPEAT),
    },
};
/* clang-format on */

struct watched_step watched_step(enum watched_state state, enum watched_event event)
{
    return watched[state][event];
}

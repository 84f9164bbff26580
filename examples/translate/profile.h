/*
 * profile.h - the states of presence on the SIP side, and what XMPP shows of them.
 *
 * A profile is a constant table that the host passes in the setup; another deployment passes its
 * own. The default has the states of Lync Server 2013, with the ranges of its availability number.
 */
#ifndef TRANSLATE_PROFILE_H
#define TRANSLATE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

/* One state of the SIP side. */
struct translate_state {
    const char *name;
    unsigned low, high;   /* the range of the availability number; low > high: none */
    unsigned publish;     /* the number that a client publishes, 0: it is computed only */
    bool open;            /* the basic status of PIDF (RFC 3863 4.1.4) */
    const char *show;     /* <show/> towards XMPP, "" for none (RFC 6121 4.7.2.1) */
    const char *activity; /* the activity of RPID that is written for it, "" for none (RFC 4480) */
};

/* What XMPP shows, and the state it is on the SIP side. show is "" for none. */
struct translate_show_row {
    const char *show;
    const char *state;
};

/* An activity that SIP clients publish, and the state it stands for. */
struct translate_activity {
    const char *activity;
    const char *state;
};

struct translate_profile {
    const char *name;
    const struct translate_state *states;
    size_t state_count;
    const struct translate_show_row *shows;
    size_t show_count;
    const struct translate_activity *activities;
    size_t activity_count;
    const char *unavailable; /* the state of an XMPP user who is not there */
    const char *pending;     /* ... and of one who has not answered a subscription yet */
    bool one_tuple;          /* several resources become one tuple, that of the most available */
    bool rpid;               /* write the activity beside <show/> for those who know only RPID */
    bool notes;              /* carry status notes */
};

/* Lync Server 2013: one tuple, RPID, notes; dnd is Busy. */
extern const struct translate_profile translate_profile_lync;
/* The same, but dnd is Do not disturb. */
extern const struct translate_profile translate_profile_lync_dnd;
/* What RFC 8048 says and nothing more: a tuple for each resource, <show/> as it came. */
extern const struct translate_profile translate_profile_plain;

/* The state of a name, of an availability number, of an activity; NULL if there is none. */
const struct translate_state *translate_state_named(const struct translate_profile *profile,
                                                    const char *name);
const struct translate_state *translate_state_of_number(const struct translate_profile *profile,
                                                        unsigned availability);
const struct translate_state *translate_state_of_activity(const struct translate_profile *profile,
                                                          const char *activity);
/* The state of an available XMPP user by his <show/>; an unknown one counts as none. */
const struct translate_state *translate_state_of_show(const struct translate_profile *profile,
                                                      const char *show);
/* Whether show is one of away, chat, dnd, xa (RFC 6121 4.7.2.1). */
bool translate_show_known(const char *show);
/* How available: 0 for unavailable, then xa, dnd, away, none, chat; what shows of several. */
int translate_show_rank(bool open, const char *show);

#endif

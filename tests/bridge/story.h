/*
 * story.h - tests told as rows: what happens to a bridge, step by step, and what it does.
 *
 *     {"late", {{REQUEST, 1, "call-1"}, {WAIT, 2000}, {OUT, .text = "answer 1 202 Accepted\n"}}}
 */
#ifndef TESTS_BRIDGE_STORY_H
#define TESTS_BRIDGE_STORY_H

#include "bridge/fixture.h"

enum story_do {
    STORY_END,
    REQUEST, /* a MESSAGE of alice to bob: number is its handle, text its Call-ID */
    STANZA,  /* a stanza from XMPP */
    ERROR,   /* an error of bob's server for the sent stanza of this number; text: a condition */
    ANSWER,  /* the response to the sent request of this number; other is the status */
    WAIT,    /* milliseconds */
    UP,      /* the link comes up */
    DOWN,    /* ... and breaks */
    HOLD,    /* from now on nothing is acknowledged but by ACK */
    ACK,     /* the other side has what was sent up to this number */
    CRASH,   /* another process; number is whether its link is up at once */
    SEND_RC, /* what the link says to stanzas from now on */
    CUT_OFF, /* number is whether no request can be sent */
    LAST,    /* nothing new is taken from now on */
    GIVE_UP, /* what is under way is given up */
    IDLE,    /* number is whether the bridge is idle */
    OUT      /* text is what was done since the last one */
};

struct story_step {
    enum story_do what;
    int64_t number;
    const char *text;
    int other;
};

#define STORY_STEPS 24

struct story {
    const char *name; /* with the clause */
    unsigned limit;   /* 0: 100 */
    bool memory;      /* the ledger is no file */
    struct story_step steps[STORY_STEPS];
};

/* Plays each with a bridge of its own. */
void play_stories(const struct story *stories, size_t count);

#endif

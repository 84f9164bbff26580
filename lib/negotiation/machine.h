/*
 * machine.h - the state machine as data: states, events, facts, actions and the two tables.
 *
 * A row applies when the stream is in its state, its event happens, all facts of need hold and none
 * of bar does; the first such row of the table wins. What no row lists is refused. The whole
 * product of states, events and facts is tested in tests/table.
 */
#ifndef XFED_NEGOTIATION_MACHINE_H
#define XFED_NEGOTIATION_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xfed_state {
#define X(name, text) XFED_STATE_##name,
#include "negotiation/states.def"
#undef X
    XFED_STATE_COUNT
};

enum xfed_event_id {
    XFED_EVENT_NONE = 0, /* an action returns it when nothing follows */
#define X(name, text, refusal) XFED_EVENT_##name,
#include "negotiation/events.def"
#undef X
    XFED_EVENT_COUNT
};

enum xfed_fact_index {
#define X(name, text) XFED_FACT_INDEX_##name,
#include "negotiation/facts.def"
#undef X
    XFED_FACT_COUNT
};

enum xfed_fact {
#define X(name, text) XFED_FACT_##name = 1 << XFED_FACT_INDEX_##name,
#include "negotiation/facts.def"
#undef X
};

enum xfed_action_id {
#define X(name, text) XFED_ACTION_##name,
#include "negotiation/actions.def"
#undef X
    XFED_ACTION_COUNT
};

enum xfed_role { XFED_INITIATOR, XFED_RECEIVER };

struct xfed_row {
    uint8_t state;
    uint8_t event;
    uint16_t need; /* OR of enum xfed_fact */
    uint16_t bar;
    uint8_t action;
    uint8_t next;
    int16_t code; /* XMPPFED_ERR_* for the action "fail", else 0 */
};

struct xfed_table {
    const struct xfed_row *rows;
    size_t count;
};

extern const struct xfed_table xfed_table_initiator;
extern const struct xfed_table xfed_table_receiver;

/* The row that applies, or NULL: then the event is refused with xfed_event_refusal. */
const struct xfed_row *xfed_table_find(enum xfed_role role, unsigned state, unsigned event,
                                       unsigned facts);

/* The error code for an event that the state does not list. */
int xfed_event_refusal(unsigned event);

/* Names and texts for traces, tests and doc/states.md; "?" for numbers out of range. */
const char *xfed_state_name(unsigned state);
const char *xfed_state_text(unsigned state);
const char *xfed_event_id_name(unsigned event);
const char *xfed_event_id_text(unsigned event);
const char *xfed_fact_name(unsigned index);
const char *xfed_fact_text(unsigned index);
const char *xfed_action_name(unsigned action);
const char *xfed_action_text(unsigned action);

#endif

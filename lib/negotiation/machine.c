/* machine.c - finding the row that applies, and the names of everything in the tables. */
#include "negotiation/machine.h"

#include <xmppfed/error.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const state_names[] = {
#define X(name, text) #name,
#include "negotiation/states.def"
#undef X
};
static const char *const state_texts[] = {
#define X(name, text) text,
#include "negotiation/states.def"
#undef X
};
static const char *const event_names[] = {
    "NONE",
#define X(name, text, refusal) #name,
#include "negotiation/events.def"
#undef X
};
static const char *const event_texts[] = {
    "nothing",
#define X(name, text, refusal) text,
#include "negotiation/events.def"
#undef X
};
static const int event_refusals[] = {
    XMPPFED_ERR_INTERNAL,
#define X(name, text, refusal) XMPPFED_ERR_##refusal,
#include "negotiation/events.def"
#undef X
};
static const char *const fact_names[] = {
#define X(name, text) #name,
#include "negotiation/facts.def"
#undef X
};
static const char *const fact_texts[] = {
#define X(name, text) text,
#include "negotiation/facts.def"
#undef X
};
static const char *const action_names[] = {
#define X(name, text) #name,
#include "negotiation/actions.def"
#undef X
};
static const char *const action_texts[] = {
#define X(name, text) text,
#include "negotiation/actions.def"
#undef X
};

const struct xfed_row *xfed_table_find(enum xfed_role role, unsigned state, unsigned event,
                                       unsigned facts)
{
    const struct xfed_table *table =
        role == XFED_INITIATOR ? &xfed_table_initiator : &xfed_table_receiver;

    for (size_t i = 0; i < table->count; i++) {
        const struct xfed_row *row = &table->rows[i];

        if (row->state == state && row->event == event && (facts & row->need) == row->need &&
            (facts & row->bar) == 0)
            return row;
    }
    return NULL;
}

int xfed_event_refusal(unsigned event)
{
    return event < COUNT(event_refusals) ? event_refusals[event] : XMPPFED_ERR_INTERNAL;
}

static const char *pick(const char *const *names, size_t count, unsigned index)
{
    return index < count ? names[index] : "?";
}

const char *xfed_state_name(unsigned state)
{
    return pick(state_names, COUNT(state_names), state);
}

const char *xfed_state_text(unsigned state)
{
    return pick(state_texts, COUNT(state_texts), state);
}

const char *xfed_event_id_name(unsigned event)
{
    return pick(event_names, COUNT(event_names), event);
}

const char *xfed_event_id_text(unsigned event)
{
    return pick(event_texts, COUNT(event_texts), event);
}

const char *xfed_fact_name(unsigned index)
{
    return pick(fact_names, COUNT(fact_names), index);
}

const char *xfed_fact_text(unsigned index)
{
    return pick(fact_texts, COUNT(fact_texts), index);
}

const char *xfed_action_name(unsigned action)
{
    return pick(action_names, COUNT(action_names), action);
}

const char *xfed_action_text(unsigned action)
{
    return pick(action_texts, COUNT(action_texts), action);
}

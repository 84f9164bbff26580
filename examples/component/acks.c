/* acks.c - what each end of a component stream has handled: XEP-0198 without resumption. */
#include "component/acks.h"

#include <stdlib.h>
#include <string.h>

/* What a small tree takes beside its texts, which stand in it and may be doubled as it grows. */
#define COPY_COST 1024

/* A stanza that the peer has not acknowledged. */
struct acks_copy {
    struct acks_copy *next;
    xmppfed_element *stanza;
    uint64_t number;
    size_t bytes;
};

void acks_init(struct acks *a, enum acks_state state, size_t limit)
{
    *a = (struct acks){.state = state, .keeps = state == ACKS_EARLY, .limit = limit};
    a->end = &a->first;
}

/* ---- copies ------------------------------------------------------------------------------ */

static xmppfed_element *take_first(struct acks *a)
{
    struct acks_copy *copy = a->first;
    xmppfed_element *stanza = copy->stanza;

    a->first = copy->next;
    if (!a->first)
        a->end = &a->first;
    a->bytes -= copy->bytes;
    free(copy);
    return stanza;
}

/* Drops the copies up to a number. */
static void drop(struct acks *a, uint64_t number)
{
    while (a->first && a->first->number <= number)
        xmppfed_element_free(take_first(a));
}

void acks_fini(struct acks *a)
{
    drop(a, UINT64_MAX);
}

void acks_forget_early(struct acks *a)
{
    if (a->state != ACKS_EARLY)
        return;
    a->state = ACKS_LATE;
    drop(a, UINT64_MAX);
}

static struct acks_copy *new_copy(const xmppfed_element *stanza, size_t bytes)
{
    struct acks_copy *copy = calloc(1, sizeof(*copy));

    if (!copy)
        return NULL;
    copy->bytes = bytes;
    copy->stanza = xmppfed_element_copy(stanza);
    if (copy->stanza)
        return copy;
    free(copy);
    return NULL;
}

int acks_copy(struct acks *a, const xmppfed_element *stanza, size_t len, struct acks_copy **ret)
{
    size_t bytes = COPY_COST + 2 * len;
    struct acks_copy *copy = NULL;
    int rc = 0;

    if (!a->keeps || (a->state != ACKS_EARLY && a->state != ACKS_ON)) {
        *ret = NULL;
        return 0;
    }
    if (a->bytes + bytes > a->limit)
        rc = XMPPFED_ERR_LIMIT_QUEUE;
    else if (!(copy = new_copy(stanza, bytes)))
        rc = XMPPFED_ERR_NOMEM;
    /* Who may not want acknowledgements at all must not suffer for them. */
    if (rc < 0 && a->state == ACKS_EARLY) {
        acks_forget_early(a);
        rc = 0;
    }
    if (rc == 0)
        *ret = copy;
    return rc;
}

void acks_sent(struct acks *a, struct acks_copy *copy)
{
    a->sent++;
    if (!copy)
        return;
    copy->number = a->sent;
    *a->end = copy;
    a->end = &copy->next;
    a->bytes += copy->bytes;
}

void acks_not_sent(struct acks_copy *copy)
{
    if (copy)
        xmppfed_element_free(copy->stanza);
    free(copy);
}

xmppfed_element *acks_unacknowledged(struct acks *a, uint64_t *ret_number)
{
    if (a->state != ACKS_ON)
        drop(a, UINT64_MAX);
    if (!a->first)
        return NULL;
    *ret_number = a->first->number;
    return take_first(a);
}

/* ---- counts ------------------------------------------------------------------------------ */

void acks_ask_server(struct acks *a)
{
    a->state = ACKS_ASKED;
}

void acks_given(struct acks *a)
{
    a->given = a->state == ACKS_ON;
}

void acks_handled(struct acks *a)
{
    a->handled += a->given;
    a->given = false;
}

bool acks_wants_question(const struct acks *a)
{
    return a->state == ACKS_ON && a->sent > a->asked;
}

/*
 * Both ends count from here on. What a server sent before is handled, too, once the client has
 * counted anything: it takes one after the other.
 */
static void begin(struct acks *a)
{
    a->base = a->state == ACKS_ASKED ? 0 : a->sent;
    a->state = ACKS_ON;
}

/* An unsignedInt of XML Schema: digits, with white space around them. */
static bool read_count(const xmppfed_element *e, uint32_t *ret)
{
    static const char space[] = " \t\r\n";
    const char *text = xmppfed_element_attribute(e, "h");
    uint32_t number = 0;
    size_t digits = 0;

    if (!text)
        return false;
    for (text += strspn(text, space); *text >= '0' && *text <= '9'; text++, digits++) {
        uint32_t digit = (uint32_t)(*text - '0');

        if (number > (UINT32_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (digits == 0 || text[strspn(text, space)] != '\0')
        return false;
    *ret = number;
    return true;
}

static int count(struct acks *a, const xmppfed_element *e)
{
    uint64_t before = a->acked > a->base ? a->acked : a->base;
    uint64_t number;

    if (!read_count(e, &a->claimed))
        return XMPPFED_ERR_STREAM_ACK_MALFORMED;
    /* Modulo 2^32 a step back is a large one forward. */
    number = before + (uint32_t)(a->claimed - (uint32_t)(before - a->base));
    if (number > a->sent)
        return XMPPFED_ERR_STREAM_ACK_TOO_HIGH;
    if (number == a->acked)
        return ACKS_STEP_NONE;
    a->acked = number;
    drop(a, number);
    return ACKS_STEP_ACKED;
}

static const struct {
    const char *name;
    enum acks_state state;
    enum acks_step step;
} steps[] = {
    {"enable", ACKS_EARLY, ACKS_STEP_ENABLE}, {"enable", ACKS_LATE, ACKS_STEP_ENABLE},
    {"enabled", ACKS_ASKED, ACKS_STEP_BEGUN}, {"r", ACKS_ON, ACKS_STEP_ANSWER},
    {"a", ACKS_ON, ACKS_STEP_ACKED},
};

int acks_take(struct acks *a, const xmppfed_element *e)
{
    size_t i;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (steps[i].state == a->state && strcmp(steps[i].name, xmppfed_element_name(e)) == 0)
            break;
    if (i == sizeof(steps) / sizeof(steps[0]))
        return XMPPFED_ERR_STREAM_UNEXPECTED;
    if (steps[i].step == ACKS_STEP_ACKED)
        return count(a, e);
    if (steps[i].step != ACKS_STEP_ANSWER)
        begin(a);
    return steps[i].step;
}

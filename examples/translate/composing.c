/* composing.c - notices of typing: isComposing documents and chat states. */
#include "translate/composing.h"

#include <string.h>

#include "translate/document.h"

#define NS_COMPOSING "urn:ietf:params:xml:ns:im-iscomposing"

enum { REFRESH_DEFAULT = 120, REFRESH_MAX = 86400 };

/* The text of a child without blanks around it; empty if there is no such child. */
static xmppfed_slice child_text(const xmppfed_element *root, const char *name)
{
    const xmppfed_element *child = xmppfed_element_child(root, name, NS_COMPOSING);

    return translate_slice_trim(xmppfed_slice_of(child ? xmppfed_element_text(child) : NULL));
}

/* A positive number of seconds; what is none, or is absurd, is left out (RFC 3994 section 4). */
static unsigned read_seconds(xmppfed_slice digits)
{
    unsigned seconds = 0;

    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return REFRESH_DEFAULT;
        seconds = seconds * 10 + (unsigned)(digits.data[i] - '0');
        if (seconds > REFRESH_MAX)
            return REFRESH_MAX;
    }
    return seconds > 0 ? seconds : REFRESH_DEFAULT;
}

int translate_composing_read(const struct translate_setup *setup, xmppfed_slice body,
                             struct translate_text *text, struct translate_composing *ret,
                             struct translate_problem *problem)
{
    struct translate_composing read = {.active = false};
    xmppfed_element *root = NULL;
    xmppfed_slice state;
    int rc = translate_document_read(setup, body, "isComposing", NS_COMPOSING, &root, problem);

    if (rc < 0)
        return rc;
    state = child_text(root, "state");
    read.active = translate_slice_is(state, "active");
    read.refresh = read_seconds(child_text(root, "refresh"));
    read.type = translate_text_copy(text, child_text(root, "contenttype"));
    xmppfed_element_free(root);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    if (state.len == 0)
        return translate_refuse(problem, TRANSLATE_BAD_BODY, "isComposing lacks its state");
    *ret = read;
    return 0;
}

int translate_composing_write(const struct translate_setup *setup,
                              const struct translate_composing *composing,
                              struct translate_text *text, xmppfed_slice *ret,
                              struct translate_problem *problem)
{
    xmppfed_element *root = xmppfed_element_new(setup->context, "isComposing", NS_COMPOSING);
    xmppfed_slice type = composing->type;
    xmppfed_slice digits;
    int rc;

    type = translate_text_copy(text, type.len > 0 ? type : xmppfed_slice_of("text/plain"));
    translate_text_number(text, composing->refresh > 0 ? composing->refresh : REFRESH_DEFAULT);
    digits = translate_text_end(text);
    if (translate_text_status(text) == 0) {
        xmppfed_element_add_text(xmppfed_element_add_child(root, "state", NS_COMPOSING),
                                 composing->active ? "active" : "idle");
        xmppfed_element_add_text(xmppfed_element_add_child(root, "contenttype", NS_COMPOSING),
                                 type.data);
        /* Only of active does it mean something (RFC 3994 section 4). */
        if (composing->active)
            xmppfed_element_add_text(xmppfed_element_add_child(root, "refresh", NS_COMPOSING),
                                     digits.data);
    }
    rc = translate_made(text, root, problem);
    if (rc == 0)
        rc = translate_document_write(setup, root, text, ret, problem);
    xmppfed_element_free(root);
    return rc;
}

/* RFC 7573 table 4. */
static const struct {
    const char *state;
    enum translate_state_event event;
} states[] = {
    {"active", TRANSLATE_STATE_IDLE}, {"inactive", TRANSLATE_STATE_IDLE},
    {"paused", TRANSLATE_STATE_IDLE}, {"composing", TRANSLATE_STATE_ACTIVE},
    {"gone", TRANSLATE_STATE_GONE},
};

enum translate_state_event translate_composing_state(const xmppfed_element *message)
{
    const xmppfed_element *child = xmppfed_element_first(message);

    for (; child; child = xmppfed_element_next(child))
        for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
            if (xmppfed_element_is(child, states[i].state, TRANSLATE_NS_CHAT_STATES))
                return states[i].event;
    return TRANSLATE_STATE_NONE;
}

void translate_composing_add(xmppfed_element *message, enum translate_state_event event)
{
    /* RFC 7573 table 3, and 6.1 for the end. */
    static const char *const names[] = {
        [TRANSLATE_STATE_IDLE] = "active",
        [TRANSLATE_STATE_ACTIVE] = "composing",
        [TRANSLATE_STATE_GONE] = "gone",
    };

    if (event != TRANSLATE_STATE_NONE)
        xmppfed_element_add_child(message, names[event], TRANSLATE_NS_CHAT_STATES);
}

/* translate.c - defaults of translations, and how they refuse. */
#include "translate/translate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "translate/profile.h"

void translate_setup_init(struct translate_setup *setup, xmppfed_context *context)
{
    memset(setup, 0, sizeof(*setup));
    setup->context = context;
    setup->ns = XMPPFED_NS_SERVER;
    setup->message_max = 1300;
    setup->stanza_max = 10000;
    setup->document_max = 65536;
    setup->expires = 3600;
    setup->refresh = 120;
    setup->profile = &translate_profile_lync;
}

static const struct refusal {
    int code;
    int status;
    const char *condition;
} refusals[] = {
    [TRANSLATE_BAD_ADDRESS] = {XMPPFED_ERR_ADDRESS, 400, "jid-malformed"},
    [TRANSLATE_SECURE_ADDRESS] = {XMPPFED_ERR_POLICY_REFUSED, 416, "not-acceptable"},
    [TRANSLATE_BAD_SCHEME] = {XMPPFED_ERR_ADDRESS, 416, "jid-malformed"},
    [TRANSLATE_TOO_LARGE] = {XMPPFED_ERR_LIMIT_SIZE, 413, "policy-violation"},
    [TRANSLATE_BAD_BODY] = {XMPPFED_ERR_XML_NOT_WELL_FORMED, 400, "bad-request"},
    [TRANSLATE_BAD_TYPE] = {XMPPFED_ERR_STREAM_UNEXPECTED, 415, "not-acceptable"},
    [TRANSLATE_BAD_REQUEST] = {XMPPFED_ERR_ARGUMENT, 400, "bad-request"},
    [TRANSLATE_NOT_MAPPED] = {XMPPFED_ERR_STREAM_UNEXPECTED, 501, "feature-not-implemented"},
    [TRANSLATE_NO_MEMORY] = {XMPPFED_ERR_NOMEM, 500, "resource-constraint"},
};

int translate_refuse(struct translate_problem *problem, enum translate_refusal why,
                     const char *format, ...)
{
    const struct refusal *row = &refusals[why];
    va_list args;

    if (!problem)
        return row->code;
    problem->code = row->code;
    problem->status = row->status;
    problem->condition = row->condition;
    va_start(args, format);
    vsnprintf(problem->text, sizeof(problem->text), format, args);
    va_end(args);
    return row->code;
}

struct translate_shown translate_show(xmppfed_slice bytes)
{
    struct translate_shown shown = {""};
    size_t room = sizeof(shown.text) - 4;
    size_t len = bytes.len < room ? bytes.len : room;

    for (size_t i = 0; i < len; i++)
        shown.text[i] = bytes.data[i] >= 0x20 && bytes.data[i] < 0x7F ? bytes.data[i] : '?';
    if (len < bytes.len)
        memcpy(shown.text + len, "...", 3);
    return shown;
}

int translate_made(const struct translate_text *text, const xmppfed_element *tree,
                   struct translate_problem *problem)
{
    int rc = xmppfed_element_status(tree);

    if (rc == 0)
        rc = translate_text_status(text);
    if (rc == XMPPFED_ERR_ARGUMENT)
        return translate_refuse(problem, TRANSLATE_BAD_BODY,
                                "it has text that XML cannot carry: controls or no UTF-8");
    if (rc < 0)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory: send it again later");
    return 0;
}

int translate_check_size(const struct translate_setup *setup, const xmppfed_element *stanza,
                         struct translate_problem *problem)
{
    char *written;
    size_t len;

    if (setup->stanza_max == 0)
        return 0;
    if (xmppfed_element_write(stanza, xmppfed_element_ns(stanza), &written, &len) < 0)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for a stanza");
    xmppfed_element_free_text(setup->context, written);
    if (len > setup->stanza_max)
        return translate_refuse(problem, TRANSLATE_TOO_LARGE,
                                "the stanza would have %zu bytes, more than %zu: send less", len,
                                setup->stanza_max);
    return 0;
}

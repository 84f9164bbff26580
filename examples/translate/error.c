/* error.c - stanza errors and SIP responses into each other. */
#include "translate/error.h"

#include <string.h>

#include <xmppfed/stream.h>

#include "translate/address.h"
#include "translate/error_table.h"

#define NS_STANZA_ERROR "urn:ietf:params:xml:ns:xmpp-stanzas"

enum { REASON_MAX = 120 };

int translate_error_status(const char *condition, struct translate_error_case of)
{
    const size_t count = sizeof(condition_rows) / sizeof(condition_rows[0]);

    if (of.address && strcmp(condition, "gone") == 0)
        return 301;
    if (of.unresolved && strcmp(condition, "remote-server-not-found") == 0)
        return 408;
    for (size_t i = 0; i < count; i++)
        if (strcmp(condition_rows[i].condition, condition) == 0)
            return of.full ? condition_rows[i].device : condition_rows[i].user;
    return 400;
}

static const struct status_row *find_status(int status)
{
    for (size_t i = 0; i < sizeof(status_rows) / sizeof(status_rows[0]); i++)
        if (status_rows[i].status == status)
            return &status_rows[i];
    return NULL;
}

const char *translate_error_condition(int status)
{
    const struct status_row *row = find_status(status);

    if (status < 300 || status > 699)
        return NULL;
    return row ? row->condition : class_conditions[status / 100];
}

const char *translate_error_phrase(int status)
{
    const struct status_row *row = find_status(status);

    return row ? row->phrase : "Error";
}

/* The condition in <error/>: the first child of its namespace that is not <text/>. */
static const xmppfed_element *find_condition(const xmppfed_element *stanza)
{
    const xmppfed_element *error =
        xmppfed_element_child(stanza, "error", xmppfed_element_ns(stanza));
    const xmppfed_element *child = error ? xmppfed_element_first(error) : NULL;

    for (; child; child = xmppfed_element_next(child))
        if (strcmp(xmppfed_element_ns(child), NS_STANZA_ERROR) == 0 &&
            strcmp(xmppfed_element_name(child), "text") != 0)
            return child;
    return NULL;
}

/* The reason phrase: one line, because a line end in it would begin a header (RFC 3261 25.1). */
static xmppfed_slice write_reason(const xmppfed_element *stanza, int status,
                                  struct translate_text *text)
{
    const xmppfed_element *error =
        xmppfed_element_child(stanza, "error", xmppfed_element_ns(stanza));
    const xmppfed_element *words =
        error ? xmppfed_element_child(error, "text", NS_STANZA_ERROR) : NULL;
    xmppfed_slice said = xmppfed_slice_of(words ? xmppfed_element_text(words) : "");

    said = translate_slice_trim(said);
    if (said.len == 0)
        said = xmppfed_slice_of(translate_error_phrase(status));
    if (said.len > REASON_MAX) {
        said.len = REASON_MAX;
        /* Not in the middle of a character. */
        while (said.len > 0 && ((unsigned char)said.data[said.len] & 0xC0) == 0x80)
            said.len--;
    }
    for (size_t i = 0; i < said.len; i++) {
        unsigned char c = (unsigned char)said.data[i];

        translate_text_byte(text, c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
    return translate_text_end(text);
}

/* The new address of <gone/> or <redirect/> as a sip: URI in brackets; empty if there is none. */
static int write_contact(const xmppfed_element *condition, struct translate_text *text,
                         xmppfed_slice *ret, struct translate_problem *problem)
{
    xmppfed_slice uri = translate_slice_trim(xmppfed_slice_of(xmppfed_element_text(condition)));
    xmppfed_slice jid, sip;
    int rc;

    if (uri.len == 0)
        return 0;
    rc = translate_address_to_jid(uri, text, &jid, NULL);
    if (rc == 0)
        rc = translate_address_to_uri(jid.data, TRANSLATE_SIP, TRANSLATE_FULL, text, &sip, NULL);
    /* An address that is none is as good as none: the error itself must get through. */
    if (rc < 0)
        return rc == XMPPFED_ERR_NOMEM ? translate_made(text, NULL, problem) : 0;
    translate_text_byte(text, '<');
    translate_text_add(text, sip);
    translate_text_byte(text, '>');
    *ret = translate_text_end(text);
    return 0;
}

int translate_error_to_sip(const xmppfed_element *stanza, bool unresolved,
                           struct translate_text *text, struct translate_response *ret,
                           struct translate_problem *problem)
{
    const char *type = xmppfed_element_attribute(stanza, "type");
    const char *from = xmppfed_element_attribute(stanza, "from");
    const xmppfed_element *condition = find_condition(stanza);
    const char *name = condition ? xmppfed_element_name(condition) : "undefined-condition";
    struct translate_error_case of = {.full = from && strchr(from, '/'), .unresolved = unresolved};
    struct translate_response made = {0};
    int rc = 0;

    if (!type || strcmp(type, "error") != 0)
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "the stanza is not an error");
    if (strcmp(name, "gone") == 0 || strcmp(name, "redirect") == 0)
        rc = write_contact(condition, text, &made.contact, problem);
    if (rc < 0)
        return rc;
    of.address = made.contact.len > 0;
    made.status = translate_error_status(name, of);
    made.reason = write_reason(stanza, made.status, text);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = made;
    return 0;
}

/* Writes the xmpp: URI of a Contact into the condition that is made for it. */
static int add_address(xmppfed_element *answer, xmppfed_slice contact, struct translate_text *text,
                       struct translate_problem *problem)
{
    xmppfed_element *error = xmppfed_element_child(answer, "error", xmppfed_element_ns(answer));
    xmppfed_element *condition = error ? xmppfed_element_first(error) : NULL;
    xmppfed_slice jid, uri;
    int rc = translate_address_of_header(contact, text, &jid, NULL);

    if (rc == 0)
        rc = translate_address_to_uri(jid.data, TRANSLATE_XMPP, TRANSLATE_FULL, text, &uri, NULL);
    if (rc == 0)
        xmppfed_element_add_text(condition, uri.data);
    /* As above: a redirection to nowhere is still an error that must be told. */
    return rc == XMPPFED_ERR_NOMEM ? translate_made(text, NULL, problem) : 0;
}

static int answer(const xmppfed_element *stanza, const char *condition, const char *words,
                  xmppfed_slice contact, struct translate_text *text, xmppfed_element **ret,
                  struct translate_problem *problem)
{
    const char *type = xmppfed_element_attribute(stanza, "type");
    xmppfed_element *made;
    int rc = 0;

    if (!condition)
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "the response is no failure");
    if (type && (strcmp(type, "error") == 0 || strcmp(type, "result") == 0))
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST,
                                "a stanza of type %s is not answered with an error", type);
    made = xmppfed_stanza_error(stanza, condition, words);
    if (!made)
        return translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an error stanza");
    if (contact.len > 0 && (strcmp(condition, "gone") == 0 || strcmp(condition, "redirect") == 0))
        rc = add_address(made, contact, text, problem);
    if (rc == 0 && xmppfed_element_status(made) < 0)
        rc = translate_refuse(problem, TRANSLATE_NO_MEMORY, "out of memory for an error stanza");
    if (rc < 0) {
        xmppfed_element_free(made);
        return rc;
    }
    *ret = made;
    return 0;
}

int translate_error_to_xmpp(const xmppfed_element *stanza,
                            const struct translate_response *response, struct translate_text *text,
                            xmppfed_element **ret, struct translate_problem *problem)
{
    xmppfed_slice reason = translate_slice_trim(response->reason);
    xmppfed_slice none = {NULL, 0};
    char words[REASON_MAX * 2];
    size_t len = reason.len < sizeof(words) - 1 ? reason.len : sizeof(words) - 1;

    while (len < reason.len && len > 0 && ((unsigned char)reason.data[len] & 0xC0) == 0x80)
        len--;
    reason.len = len;
    if (!translate_slice_is_xml_text(reason))
        reason.len = 0;
    if (reason.len > 0)
        memcpy(words, reason.data, reason.len);
    words[reason.len] = '\0';
    /* 410 never comes with an address (RFC 7247 table 3, note 1). */
    return answer(stanza, translate_error_condition(response->status),
                  reason.len > 0 ? words : NULL, response->status == 410 ? none : response->contact,
                  text, ret, problem);
}

int translate_error_of_problem(const xmppfed_element *stanza,
                               const struct translate_problem *refused, xmppfed_element **ret,
                               struct translate_problem *problem)
{
    xmppfed_slice none = {NULL, 0};

    return answer(stanza, refused->condition, refused->text, none, NULL, ret, problem);
}

/* message.c - <db:result/> and <db:verify/> in all their forms (XEP-0220). */
#include "dialback/message.h"

#include <string.h>

#include "base/slice.h"
#include "xml/ns.h"

/* The longest stream id that we carry to an authoritative server. */
#define MAX_ID 1023

/* What an answer's 'type' says (XEP-0220 2.1, 2.5). */
static const struct {
    const char *type;
    enum xfed_dialback_verdict verdict;
} verdicts[] = {
    {"valid", XFED_DIALBACK_VALID},
    {"invalid", XFED_DIALBACK_INVALID},
    {"error", XFED_DIALBACK_ERROR},
};

/*
 * The conditions of XEP-0220 2.5 and others that servers send, with the error types of RFC 6120
 * 8.3.3. XEP-0220 borrows remote-connection-failed from the stream errors.
 */
static const struct {
    const char *condition;
    const char *type;
} conditions[] = {
    {"undefined-condition", "cancel"}, /* first: stands for all that are not listed */
    {"item-not-found", "cancel"},
    {"remote-connection-failed", "cancel"},
    {"remote-server-not-found", "cancel"},
    {"remote-server-timeout", "wait"},
    {"policy-violation", "modify"},
    {"not-authorized", "auth"},
    {"forbidden", "auth"},
    {"not-acceptable", "modify"},
    {"not-allowed", "cancel"},
    {"resource-constraint", "wait"},
    {"internal-server-error", "cancel"},
    {"service-unavailable", "cancel"},
    {"bad-request", "modify"},
    {"jid-malformed", "modify"},
};

/* Our row for a condition; the first one if it is not in the table. */
static size_t condition_find(const char *condition)
{
    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        if (xfed_text_equal(conditions[i].condition, condition))
            return i;
    }
    return 0;
}

/* The condition within <error/>, "" if there is none or none that we know. */
static const char *read_condition(const xmppfed_element *e)
{
    const xmppfed_element *error = xmppfed_element_child(e, "error", XFED_NS_SERVER);
    const xmppfed_element *child = error ? xmppfed_element_first(error) : NULL;

    for (; child; child = xmppfed_element_next(child)) {
        size_t row = condition_find(xmppfed_element_name(child));

        if (row > 0 && xfed_text_equal(xmppfed_element_ns(child), XFED_NS_STANZA_ERROR))
            return conditions[row].condition;
    }
    return "";
}

static int read_domain(const xmppfed_element *e, const char *attribute,
                       char ret[XMPPFED_DOMAIN_SIZE])
{
    const char *value = xmppfed_element_attribute(e, attribute);

    if (!value)
        return XMPPFED_ERR_DIALBACK_MALFORMED;
    return xmppfed_domain_prepare(value, ret);
}

static int read_verdict(const char *type, enum xfed_dialback_verdict *ret)
{
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (xfed_text_equal(verdicts[i].type, type)) {
            *ret = verdicts[i].verdict;
            return 0;
        }
    }
    return XMPPFED_ERR_DIALBACK_MALFORMED;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The key is the text of the element, which XEP-0220's own examples pad with line breaks. */
static int read_key(const xmppfed_element *e, char ret[XFED_DIALBACK_KEY_TEXT_SIZE])
{
    const char *text = xmppfed_element_text(e);
    size_t len;

    while (is_space(*text))
        text++;
    len = strlen(text);
    while (len > 0 && is_space(text[len - 1]))
        len--;
    if (len == 0 || !xfed_slice_copy(ret, XFED_DIALBACK_KEY_TEXT_SIZE, xfed_slice(text, len)))
        return XMPPFED_ERR_DIALBACK_MALFORMED;
    return 0;
}

static int read_id(const xmppfed_element *e, const char **ret)
{
    const char *id = xmppfed_element_attribute(e, "id");

    if (!id || *id == '\0' || strlen(id) > MAX_ID)
        return XMPPFED_ERR_DIALBACK_MALFORMED;
    *ret = id;
    return 0;
}

int xfed_dialback_parse(const xmppfed_element *e, struct xfed_dialback_message *ret)
{
    struct xfed_dialback_message m = {.id = "", .condition = ""};
    const char *type = xmppfed_element_attribute(e, "type");
    bool verify = xmppfed_element_is(e, "verify", XFED_NS_DIALBACK);
    int rc;

    if (!verify && !xmppfed_element_is(e, "result", XFED_NS_DIALBACK))
        return XMPPFED_ERR_DIALBACK_MALFORMED;
    rc = read_domain(e, "from", m.from);
    if (rc == 0)
        rc = read_domain(e, "to", m.to);
    if (rc == 0 && verify)
        rc = read_id(e, &m.id);
    if (rc == 0)
        rc = type ? read_verdict(type, &m.verdict) : read_key(e, m.key);
    if (rc < 0)
        return rc;

    /* Only an answer has a 'type': XEP-0220 2.1.1 and 2.1.2. */
    if (verify)
        m.kind = type ? XFED_DIALBACK_VERIFY_ANSWER : XFED_DIALBACK_VERIFY_REQUEST;
    else
        m.kind = type ? XFED_DIALBACK_RESULT_ANSWER : XFED_DIALBACK_RESULT_REQUEST;
    if (m.verdict == XFED_DIALBACK_ERROR)
        m.condition = read_condition(e);
    *ret = m;
    return 0;
}

/* An element with its addresses; id may be NULL. */
static xmppfed_element *start(xmppfed_context *ctx, const char *name, const char *from,
                              const char *to, const char *id)
{
    xmppfed_element *e = xmppfed_element_new(ctx, name, XFED_NS_DIALBACK);

    if (!e)
        return NULL;
    xmppfed_element_set_attribute(e, "from", from);
    if (id)
        xmppfed_element_set_attribute(e, "id", id);
    xmppfed_element_set_attribute(e, "to", to);
    return e;
}

/* The element if every building call went well, else NULL. */
static xmppfed_element *finish(xmppfed_element *e)
{
    if (xmppfed_element_status(e) == 0)
        return e;
    xmppfed_element_free(e);
    return NULL;
}

static xmppfed_element *request(xmppfed_context *ctx, const char *name, const char *from,
                                const char *to, const char *id, const char *key)
{
    xmppfed_element *e = start(ctx, name, from, to, id);

    if (!e)
        return NULL;
    xmppfed_element_add_text(e, key);
    return finish(e);
}

static xmppfed_element *answer(xmppfed_context *ctx, const char *name, const char *from,
                               const char *to, const char *id, enum xfed_dialback_verdict verdict,
                               const char *condition)
{
    xmppfed_element *e = start(ctx, name, from, to, id);

    if (!e)
        return NULL;
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        if (verdicts[i].verdict == verdict)
            xmppfed_element_set_attribute(e, "type", verdicts[i].type);
    }
    if (verdict == XFED_DIALBACK_ERROR) {
        size_t row = condition_find(condition);
        xmppfed_element *error = xmppfed_element_add_child(e, "error", XFED_NS_SERVER);

        xmppfed_element_set_attribute(error, "type", conditions[row].type);
        xmppfed_element_add_child(error, conditions[row].condition, XFED_NS_STANZA_ERROR);
    }
    return finish(e);
}

xmppfed_element *xfed_dialback_result(xmppfed_context *ctx, const char *from, const char *to,
                                      const char *key)
{
    return request(ctx, "result", from, to, NULL, key);
}

xmppfed_element *xfed_dialback_result_answer(xmppfed_context *ctx, const char *from, const char *to,
                                             enum xfed_dialback_verdict verdict,
                                             const char *condition)
{
    return answer(ctx, "result", from, to, NULL, verdict, condition);
}

xmppfed_element *xfed_dialback_verify(xmppfed_context *ctx, const char *from, const char *to,
                                      const char *id, const char *key)
{
    return request(ctx, "verify", from, to, id, key);
}

xmppfed_element *xfed_dialback_verify_answer(xmppfed_context *ctx, const char *from, const char *to,
                                             const char *id, enum xfed_dialback_verdict verdict,
                                             const char *condition)
{
    return answer(ctx, "verify", from, to, id, verdict, condition);
}

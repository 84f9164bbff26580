/* wire.c - the refusals that the two connections of a test say to each other, inside TLS too. */
#include "wire.h"

#include <stdio.h>
#include <string.h>

#include "xml/ns.h"

/* The names that --wrap gives. */
int __real_xfed_connection_write(xmppfed_connection *c, const xmppfed_element *e);
int __wrap_xfed_connection_write(xmppfed_connection *c, const xmppfed_element *e);

static char said[512];

void wire_clear(void)
{
    said[0] = '\0';
}

const char *wire_refusals(void)
{
    return said;
}

static void note(const xmppfed_connection *c, const char *what, const char *condition)
{
    size_t used = strlen(said);

    snprintf(said + used, sizeof(said) - used, "%s%s: %s%s%s", used ? "; " : "",
             c->negotiation.role == XFED_INITIATOR ? "initiator" : "receiver", what,
             condition[0] ? " " : "", condition);
}

static const char *first_name(const xmppfed_element *e)
{
    const xmppfed_element *child = e ? xmppfed_element_first(e) : NULL;

    return child ? xmppfed_element_name(child) : "";
}

/* A dialback answer: its type says whether it refuses, an error has a condition inside. */
static void note_dialback(const xmppfed_connection *c, const xmppfed_element *e)
{
    const char *type = xmppfed_element_attribute(e, "type");

    if (type && strcmp(type, "invalid") == 0)
        note(c, "dialback invalid", "");
    else if (type && strcmp(type, "error") == 0)
        note(c, "dialback error", first_name(xmppfed_element_first(e)));
}

int __wrap_xfed_connection_write(xmppfed_connection *c, const xmppfed_element *e)
{
    if (xmppfed_element_is(e, "error", XFED_NS_STREAM))
        note(c, "stream error", first_name(e));
    else if (xmppfed_element_is(e, "failure", XFED_NS_SASL))
        note(c, "SASL failure", first_name(e));
    else if (xmppfed_element_is(e, "failure", XFED_NS_TLS))
        note(c, "TLS failure", "");
    else if (strcmp(xmppfed_element_ns(e), XFED_NS_DIALBACK) == 0)
        note_dialback(c, e);
    return __real_xfed_connection_write(c, e);
}

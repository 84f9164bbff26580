/* test_stanza.c - which elements are stanzas, and which may be answered with an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "stream/stanza.h"
#include "support/context.h"
#include "xml/ns.h"

struct row {
    const char *name;
    const char *element;
    const char *ns;
    const char *type;
    enum xfed_stanza_kind kind; /* in a stream of jabber:server */
    bool may_bounce;
};

static const struct row rows[] = {
    {"message", "message", XFED_NS_SERVER, NULL, XFED_STANZA_MESSAGE, true},
    {"chat", "message", XFED_NS_SERVER, "chat", XFED_STANZA_MESSAGE, true},
    {"message error", "message", XFED_NS_SERVER, "error", XFED_STANZA_MESSAGE, false},
    {"presence", "presence", XFED_NS_SERVER, NULL, XFED_STANZA_PRESENCE, true},
    {"presence error", "presence", XFED_NS_SERVER, "error", XFED_STANZA_PRESENCE, false},
    {"iq get", "iq", XFED_NS_SERVER, "get", XFED_STANZA_IQ, true},
    {"iq set", "iq", XFED_NS_SERVER, "set", XFED_STANZA_IQ, true},
    {"iq result", "iq", XFED_NS_SERVER, "result", XFED_STANZA_IQ, false},
    {"iq error", "iq", XFED_NS_SERVER, "error", XFED_STANZA_IQ, false},
    {"iq without type", "iq", XFED_NS_SERVER, NULL, XFED_STANZA_IQ, true},
    {"client namespace", "message", "jabber:client", NULL, XFED_STANZA_NONE, true},
    {"no namespace", "message", "", NULL, XFED_STANZA_NONE, true},
    {"other name", "route", XFED_NS_SERVER, NULL, XFED_STANZA_NONE, true},
    {"other case", "Message", XFED_NS_SERVER, NULL, XFED_STANZA_NONE, true},
    {"dialback", "result", XFED_NS_DIALBACK, NULL, XFED_STANZA_NONE, true},
};

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        xmppfed_element *e = xmppfed_element_new(ctx, row->element, row->ns);

        xmppfed_element_set_attribute(e, "type", row->type);
        if (xfed_stanza_kind_of(e, XFED_NS_SERVER) != row->kind)
            fail_msg("%s: kind", row->name);
        if (xfed_stanza_may_bounce(e) != row->may_bounce)
            fail_msg("%s: may bounce", row->name);
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

static void test_other_content(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_element *e;

    (void)state;
    e = xmppfed_element_new(ctx, "iq", XMPPFED_NS_COMPONENT);
    assert_int_equal(xfed_stanza_kind_of(e, XMPPFED_NS_COMPONENT), XFED_STANZA_IQ);
    assert_int_equal(xfed_stanza_kind_of(e, XFED_NS_SERVER), XFED_STANZA_NONE);
    xmppfed_element_free(e);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_other_content),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

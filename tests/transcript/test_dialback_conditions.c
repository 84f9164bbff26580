/*
 * test_dialback_conditions.c - for each dialback error of XEP-0220 2.5 the transcript that shows it
 * sent, or why it is never sent; and that each is understood by who has sent a key.
 */
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/context.h"
#include "support/sites.h"
#include <xmppfed/connection.h>

#define STANZA_ERRORS "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"

static const struct {
    const char *condition;
    const char *type;
    const char *transcript; /* NULL: never sent */
    const char *why;        /* ... because */
} rows[] = {
    {"item-not-found", "cancel", "receiver-key-for-unhosted.xt", NULL},
    {"remote-connection-failed", "cancel", "receiver-dialback-error.xt", NULL},
    {"remote-server-not-found", "cancel", "receiver-tls-keys.xt", NULL},
    {"remote-server-timeout", "wait", "receiver-checks-failed.xt", NULL},
    {"policy-violation", "modify", "receiver-tls-required.xt", NULL},
    {"not-authorized", "auth", "receiver-tls-keys.xt", NULL},
    {"forbidden", "auth", "receiver-second-pair.xt", NULL},
    {"not-acceptable", "modify", NULL, "forbidden, not-authorized or the failed check say more"},
    {"resource-constraint", "wait", "receiver-checks-failed.xt", NULL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void test_sent(void **state)
{
    (void)state;
    assert_int_equal(ROWS, 9);
    for (size_t i = 0; i < ROWS; i++) {
        char path[512];
        char error[256];
        struct transcript *t;
        char *text;

        assert_true((rows[i].transcript == NULL) == (rows[i].why != NULL));
        if (!rows[i].transcript)
            continue;
        snprintf(path, sizeof(path), "%s/%s", getenv("TRANSCRIPTS"), rows[i].transcript);
        snprintf(error, sizeof(error), " type='error'><error type='%s'><%s " STANZA_ERRORS "/>",
                 rows[i].type, rows[i].condition);
        t = transcript_open(path);
        text = transcript_play(t, TRANSCRIPT_WHOLE);
        if (!strstr(text, error))
            fail_msg("%s: %s", rows[i].condition, text);
        free(text);
        transcript_close(t);
    }
}

/* The stream was for the pair alone, so that it ends; the sentence has the condition. */
static void check_received(xmppfed_site *site, const char *condition)
{
    xmppfed_connection *c;
    const xmppfed_event *ev;
    const char *found;
    char text[2048];

    assert_int_equal(xmppfed_connection_new_initiator(site, "contoso.example", "fabrikam.example",
                                                      XMPPFED_PURPOSE_STANZAS, 1000, &c),
                     0);
    snprintf(text, sizeof(text),
             "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
             "xmlns:db='jabber:server:dialback' version='1.0' id='1' from='fabrikam.example' "
             "to='contoso.example'><stream:features><dialback xmlns='urn:xmpp:features:dialback'>"
             "<errors/></dialback></stream:features><db:result type='error' "
             "from='fabrikam.example' to='contoso.example'><error type='cancel'><%s " STANZA_ERRORS
             "/></error></db:result>",
             condition);
    assert_int_equal(xmppfed_connection_feed(c, text, strlen(text)), 0);
    assert_int_equal(xmppfed_connection_next_event(c, 1000, &ev), 1);
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
    assert_int_equal(xmppfed_event_code(ev), XMPPFED_ERR_DIALBACK_REFUSED);
    found = strstr(xmppfed_event_text(ev), condition);
    if (!found || strlen(found) != strlen(condition))
        fail_msg("%s: %s", condition, xmppfed_event_text(ev));
    xmppfed_connection_free(c);
}

static void test_received(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_site *site =
        test_site(ctx, "contoso.example", NULL, test_matrix_row("fabrikam.example", 17));

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        check_received(site, rows[i].condition);
    xmppfed_site_unref(site);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent),
        cmocka_unit_test(test_received),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

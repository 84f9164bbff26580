/*
 * test_conditions.c - for each stream error of RFC 6120 4.9.3 the transcript that shows it sent, or
 * why it is never sent; and that each is understood and not answered by another.
 */
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stream/stream_error.h"
#include "support/context.h"
#include "support/sites.h"
#include <xmppfed/connection.h>

#define HEADER                                                                              \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' " \
    "version='1.0' "
#define ERRORS "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"

struct row {
    const char *condition;
    const char *transcript; /* NULL: never sent */
    const char *why;        /* ... because */
};

/* In the order of RFC 6120 4.9.3.1 to 4.9.3.25. */
static const struct row rows[] = {
    {"bad-format", NULL, "4.9.3.1 asks for the more specific conditions about XML in its place"},
    {"bad-namespace-prefix", "receiver-bad-prefix.xt", NULL},
    {"conflict", "receiver-replaced.xt", NULL},
    {"connection-timeout", "receiver-slow-drip.xt", NULL},
    {"host-gone", NULL, "which domains were hosted once is not kept: host-unknown is as true"},
    {"host-unknown", "receiver-host-unknown.xt", NULL},
    {"improper-addressing", "receiver-stanza-unaddressed.xt", NULL},
    {"internal-server-error", "receiver-internal-error.xt", NULL},
    {"invalid-from", "receiver-stanza-foreign-from.xt", NULL},
    {"invalid-namespace", "receiver-stanza-other-namespace.xt", NULL},
    {"invalid-xml", "receiver-key-malformed.xt", NULL},
    {"not-authorized", "receiver-stanza-before-proof.xt", NULL},
    {"not-well-formed", "receiver-mismatched-tag.xt", NULL},
    {"policy-violation", "receiver-oversize-before-proof.xt", NULL},
    {"remote-connection-failed", NULL, "a check that fails is told in dialback: XEP-0220 2.4.2"},
    {"reset", NULL, "a reload closes what it forbids with policy-violation, and leaves the rest"},
    {"resource-constraint", "receiver-too-many.xt", NULL},
    {"restricted-xml", "receiver-comment.xt", NULL},
    {"see-other-host", NULL, "nobody is sent elsewhere: SRV records say where we are"},
    {"system-shutdown", "receiver-shutdown.xt", NULL},
    {"undefined-condition", "receiver-ack-too-high.xt", NULL},
    {"unsupported-encoding", "receiver-encoding-latin1.xt", NULL},
    {"unsupported-feature", "initiator-unknown-feature.xt", NULL},
    {"unsupported-stanza-type", "receiver-unknown-element.xt", NULL},
    {"unsupported-version", "receiver-unsupported-version.xt", NULL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* How many lines of ours begin so. */
static size_t count(const char *text, const char *begin)
{
    size_t lines = 0;

    for (const char *at = text; (at = strstr(at, begin)); at++)
        lines += at == text || at[-1] == '\n';
    return lines;
}

static void check_sent(const struct row *row)
{
    char path[512];
    char begin[128];
    struct transcript *t;
    char *text;

    snprintf(path, sizeof(path), "%s/%s", getenv("TRANSCRIPTS"), row->transcript);
    snprintf(begin, sizeof(begin), "S: <stream:error><%s " ERRORS, row->condition);
    t = transcript_open(path);
    text = transcript_play(t, TRANSCRIPT_WHOLE);
    if (count(text, begin) != 1 || count(text, "S: <stream:error>") != 1)
        fail_msg("%s: %s", row->condition, text);
    /* One header is before it, and the end of the stream follows (RFC 6120 4.9.1.1, 4.9.1.2). */
    if (count(text, "S: <stream:stream ") != 1 || count(text, "S: </stream:stream>") != 1 ||
        strstr(text, "S: <stream:stream ") > strstr(text, begin) ||
        strstr(text, begin) > strstr(text, "S: </stream:stream>"))
        fail_msg("%s: not within a stream: %s", row->condition, text);
    free(text);
    transcript_close(t);
}

/* What a connection sends comes from the one table of codes. */
static bool has_code(const char *condition)
{
    static const char *const conditions[] = {
#define CONDITION(name, value, condition, sentence) condition,
        XMPPFED_ERROR_MAP(CONDITION)
#undef CONDITION
    };

    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
        if (strcmp(conditions[i], condition) == 0)
            return true;
    return false;
}

static void test_sent(void **state)
{
    (void)state;
    assert_int_equal(ROWS, 25);
    for (size_t i = 0; i < ROWS; i++) {
        if (!xfed_stream_error_known(rows[i].condition) ||
            has_code(rows[i].condition) != (rows[i].transcript != NULL) ||
            (rows[i].why != NULL) == (rows[i].transcript != NULL))
            fail_msg("%s", rows[i].condition);
        if (rows[i].transcript)
            check_sent(&rows[i]);
    }
}

/* ---- received ---------------------------------------------------------------------------- */

static void feed(xmppfed_connection *c, const char *text)
{
    assert_int_equal(xmppfed_connection_feed(c, text, strlen(text)), 0);
}

/* Condition, the application's condition and the text are in the event; the answer is the end. */
static void check_received(xmppfed_site *site, bool inbound, const char *condition)
{
    static const char sentence[] = "fabrikam.example ended the stream with ";
    static const char rest[] = ", busy: because";
    xmppfed_connection *c;
    const xmppfed_event *ev;
    const char *text;
    char error[512];
    xmppfed_slice out;
    char *answer;

    if (inbound)
        assert_int_equal(xmppfed_connection_new_receiver(site, 1000, &c), 0);
    else
        assert_int_equal(xmppfed_connection_new_initiator(site, "contoso.example",
                                                          "fabrikam.example",
                                                          XMPPFED_PURPOSE_STANZAS, 1000, &c),
                         0);
    feed(c, HEADER "from='fabrikam.example' to='contoso.example' id='1'>");
    snprintf(error, sizeof(error),
             "<stream:error><%s " ERRORS "/><text " ERRORS ">because</text>"
             "<busy xmlns='urn:x'/></stream:error>",
             condition);
    feed(c, error);
    assert_int_equal(xmppfed_connection_next_event(c, 1000, &ev), 1);
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
    assert_int_equal(xmppfed_event_code(ev), XMPPFED_ERR_STREAM_ERROR_RECEIVED);
    text = xmppfed_event_text(ev);
    if (strncmp(text, sentence, sizeof(sentence) - 1) != 0 ||
        strncmp(text + sizeof(sentence) - 1, condition, strlen(condition)) != 0 ||
        strcmp(text + sizeof(sentence) - 1 + strlen(condition), rest) != 0)
        fail_msg("%s: %s", condition, text);
    out = xmppfed_connection_output(c);
    answer = calloc(1, out.len + 1);
    assert_non_null(answer);
    memcpy(answer, out.data, out.len);
    if (strstr(answer, "<stream:error") || !strstr(answer, "</stream:stream>"))
        fail_msg("%s is answered: %s", condition, answer);
    free(answer);
    xmppfed_connection_free(c);
}

static void test_received(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_site *site =
        test_site(ctx, "contoso.example", NULL, test_matrix_row("fabrikam.example", 17));

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        check_received(site, true, rows[i].condition);
        check_received(site, false, rows[i].condition);
    }
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

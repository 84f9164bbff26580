/* test_watching.c - XMPP users who watch SIP users, step by step. */
#include "bridge/watch_fixture.h"

#define FROM_BOB "from='" BOB "' to='" ALICE "'"
#define TO_BOB "from='" ALICE "' to='" BOB "'"

#define SUBSCRIBE "<presence type='subscribe' " FROM_BOB "/>"
#define UNSUBSCRIBE "<presence type='unsubscribe' " FROM_BOB "/>"
#define PROBE "<presence type='probe' " FROM_BOB "/>"

#define SUBSCRIBED "xmpp <presence*subscribed*/>\n"
#define UNSUBSCRIBED "xmpp <presence*unsubscribed*/>\n"
#define UNAVAILABLE "xmpp <presence*unavailable*/>\n"
#define AWAY_STANZA "xmpp <presence*><show>away</show></presence>\n"

/* A watch with a dialog, of which NOTIFY 1 has come. */
static void establish(struct watch_fixture *f)
{
    watch_stanza(f, SUBSCRIBE);
    watch_response(f, watch_last(f), 200, 3600);
    watch_notify(f, watch_last(f), 1, "active;expires=3600", PIDF("open", AWAY));
    watch_expect(f, "established",
                 "SUBSCRIBE 1 expires=3600\nanswer 99 200\n" SUBSCRIBED AWAY_STANZA);
}

/* RFC 8048 3.1, examples 1 to 6: what is asked, and what each NOTIFY tells. */
static void test_subscribe(void **state)
{
    struct watch_fixture *f = *state;
    const struct sent *s = &f->requests[0];

    watch_stanza(f, SUBSCRIBE);
    watch_expect(f, "asked", "SUBSCRIBE 1 expires=3600\n");
    assert_string_equal(s->uri, "sip:" ALICE);
    assert_string_equal(s->from, "<sip:" BOB ">");
    assert_string_equal(s->to, "<sip:" ALICE ">");
    assert_string_equal(s->contact, "<sip:one.contoso.example:5062>");
    assert_string_equal(s->remote_tag, "");
    assert_int_equal(strlen(s->local_tag), 32);
    assert_string_not_equal(s->local_tag, s->call_id);
    watch_response(f, 0, 200, 3600);
    watch_expect(f, "a response says nothing of an authorization", "");
    watch_notify(f, 0, 1, "pending;expires=3600", NULL);
    watch_expect(f, "nor does pending", "answer 99 200\n");
    watch_notify(f, 0, 2, "active;expires=3600", PIDF("open", AWAY));
    watch_expect(f, "active",
                 "answer 99 200\nxmpp <presence*" TO_BOB "*subscribed*/>\n" AWAY_STANZA);
    watch_notify(f, 0, 3, "active;expires=3500", PIDF("open", AWAY));
    watch_expect(f, "the same again is not told again", "answer 99 200\n");
    watch_notify(f, 0, 4, "active;expires=3500", PIDF("closed", ""));
    watch_expect(f, "closed", "answer 99 200\n" UNAVAILABLE);
    watch_notify(f, 0, 5, "active;expires=3500", NULL);
    watch_expect(f, "no body, no news", "answer 99 200\n");
}

/* RFC 6665 4.1.2.4: NOTIFY may come before the response; the response then changes nothing. */
static void test_notify_first(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, SUBSCRIBE);
    watch_notify(f, 0, 1, "active;expires=3600", NULL);
    watch_expect(f, "first", "SUBSCRIBE 1 expires=3600\nanswer 99 200\n" SUBSCRIBED UNAVAILABLE);
    watch_response(f, 0, 200, 1000);
    watch_wait(f, 790000);
    watch_expect(f, "not yet", "");
    watch_wait(f, 20000);
    watch_expect(f, "80 % of what the response grants", "SUBSCRIBE 2 expires=3600\n");
    assert_string_equal(f->requests[1].remote_tag, "theirs");
    assert_string_equal(f->requests[1].target, "sip:server.contoso.example");
}

/* RFC 6665 4.1.3 and RFC 3261 12.2.2: what is in no dialog, late, or of another package. */
static void test_foreign_notify(void **state)
{
    struct watch_fixture *f = *state;
    char call[64], tag[64];

    establish(f);
    snprintf(call, sizeof(call), "%s", f->requests[0].call_id);
    snprintf(tag, sizeof(tag), "%s", f->requests[0].local_tag);
    const struct row {
        const char *name;
        struct came came;
        const char *out;
    } rows[] = {
        {"another call", {.call = "other"}, "answer 1 481\n"},
        {"another tag of ours", {.to_tag = "guessed"}, "answer 1 481\n"},
        {"no tag", {.to_tag = ""}, "answer 1 481\n"},
        {"a fork: RFC 6665 5.4.9", {.from_tag = "fork"}, "answer 1 481\n"},
        {"repeated", {.cseq = 1}, "answer 1 500\n"},
        {"another package", {.event = "dialog"}, "answer 1 489\n"},
        {"no state", {.state = ""}, "answer 1 400\n"},
        {"no document", {.body = "<x/>"}, "answer 1 400\n"},
        {"the next", {.cseq = 2}, "answer 1 200\n"},
        {"in between", {.cseq = 2}, "answer 1 500\n"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct came came = rows[i].came;

        came.handle = 1;
        came.method = "NOTIFY";
        came.from = ALICE;
        came.to = BOB;
        came.call = came.call ? came.call : call;
        came.to_tag = came.to_tag ? came.to_tag : tag;
        came.from_tag = came.from_tag ? came.from_tag : "theirs";
        came.cseq = came.cseq ? came.cseq : 9;
        came.state = came.state ? came.state : "active;expires=3600";
        watch_request(f, came);
        watch_expect(f, rows[i].name, rows[i].out);
    }
}

/* RFC 8048 6.2: whoever NOTIFY names, it is told to the user of the dialog, as of its other one. */
static void test_names_in_notify(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, SUBSCRIBE);
    watch_clear(f);
    watch_request(f, (struct came){.handle = 1,
                                   .method = "NOTIFY",
                                   .from = "eve@evil.example",
                                   .to = "mallory@fabrikam.example",
                                   .call = f->requests[0].call_id,
                                   .from_tag = "theirs",
                                   .to_tag = f->requests[0].local_tag,
                                   .state = "active",
                                   .contact = "sip:eve@evil.example;gr=x",
                                   .body = PIDF("open", "")});
    watch_expect(f, "users of the dialog",
                 "answer 1 200\n"
                 "xmpp <presence*" TO_BOB "*subscribed*/>\nxmpp <presence*" TO_BOB "*/>\n");
}

/* RFC 6665 4.1.2.2: refreshed before it ends, in the dialog; Timer N behind it. */
static void test_refresh(void **state)
{
    struct watch_fixture *f = *state;

    establish(f);
    watch_wait(f, 2881000);
    watch_expect(f, "refresh", "SUBSCRIBE 2 expires=3600\n");
    assert_string_equal(f->requests[1].call_id, f->requests[0].call_id);
    watch_response(f, 1, 200, 3600);
    watch_notify(f, 1, 2, "active;expires=3600", PIDF("open", AWAY));
    watch_expect(f, "goes on", "answer 99 200\n");
    watch_wait(f, 2881000);
    watch_response(f, 2, 200, 3600);
    watch_expect(f, "again", "SUBSCRIBE 3 expires=3600\n");
    watch_wait(f, 36000);
    watch_expect(f, "no NOTIFY: a new dialog", "SUBSCRIBE 1 expires=3600\n");
    assert_string_not_equal(f->requests[3].call_id, f->requests[0].call_id);
}

/* RFC 6665 4.1.2.2 and RFC 8048 3.1.1: what each response to a refresh means. */
static void test_refresh_fails(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        int status;
        const char *out;
    } rows[] = {
        {481, "SUBSCRIBE 1 expires=3600\n"},
        {404, "SUBSCRIBE 1 expires=3600\n"},
        {408, "SUBSCRIBE 1 expires=3600\n"},
        {604, "SUBSCRIBE 1 expires=3600\n"},
        {503, ""},
        {500, ""},
        {403, UNAVAILABLE UNSUBSCRIBED},
        {489, UNAVAILABLE UNSUBSCRIBED},
        {603, UNAVAILABLE UNSUBSCRIBED},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[32];

        snprintf(name, sizeof(name), "%d", rows[i].status);
        watch_stanza(f, "<presence type='subscribe' from='u%zu@fabrikam.example' to='" ALICE "'/>",
                     i);
        watch_notify(f, watch_last(f), 1, "active;expires=3600", PIDF("open", AWAY));
        watch_wait(f, 2881000);
        watch_clear(f);
        watch_response(f, watch_last(f), rows[i].status, -1);
        watch_expect(f, name, rows[i].out);
        watch_wait(f, 31000);
        watch_expect(f, "later", rows[i].out[0] ? "" : "SUBSCRIBE 3 expires=3600\n");
        watch_stanza(
            f, "<presence type='unsubscribe' from='u%zu@fabrikam.example' to='" ALICE "'/>", i);
        watch_wait(f, 80000);
        watch_clear(f);
    }
}

/* RFC 8048 3.1.1: what each response to the first SUBSCRIBE means to who asked. */
static void test_first_fails(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        int status;
        const char *out;
        const char *later; /* within two minutes */
    } rows[] = {
        {404, "xmpp <presence*error*item-not-found*</presence>\n", ""},
        {486, "xmpp <presence*error*recipient-unavailable*</presence>\n",
         "SUBSCRIBE 1 expires=3600\n"},
        {503, "xmpp <presence*error*</presence>\n", "SUBSCRIBE 1 expires=3600\n"},
        {408, "xmpp <presence*error*remote-server-timeout*</presence>\n",
         "SUBSCRIBE 1 expires=3600\n"},
        {403, UNSUBSCRIBED, ""},
        {489, UNSUBSCRIBED, ""},
        {603, UNSUBSCRIBED, ""},
        {423, "SUBSCRIBE 1 expires=7200\n", "*"},
        {481, "SUBSCRIBE 1 expires=3600\n", "*"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[32];

        snprintf(name, sizeof(name), "%d", rows[i].status);
        watch_stanza(f, "<presence type='subscribe' from='u%zu@fabrikam.example' to='" ALICE "'/>",
                     i);
        watch_expect(f, name, "SUBSCRIBE 1 expires=3600\n");
        watch_response(f, watch_last(f), rows[i].status, -1);
        watch_expect(f, name, rows[i].out);
        watch_wait(f, 32000);
        watch_expect(f, name, rows[i].later);
        watch_stanza(
            f, "<presence type='unsubscribe' from='u%zu@fabrikam.example' to='" ALICE "'/>", i);
        watch_wait(f, 120000);
        watch_clear(f);
    }
}

/* Nobody is asked again and again without a pause: 423 and 481 for ever, or dialogs that end. */
static void test_no_storm(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, SUBSCRIBE);
    for (size_t i = 0; i < 100 && i < f->request_count; i++)
        watch_response(f, i, 481, -1);
    assert_int_equal(f->request_count, 2);
    for (unsigned i = 0; i < 360; i++) {
        watch_wait(f, 10000);
        if (!f->requests[watch_last(f)].answered)
            watch_response(f, watch_last(f), 481, -1);
    }
    assert_in_range(f->request_count, 3, 9);
    watch_clear(f);
}

/* What a NOTIFY that ends the dialog is for: RFC 6665 4.1.3, RFC 8048 3.1. */
static void test_terminated(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        const char *state;
        const char *body;
        const char *out;
        unsigned wait; /* seconds */
        const char *later;
    } rows[] = {
        {"terminated;reason=deactivated", NULL, "SUBSCRIBE 1 expires=3600\n", 0, ""},
        {"terminated;reason=timeout", NULL, "SUBSCRIBE 1 expires=3600\n", 0, ""},
        {"terminated;reason=probation;retry-after=300", NULL, UNAVAILABLE, 290, ""},
        {"terminated;reason=giveup;retry-after=50", PIDF("open", ""), "xmpp <presence*/>\n", 52,
         "SUBSCRIBE 1 expires=3600\n"},
        {"terminated;reason=invariant", NULL, "", 86400, ""},
        {"terminated;reason=unheard-of", NULL, UNAVAILABLE, 32, "SUBSCRIBE 1 expires=3600\n"},
        {"terminated;reason=rejected", NULL, UNAVAILABLE UNSUBSCRIBED, 4000, ""},
        {"terminated;reason=noresource", NULL, UNAVAILABLE UNSUBSCRIBED, 4000, ""},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char want[512];

        watch_stanza(f, "<presence type='subscribe' from='u%zu@fabrikam.example' to='" ALICE "'/>",
                     i);
        watch_notify(f, watch_last(f), 1, "active;expires=3600", PIDF("open", AWAY));
        watch_clear(f);
        watch_notify(f, watch_last(f), 2, rows[i].state, rows[i].body);
        snprintf(want, sizeof(want), "answer 99 200\n%s", rows[i].out);
        watch_expect(f, rows[i].state, want);
        watch_wait(f, rows[i].wait * 1000);
        watch_expect(f, rows[i].state, rows[i].later);
        watch_stanza(
            f, "<presence type='unsubscribe' from='u%zu@fabrikam.example' to='" ALICE "'/>", i);
        watch_wait(f, 80000);
        watch_clear(f);
    }
}

/* RFC 8048 3.1.2, examples 7 to 10. */
static void test_unsubscribe(void **state)
{
    struct watch_fixture *f = *state;

    establish(f);
    watch_stanza(f, UNSUBSCRIBE);
    watch_expect(f, "in the dialog", "SUBSCRIBE 2 expires=0\n");
    watch_response(f, 1, 200, 0);
    watch_expect(f, "answered", UNAVAILABLE UNSUBSCRIBED);
    watch_notify(f, 1, 2, "terminated;reason=timeout", PIDF("closed", ""));
    watch_expect(f, "the last NOTIFY tells nothing", "answer 99 200\n");
    watch_notify(f, 1, 3, "active", PIDF("open", ""));
    watch_expect(f, "there is none behind it", "answer 99 481\n");
    watch_stanza(f, UNSUBSCRIBE);
    watch_wait(f, 4000000);
    watch_expect(f, "nothing is left", "");
}

/* ... before there is a dialog: it is ended when it comes. */
static void test_unsubscribe_early(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, SUBSCRIBE);
    watch_stanza(f, UNSUBSCRIBE);
    watch_expect(f, "nothing to end", "SUBSCRIBE 1 expires=3600\n");
    watch_response(f, 0, 200, 3600);
    watch_expect(f, "ended", "SUBSCRIBE 2 expires=0\n");
    watch_notify(f, 0, 1, "active", PIDF("open", ""));
    watch_expect(f, "nothing is told", "answer 99 200\n");
    watch_response(f, 1, 200, 0);
    watch_expect(f, "told", UNSUBSCRIBED);
    watch_stanza(f, SUBSCRIBE);
    watch_expect(f, "and anew", "SUBSCRIBE 1 expires=3600\n");
    watch_stanza(f, UNSUBSCRIBE);
    watch_response(f, 2, 404, -1);
    watch_expect(f, "no dialog came of it", UNSUBSCRIBED);
}

/* RFC 6121 4.3.2: what a probe is answered with. */
static void test_probe(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, PROBE);
    watch_expect(f, "who does not watch", UNSUBSCRIBED);
    watch_stanza(f, SUBSCRIBE);
    watch_stanza(f, PROBE);
    watch_expect(f, "who was not answered", "SUBSCRIBE 1 expires=3600\n");
    watch_notify(f, 0, 1, "active", PIDF("open", AWAY));
    watch_clear(f);
    watch_stanza(f, PROBE);
    watch_expect(f, "who watches", AWAY_STANZA);
    watch_stanza(f, SUBSCRIBE);
    watch_expect(f, "subscribe again: RFC 6121 3.1.3", SUBSCRIBED AWAY_STANZA);
    watch_notify(f, 0, 2, "terminated;reason=probation", NULL);
    watch_clear(f);
    watch_stanza(f, PROBE);
    watch_expect(f, "... and asked for", "SUBSCRIBE 1 expires=3600\n" UNAVAILABLE);
}

/* Of one device at a time: or the first would seem to stay there (RFC 8048 example 6). */
static void test_devices(void **state)
{
    struct watch_fixture *f = *state;
    struct came came = {.handle = 1,
                        .method = "NOTIFY",
                        .from = ALICE,
                        .to = BOB,
                        .from_tag = "theirs",
                        .state = "active;expires=3600",
                        .body = PIDF("open", "")};

    watch_stanza(f, SUBSCRIBE);
    watch_clear(f);
    came.call = f->requests[0].call_id;
    came.to_tag = f->requests[0].local_tag;
    came.cseq = 1;
    came.contact = "sip:" ALICE ";gr=desk";
    watch_request(f, came);
    watch_expect(f, "desk",
                 "answer 1 200\n" SUBSCRIBED "xmpp <presence from='" ALICE "/desk'*/>\n");
    came.cseq = 2;
    came.contact = "sip:" ALICE ";gr=pocket";
    watch_request(f, came);
    watch_expect(f, "pocket",
                 "answer 1 200\nxmpp <presence from='" ALICE "/desk'*unavailable*/>\n"
                 "xmpp <presence from='" ALICE "/pocket'*/>\n");
    came.cseq = 3;
    came.contact = NULL;
    came.body = PIDF("closed", "");
    watch_request(f, came);
    watch_expect(f, "none",
                 "answer 1 200\nxmpp <presence from='" ALICE "/pocket'*unavailable*/>\n");
}

/* Limits: of all, and a quarter for one domain. */
static void test_limits(void **state)
{
    struct watch_fixture *f = *state;

    for (unsigned i = 0; i < 25; i++)
        watch_stanza(f, "<presence type='subscribe' from='u%u@fabrikam.example' to='" ALICE "'/>",
                     i);
    assert_int_equal(f->request_count, 25);
    watch_clear(f);
    watch_stanza(f, SUBSCRIBE);
    watch_expect(f, "a quarter", "xmpp <presence*error*resource-constraint*</presence>\n");
    for (unsigned i = 0; i < 75; i++)
        watch_stanza(f, "<presence type='subscribe' from='u@d%u.example' to='" ALICE "'/>", i);
    assert_int_equal(f->request_count, 100);
    watch_clear(f);
    watch_stanza(f, "<presence type='subscribe' from='u@other.example' to='" ALICE "'/>");
    watch_expect(f, "all", "xmpp <presence*error*resource-constraint*</presence>\n");
}

/* For whom there is nobody here. */
static void test_strangers(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, "<presence type='subscribe' from='" BOB "' to='x@other.example'/>");
    watch_expect(f, "another domain", "xmpp <presence*error*item-not-found*</presence>\n");
    watch_stanza(f, "<presence type='subscribe' from='" BOB "' to='contoso.example'/>");
    watch_expect(f, "no user", "xmpp <presence*error*item-not-found*</presence>\n");
    watch_stanza(f, "<presence type='probe' from='" BOB "' to='x@other.example'/>");
    watch_stanza(f, "<presence type='fly' " FROM_BOB "/>");
    watch_expect(f, "nothing", "");
}

/* While the link is down: the dialog goes on, and the last state is told afterwards. */
static void test_link_down(void **state)
{
    struct watch_fixture *f = *state;

    watch_stanza(f, SUBSCRIBE);
    watch_clear(f);
    watch_link(f, false);
    watch_notify(f, 0, 1, "active;expires=3600", PIDF("open", ""));
    watch_notify(f, 0, 2, "active;expires=3600", PIDF("open", AWAY));
    watch_expect(f, "down", "answer 99 200\nanswer 99 200\n");
    watch_link(f, true);
    watch_expect(f, "up", SUBSCRIBED AWAY_STANZA);
    watch_wait(f, 1000);
    watch_expect(f, "once", "");
}

/* The SIP server cannot be reached at all. */
static void test_cut_off(void **state)
{
    struct watch_fixture *f = *state;

    f->cut_off = true;
    watch_stanza(f, SUBSCRIBE);
    watch_expect(f, "told", "xmpp <presence*error*</presence>\n");
    f->cut_off = false;
    watch_wait(f, 31000);
    watch_expect(f, "again", "SUBSCRIBE 1 expires=3600\n");
}

/* A route set is that of NOTIFY in its order, or that of the response in reverse (RFC 3261 12.1).
 */
static void test_routes(void **state)
{
    struct watch_fixture *f = *state;
    struct bridge_response response = {
        .response = {.status = 200},
        .to_tag = xmppfed_slice_of("theirs"),
        .contact = xmppfed_slice_of("<sip:there.example;x=1>"),
        .record_route = xmppfed_slice_of("<sip:a.example;lr>, \"B, <C>\" <sip:b.example;lr;x=\",\">"
                                         ",<sip:c.example?y=1,2>"),
        .expires = 3600,
    };

    watch_stanza(f, SUBSCRIBE);
    bridge_take_response(f->bridges[0], f->requests[0].token, &response, f->now);
    watch_stanza(f, UNSUBSCRIBE);
    assert_string_equal(f->requests[1].target, "sip:there.example;x=1");
    assert_string_equal(f->requests[1].route, "<sip:c.example?y=1,2>, \"B, <C>\" "
                                              "<sip:b.example;lr;x=\",\">, <sip:a.example;lr>");
    watch_response(f, 1, 200, 0);
    watch_stanza(f, SUBSCRIBE);
    watch_request(f, (struct came){.handle = 1,
                                   .method = "NOTIFY",
                                   .from = ALICE,
                                   .to = BOB,
                                   .call = f->requests[2].call_id,
                                   .from_tag = "theirs",
                                   .to_tag = f->requests[2].local_tag,
                                   .state = "active",
                                   .record_route = "<sip:a.example;lr>, <sip:b.example;lr>"});
    watch_stanza(f, UNSUBSCRIBE);
    assert_string_equal(f->requests[3].route, "<sip:a.example;lr>, <sip:b.example;lr>");
    assert_string_equal(f->requests[3].target, "sip:phone.contoso.example:5080");
    watch_clear(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        watch_test(test_subscribe),         watch_test(test_notify_first),
        watch_test(test_foreign_notify),    watch_test(test_names_in_notify),
        watch_test(test_refresh),           watch_test(test_refresh_fails),
        watch_test(test_first_fails),       watch_test(test_no_storm),
        watch_test(test_terminated),        watch_test(test_unsubscribe),
        watch_test(test_unsubscribe_early), watch_test(test_probe),
        watch_test(test_devices),           watch_test(test_limits),
        watch_test(test_strangers),         watch_test(test_link_down),
        watch_test(test_cut_off),           watch_test(test_routes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

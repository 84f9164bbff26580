/* test_watched.c - SIP users who watch XMPP users, step by step. */
#include "bridge/watch_fixture.h"
#include "bridge/watch_store.h"

#define FROM_BOB "from='" BOB "' to='" ALICE "'"
#define OF_PHONE "from='" BOB "/phone' to='" ALICE "'"
#define TO_BOB "from='" ALICE "' to='" BOB "'"

#define SUBSCRIBED "<presence type='subscribed' " FROM_BOB "/>"
#define UNSUBSCRIBED "<presence type='unsubscribed' " FROM_BOB "/>"
#define ASKED "xmpp <presence " TO_BOB " type='subscribe' id='watch'/>\n"
#define PROBED "xmpp <presence " TO_BOB " type='probe' id='watch'/>\n"
#define LEFT "xmpp <presence " TO_BOB " type='unavailable'/>\n"

/* A dialog of a call, whose NOTIFYs were answered so far. */
static void establish(struct watch_fixture *f, uintptr_t handle, const char *call)
{
    watch_request(f, (struct came){.handle = handle, .call = call});
    watch_response(f, watch_last(f), 200, -1);
    watch_stanza(f, SUBSCRIBED);
    if (!f->requests[watch_last(f)].answered)
        watch_response(f, watch_last(f), 200, -1);
    watch_clear(f);
}

/* The last NOTIFY, and the response to it. */
static void answer_all(struct watch_fixture *f)
{
    for (size_t i = 0; i < f->request_count; i++)
        if (!f->requests[i].answered)
            watch_response(f, i, 200, -1);
}

/* RFC 8048 3.2, examples 11 to 14. */
static void test_subscribe(void **state)
{
    struct watch_fixture *f = *state;
    const struct sent *s = &f->requests[0];

    watch_request(f, (struct came){.handle = 1, .record_route = "<sip:a;lr>, <sip:b;lr>"});
    watch_expect(f, "asked", "answer 1 200 expires=3600\nNOTIFY 1 pending;expires=3600\n" ASKED);
    assert_string_equal(s->call_id, "call");
    assert_string_equal(s->remote_tag, "phone");
    assert_string_equal(s->local_tag, f->tags[1]);
    assert_int_equal(strlen(s->local_tag), 32);
    assert_string_equal(s->target, "sip:phone.contoso.example:5080");
    assert_string_equal(s->route, "<sip:a;lr>, <sip:b;lr>");
    assert_string_equal(s->from, "<sip:" BOB ">");
    assert_string_equal(s->to, "<sip:" ALICE ">");
    assert_string_equal(s->contact, "<sip:one.contoso.example:5062>");
    watch_stanza(f, SUBSCRIBED);
    watch_expect(f, "one NOTIFY at a time", "");
    watch_response(f, 0, 200, -1);
    watch_expect(f, "allowed", "NOTIFY 2 active;expires=3600\n");
    watch_response(f, 1, 200, -1);
    watch_stanza(f, "<presence " OF_PHONE "><show>away</show><status>tea</status></presence>");
    watch_expect(f, "soon", "");
    watch_wait(f, 1000);
    watch_expect(f, "away", "NOTIFY 3 active;expires=3599 open away [tea]\n");
    watch_response(f, 2, 200, -1);
    watch_wait(f, 5000);
    watch_stanza(f, "<presence type='unavailable' " OF_PHONE "/>");
    watch_expect(f, "gone", "NOTIFY 4 active;expires=3594 closed\n");
    watch_response(f, 3, 200, -1);
    watch_stanza(f, "<presence type='unavailable' " OF_PHONE "/>");
    watch_wait(f, 2000);
    watch_expect(f, "no news", "");
}

/* RFC 8048 3.2, examples 15 and 16. */
static void test_rejected(void **state)
{
    struct watch_fixture *f = *state;

    watch_request(f, (struct came){.handle = 1});
    watch_response(f, 0, 200, -1);
    watch_clear(f);
    watch_stanza(f, UNSUBSCRIBED);
    watch_expect(f, "rejected", "NOTIFY 2 terminated;reason=rejected\n");
    watch_request(f, (struct came){.handle = 2, .to_tag = f->tags[1], .cseq = 2});
    watch_expect(f, "it is over", "answer 2 481\n");
    watch_response(f, 1, 200, -1);
    watch_stanza(f, SUBSCRIBED);
    watch_wait(f, 4000000);
    watch_expect(f, "nothing is left", "");
}

/* What is refused before there is a dialog: RFC 6665 4.2.1.1, 4.1.2.1, 8.3.2. */
static void test_refused(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        const char *name;
        struct came came;
        const char *out;
    } rows[] = {
        {"another package", {.event = "dialog"}, "answer 1 489\n"},
        {"no package", {.event = ""}, "answer 1 489\n"},
        {"no document that we write", {.accept = "text/plain, a/b"}, "answer 1 406\n"},
        {"too short", {.expires = 59}, "answer 1 423 expires=60\n"},
        {"a stranger", {.from = "eve@evil.example"}, "answer 1 403\n"},
        {"no Contact", {.contact = ""}, "answer 1 400\n"},
        {"in no dialog", {.to_tag = "guessed"}, "answer 1 481\n"},
        {"PUBLISH", {.method = "PUBLISH"}, "answer 1 405\n"},
        {"a package with parameters",
         {.event = "presence;id=1", .call = "x"},
         "answer 1 200 expires=3600\nNOTIFY 1 pending*\n" ASKED},
        {"one document of several",
         {.accept = "text/plain, application/pidf+xml;q=1", .call = "y"},
         "answer 1 200 expires=3600\nNOTIFY 1 pending*\n" ASKED},
        {"more than an hour",
         {.expires = 7200, .call = "z"},
         "answer 1 200 expires=3600\nNOTIFY 1 pending;expires=3600\n" ASKED},
        {"the shortest",
         {.expires = 60, .call = "w"},
         "answer 1 200 expires=60\nNOTIFY 1 pending;expires=60\n" ASKED},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct came came = rows[i].came;

        came.handle = 1;
        watch_request(f, came);
        watch_expect(f, rows[i].name, rows[i].out);
    }
    watch_link(f, false);
    watch_request(f, (struct came){.handle = 1, .call = "down"});
    watch_expect(f, "no link", "answer 1 503\n");
    watch_link(f, true);
    watch_clear(f);
    bridge_end(f->bridges[0]);
    watch_request(f, (struct came){.handle = 1, .call = "end"});
    watch_expect(f, "at the end", "answer 1 503\n");
}

/* In the dialog: RFC 3261 12.2.2, RFC 6665 4.2.1.4. */
static void test_refresh(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        const char *name;
        struct came came;
        const char *out;
    } rows[] = {
        {"repeated", {.cseq = 1}, "answer 2 500\n"},
        {"another tag of theirs", {.from_tag = "fork", .cseq = 2}, "answer 2 481\n"},
        {"another call", {.call = "other", .cseq = 2}, "answer 2 481\n"},
        {"another package", {.event = "dialog", .cseq = 2}, "answer 2 489\n"},
        {"too short", {.expires = 30, .cseq = 2}, "answer 2 423 expires=60\n"},
        {"in order",
         {.expires = 1800, .cseq = 5},
         "answer 2 200 expires=1800\nNOTIFY 3 active;expires=1800\n"},
        {"out of order", {.expires = 1800, .cseq = 4}, "answer 2 500\n"},
    };

    establish(f, 1, "call");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct came came = rows[i].came;

        came.handle = 2;
        came.to_tag = f->tags[1];
        watch_request(f, came);
        watch_expect(f, rows[i].name, rows[i].out);
    }
    answer_all(f);
    watch_request(
        f, (struct came){
               .handle = 2, .to_tag = f->tags[1], .cseq = 6, .contact = "sip:new.contoso.example"});
    watch_expect(f, "from elsewhere", "answer 2 200 expires=3600\nNOTIFY 4 active*\n");
    assert_string_equal(f->requests[watch_last(f)].target, "sip:new.contoso.example");
}

/* RFC 8048 3.2.3, example 17; RFC 6665 4.2.1.4. */
static void test_leave(void **state)
{
    struct watch_fixture *f = *state;
    struct kept_presence kept;
    struct translate_text text;

    establish(f, 1, "call");
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_wait(f, 1100);
    answer_all(f);
    watch_clear(f);
    watch_request(f, (struct came){.handle = 2, .to_tag = f->tags[1], .cseq = 2, .expires = -1});
    watch_expect(f, "left",
                 "answer 2 200 expires=0\nNOTIFY 4 terminated;reason=timeout closed\n" LEFT);
    answer_all(f);
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_wait(f, 4000000);
    watch_expect(f, "nothing is left", "");
    translate_text_init(&text, NULL);
    assert_int_equal(resources_all(f->bridges[0]->ledger, xmppfed_slice_of(ALICE),
                                   xmppfed_slice_of(BOB), 1, &text, &kept),
                     0);
    translate_text_fini(&text);
}

static void test_expiry(void **state)
{
    struct watch_fixture *f = *state;

    establish(f, 1, "call");
    watch_wait(f, 3590000);
    watch_expect(f, "not yet", "");
    watch_wait(f, 20000);
    watch_expect(f, "expired", "NOTIFY 3 terminated;reason=timeout closed\n" LEFT);
}

/* RFC 8048 5.2, example 24; RFC 6665 4.4.3. */
static void test_fetch(void **state)
{
    struct watch_fixture *f = *state;
    struct came fetch = {.handle = 3, .call = "fetch", .expires = -1};

    watch_request(f, fetch);
    watch_expect(f, "asked", "answer 3 200 expires=0\n" PROBED);
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_stanza(f, "<presence from='" BOB "/desk' to='" ALICE "'><show>dnd</show></presence>");
    watch_wait(f, 400);
    watch_expect(f, "the most available", "NOTIFY 1 terminated;reason=timeout open\n");
    answer_all(f);
    fetch.call = "nothing";
    watch_request(f, fetch);
    watch_clear(f);
    watch_wait(f, 4000);
    watch_expect(f, "no answer yet", "");
    watch_wait(f, 2000);
    watch_expect(f, "none", "NOTIFY 1 terminated;reason=timeout\n");
    answer_all(f);
    fetch.call = "refused";
    watch_request(f, fetch);
    watch_clear(f);
    watch_stanza(f, UNSUBSCRIBED);
    watch_expect(f, "refused", "NOTIFY 1 terminated;reason=rejected\n");
    answer_all(f);
    establish(f, 1, "call");
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_wait(f, 1000);
    watch_clear(f);
    fetch.call = "known";
    watch_request(f, fetch);
    watch_expect(f, "known", "answer 3 200 expires=0\nNOTIFY 1 terminated;reason=timeout open\n");
    answer_all(f);
    watch_wait(f, 60000);
    watch_expect(f, "the other dialog goes on", "");
}

/* RFC 8048 4.2: of several resources the most available one shows; a bare address is all. */
static void test_resources(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        const char *resource;
        const char *rest;
        const char *out;
    } rows[] = {
        {"/a", "><show>dnd</show></presence>", "NOTIFY * open dnd\n"},
        {"/b", "><show>xa</show></presence>", "NOTIFY * open dnd\n"},
        {"/c", "><priority>5</priority></presence>", "NOTIFY * open\n"},
        {"/c", " type='unavailable'/>", "NOTIFY * open dnd\n"},
        {"/a", " type='unavailable'/>", "NOTIFY * open xa\n"},
        {"/b", " type='unavailable'><status>bye</status></presence>", "NOTIFY * closed [bye]\n"},
        {"/b", "/>", "NOTIFY * open\n"},
        {"/a", "/>", "NOTIFY * open\n"},
        {"", " type='unavailable'/>", "NOTIFY * closed\n"},
    };

    establish(f, 1, "call");
    for (size_t i = 0; i < COUNT(rows); i++) {
        watch_stanza(f, "<presence from='" BOB "%s' to='" ALICE "'%s", rows[i].resource,
                     rows[i].rest);
        watch_wait(f, 1100);
        watch_expect(f, rows[i].rest, rows[i].out);
        answer_all(f);
    }
}

/* More resources than are looked at: the oldest make way, and nothing grows. */
static void test_many_resources(void **state)
{
    struct watch_fixture *f = *state;

    establish(f, 1, "call");
    for (unsigned i = 0; i < 40; i++) {
        watch_stanza(f, "<presence from='" BOB "/%u' to='" ALICE "'><show>dnd</show></presence>",
                     i);
        answer_all(f);
    }
    watch_stanza(f, "<presence from='" BOB "/last' to='" ALICE "'><show>chat</show></presence>");
    watch_wait(f, 1100);
    answer_all(f);
    watch_clear(f);
    for (unsigned i = 0; i < 24; i++)
        watch_stanza(f, "<presence type='unavailable' from='" BOB "/%u' to='" ALICE "'/>", i);
    watch_wait(f, 1100);
    watch_expect(f, "were forgotten before", "");
}

/* RFC 8048 6.2: presence reaches nobody but whom it is addressed to. */
static void test_leaks(void **state)
{
    struct watch_fixture *f = *state;
    static const char *const stanzas[] = {
        "<presence from='" BOB "/x' to='carol@contoso.example'/>",
        "<presence from='mallory@fabrikam.example/x' to='" ALICE "'/>",
        "<presence from='bob@evil.example/x' to='" ALICE "'/>",
        "<presence from='" BOB "/x' to='alice@other.example'/>",
        "<presence type='subscribed' from='mallory@fabrikam.example' to='" ALICE "'/>",
        "<presence type='unsubscribed' from='" BOB "' to='carol@contoso.example'/>",
        "<presence type='error' id='watch' from='mallory@fabrikam.example' to='" ALICE "'>"
        "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
        "</presence>",
    };

    establish(f, 1, "call");
    for (size_t i = 0; i < COUNT(stanzas); i++) {
        watch_stanza(f, "%s", stanzas[i]);
        watch_wait(f, 1100);
        watch_expect(f, stanzas[i], "");
    }
    watch_request(f, (struct came){.handle = 2, .from = "carol@contoso.example", .call = "carol"});
    watch_expect(f, "Carol knows nothing of what Bob told Alice",
                 "answer 2 200 expires=3600\nNOTIFY 1 pending;expires=3600\nxmpp *subscribe*\n");
}

/* Until he has allowed it, what he sends is not told; then it is. */
static void test_directed(void **state)
{
    struct watch_fixture *f = *state;

    watch_request(f, (struct came){.handle = 1});
    answer_all(f);
    watch_clear(f);
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_wait(f, 1100);
    watch_expect(f, "pending", "");
    watch_stanza(f, SUBSCRIBED);
    watch_expect(f, "active", "NOTIFY 2 active;expires=3598 open\n");
}

/* Several dialogs of one user: each has its own pace; the last one's end is told. */
static void test_several_dialogs(void **state)
{
    struct watch_fixture *f = *state;

    establish(f, 1, "one");
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_wait(f, 1100);
    answer_all(f);
    watch_clear(f);
    watch_request(f, (struct came){.handle = 2, .call = "two"});
    watch_expect(f, "known already",
                 "answer 2 200 expires=3600\nNOTIFY 1 active;expires=3600 open\n" PROBED);
    answer_all(f);
    watch_wait(f, 1100);
    watch_stanza(f, "<presence " OF_PHONE "><show>away</show></presence>");
    watch_expect(f, "both", "NOTIFY 4 active* open away\nNOTIFY 2 active* open away\n");
    answer_all(f);
    watch_request(
        f,
        (struct came){.handle = 3, .call = "two", .to_tag = f->tags[2], .cseq = 2, .expires = -1});
    watch_expect(f, "one is left",
                 "answer 3 200 expires=0\nNOTIFY 3 terminated;reason=timeout closed\n");
    answer_all(f);
    watch_wait(f, 1100);
    watch_stanza(f, UNSUBSCRIBED);
    watch_expect(f, "and that one ends", "NOTIFY 5 terminated;reason=rejected\n");
}

/* RFC 6665 4.2.2: what a failed NOTIFY means. */
static void test_notify_fails(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        int status;
        bool stays;
    } rows[] = {
        {404, false}, {405, false}, {408, false}, {410, false}, {416, false}, {480, false},
        {481, false}, {482, false}, {485, false}, {489, false}, {501, false}, {604, false},
        {400, true},  {500, true},  {503, true},  {302, true},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char call[16];

        snprintf(call, sizeof(call), "%d", rows[i].status);
        establish(f, 1, call);
        watch_stanza(f, "<presence from='" BOB "/%zu' to='" ALICE "'/>", i);
        watch_wait(f, 1100);
        watch_clear(f);
        watch_response(f, watch_last(f), rows[i].status, -1);
        watch_expect(f, call, rows[i].stays ? "" : LEFT);
        watch_wait(f, 6000);
        watch_expect(f, call, rows[i].stays ? "NOTIFY 4 active* open\n" : "");
        answer_all(f);
        watch_request(
            f, (struct came){
                   .handle = 2, .call = call, .to_tag = f->tags[1], .cseq = 2, .expires = -1});
        watch_expect(f, call,
                     rows[i].stays ? "answer 2 200*\nNOTIFY 5 term*\n" LEFT : "answer 2 481\n");
        answer_all(f);
    }
}

/* No response at all, not even the stack's: the same as 408. */
static void test_no_response(void **state)
{
    struct watch_fixture *f = *state;

    watch_request(f, (struct came){.handle = 1});
    watch_clear(f);
    watch_wait(f, 36000);
    watch_expect(f, "given up", LEFT);
    watch_request(f, (struct came){.handle = 2, .to_tag = f->tags[1], .cseq = 2});
    watch_expect(f, "no dialog", "answer 2 481\n");
}

/* Presence that changes faster than anybody reads: one NOTIFY a second, and the last state. */
static void test_pace(void **state)
{
    struct watch_fixture *f = *state;
    size_t before;

    establish(f, 1, "call");
    before = f->request_count;
    for (unsigned i = 0; i < 1000; i++) {
        watch_stanza(f, "<presence " OF_PHONE "><status>%u</status></presence>", i);
        watch_wait(f, 100);
        if (i % 3 == 0)
            answer_all(f);
    }
    assert_in_range(f->request_count - before, 90, 101);
    watch_clear(f);
    answer_all(f);
    watch_wait(f, 1100);
    watch_stanza(f, "<presence " OF_PHONE "><status>last</status></presence>");
    answer_all(f);
    watch_wait(f, 1100);
    assert_non_null(strstr(f->requests[watch_last(f)].body, ">last<"));
    watch_clear(f);
}

/* His server says that he cannot be reached. */
static void test_errors(void **state)
{
    struct watch_fixture *f = *state;
    static const struct row {
        const char *condition;
        const char *reason;
    } rows[] = {
        {"item-not-found", "noresource"},
        {"forbidden", "rejected"},
        {"service-unavailable", "rejected"},
        {"remote-server-timeout", "probation;retry-after=60"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char want[128];

        watch_request(f, (struct came){.handle = 1, .call = rows[i].condition});
        answer_all(f);
        watch_clear(f);
        watch_stanza(f, "<presence type='error' id='other' " FROM_BOB "/>");
        watch_expect(f, "about something else", "");
        watch_stanza(f,
                     "<presence type='error' id='watch' " FROM_BOB "><error type='cancel'>"
                     "<%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
                     rows[i].condition);
        snprintf(want, sizeof(want), "NOTIFY 2 terminated;reason=%s\n", rows[i].reason);
        watch_expect(f, rows[i].condition, want);
        answer_all(f);
    }
    establish(f, 1, "active");
    watch_stanza(f, "<presence " OF_PHONE "/>");
    watch_wait(f, 1100);
    answer_all(f);
    watch_clear(f);
    watch_wait(f, 1100);
    watch_stanza(f, "<presence type='error' id='watch' " FROM_BOB "/>");
    watch_expect(f, "nobody knows any more that he is there", "NOTIFY * active* closed\n");
}

/* RFC 8048 3.2.3, and not against what Bob, who watches Alice himself, knows better. */
static void test_leave_one_who_watches(void **state)
{
    struct watch_fixture *f = *state;
    size_t notify;

    establish(f, 1, "call");
    watch_stanza(f, "<presence type='subscribe' " FROM_BOB "/>");
    watch_notify(f, watch_last(f), 1, "active;expires=3600", PIDF("open", ""));
    notify = watch_last(f);
    watch_clear(f);
    watch_request(f, (struct came){.handle = 2, .to_tag = f->tags[1], .cseq = 2, .expires = -1});
    watch_expect(f, "left", "answer 2 200 expires=0\nNOTIFY 3 terminated;reason=timeout closed\n");
    assert_int_equal(watch_last(f), notify + 1);
}

/* What was told while the link was down has gone elsewhere: it is asked for again. */
static void test_link(void **state)
{
    struct watch_fixture *f = *state;

    establish(f, 1, "active");
    watch_request(f, (struct came){.handle = 2, .call = "pending", .to = "carol@fabrikam.example"});
    answer_all(f);
    watch_link(f, false);
    watch_clear(f);
    watch_link(f, true);
    watch_expect(f, "up",
                 PROBED
                 "xmpp <presence*to='carol@fabrikam.example' type='subscribe' id='watch'/>\n");
    watch_wait(f, 60000);
    watch_expect(f, "once", "");
}

/* Limits: a quarter for one domain. */
static void test_limits(void **state)
{
    struct watch_fixture *f = *state;

    for (unsigned i = 0; i < 26; i++) {
        char call[16];

        snprintf(call, sizeof(call), "%u", i);
        watch_request(f, (struct came){.handle = i, .call = call});
        assert_int_equal(f->status[i], i < 25 ? 200 : 503);
    }
    watch_request(f, (struct came){.handle = 50, .call = "x", .to = "u@other.example"});
    assert_int_equal(f->status[50], 200);
}

/* The same SUBSCRIBE again, as after the answer was lost: the same dialog. A stranger's is not. */
static void test_again(void **state)
{
    struct watch_fixture *f = *state;

    watch_request(f, (struct came){.handle = 1});
    watch_clear(f);
    watch_request(f, (struct came){.handle = 2});
    watch_expect(f, "again", "answer 2 200 expires=3600\n");
    assert_string_equal(f->tags[1], f->tags[2]);
    watch_request(f, (struct came){.handle = 3, .from = "carol@contoso.example"});
    assert_string_not_equal(f->tags[1], f->tags[3]);
    watch_clear(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        watch_test(test_subscribe),
        watch_test(test_rejected),
        watch_test(test_refused),
        watch_test(test_refresh),
        watch_test(test_leave),
        watch_test(test_expiry),
        watch_test(test_fetch),
        watch_test(test_resources),
        watch_test(test_many_resources),
        watch_test(test_leaks),
        watch_test(test_directed),
        watch_test(test_several_dialogs),
        watch_test(test_notify_fails),
        watch_test(test_no_response),
        watch_test(test_pace),
        watch_test(test_errors),
        watch_test(test_leave_one_who_watches),
        watch_test(test_limits),
        watch_test(test_again),
        watch_test(test_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

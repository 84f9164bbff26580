/*
 * test_watch_crash.c - a process that ends at any step: the next one, or another member, goes on
 * with the same dialogs.
 */
#include "bridge/watch_fixture.h"

#include <stdlib.h>

#define FROM_BOB "from='" BOB "' to='" ALICE "'"

/* More calls of ports than the stories below have until they are settled. */
#define STEPS 12

/* What both sides have seen, and do by themselves. */
struct sides {
    struct watch_fixture *f;
    size_t taken;      /* requests of the bridge */
    bool asked;        /* <subscribe/> or <probe/> has come */
    bool subscribed;   /* <subscribed/> has come */
    bool away;         /* ... and presence: away */
    uint32_t last;     /* CSeq of the last NOTIFY */
    char shown[64];    /* its state */
    char tag[64];      /* of the dialog */
    size_t subscribes; /* how many SUBSCRIBEs began one */
    size_t dialog;     /* the last one that did */
};

static void take_stanza(const xmppfed_element *stanza, void *user)
{
    const char *type = xmppfed_element_attribute(stanza, "type");
    struct sides *s = user;

    type = type ? type : "";
    if (strcmp(type, "subscribe") == 0 || strcmp(type, "probe") == 0)
        s->asked = true;
    if (strcmp(type, "subscribed") == 0)
        s->subscribed = true;
    if (!*type)
        s->away = s->subscribed && xmppfed_element_child(stanza, "show", XMPPFED_NS_SERVER);
}

static void take_notify(struct sides *s, size_t index)
{
    const struct sent *notify = &s->f->requests[index];

    assert_true(notify->cseq > s->last);
    s->last = notify->cseq;
    snprintf(s->shown, sizeof(s->shown), "%.6s%s%s", notify->state,
             strstr(notify->body, "<basic>open") ? " open" : "",
             strstr(notify->body, ">away<") ? " away" : "");
    /* One dialog, whoever sends in it. */
    assert_true(!*s->tag || strcmp(s->tag, notify->local_tag) == 0);
    snprintf(s->tag, sizeof(s->tag), "%s", notify->local_tag);
    watch_response(s->f, index, 200, -1);
}

static void take_subscribe(struct sides *s, size_t index)
{
    if (!*s->f->requests[index].remote_tag) {
        s->subscribes++;
        s->dialog = index;
    }
    watch_response(s->f, index, 200, 3600);
    watch_notify(s->f, index, 10 + (uint32_t)index, "active;expires=3600", PIDF("open", AWAY));
}

/* Both sides do what they do, and a process that has died is followed by the next one. */
static void settle(struct sides *s, unsigned seconds)
{
    for (unsigned i = 0; i < seconds * 10; i++) {
        while (s->taken < s->f->request_count) {
            size_t index = s->taken++;

            if (strcmp(s->f->requests[index].method, "NOTIFY") == 0)
                take_notify(s, index);
            else
                take_subscribe(s, index);
        }
        if (s->asked) {
            s->asked = false;
            watch_stanza(s->f, "<presence type='subscribed' " FROM_BOB "/>");
            watch_stanza(s->f,
                         "<presence from='" BOB "/x' to='" ALICE "'><show>away</show></presence>");
        }
        if (s->f->dead)
            watch_crash(s->f);
        watch_wait(s->f, 100);
    }
    watch_clear(s->f);
}

static void begin(struct sides *s, struct watch_fixture *f, unsigned step)
{
    *s = (struct sides){.f = f, .taken = f->request_count};
    f->on_stanza = take_stanza;
    f->user = s;
    f->die_at = f->calls + step;
}

/* A SIP user watches; whatever gets lost, he sees at last what there is, in his dialog. */
static void test_watched(void **state)
{
    struct watch_fixture *f = *state;

    for (unsigned step = 1; step <= STEPS; step++) {
        struct sides s;
        char call[16];

        begin(&s, f, step);
        snprintf(call, sizeof(call), "call%u", step);
        f->status[1] = 0;
        for (unsigned i = 0; i < 3 && f->status[1] == 0; i++) {
            /* RFC 3261 17.1.2.2: the same again until there is an answer. */
            watch_request(f, (struct came){.handle = 1, .call = call});
            settle(&s, 2);
        }
        settle(&s, 10);
        if (f->status[1] != 200 || strcmp(s.shown, "active open away") != 0)
            fail_msg("step %u: %d, %s", step, f->status[1], s.shown);
        assert_string_equal(f->tags[1], s.tag);
        /* ... and it goes on. */
        f->die_at = 0;
        watch_stanza(f, "<presence from='" BOB "/x' to='" ALICE "'/>");
        settle(&s, 2);
        assert_string_equal(s.shown, "active open");
        watch_request(
            f, (struct came){
                   .handle = 2, .call = call, .to_tag = f->tags[1], .cseq = 9, .expires = -1});
        assert_int_equal(f->status[2], 200);
        settle(&s, 2);
        assert_string_equal(s.shown, "termin");
    }
}

/* An XMPP user watches; the same. */
static void test_watching(void **state)
{
    struct watch_fixture *f = *state;

    for (unsigned step = 1; step <= STEPS; step++) {
        struct sides s;

        begin(&s, f, step);
        watch_stanza(f, "<presence type='subscribe' " FROM_BOB "/>");
        settle(&s, 60);
        f->die_at = 0;
        if (!s.subscribed || !s.away)
            fail_msg("step %u: %d %d", step, s.subscribed, s.away);
        assert_in_range(s.subscribes, 1, 2);
        /* Whoever sends, it is one dialog that is refreshed. */
        watch_wait(f, 2780000);
        for (unsigned i = 0; i < 30 && f->request_count == s.taken; i++)
            watch_wait(f, 10000);
        assert_int_equal(f->request_count, s.taken + 1);
        assert_string_equal(f->requests[s.taken].call_id, f->requests[s.dialog].call_id);
        assert_true(f->requests[s.taken].cseq > 1);
        settle(&s, 2);
        watch_stanza(f, "<presence type='unsubscribe' " FROM_BOB "/>");
        settle(&s, 60);
    }
}

/* A NOTIFY that was on record and not sent is sent by the next process, and none is repeated. */
static void test_notify(void **state)
{
    struct watch_fixture *f = *state;

    watch_request(f, (struct came){.handle = 1});
    watch_response(f, 0, 200, -1);
    watch_clear(f);
    f->dead = true;
    watch_stanza(f, "<presence type='subscribed' " FROM_BOB "/>");
    watch_crash(f);
    watch_expect(f, "sent now",
                 "NOTIFY 3 active;expires=3600\nxmpp <presence*type='probe' id='watch'/>\n");
    watch_response(f, 1, 200, -1);
    watch_crash(f);
    watch_expect(f, "nothing to repeat", "xmpp <presence*type='probe' id='watch'/>\n");
    watch_wait(f, 60000);
    watch_expect(f, "nor later", "");
}

/* One member dies for good: the other one finishes what that one began. */
static void test_adoption(void **state)
{
    struct watch_fixture *f = *state;

    watch_open(f, 1);
    watch_stanza(f, "<presence type='subscribe' " FROM_BOB "/>");
    watch_notify(f, 0, 1, "active;expires=3600", PIDF("open", ""));
    watch_request(f, (struct came){.handle = 1});
    watch_stanza(f, "<presence type='subscribed' " FROM_BOB "/>");
    watch_clear(f);
    /* NOTIFY 1 has no response yet. */
    watch_kill(f, 0);
    f->at = 1;
    watch_wait(f, 3000);
    watch_expect(
        f, "goes on",
        "tell *\nNOTIFY 2 active;expires=359*\nxmpp <presence*type='probe' id='watch'/>\n");
    assert_string_equal(f->requests[watch_last(f)].contact, "<sip:two.contoso.example:5062>");
    watch_response(f, watch_last(f), 200, -1);
    watch_notify(f, 0, 2, "active;expires=3600", PIDF("open", AWAY));
    watch_expect(f, "the other dialog", "answer 99 200\nxmpp <presence*away*\n");
    watch_request(f, (struct came){.handle = 2, .to_tag = f->tags[1], .cseq = 2});
    watch_expect(f, "refresh", "answer 2 200 expires=3600\nNOTIFY 3 active*\n");
}

/* What comes to one member while another one awaits a response: the response is not lost. */
static void test_between(void **state)
{
    struct watch_fixture *f = *state;

    watch_open(f, 1);
    watch_request(f, (struct came){.handle = 1});
    watch_stanza(f, "<presence type='subscribe' " FROM_BOB "/>");
    watch_clear(f);
    f->at = 1;
    watch_stanza(f, "<presence type='subscribed' " FROM_BOB "/>");
    watch_notify(f, 1, 1, "active", PIDF("open", ""));
    watch_expect(f, "at the other", "answer 99 200\nxmpp *subscribed*\nxmpp *\n");
    watch_response(f, 0, 200, -1);
    watch_expect(f, "NOTIFY after the response", "NOTIFY 2 active*\n");
    watch_response(f, 1, 200, 1000);
    watch_response(f, 2, 200, -1);
    watch_wait(f, 810000);
    watch_expect(f, "what the response granted", "SUBSCRIBE 2 expires=3600\n");
}

/* ... and when that one dies, who has changed the row goes on with what it had under way. */
static void test_between_and_gone(void **state)
{
    struct watch_fixture *f = *state;

    watch_open(f, 1);
    watch_request(f, (struct came){.handle = 1});
    f->at = 1;
    watch_stanza(f, "<presence type='subscribed' " FROM_BOB "/>");
    watch_clear(f);
    watch_kill(f, 0);
    watch_wait(f, 5000);
    watch_expect(f, "goes on", "tell *\nNOTIFY 2 active*\nxmpp <presence*probe*/>\n");
    watch_response(f, watch_last(f), 200, -1);
    watch_wait(f, 60000);
    watch_expect(f, "and stays", "");
}

/* What a dead member could not tell is told late, by another: the last word is what holds now. */
static void test_late_reports(void **state)
{
    struct watch_fixture *f = *state;

    watch_open(f, 1);
    watch_stanza(f, "<presence type='subscribe' " FROM_BOB "/>");
    f->dead = true;
    watch_notify(f, 0, 1, "active;expires=3600", PIDF("closed", ""));
    f->dead = false;
    f->at = 1;
    watch_clear(f);
    watch_notify(f, 0, 2, "active;expires=3600", PIDF("open", AWAY));
    watch_expect(f, "at the other", "answer 99 200\nxmpp <presence*away*</presence>\n");
    watch_kill(f, 0);
    watch_wait(f, 2000);
    watch_expect(f, "late, and then again",
                 "tell *\nxmpp *subscribed*\nxmpp *unavailable*\nxmpp *subscribed*\n"
                 "xmpp <presence*away*</presence>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        watch_test(test_watched),      watch_test(test_watching), watch_test(test_notify),
        watch_test(test_adoption),     watch_test(test_between),  watch_test(test_between_and_gone),
        watch_test(test_late_reports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

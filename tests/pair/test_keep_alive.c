/* test_keep_alive.c - two federations that have nothing to say, and a peer that is gone. */
#include "scene.h"

#include "connection/connection.h"
#include "federation/link.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"
#define SECOND ((xmppfed_time)1000)

/* Two sides without acks; what contoso's record of fabrikam says about pings and both ways. */
static void open_scene(struct scene *s, int ping, int bidi)
{
    scene_init_certs(s, "contoso", "fabrikam");
    for (int n = 0; n < 2; n++) {
        struct loop_side *side = n == 0 ? s->contoso : s->fabrikam;
        struct loop_side *other = n == 0 ? s->fabrikam : s->contoso;
        struct loop_partner partners[] = {
            scene_partner(other->domain, other->number, XMPPFED_PARTNER_FEDERATED, BY_EXTERNAL),
            {.domain = NULL}};

        partners[0].ping = ping;
        partners[0].bidi = bidi;
        loop_policy(side, partners);
        assert_int_equal(xmppfed_federation_set_option(side->fed, XMPPFED_OPTION_ACKS, 0), 0);
    }
    assert_int_equal(loop_send(s->contoso, loop_message(&s->loop, ALICE, BOB, "hi"), 1), 0);
    loop_run(&s->loop);
    assert_int_equal(loop_count(s->fabrikam, XMPPFED_EVENT_STANZA), 1);
}

static const struct {
    const char *name;
    int ping;
    int bidi;
    bool asks;     /* whether contoso finds out that fabrikam is gone */
    bool answered; /* over another stream, which fabrikam opens for it */
} rows[] = {
    {"both ways", 0, 0, true, false},
    {"both ways, no pings", XMPPFED_PING_NEVER, 0, false, false},
    {"one way", 0, XMPPFED_BIDI_NEVER, false, false},
    {"one way, always", XMPPFED_PING_ALWAYS, XMPPFED_BIDI_NEVER, true, true},
    {"both ways, always", XMPPFED_PING_ALWAYS, 0, true, false},
};

/* The host of neither side sees anything of it, and idle streams end as they would without. */
static void test_idle(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;

        print_message("# %s\n", rows[i].name);
        open_scene(&s, rows[i].ping, rows[i].bidi);
        loop_advance(&s.loop, 590 * SECOND);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STREAM_UP), rows[i].answered ? 2 : 1);
        loop_advance(&s.loop, 20 * SECOND);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
        assert_int_equal(loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0)->code, 0);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STANZA), 0);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 1);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_REFUSED), 0);
        assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_REFUSED), 0);
        scene_fini(&s);
    }
}

/* A peer whose machine has gone takes everything and says nothing. */
static void test_half_dead(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct loop_event *down;
        struct scene s;

        print_message("# %s\n", rows[i].name);
        open_scene(&s, rows[i].ping, rows[i].bidi);
        s.loop.through = 0;
        loop_advance(&s.loop, 179 * SECOND);
        assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 0);
        loop_advance(&s.loop, 2 * SECOND);
        down = loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0);
        assert_int_equal(down != NULL, rows[i].asks);
        if (down)
            assert_int_equal(down->code, XMPPFED_ERR_TIMEOUT_PING);
        scene_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_half_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

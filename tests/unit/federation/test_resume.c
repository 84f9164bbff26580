/* test_resume.c - what a lost stream leaves to its route, and what the peer's count makes of it. */
#include "links.h"

#include "federation/acks.h"
#include "federation/kept.h"
#include "federation/resume.h"

/* A route with four stanzas: three that a stream has got, of which the last is on its way. */
struct left {
    struct links f;
    struct xfed_route *route;
    struct xfed_link *link;
};

static void add(struct left *l, uint64_t cookie)
{
    xmppfed_element *e = xmppfed_element_new(l->f.ctx, "message", XMPPFED_NS_SERVER);
    xmppfed_event *outcome = xfed_event_new(l->f.ctx, XMPPFED_EVENT_OUTCOME, CONTOSO, FABRIKAM);
    struct xfed_queued *s;

    assert_non_null(e);
    assert_non_null(outcome);
    outcome->token = cookie;
    s = xfed_queued_new(l->f.ctx, e, outcome);
    assert_non_null(s);
    s->expires = l->f.now + 60000;
    assert_int_equal(xfed_queue_add(&l->route->queue, s, 10, 100000), 0);
}

/* Gives the oldest waiting stanza to the stream, which the peer counts as number. */
static void send_one(struct left *l, uint32_t number, uint64_t mark)
{
    struct xfed_queued *s = xfed_queue_unsent(&l->route->queue);

    s->counted = true;
    s->number = number;
    xfed_queue_sent(&l->route->queue, mark);
}

/* Our own stream, or one of the peer's; 6 to 8 are sent, 5 is acknowledged. */
static void left_open(struct left *l, bool ours)
{
    struct xfed_negotiation *n;

    links_open(&l->f);
    l->route = xfed_route_get(l->f.fed, XMPPFED_PURPOSE_STANZAS, CONTOSO, FABRIKAM);
    assert_non_null(l->route);
    if (ours) {
        xmppfed_connection *c = NULL;

        assert_int_equal(xfed_link_new(l->f.fed, l->route, &l->link), 0);
        assert_int_equal(xmppfed_connection_new_initiator(l->f.site, CONTOSO, FABRIKAM,
                                                          XMPPFED_PURPOSE_STANZAS, l->f.now, &c),
                         0);
        l->link->connection = c;
        c->negotiation.session = xfed_strdup(l->f.ctx, "id");
        assert_non_null(c->negotiation.session);
    } else {
        char id[XFED_MANAGEMENT_ID_MAX + 1];
        uint32_t seconds;

        l->link = links_received(&l->f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TCP);
        assert_int_equal(xfed_kept_open(l->link, id, sizeof(id), &seconds), 0);
        assert_non_null(l->link->kept);
    }
    n = &l->link->connection->negotiation;
    n->acks = (struct xfed_acks){.on = true, .sent = 8, .acked = 5, .handled = 2};
    l->link->connection->down_code = XMPPFED_ERR_STREAM_CLOSED;
    for (uint64_t cookie = 1; cookie <= 4; cookie++)
        add(l, cookie);
    send_one(l, 6, 0);
    send_one(l, 7, 0);
    send_one(l, 8, UINT64_MAX); /* the transport has not taken it */
}

static void left_close(struct left *l)
{
    links_close(&l->f);
}

/* The outcomes told, as "1a2b": a cookie and a for acknowledged, b for bounced. */
static const char *outcomes(struct left *l, char ret[16])
{
    xmppfed_event *ev;
    size_t len = 0;

    while ((ev = xfed_event_queue_pop(&l->f.fed->events)) != NULL && len < 14) {
        if (ev->kind != XMPPFED_EVENT_OUTCOME)
            continue;
        ret[len++] = (char)('0' + ev->token);
        ret[len++] = ev->outcome == XMPPFED_OUTCOME_ACKNOWLEDGED ? 'a' : 'b';
    }
    ret[len] = '\0';
    return ret;
}

/* How the stream was lost, and what is left. */
static const struct {
    const char *name;
    bool ours;
    uint64_t seconds;
    uint32_t peer_seconds;
    bool no_session, closing, moving, bidi, nothing_sent;
    int code;           /* 0: in order; 1: lost */
    xmppfed_time until; /* after now; 0: nothing is left */
} lost[] = {
    {"ours", true, 120, 0, .code = 1, .until = 120000},
    {"ours, and the peer keeps it for less", true, 120, 30, .code = 1, .until = 30000},
    {"ours, and the peer keeps it for longer", true, 120, 600, .code = 1, .until = 120000},
    {"ours, closed in order", true, 120, 0, .code = 0, .until = 120000},
    {"ours, without a session", true, 120, 0, .no_session = true, .code = 1},
    {"ours, turned off", true, 0, 0, .code = 1},
    {"ours, shutting down", true, 120, 0, .closing = true, .code = 1},
    {"ours, and a better one waits", true, 120, 0, .moving = true, .code = 1},
    {"ours, nothing under way", true, 120, 0, .nothing_sent = true, .code = 1},
    {"ours both ways, nothing under way", true, 120, 0, .bidi = true, .nothing_sent = true,
     .code = 1, .until = 120000},
    {"ours both ways, closed in order", true, 120, 0, .bidi = true, .nothing_sent = true,
     .code = 0},
    {"theirs", false, 120, 0, .code = 1, .until = 15000},
    {"theirs, for a shorter time", false, 5, 0, .code = 1, .until = 5000},
    {"theirs, closed in order", false, 120, 0, .code = 0},
    {"theirs, without a session", false, 120, 0, .no_session = true, .code = 1},
    {"theirs, turned off", false, 0, 0, .code = 1},
    {"theirs, shutting down", false, 120, 0, .closing = true, .code = 1},
    {"theirs, nothing under way", false, 120, 0, .nothing_sent = true, .code = 1},
};

static void test_keep(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
        struct xfed_negotiation *n;
        struct left l;

        print_message("# %s\n", lost[i].name);
        left_open(&l, lost[i].ours);
        n = &l.link->connection->negotiation;
        n->session_seconds = lost[i].peer_seconds;
        n->bidi = lost[i].bidi;
        if (lost[i].no_session && lost[i].ours) {
            xfed_free(l.f.ctx, n->session);
            n->session = NULL;
        } else if (lost[i].no_session) {
            xfed_kept_drop(l.link);
        }
        if (lost[i].code == 0)
            l.link->connection->down_code = 0;
        if (lost[i].nothing_sent)
            xfed_queue_unsend(&l.route->queue);
        l.f.fed->resume_time = lost[i].seconds * 1000;
        l.f.fed->closing = lost[i].closing;
        l.route->move.next = lost[i].moving ? l.link : NULL;
        assert_int_equal(xfed_resume_keep(l.route, l.link), lost[i].until > 0);
        assert_int_equal(xfed_resume_waits(l.route), lost[i].until > 0);
        if (lost[i].until > 0)
            assert_int_equal(l.route->resume.until, l.f.now + lost[i].until);
        l.route->move.next = NULL;
        left_close(&l);
    }
}

/* What the peer says that it has: the rest is sent again, more than was sent is refused. */
static void test_settle(void **state)
{
    static const struct {
        uint32_t h;
        bool taken;
        const char *outcomes;
        uint64_t next; /* the stanza that is sent first */
    } rows[] = {
        {5, true, "", 1},  {6, true, "1a", 2}, {7, true, "1a2a", 3},
        {8, false, "", 3}, {4, false, "", 3},  {UINT32_MAX, false, "", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct left l;
        char text[16];

        print_message("# h %u\n", (unsigned)rows[i].h);
        left_open(&l, true);
        assert_true(xfed_resume_keep(l.route, l.link));
        /* The third is not with the peer, whatever it says. */
        assert_int_equal(l.route->resume.acks.sent, 7);
        assert_int_equal(xfed_resume_settle(l.route, rows[i].h), rows[i].taken);
        assert_int_equal(xfed_resume_waits(l.route), !rows[i].taken);
        assert_string_equal(outcomes(&l, text), rows[i].outcomes);
        assert_int_equal(xfed_queue_unsent(&l.route->queue)->outcome->token, rows[i].next);
        left_close(&l);
    }
}

/* What may be with the peer bounces; what is not goes on. */
static void test_give_up(void **state)
{
    (void)state;
    for (int ours = 0; ours < 2; ours++) {
        struct left l;
        char text[16];

        left_open(&l, ours == 1);
        assert_true(xfed_resume_keep(l.route, l.link));
        xfed_resume_give_up(l.route);
        assert_false(xfed_resume_waits(l.route));
        assert_string_equal(outcomes(&l, text), "1b2b");
        assert_int_equal(l.route->queue.count, 2);
        xfed_resume_give_up(l.route);
        assert_string_equal(outcomes(&l, text), "");
        if (!ours)
            assert_true(xfed_list_empty(&l.link->kept->waiting));
        left_close(&l);
    }
}

/* Which stream of ours may ask for the session. */
static void test_left(void **state)
{
    struct xfed_acks acks;
    struct left l;

    (void)state;
    left_open(&l, true);
    assert_null(xfed_resume_port.left(l.link, &acks)); /* nothing is lost */
    assert_true(xfed_resume_keep(l.route, l.link));
    assert_string_equal(xfed_resume_port.left(l.link, &acks), "id");
    assert_int_equal(acks.handled, 2);
    l.link->connection->now = l.route->resume.until;
    assert_null(xfed_resume_port.left(l.link, &acks));
    l.link->connection->now = l.f.now;
    l.link->route = NULL; /* too late in its race */
    assert_null(xfed_resume_port.left(l.link, &acks));
    left_close(&l);
    left_open(&l, false);
    assert_true(xfed_resume_keep(l.route, l.link));
    assert_null(xfed_resume_port.left(l.link, &acks));
    left_close(&l);
}

/* Whose session is freed does not wait in its list any more, but waits. */
static void test_session_goes_first(void **state)
{
    struct left l;

    (void)state;
    left_open(&l, false);
    assert_true(xfed_resume_keep(l.route, l.link));
    assert_true(xfed_list_linked(&l.route->resume.node));
    xfed_kept_drop(l.link);
    assert_false(xfed_list_linked(&l.route->resume.node));
    assert_true(xfed_resume_waits(l.route));
    left_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keep),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_give_up),
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_session_goes_first),
    };

    return cmocka_run_group_tests_name("federation/resume", tests, NULL, NULL);
}

/* test_kept.c - sessions of peers are given to whom they belong, for their time, and are bounded.
 */
#include "links.h"

#include "federation/kept.h"

static struct xfed_session_answer take(struct xfed_link *link, const char *id, uint32_t h)
{
    struct xfed_session_answer answer = {.resumes = false};
    struct xfed_management resume = {
        .kind = XFED_MANAGEMENT_RESUME, .id = id, .has_h = true, .h = h};

    xfed_kept_take(link, &resume, &answer);
    return answer;
}

/* Opens a session for a stream, with 7 stanzas handled and 5 of ours sent. */
static const char *open_session(struct xfed_link *link)
{
    char id[XFED_MANAGEMENT_ID_MAX + 1] = "";
    uint32_t seconds = 0;

    assert_int_equal(xfed_kept_open(link, id, sizeof(id), &seconds), 0);
    if (!link->kept) {
        assert_string_equal(id, "");
        return NULL;
    }
    assert_int_equal(seconds, 120);
    assert_string_equal(id, link->kept->id);
    assert_int_equal(strlen(id), XFED_RANDOM_TOKEN_SIZE - 1);
    link->connection->negotiation.acks =
        (struct xfed_acks){.on = true, .handled = 7, .sent = 5, .acked = 2};
    return link->kept->id;
}

/* The stream is over, with this code. */
static void lose(struct links *f, struct xfed_link *link, int code)
{
    link->connection->down_code = code;
    xfed_kept_lost(link, f->now);
    assert_null(link->kept);
}

static void test_who_gets_one(void **state)
{
    static const struct {
        const char *name;
        int method;
        uint64_t seconds;
        bool closing, opens;
    } rows[] = {
        {"proved", XMPPFED_METHOD_DIALBACK_TCP, 120, false, true},
        {"not proved", 0, 120, false, false},
        {"a proof that the record does not take", XMPPFED_METHOD_EXTERNAL, 120, false, false},
        {"turned off", XMPPFED_METHOD_DIALBACK_TCP, 0, false, false},
        {"shutting down", XMPPFED_METHOD_DIALBACK_TCP, 120, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xfed_link *link;
        struct links f;

        print_message("# %s\n", rows[i].name);
        links_open(&f);
        assert_int_equal(
            xmppfed_federation_set_option(f.fed, XMPPFED_OPTION_RESUME_SECONDS, rows[i].seconds),
            0);
        link = links_received(&f, FABRIKAM, rows[i].method);
        f.fed->closing = rows[i].closing;
        assert_int_equal(open_session(link) != NULL, rows[i].opens);
        links_close(&f);
    }
}

/* Who asks for a session that was lost a while ago, how, and what is said. */
static void test_who_takes_it(void **state)
{
    static const struct {
        const char *name;
        const char *remote;
        int method;
        int code; /* with which the stream was lost */
        uint32_t h;
        xmppfed_time after;
        bool known, resumes, moves;
    } rows[] = {
        {"the peer", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 2, 0, true,
         true, true},
        {"all have come", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 5, 0,
         true, true, true},
        {"more than all", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 6, 0,
         true, true, false},
        {"less than before", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 1, 0,
         true, true, false},
        {"in time", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 2, 119999,
         true, true, true},
        {"too late", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 2, 120000,
         true, false, false},
        {"forgotten", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 2, 240000,
         false, false, false},
        {"closed in order", FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS, 0, 2, 0, true, false, false},
        {"another peer", "evil.example", XMPPFED_METHOD_DIALBACK_TLS, XMPPFED_ERR_STREAM_CLOSED, 2,
         0, false, false, false},
        {"less proof", FABRIKAM, XMPPFED_METHOD_DIALBACK_TCP, XMPPFED_ERR_STREAM_CLOSED, 2, 0,
         false, false, false},
        {"no proof", FABRIKAM, 0, XMPPFED_ERR_STREAM_CLOSED, 2, 0, false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xfed_session_answer answer;
        struct xfed_link *first, *second;
        char id[XFED_RANDOM_TOKEN_SIZE];
        struct links f;

        print_message("# %s\n", rows[i].name);
        links_open(&f);
        first = links_received(&f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS);
        (void)xfed_text_copy(id, sizeof(id), open_session(first));
        lose(&f, first, rows[i].code);
        links_advance(&f, rows[i].after);
        second = links_received(&f, rows[i].remote, rows[i].method);
        answer = take(second, id, rows[i].h);
        assert_int_equal(answer.known, rows[i].known);
        assert_int_equal(answer.resumes, rows[i].resumes);
        assert_int_equal(answer.acks.handled, rows[i].known ? 7 : 0);
        assert_int_equal(second->kept != NULL, rows[i].moves);
        /* A guess of the id is worth as little. */
        assert_false(take(second, "another", 0).known);
        links_close(&f);
    }
}

/* The stream before may still stand: it ends, and what it holds has not been handled. */
static void test_taken_from_a_stream(void **state)
{
    struct xfed_session_answer answer;
    struct xfed_link *first, *second;
    struct links f;
    const char *id;

    (void)state;
    links_open(&f);
    first = links_received(&f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TCP);
    id = open_session(first);
    first->held = xfed_event_new(f.ctx, XMPPFED_EVENT_STANZA, CONTOSO, FABRIKAM);
    second = links_received(&f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TLS);
    answer = take(second, id, 2);
    assert_true(answer.resumes);
    assert_int_equal(answer.acks.handled, 6);
    assert_null(first->held);
    assert_null(first->kept);
    assert_int_equal(first->connection->down_code, XMPPFED_ERR_STREAM_REPLACED);
    assert_non_null(second->kept);
    assert_int_equal(second->kept->proof, XMPPFED_PROOF_DIALBACK_TLS);
    links_close(&f);
}

/* A partner has 16 at most, and makes room by what it has lost first; all together have a bound. */
static void test_bounds(void **state)
{
    struct xfed_link *link[18];
    char oldest[XFED_RANDOM_TOKEN_SIZE];
    struct links f;

    (void)state;
    links_open(&f);
    for (int i = 0; i < 18; i++)
        link[i] = links_received(&f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TCP);
    for (int i = 0; i < 16; i++)
        assert_non_null(open_session(link[i]));
    assert_null(open_session(link[16]));
    (void)xfed_text_copy(oldest, sizeof(oldest), link[3]->kept->id);
    lose(&f, link[3], XMPPFED_ERR_STREAM_CLOSED);
    lose(&f, link[2], XMPPFED_ERR_STREAM_CLOSED);
    assert_non_null(open_session(link[16]));
    assert_int_equal(f.fed->kept.count, 16);
    assert_false(take(link[17], oldest, 2).known);
    assert_int_equal(xmppfed_federation_set_option(f.fed, XMPPFED_OPTION_RESUME_SESSIONS, 16), 0);
    assert_null(open_session(links_received(&f, "evil.example", XMPPFED_METHOD_DIALBACK_TCP)));
    links_close(&f);
}

/* Time frees what nobody has asked for; so does a stream that goes without a word. */
static void test_ends(void **state)
{
    struct xfed_link *first, *second;
    struct links f;

    (void)state;
    links_open(&f);
    first = links_received(&f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TCP);
    second = links_received(&f, FABRIKAM, XMPPFED_METHOD_DIALBACK_TCP);
    assert_non_null(open_session(first));
    assert_non_null(open_session(second));
    lose(&f, first, XMPPFED_ERR_STREAM_CLOSED);
    xfed_kept_drop(second);
    assert_null(second->kept);
    assert_int_equal(f.fed->kept.count, 1);
    links_advance(&f, 239999);
    assert_int_equal(f.fed->kept.count, 1);
    links_advance(&f, 1);
    assert_int_equal(f.fed->kept.count, 0);
    f.fed->closing = true;
    links_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_gets_one),
        cmocka_unit_test(test_who_takes_it),
        cmocka_unit_test(test_taken_from_a_stream),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests_name("federation/kept", tests, NULL, NULL);
}

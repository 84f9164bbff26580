/* test_message_store.c - rows of messages: what is kept how long, and how many. */
#include "bridge/message_store.h"

#include "bridge/fixture.h"
#include "bridge/parts.h"

static size_t count_rows(struct bridge *b)
{
    struct query q;
    size_t ret = 0;

    query_begin(&q, b->ledger, "SELECT count(*) FROM messages");
    if (query_next(&q))
        ret = (size_t)query_number_at(&q, 0);
    assert_true(query_end(&q));
    return ret;
}

/* Rows that were answered give way when there are too many, those under way never do. */
static void test_bound(void **state)
{
    static const char many[] =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100010)"
        " INSERT INTO messages (id, key, member, state, sender, recipient, due)"
        " SELECT 'id' || i, 'key' || i, 'one', 5, 's', 'r', 1900000000000 + i FROM n";
    struct fixture *f = *state;
    struct bridge *b = f->bridge;
    struct translate_text text;
    struct message m;

    fixture_message(f, 1, "c", ALICE, BOB, "x");
    assert_true(ledger_execute(b->ledger, many));
    assert_int_equal(count_rows(b), 100011);
    message_store_prune(b);
    assert_int_equal(count_rows(b), 100001);
    translate_text_init(&text, NULL);
    assert_false(message_store_find_key(b, xmppfed_slice_of("key10"), &text, &m));
    assert_true(message_store_find_key(b, xmppfed_slice_of("key11"), &text, &m));
    assert_int_equal(m.state, MESSAGE_TOLD);
    assert_true(message_store_first(b, MESSAGE_TO_XMPP, &text, &m));
    assert_true(fits(m.key.data, "1 them c " BOB));
    translate_text_fini(&text);
}

/* What is due goes; a row moves from the state that is named, or not at all. */
static void test_states(void **state)
{
    static const struct translate_response accepted = {.status = 202};
    struct fixture *f = *state;
    struct bridge *b = f->bridge;
    xmppfed_slice id = xmppfed_slice_of("an id");
    struct message m = {.id = id,
                        .key = xmppfed_slice_of("key"),
                        .sender = xmppfed_slice_of(ALICE),
                        .recipient = xmppfed_slice_of(BOB),
                        .state = MESSAGE_TO_XMPP};
    bool is_new = false;

    assert_true(message_store_add(b, &m, &is_new));
    assert_true(is_new);
    m.id = xmppfed_slice_of("another");
    assert_true(message_store_add(b, &m, &is_new));
    assert_false(is_new);
    assert_false(message_store_move(b, id, MESSAGE_TOLD, MESSAGE_OVER, &accepted));
    assert_true(message_store_move(b, id, MESSAGE_TO_XMPP, MESSAGE_TOLD, &accepted));
    message_store_prune(b);
    assert_int_equal(count_rows(b), 1);
    b->now += 119999;
    message_store_prune(b);
    assert_int_equal(count_rows(b), 1);
    b->now += 1;
    message_store_prune(b);
    assert_int_equal(count_rows(b), 0);
    assert_false(message_store_remove(b, id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_bound),
        fixture_test(test_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

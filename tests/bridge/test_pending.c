/* test_pending.c - the table of messages under way: its bound, its ids and its numbers. */
#include "bridge/pending.h"

#include "bridge/fixture.h"

#define SIZE 3

static struct pending *take(struct pending_table *t, enum pending_state state, char *ret_id)
{
    struct pending *p = pending_take(t);

    assert_non_null(p);
    p->state = state;
    pending_id(t, p, ret_id);
    return p;
}

/* No more than the table holds. */
static void test_bound(void **state)
{
    struct pending_table *t = pending_table_new(SIZE, "run");
    char ids[SIZE + 1][PENDING_ID_SIZE];
    struct pending *p[SIZE];

    (void)state;
    assert_non_null(t);
    for (size_t i = 0; i < SIZE; i++)
        p[i] = take(t, i == 1 ? PENDING_TO_SIP : PENDING_TO_XMPP, ids[i]);
    assert_int_equal(pending_count(t), SIZE);
    assert_null(pending_take(t));
    pending_release(p[1]);
    assert_int_equal(pending_count(t), SIZE - 1);
    assert_ptr_equal(take(t, PENDING_TO_XMPP, ids[SIZE]), p[1]);
    assert_ptr_equal(pending_find(t, ids[2]), p[2]);
    assert_null(pending_find(t, ids[1]));
    assert_ptr_equal(pending_at(t, 1), p[1]);
    assert_null(pending_at(t, SIZE));
    pending_table_free(t);
}

/* An id or number finds the entry that it was made for, and no later one in its place. */
static void test_ids(void **state)
{
    static const char *const foreign[] = {"",      "run",        "run-",      "run-0",
                                          "run-9", "run-0-ffff", "other-0-1", "run--1-1"};
    struct pending_table *t = pending_table_new(SIZE, "run");
    char first[PENDING_ID_SIZE];
    char longer[PENDING_ID_SIZE + 1];
    struct pending *p;
    uint64_t number;

    (void)state;
    assert_non_null(t);
    p = take(t, PENDING_TO_XMPP, first);
    number = pending_number(t, p);
    assert_true(number >> 38 == 0);
    assert_ptr_equal(pending_find(t, first), p);
    assert_ptr_equal(pending_of_number(t, number), p);
    for (size_t i = 0; i < COUNT(foreign); i++)
        if (pending_find(t, foreign[i]))
            fail_msg("%s", foreign[i]);
    snprintf(longer, sizeof(longer), "%s0", first);
    assert_null(pending_find(t, longer));
    assert_null(pending_of_number(t, number + 1));
    assert_null(pending_of_number(t, number | 7));
    pending_release(p);
    for (size_t i = 0; i < 2 * SIZE; i++) {
        char id[PENDING_ID_SIZE];

        p = take(t, PENDING_TO_XMPP, id);
        assert_string_not_equal(id, first);
        assert_null(pending_find(t, first));
        assert_null(pending_of_number(t, number));
        pending_release(p);
    }
    pending_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_machine.c - finding rows and naming things; the tables themselves are in tests/table. */
#include "fixture.h"

static void test_first_row_wins(void **state)
{
    const struct xfed_row *row;

    (void)state;
    row = xfed_table_find(XFED_RECEIVER, XFED_STATE_R_HEADER, XFED_EVENT_HEADER,
                          XFED_FACT_TARGET_HOSTED | XFED_FACT_PARTNER_LISTED);
    assert_int_equal(row->action, XFED_ACTION_answer_header);
    assert_int_equal(row->next, XFED_STATE_R_OPEN);
    row = xfed_table_find(XFED_RECEIVER, XFED_STATE_R_HEADER, XFED_EVENT_HEADER, 0);
    assert_int_equal(row->code, XMPPFED_ERR_STREAM_HOST_UNKNOWN);
    row = xfed_table_find(XFED_RECEIVER, XFED_STATE_R_HEADER, XFED_EVENT_HEADER,
                          XFED_FACT_TARGET_HOSTED);
    assert_int_equal(row->code, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER);
}

static void test_roles_are_apart(void **state)
{
    (void)state;
    assert_null(xfed_table_find(XFED_INITIATOR, XFED_STATE_R_HEADER, XFED_EVENT_HEADER, 0));
    assert_null(xfed_table_find(XFED_RECEIVER, XFED_STATE_I_HEADER, XFED_EVENT_HEADER, 0));
}

static void test_refusals(void **state)
{
    (void)state;
    assert_null(xfed_table_find(XFED_RECEIVER, XFED_STATE_R_HEADER, XFED_EVENT_STANZA, 0));
    assert_int_equal(xfed_event_refusal(XFED_EVENT_STANZA), XMPPFED_ERR_STREAM_NOT_AUTHORIZED);
    assert_int_equal(xfed_event_refusal(XFED_EVENT_UNKNOWN), XMPPFED_ERR_STREAM_UNEXPECTED);
    assert_int_equal(xfed_event_refusal(XFED_EVENT_NONE), XMPPFED_ERR_INTERNAL);
    assert_int_equal(xfed_event_refusal(XFED_EVENT_COUNT), XMPPFED_ERR_INTERNAL);
}

/* Every number has a name and a text, and no other number has. */
static void check_names(const char *(*name)(unsigned), const char *(*text)(unsigned),
                        unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_string_not_equal(name(i), "?");
        assert_string_not_equal(text(i), "?");
        assert_true(text(i)[0] != '\0');
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(name(i), name(j));
    }
    assert_string_equal(name(count), "?");
    assert_string_equal(text(count), "?");
}

static void test_names(void **state)
{
    (void)state;
    check_names(xfed_state_name, xfed_state_text, XFED_STATE_COUNT);
    check_names(xfed_event_id_name, xfed_event_id_text, XFED_EVENT_COUNT);
    check_names(xfed_fact_name, xfed_fact_text, XFED_FACT_COUNT);
    check_names(xfed_action_name, xfed_action_text, XFED_ACTION_COUNT);
    assert_string_equal(xfed_state_name(XFED_STATE_R_UP), "R_UP");
    assert_string_equal(xfed_event_id_name(XFED_EVENT_NONE), "NONE");
    assert_string_equal(xfed_action_name(XFED_ACTION_pass_stanza), "pass_stanza");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_row_wins),
        cmocka_unit_test(test_roles_are_apart),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_counts.c - each pair of direction and action, and each end of a look-up, counts by itself.
 */
#include "support.h"

#include "federation/counts.h"
#include "federation/federation.h"

/* A federation of which nothing but the counts is looked at. */
static xmppfed_federation fed;

static int set_up(void **state)
{
    (void)state;
    fed.counts = (struct xfed_counts){.lookups = {0}};
    return 0;
}

static uint64_t decided(int direction, int action, int verdict)
{
    return xmppfed_federation_decided(&fed, direction, action, verdict);
}

static void test_decisions(void **state)
{
    static const int directions[] = {XMPPFED_INBOUND, XMPPFED_OUTBOUND};
    uint64_t times = 0;
    (void)state;

    for (size_t d = 0; d < 2; d++) {
        for (int action = XMPPFED_ACTION_ADD; action <= XMPPFED_ACTION_CALL; action++) {
            times++;
            for (uint64_t i = 0; i < times; i++)
                xfed_counts_decided(&fed.counts, directions[d], action, i % 3 != 0);
        }
    }
    times = 0;
    for (size_t d = 0; d < 2; d++) {
        for (int action = XMPPFED_ACTION_ADD; action <= XMPPFED_ACTION_CALL; action++) {
            uint64_t refused = (++times + 2) / 3;

            print_message("# direction %d, action %d\n", directions[d], action);
            assert_int_equal(decided(directions[d], action, XMPPFED_VERDICT_REFUSE), refused);
            assert_int_equal(decided(directions[d], action, XMPPFED_VERDICT_ALLOW),
                             times - refused);
        }
    }
}

static void test_what_does_not_exist(void **state)
{
    static const struct {
        const char *name;
        int direction, action, verdict;
    } rows[] = {
        {"no direction", 0, XMPPFED_ACTION_ADD, XMPPFED_VERDICT_ALLOW},
        {"a third direction", 3, XMPPFED_ACTION_ADD, XMPPFED_VERDICT_ALLOW},
        {"no action", XMPPFED_INBOUND, 0, XMPPFED_VERDICT_ALLOW},
        {"an action past the last", XMPPFED_INBOUND, XMPPFED_ACTION_CALL + 1,
         XMPPFED_VERDICT_ALLOW},
        {"no verdict", XMPPFED_INBOUND, XMPPFED_ACTION_ADD, XMPPFED_VERDICT_NEED_CONTACT},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].name);
        xfed_counts_decided(&fed.counts, rows[i].direction, rows[i].action, true);
        assert_int_equal(decided(rows[i].direction, rows[i].action, rows[i].verdict), 0);
    }
    assert_int_equal(xmppfed_federation_decided(NULL, 1, 1, 1), 0);
    assert_int_equal(xmppfed_federation_looked_up(NULL, 0), 0);
}

static void test_look_ups(void **state)
{
    static const int codes[] = {0,
                                XMPPFED_ERR_DNS_NO_DOMAIN,
                                XMPPFED_ERR_DNS_NO_SERVICE,
                                XMPPFED_ERR_DNS_SERVER_FAILURE,
                                XMPPFED_ERR_DNS_TIMEOUT,
                                XMPPFED_ERR_DNS_MALFORMED,
                                XMPPFED_ERR_DNS_BOGUS};
    (void)state;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        for (size_t n = 0; n <= i; n++)
            xfed_counts_looked_up(&fed.counts, codes[i]);
    xfed_counts_looked_up(&fed.counts, XMPPFED_ERR_DIAL_FAILED);
    xfed_counts_looked_up(&fed.counts, XMPPFED_ERR_NOMEM);
    xfed_counts_looked_up(&fed.counts, 1);
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        print_message("# code %d\n", codes[i]);
        assert_int_equal(xmppfed_federation_looked_up(&fed, codes[i]), i + 1);
    }
    assert_int_equal(xmppfed_federation_looked_up(&fed, XMPPFED_ERR_DIAL_FAILED), 0);
    assert_int_equal(xmppfed_federation_looked_up(&fed, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_decisions, set_up),
        cmocka_unit_test_setup(test_what_does_not_exist, set_up),
        cmocka_unit_test_setup(test_look_ups, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

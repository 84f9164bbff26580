/* test_watch_table.c - both state machines of presence as a whole: each state with each event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>

#include "bridge/watch_table.h"

/* From LEAVING on the user has let go. */
static bool leaving(enum watching_state state)
{
    return state >= WATCHING_LEAVING;
}

/* In these the response to a request is awaited. */
static bool awaits(enum watching_state state)
{
    return state == WATCHING_ASKING || state == WATCHING_REFRESHING || state == WATCHING_LEAVING ||
           state == WATCHING_ENDED;
}

/* What holds for a step wherever it is. */
static void check_watching(enum watching_state state, enum watching_event event)
{
    struct watching_step step = watching_step(state, event);

    assert_in_range(step.next, 0, WATCHING_STATES - 1);
    assert_in_range(step.action, 0, WATCHING_ACTIONS - 1);
    /* SUBSCRIBE is sent where its response is awaited afterwards, and nowhere else. */
    if (step.action == WATCHING_ASK)
        assert_int_equal(step.next, WATCHING_ASKING);
    if (step.action == WATCHING_REFRESH)
        assert_int_equal(step.next, WATCHING_REFRESHING);
    if (step.action == WATCHING_END)
        assert_int_equal(step.next, WATCHING_ENDED);
    /* Who let go is told nothing but that he did, once. */
    if (leaving(state) && event != WATCHING_SUBSCRIBE)
        assert_true(step.action == WATCHING_NOTHING || step.action == WATCHING_DENY ||
                    step.action == WATCHING_CATCH || step.action == WATCHING_END ||
                    step.action == WATCHING_HURRY || step.action == WATCHING_FAREWELL);
    if (leaving(state) && step.next == WATCHING_GONE)
        assert_int_equal(step.action,
                         state == WATCHING_CLOSED ? WATCHING_NOTHING : WATCHING_FAREWELL);
    if (step.action == WATCHING_FAREWELL)
        assert_true(step.next == WATCHING_GONE || step.next == WATCHING_CLOSED);
    if (leaving(state) && event != WATCHING_SUBSCRIBE)
        assert_true(step.next == WATCHING_GONE || step.next >= state || event == WATCHING_LOST);
    /* Where somebody waits, and the answer may never come, time goes on. */
    if (event == WATCHING_DUE && state != WATCHING_GONE)
        assert_int_not_equal(step.next, state);
    if (event == WATCHING_LOST)
        assert_false(awaits(step.next));
    if (event == WATCHING_UNSUBSCRIBE)
        assert_true(step.next == WATCHING_GONE || leaving(step.next));
    /* No watch goes without a word to a user who still wants it. */
    if (!leaving(state) && state != WATCHING_GONE && step.next == WATCHING_GONE)
        assert_true(step.action == WATCHING_FAREWELL || step.action == WATCHING_EXCUSE);
}

static void test_watching(void **unused)
{
    (void)unused;
    for (unsigned s = 0; s < WATCHING_STATES; s++)
        for (unsigned e = 0; e < WATCHING_EVENTS; e++)
            check_watching((enum watching_state)s, (enum watching_event)e);
}

/* What is not there is nobody's business, but for two stanzas. */
static void test_gone(void **unused)
{
    (void)unused;
    for (unsigned e = 0; e < WATCHING_EVENTS; e++) {
        struct watching_step step = watching_step(WATCHING_GONE, (enum watching_event)e);

        if (e == WATCHING_SUBSCRIBE || e == WATCHING_PROBE)
            continue;
        assert_int_equal(step.next, WATCHING_GONE);
        assert_int_equal(step.action, WATCHING_NOTHING);
    }
    for (unsigned e = 0; e < WATCHED_EVENTS; e++)
        assert_int_equal(watched_step(WATCHED_GONE, (enum watched_event)e).next, WATCHED_GONE);
}

/* Each state can be reached, and left for good. */
static void test_ways(void **unused)
{
    bool reached[WATCHING_STATES] = {true};
    bool ends[WATCHING_STATES] = {true};

    (void)unused;
    for (unsigned round = 0; round < WATCHING_STATES; round++)
        for (unsigned s = 0; s < WATCHING_STATES; s++)
            for (unsigned e = 0; e < WATCHING_EVENTS; e++) {
                enum watching_state next =
                    watching_step((enum watching_state)s, (enum watching_event)e).next;

                reached[next] = reached[next] || reached[s];
                ends[s] = ends[s] || ends[next];
            }
    for (unsigned s = 0; s < WATCHING_STATES; s++)
        assert_true(reached[s] && ends[s]);
}

/* Each action is some step's. */
static void test_actions(void **unused)
{
    bool watching[WATCHING_ACTIONS] = {false};
    bool watched[WATCHED_ACTIONS] = {false};

    (void)unused;
    for (unsigned s = 0; s < WATCHING_STATES; s++)
        for (unsigned e = 0; e < WATCHING_EVENTS; e++)
            watching[watching_step((enum watching_state)s, (enum watching_event)e).action] = true;
    for (unsigned s = 0; s < WATCHED_STATES; s++)
        for (unsigned e = 0; e < WATCHED_EVENTS; e++)
            watched[watched_step((enum watched_state)s, (enum watched_event)e).action] = true;
    for (unsigned a = 0; a < WATCHING_ACTIONS; a++)
        assert_true(watching[a]);
    for (unsigned a = 0; a < WATCHED_ACTIONS; a++)
        assert_true(watched[a]);
}

static void check_watched(enum watched_state state, enum watched_event event)
{
    struct watched_step step = watched_step(state, event);
    bool live = state == WATCHED_PENDING || state == WATCHED_ACTIVE;

    assert_in_range(step.next, 0, WATCHED_STATES - 1);
    assert_in_range(step.action, 0, WATCHED_ACTIONS - 1);
    /* A dialog that was ended, or is for one NOTIFY, is not there for SUBSCRIBE. */
    if (event == WATCHED_REFRESH || event == WATCHED_LEAVE)
        assert_true((step.action == WATCHED_NO_DIALOG) == !live);
    /* Nothing comes to life again, and only he who is watched makes a dialog active. */
    if (!live)
        assert_false(step.next == WATCHED_PENDING || step.next == WATCHED_ACTIVE);
    if (state != WATCHED_ACTIVE && step.next == WATCHED_ACTIVE)
        assert_int_equal(event, WATCHED_SUBSCRIBED);
    if (state >= WATCHED_FETCHED)
        assert_true(step.next == state || step.next == WATCHED_GONE);
    if (event == WATCHED_REMOVED)
        assert_int_equal(step.next, WATCHED_GONE);
    /* The last NOTIFY says why, and is due. */
    if (step.next == WATCHED_CLOSED && state != WATCHED_CLOSED)
        assert_true(step.action == WATCHED_CLOSE || step.action == WATCHED_REJECT ||
                    step.action == WATCHED_GIVE_UP);
    /* What a dead process has sent or not is sent again; a state is nobody's but the ledger's. */
    if (event == WATCHED_LOST)
        assert_true(step.next == state &&
                    (step.action == WATCHED_REPEAT || state == WATCHED_FETCHING));
}

static void test_watched(void **unused)
{
    (void)unused;
    for (unsigned s = 1; s < WATCHED_STATES; s++)
        for (unsigned e = 0; e < WATCHED_EVENTS; e++)
            check_watched((enum watched_state)s, (enum watched_event)e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watching), cmocka_unit_test(test_gone),
        cmocka_unit_test(test_ways),     cmocka_unit_test(test_actions),
        cmocka_unit_test(test_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

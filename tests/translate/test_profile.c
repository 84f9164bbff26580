/* test_profile.c - the states of presence: ranges, the table of the default profile, ranks. */
#include "translate/fixture.h"

#include "translate/profile.h"

/* The availability number of Lync Server 2013, at both ends of each range. */
static void test_numbers(void **state)
{
    static const struct {
        unsigned number;
        const char *name;
    } rows[] = {{0, "Available"},
                {3500, "Available"},
                {4499, "Available"},
                {4500, "Available, idle"},
                {5999, "Available, idle"},
                {6000, "Busy"},
                {6500, "Busy"},
                {7499, "Busy"},
                {7500, "Busy, idle"},
                {8999, "Busy, idle"},
                {9000, "Do not disturb"},
                {9500, "Do not disturb"},
                {11999, "Do not disturb"},
                {12000, "Be right back"},
                {14999, "Be right back"},
                {15000, "Away"},
                {15500, "Away"},
                {17999, "Away"},
                {18000, "Offline"},
                {18500, "Offline"},
                {4000000000U, "Offline"}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (strcmp(translate_state_of_number(&translate_profile_lync, rows[i].number)->name,
                   rows[i].name) != 0)
            fail_msg("%u: %s", rows[i].number,
                     translate_state_of_number(&translate_profile_lync, rows[i].number)->name);
    assert_null(translate_state_of_number(&translate_profile_plain, 3500));
}

/* The state as XMPP shows it; NULL is unavailable. */
static void test_out(void **state)
{
    static const struct {
        const char *name;
        const char *show;
        unsigned publish;
    } rows[] = {{"Available", "", 3500},         {"Available, idle", "away", 0},
                {"Busy", "dnd", 6500},           {"Busy, idle", "dnd", 0},
                {"Do not disturb", "dnd", 9500}, {"Be right back", "away", 12500},
                {"Away", "away", 15500},         {"Away (long)", "xa", 15500},
                {"Offline", NULL, 18500},        {"Presence unknown", NULL, 0}};

    (void)state;
    assert_int_equal(translate_profile_lync.state_count, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct translate_state *s =
            translate_state_named(&translate_profile_lync, rows[i].name);

        if (!s || s->open != (rows[i].show != NULL) ||
            strcmp(s->show, rows[i].show ? rows[i].show : "") || s->publish != rows[i].publish)
            fail_msg("%s", rows[i].name);
    }
    assert_null(translate_state_named(&translate_profile_lync, "Elsewhere"));
}

/* What XMPP shows, as a state. */
static void test_in(void **state)
{
    static const struct {
        const char *show;
        const char *lync;
        const char *lync_dnd;
    } rows[] = {{"", "Available", "Available"},    {"chat", "Available", "Available"},
                {"away", "Away", "Away"},          {"xa", "Away (long)", "Away (long)"},
                {"dnd", "Busy", "Do not disturb"}, {"asleep", "Available", "Available"}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(translate_state_of_show(&translate_profile_lync, rows[i].show)->name,
                            rows[i].lync);
        assert_string_equal(
            translate_state_of_show(&translate_profile_lync_dnd, rows[i].show)->name,
            rows[i].lync_dnd);
    }
    assert_string_equal(translate_profile_lync.unavailable, "Offline");
    assert_string_equal(translate_profile_lync.pending, "Presence unknown");
}

/* Every name that a profile uses is one of its states. */
static void test_whole(void **state)
{
    static const struct translate_profile *const profiles[] = {
        &translate_profile_lync, &translate_profile_lync_dnd, &translate_profile_plain};

    (void)state;
    for (size_t p = 0; p < COUNT(profiles); p++) {
        const struct translate_profile *profile = profiles[p];

        for (size_t i = 0; i < profile->show_count; i++)
            assert_non_null(translate_state_named(profile, profile->shows[i].state));
        for (size_t i = 0; i < profile->activity_count; i++)
            assert_non_null(translate_state_of_activity(profile, profile->activities[i].activity));
        assert_non_null(translate_state_named(profile, profile->unavailable));
        assert_non_null(translate_state_named(profile, profile->pending));
        /* An activity that is written is one that is read. */
        for (size_t i = 0; i < profile->state_count; i++)
            if (*profile->states[i].activity)
                assert_non_null(translate_state_of_activity(profile, profile->states[i].activity));
        assert_null(translate_state_of_activity(profile, "worship-of-nothing"));
    }
}

static void test_shows(void **state)
{
    (void)state;
    assert_true(translate_show_known("away") && translate_show_known("chat"));
    assert_true(translate_show_known("dnd") && translate_show_known("xa"));
    assert_false(translate_show_known("") || translate_show_known("Away"));
    assert_true(translate_show_rank(true, "chat") > translate_show_rank(true, ""));
    assert_true(translate_show_rank(true, "") > translate_show_rank(true, "away"));
    assert_true(translate_show_rank(true, "away") > translate_show_rank(true, "dnd"));
    assert_true(translate_show_rank(true, "dnd") > translate_show_rank(true, "xa"));
    assert_true(translate_show_rank(true, "xa") > translate_show_rank(false, "chat"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_out),   cmocka_unit_test(test_in),
        cmocka_unit_test(test_whole),   cmocka_unit_test(test_shows),
    };

    return cmocka_run_group_tests_name("translate/profile", tests, NULL, NULL);
}

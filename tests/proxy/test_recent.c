/* test_recent.c - the contacts that were asked for last: found, replaced, forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "proxy/store/recent.h"

#define US "alice@contoso.example"
#define THEM "bob@fabrikam.example"

static struct recent *memory;

static int setup(void **state)
{
    (void)state;
    memory = calloc(1, sizeof(*memory));
    return memory ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    recent_clear(memory);
    free(memory);
    return 0;
}

static void test_find(void **state)
{
    int contact = 77;

    (void)state;
    assert_false(recent_find(memory, US, THEM, &contact));
    assert_int_equal(contact, 77);
    recent_put(memory, US, THEM, 3);
    assert_true(recent_find(memory, US, THEM, &contact));
    assert_int_equal(contact, 3);
    recent_put(memory, US, THEM, 4);
    assert_true(recent_find(memory, US, THEM, &contact));
    assert_int_equal(contact, 4);
}

/* What is like a pair is not the pair: the place alone never decides. */
static void test_alike(void **state)
{
    static const char *const rows[][2] = {
        {THEM, US},        {US, "bob@fabrikam.exampl"},
        {US, THEM "x"},    {"alice@contoso.exampl", THEM},
        {US " ", THEM},    {"", US " " THEM},
        {US " " THEM, ""},
    };
    int contact;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        recent_clear(memory);
        for (size_t j = 0; j < RECENT_PLACES; j++) { /* whatever its place is */
            memory->pairs[j].key = malloc(sizeof(US " " THEM));
            assert_non_null(memory->pairs[j].key);
            snprintf(memory->pairs[j].key, sizeof(US " " THEM), "%s", US " " THEM);
            memory->pairs[j].contact = 3;
        }
        assert_true(recent_find(memory, US, THEM, &contact));
        if (recent_find(memory, rows[i][0], rows[i][1], &contact))
            fail_msg("'%s' and '%s' were found", rows[i][0], rows[i][1]);
        recent_forget(memory, rows[i][0], rows[i][1]);
        assert_true(recent_find(memory, US, THEM, &contact));
    }
}

static void test_forget(void **state)
{
    int contact;

    (void)state;
    recent_put(memory, US, THEM, 3);
    recent_forget(memory, US, THEM);
    assert_false(recent_find(memory, US, THEM, &contact));
    recent_forget(memory, US, THEM);
    recent_put(memory, US, THEM, 3);
    recent_clear(memory);
    assert_false(recent_find(memory, US, THEM, &contact));
}

/* Many more pairs than places: each is right if it is there, and the last one always is. */
static void test_many(void **state)
{
    char them[64];
    size_t there = 0;
    int contact;

    (void)state;
    for (int i = 0; i < 10 * RECENT_PLACES; i++) {
        snprintf(them, sizeof(them), "user%d@fabrikam.example", i);
        recent_put(memory, US, them, i);
        assert_true(recent_find(memory, US, them, &contact));
        assert_int_equal(contact, i);
    }
    for (int i = 0; i < 10 * RECENT_PLACES; i++) {
        snprintf(them, sizeof(them), "user%d@fabrikam.example", i);
        if (!recent_find(memory, US, them, &contact))
            continue;
        assert_int_equal(contact, i);
        there++;
    }
    assert_in_range(there, RECENT_PLACES / 2, RECENT_PLACES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_find, setup, teardown),
        cmocka_unit_test_setup_teardown(test_alike, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forget, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_route.c - one host for one address, and few moves when hosts come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "proxy/route.h"

#define USERS 1000

/* The table never looks into a link. */
static char places[3];

static struct link *link_number(size_t i)
{
    return (struct link *)(void *)&places[i];
}

static struct link *pick(const struct route_table *t, int user)
{
    char bare[64];

    snprintf(bare, sizeof(bare), "user%d@contoso.example", user);
    return route_pick(t, "contoso.example", bare);
}

static void picks_the_domains_own(void **state)
{
    struct route_table t = {0};

    (void)state;
    assert_null(pick(&t, 1));
    assert_int_equal(route_add(&t, "fabrikam.example", link_number(0)), 1);
    assert_null(pick(&t, 1));
    assert_int_equal(route_add(&t, "contoso.example", link_number(1)), 2);
    assert_ptr_equal(pick(&t, 1), link_number(1));
    route_remove(&t, link_number(1));
    route_remove(&t, link_number(2));
    assert_null(pick(&t, 1));
    route_table_fini(&t);
}

static void ids_name_live_links(void **state)
{
    struct route_table t = {0};
    uint64_t id = route_add(&t, "contoso.example", link_number(0));

    (void)state;
    assert_ptr_equal(route_by_id(&t, id), link_number(0));
    assert_null(route_by_id(&t, 0));
    route_remove(&t, link_number(0));
    assert_null(route_by_id(&t, id));
    assert_int_not_equal(route_add(&t, "contoso.example", link_number(0)), id);
    route_table_fini(&t);
}

/* When one of three hosts goes, only its own users move, and the shares are fair. */
static void only_its_share_moves(void **state)
{
    struct route_table t = {0};
    struct link *before[USERS];
    size_t share[3] = {0};
    int i;

    (void)state;
    for (i = 0; i < 3; i++)
        assert_int_not_equal(route_add(&t, "contoso.example", link_number((size_t)i)), 0);
    for (i = 0; i < USERS; i++) {
        before[i] = pick(&t, i);
        assert_ptr_equal(pick(&t, i), before[i]);
        share[(char *)(void *)before[i] - places]++;
    }
    for (i = 0; i < 3; i++)
        assert_in_range(share[i], USERS / 4, USERS / 2);
    route_remove(&t, link_number(1));
    for (i = 0; i < USERS; i++) {
        if (before[i] == link_number(1))
            assert_ptr_not_equal(pick(&t, i), link_number(1));
        else
            assert_ptr_equal(pick(&t, i), before[i]);
    }
    route_table_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_the_domains_own),
        cmocka_unit_test(ids_name_live_links),
        cmocka_unit_test(only_its_share_moves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

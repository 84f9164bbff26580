/*
 * test_database_pgsql.c - a PostgreSQL server that cannot be used: a sentence without its password.
 * With a server test_pool.py tries what else there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "proxy/store/database.h"

static const struct {
    const char *name;
    const char *address;
    bool server;
} kinds[] = {
    {"a connection URI", "postgresql://u@h/d", true},
    {"its short form", "postgres://u@h/d", true},
    {"a file", "/var/lib/xmppfed/store.sqlite", false},
    {"a file of that name", "postgresql", false},
};

static void told_apart(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        print_message("# row '%s'\n", kinds[i].name);
        assert_int_equal(database_is_server(kinds[i].address), kinds[i].server);
    }
}

static const struct {
    const char *name;
    const char *address;
    const char *said;
} unreachable[] = {
    {"no socket", "postgresql://xmppfed:sesame@/records?host=/nowhere",
     "database records on /nowhere"},
    {"nothing listens", "postgresql://xmppfed:sesame@127.0.0.1:1/records",
     "database records on 127.0.0.1"},
    {"a password by name", "postgresql:///records?host=/nowhere&password=sesame&user=x",
     "database records on /nowhere"},
    {"no such option", "postgresql:///records?host=/nowhere&frob=1", "frob"},
    {"no URI", "postgresql://[", "cannot use the store"},
};

static void no_server(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(unreachable) / sizeof(unreachable[0]); i++) {
        struct complaint why = {""};
        struct database *db = NULL;

        print_message("# row '%s'\n", unreachable[i].name);
        assert_false(database_open_pgsql(unreachable[i].address, &db, &why));
        assert_null(db);
        if (!strstr(why.text, unreachable[i].said) || strstr(why.text, "sesame") ||
            strchr(why.text, '\n') || !strstr(why.text, "server runs"))
            fail_msg("said \"%s\"", why.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_apart),
        cmocka_unit_test(no_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

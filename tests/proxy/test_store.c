/* test_store.c - contacts are kept, also across a restart, and never weakened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/store.h"

#define US "alice@contoso.example"
#define THEM "bob@fabrikam.example"

static char folder[] = "/tmp/xmppfed-store-XXXXXX";
static char path[64];

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/contacts.sqlite", folder);
    return 0;
}

static int teardown(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[80];
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        unlink(name);
    }
    return rmdir(folder);
}

/* Who knows whom is not for every user of the machine to read, whatever the umask. */
static void expect_private(const char *end)
{
    struct stat st;
    char name[80];

    snprintf(name, sizeof(name), "%s%s", path, end);
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static struct store *open_store(void)
{
    struct complaint why;
    struct store *s;

    if (!store_open(path, &s, &why))
        fail_msg("%s", why.text);
    return s;
}

static void private_to_its_owner(void **state)
{
    mode_t before = umask(0);
    struct complaint why;
    struct store *s = open_store();

    (void)state;
    assert_true(store_learn(s, "mode@contoso.example", THEM, XMPPFED_CONTACT_ADDED, &why));
    umask(before);
    expect_private("");
    expect_private("-wal");
    store_close(s);
}

static const struct {
    const char *name;
    int before;
    int learnt;
    int after;
} rows[] = {
    {"nothing known", XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_NONE},
    {"wrote first", XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_MESSAGED, XMPPFED_CONTACT_MESSAGED},
    {"added", XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_ADDED, XMPPFED_CONTACT_ADDED},
    {"added later", XMPPFED_CONTACT_MESSAGED, XMPPFED_CONTACT_ADDED, XMPPFED_CONTACT_ADDED},
    {"wrote to a contact", XMPPFED_CONTACT_ADDED, XMPPFED_CONTACT_MESSAGED, XMPPFED_CONTACT_ADDED},
    {"removed", XMPPFED_CONTACT_ADDED, XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_NONE},
    {"wrote to a blocked one", XMPPFED_CONTACT_BLOCKED, XMPPFED_CONTACT_MESSAGED,
     XMPPFED_CONTACT_BLOCKED},
    {"removed a blocked one", XMPPFED_CONTACT_BLOCKED, XMPPFED_CONTACT_NONE,
     XMPPFED_CONTACT_BLOCKED},
};

static void states(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char them[64];

        print_message("# row '%s'\n", rows[i].name);
        snprintf(them, sizeof(them), "row%zu@fabrikam.example", i);
        if (rows[i].before != XMPPFED_CONTACT_NONE)
            assert_true(store_learn(s, US, them, rows[i].before, &why));
        assert_int_equal(store_contact(s, US, them), rows[i].before);
        assert_true(store_learn(s, US, them, rows[i].learnt, &why));
        assert_int_equal(store_contact(s, US, them), rows[i].after);
        assert_int_equal(store_contact(s, them, US), XMPPFED_CONTACT_NONE);
    }
    store_close(s);
}

struct listed {
    char text[256];
    size_t count;
};

static void on_pair(const char *local, const char *remote, int contact, int64_t changed, void *user)
{
    struct listed *l = user;
    size_t used = strlen(l->text);

    assert_true(changed > 0);
    snprintf(l->text + used, sizeof(l->text) - used, "%.2s>%.2s=%d ", local, remote, contact);
    l->count++;
}

/* An administrator may put any state in the place of any other, and sees all of them. */
static void set_and_list(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    struct listed one = {"", 0};
    struct listed two = {"", 0};
    int before;
    int after;

    (void)state;
    for (before = XMPPFED_CONTACT_NONE; before <= XMPPFED_CONTACT_BLOCKED; before++) {
        for (after = XMPPFED_CONTACT_NONE; after <= XMPPFED_CONTACT_BLOCKED; after++) {
            assert_true(store_set(s, "za@contoso.example", THEM, before, &why));
            assert_true(store_set(s, "za@contoso.example", THEM, after, &why));
            assert_int_equal(store_contact(s, "za@contoso.example", THEM), after);
        }
    }
    assert_true(store_set(s, "za@contoso.example", "a2@f.example", XMPPFED_CONTACT_ADDED, &why));
    assert_true(store_set(s, "zb@contoso.example", "a1@f.example", XMPPFED_CONTACT_ADDED, &why));
    assert_true(store_list(s, "za@contoso.example", 10, on_pair, &one, &why));
    assert_string_equal(one.text, "za>a2=3 za>bo=4 ");
    assert_true(store_list(s, "", 2, on_pair, &two, &why));
    assert_int_equal(two.count, 2);
    assert_true(store_list(s, "zc@contoso.example", 10, on_pair, &two, &why));
    assert_int_equal(two.count, 2);
    store_close(s);
}

static void survives_a_restart(void **state)
{
    struct complaint why;
    struct store *s = open_store();

    (void)state;
    assert_true(store_learn(s, US, THEM, XMPPFED_CONTACT_ADDED, &why));
    store_close(s);
    s = open_store();
    assert_int_equal(store_contact(s, US, THEM), XMPPFED_CONTACT_ADDED);
    store_close(s);
}

static void says_what_is_wrong(void **state)
{
    struct complaint why;
    struct store *s;
    FILE *f = fopen(path, "r+");

    (void)state;
    assert_false(store_open("/nowhere/contacts.sqlite", &s, &why));
    assert_non_null(strstr(why.text, "/nowhere/contacts.sqlite: cannot use the store"));
    assert_non_null(f);
    fputs("this is no database at all", f);
    fclose(f);
    assert_false(store_open(path, &s, &why));
    assert_non_null(strstr(why.text, path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_to_its_owner), cmocka_unit_test(states),
        cmocka_unit_test(set_and_list),         cmocka_unit_test(survives_a_restart),
        cmocka_unit_test(says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

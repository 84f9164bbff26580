/* test_store.c - the store: contacts, records, the audit, versions, and all kinds of trouble. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/store/store.h"

#define US "alice@contoso.example"
#define THEM "bob@fabrikam.example"

static char folder[] = "/tmp/xmppfed-store-XXXXXX";
static char path[64];
static const struct store_author author = {1000, "alice", "contact add"};

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
} state_rows[] = {
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
    {"is asked", XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_PENDING},
    {"is asked again", XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_PENDING},
    {"is asked no more", XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_NONE, XMPPFED_CONTACT_NONE},
    {"wrote to who asks", XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_MESSAGED,
     XMPPFED_CONTACT_MESSAGED},
    {"added who asks", XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_ADDED, XMPPFED_CONTACT_ADDED},
    {"blocked who asks", XMPPFED_CONTACT_PENDING, XMPPFED_CONTACT_BLOCKED, XMPPFED_CONTACT_BLOCKED},
    {"is asked by whom it wrote to", XMPPFED_CONTACT_MESSAGED, XMPPFED_CONTACT_PENDING,
     XMPPFED_CONTACT_MESSAGED},
    {"is asked by a contact", XMPPFED_CONTACT_ADDED, XMPPFED_CONTACT_PENDING,
     XMPPFED_CONTACT_ADDED},
    {"is asked by a blocked one", XMPPFED_CONTACT_BLOCKED, XMPPFED_CONTACT_PENDING,
     XMPPFED_CONTACT_BLOCKED},
};

/*
 * Another edge may have written since this one looked: then the statement alone decides, and it
 * must decide alike. A second connection stands in for that edge.
 */
static void check_statements(void)
{
    struct complaint why;
    struct store *s = open_store();
    struct store *other = open_store();
    size_t i;

    for (i = 0; i < sizeof(state_rows) / sizeof(state_rows[0]); i++) {
        char them[64];

        print_message("# row '%s', by another edge\n", state_rows[i].name);
        snprintf(them, sizeof(them), "edge%zu@fabrikam.example", i);
        /* This edge remembers that there is nothing, so that it writes what is news to it. */
        assert_int_equal(store_contact(s, US, them), XMPPFED_CONTACT_NONE);
        if (state_rows[i].before != XMPPFED_CONTACT_NONE)
            assert_true(store_learn(other, US, them, state_rows[i].before, &why));
        assert_true(store_learn(s, US, them, state_rows[i].learnt, &why));
        if (state_rows[i].learnt != XMPPFED_CONTACT_NONE)
            assert_int_equal(store_contact(s, US, them), state_rows[i].after);
    }
    store_close(other);
    store_close(s);
}

static void states(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(state_rows) / sizeof(state_rows[0]); i++) {
        char them[64];

        print_message("# row '%s'\n", state_rows[i].name);
        snprintf(them, sizeof(them), "row%zu@fabrikam.example", i);
        if (state_rows[i].before != XMPPFED_CONTACT_NONE)
            assert_true(store_learn(s, US, them, state_rows[i].before, &why));
        assert_int_equal(store_contact(s, US, them), state_rows[i].before);
        assert_true(store_learn(s, US, them, state_rows[i].learnt, &why));
        assert_int_equal(store_contact(s, US, them), state_rows[i].after);
        assert_int_equal(store_contact(s, them, US), XMPPFED_CONTACT_NONE);
    }
    store_close(s);
    check_statements();
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
    for (before = XMPPFED_CONTACT_NONE; before <= XMPPFED_CONTACT_PENDING; before++) {
        for (after = XMPPFED_CONTACT_NONE; after <= XMPPFED_CONTACT_PENDING; after++) {
            assert_true(store_set(s, &author, "za@contoso.example", THEM, before, &why));
            assert_true(store_set(s, &author, "za@contoso.example", THEM, after, &why));
            assert_int_equal(store_contact(s, "za@contoso.example", THEM), after);
        }
    }
    assert_true(
        store_set(s, &author, "za@contoso.example", "a2@f.example", XMPPFED_CONTACT_ADDED, &why));
    assert_true(
        store_set(s, &author, "zb@contoso.example", "a1@f.example", XMPPFED_CONTACT_ADDED, &why));
    assert_true(store_list(s, "za@contoso.example", 10, on_pair, &one, &why));
    assert_string_equal(one.text, "za>a2=3 za>bo=5 ");
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

/* ---- rows -------------------------------------------------------------------------------- */

/* Writes what differs between two sets of rows, and commits or cancels. */
static bool change_rows(struct store *s, const char *before, const char *after, bool commit,
                        struct complaint *why)
{
    json_t *old = json_loads(before, 0, NULL);
    json_t *new = json_loads(after, 0, NULL);
    bool ok;

    assert_non_null(old);
    assert_non_null(new);
    ok = store_begin(s, why) && store_write(s, &author, old, new, why);
    json_decref(old);
    json_decref(new);
    if (ok && commit)
        return store_commit(s, why);
    store_cancel(s);
    return ok;
}

static void expect_rows(struct store *s, const char *expected)
{
    json_t *wanted = json_loads(expected, 0, NULL);
    struct complaint why;
    const char *table;
    json_t *records;
    json_t *rows;

    if (!store_rows(s, &rows, &why))
        fail_msg("%s", why.text);
    json_object_foreach(rows, table, records)
    {
        json_t *there = json_object_get(wanted, table);

        if (json_object_size(there) != json_object_size(records) ||
            (there && !json_equal(there, records)))
            fail_msg("%s: %s", table, json_dumps(records, 0));
    }
    json_decref(wanted);
    json_decref(rows);
}

#define ONE "{\"partner\": {\"a.example\": {\"Domain\": \"a.example\"}}}"
#define TWO                                                                   \
    "{\"partner\": {\"a.example\": {\"Domain\": \"A\"}, \"b\": {\"x\": []}}," \
    " \"setting\": {\"Strict\": true},"                                       \
    " \"access_policy\": {\"tag:x\": {}}, \"account\": {\"u\": {}},"          \
    " \"policy_grant\": {\"u\": \"tag:x\"}}"

static void count_change(const struct store_change *change, void *user)
{
    size_t *count = user;

    assert_string_equal(change->who, "alice");
    assert_string_equal(change->uid, "1000");
    assert_true(change->at > 0);
    assert_true(change->before || change->after);
    ++*count;
}

static size_t audited(struct store *s)
{
    struct complaint why;
    size_t count = 0;

    assert_true(store_audit(s, 1000, count_change, &count, &why));
    return count;
}

/* Rows are what was last committed, and the audit has a line for each that differed. */
static void rows_and_audit(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    size_t before = audited(s);

    (void)state;
    assert_true(change_rows(s, "{}", ONE, true, &why));
    expect_rows(s, ONE);
    assert_true(change_rows(s, ONE, TWO, false, &why));
    expect_rows(s, ONE);
    assert_int_equal(audited(s), before + 1);
    assert_true(change_rows(s, ONE, TWO, true, &why));
    store_close(s);
    s = open_store();
    expect_rows(s, TWO);
    assert_int_equal(audited(s), before + 7);
    assert_true(change_rows(s, TWO, TWO, true, &why));
    assert_int_equal(audited(s), before + 7);
    assert_true(change_rows(s, TWO, "{}", true, &why));
    expect_rows(s, "{}");
    store_close(s);
}

/* What is granted cannot be taken away, nor granted to nobody; nothing of such a change stays. */
static void foreign_keys(void **state)
{
    static const char *const wrong[] = {
        "{\"account\": {\"u\": {}}, \"policy_grant\": {\"u\": \"tag:no\"}}",
        "{\"access_policy\": {\"tag:x\": {}}, \"policy_grant\": {\"u\": \"tag:x\"}}"};
    struct complaint why;
    struct store *s = open_store();
    size_t before = audited(s);
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        assert_false(change_rows(s, "{}", wrong[i], true, &why));
        assert_non_null(strstr(why.text, path));
        expect_rows(s, "{}");
    }
    assert_int_equal(audited(s), before);
    store_close(s);
}

/* A look makes nothing and changes nothing. */
static void looks_only(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    char other[80];
    json_t *rows;

    (void)state;
    snprintf(other, sizeof(other), "%s-2", path);
    assert_true(store_peek(other, &rows, &why));
    assert_int_equal(json_object_size(rows), 0);
    json_decref(rows);
    assert_int_equal(access(other, F_OK), -1);
    assert_true(change_rows(s, "{}", ONE, true, &why));
    assert_true(store_peek(path, &rows, &why));
    assert_int_equal(json_object_size(json_object_get(rows, "partner")), 1);
    json_decref(rows);
    assert_true(change_rows(s, ONE, "{}", true, &why));
    store_close(s);
}

/* ---- trouble ----------------------------------------------------------------------------- */

static sqlite3 *open_raw(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void run_raw(const char *sql)
{
    sqlite3 *db = open_raw();

    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Takes the tables away but for the contacts, as before there were versions. */
static void make_old(void)
{
    run_raw("DROP TABLE policy_grant; DROP TABLE schema_version; DROP TABLE setting;"
            "DROP TABLE partner; DROP TABLE access_policy; DROP TABLE account;"
            "DROP TABLE partner_rule; DROP TABLE block; DROP TABLE audit;");
}

static void brings_up_to_date(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    json_t *rows;

    (void)state;
    assert_true(store_set(s, &author, US, THEM, XMPPFED_CONTACT_BLOCKED, &why));
    store_close(s);
    make_old();
    assert_true(store_peek(path, &rows, &why));
    assert_int_equal(json_object_size(rows), 0);
    json_decref(rows);
    s = open_store();
    assert_int_equal(store_contact(s, US, THEM), XMPPFED_CONTACT_BLOCKED);
    assert_true(change_rows(s, "{}", ONE, true, &why));
    assert_true(change_rows(s, ONE, "{}", true, &why));
    store_close(s);
}

/* The contacts of version 2, where none could be pending, are kept and may be so from then on. */
static void lets_contacts_be_pending(void **state)
{
    struct complaint why;
    struct store *s = open_store();

    (void)state;
    assert_true(store_set(s, &author, US, THEM, XMPPFED_CONTACT_BLOCKED, &why));
    store_close(s);
    run_raw("ALTER TABLE contact RENAME TO newer;"
            "CREATE TABLE contact (local TEXT NOT NULL, remote TEXT NOT NULL,"
            " state INTEGER NOT NULL CHECK (state BETWEEN 2 AND 4), changed BIGINT NOT NULL,"
            " PRIMARY KEY (local, remote));"
            "INSERT INTO contact SELECT * FROM newer WHERE state < 5; DROP TABLE newer;"
            "DELETE FROM schema_version WHERE version = 3");
    s = open_store();
    assert_int_equal(store_contact(s, US, THEM), XMPPFED_CONTACT_BLOCKED);
    assert_true(store_learn(s, US, "p@f.example", XMPPFED_CONTACT_PENDING, &why));
    store_close(s);
    s = open_store();
    assert_int_equal(store_contact(s, US, "p@f.example"), XMPPFED_CONTACT_PENDING);
    store_close(s);
}

/* A step that fails leaves the version before it, and is done when the obstacle is gone. */
static void a_step_is_whole(void **state)
{
    struct complaint why;
    struct store *s;

    (void)state;
    make_old();
    run_raw("CREATE TABLE block (x INTEGER)");
    assert_false(store_open(path, &s, &why));
    assert_non_null(strstr(why.text, "block"));
    run_raw("INSERT INTO block VALUES (1); DROP TABLE block; CREATE TABLE partner (x INTEGER);"
            "DROP TABLE partner");
    s = open_store();
    expect_rows(s, "{}");
    store_close(s);
}

static void newer_store(void **state)
{
    struct complaint why;
    struct store *s;

    (void)state;
    run_raw("INSERT INTO schema_version VALUES (99, 1)");
    assert_false(store_open(path, &s, &why));
    assert_non_null(strstr(why.text, "version 99"));
    assert_non_null(strstr(why.text, "newer program"));
    run_raw("DELETE FROM schema_version WHERE version = 99");
}

/* Somebody else writes: the change fails with a sentence, and goes when the other has ended. */
static void locked(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    sqlite3 *other = open_raw();

    (void)state;
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_false(change_rows(s, "{}", ONE, true, &why));
    assert_non_null(strstr(why.text, "another program holds it"));
    assert_false(store_learn(s, US, "late@f.example", XMPPFED_CONTACT_ADDED, &why));
    expect_rows(s, "{}");
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_true(change_rows(s, "{}", ONE, true, &why));
    assert_true(change_rows(s, ONE, "{}", true, &why));
    store_close(s);
}

/* A text that a page or two cannot hold. */
static json_t *large_rows(void)
{
    char text[20000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    return json_pack("{s:{s:{s:s}}}", "partner", "large", "Description", text);
}

/*
 * The disk is full at any point of a change: nothing of it is there, what was before is, and there
 * is a sentence. The limit of file sizes stands in for the disk.
 */
static void disk_full(void **state)
{
    struct rlimit old;
    struct complaint why;
    struct store *s = open_store();
    json_t *nothing = json_object();
    json_t *rows = large_rows();
    rlim_t room;
    bool fits = false;

    (void)state;
    assert_true(change_rows(s, "{}", ONE, true, &why));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (room = 0; !fits; room += 4096) {
        struct rlimit small = {.rlim_cur = room, .rlim_max = old.rlim_max};

        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        fits = store_begin(s, &why);
        if (fits && !store_write(s, &author, nothing, rows, &why)) {
            store_cancel(s);
            fits = false;
        } else if (fits) {
            fits = store_commit(s, &why);
        }
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        if (!fits) {
            assert_non_null(strstr(why.text, "make room"));
            expect_rows(s, ONE);
        }
        assert_true(room < 10000000);
    }
    assert_true(room > 4096);
    assert_true(
        change_rows(s, "{\"partner\": {\"large\": 0, \"a.example\": 0}}", "{}", true, &why));
    expect_rows(s, "{}");
    json_decref(rows);
    json_decref(nothing);
    store_close(s);
}

static void broken_record(void **state)
{
    struct complaint why;
    struct store *s = open_store();
    json_t *rows;

    (void)state;
    run_raw("INSERT INTO partner VALUES ('x', '{')");
    assert_false(store_rows(s, &rows, &why));
    assert_non_null(strstr(why.text, "table partner"));
    run_raw("DELETE FROM partner");
    store_close(s);
}

/* Bytes of any page are wrong: a sentence or an answer, no crash; a header that is none is told. */
static void says_what_is_wrong(void **state)
{
    struct complaint why;
    struct store *s;
    json_t *rows;
    FILE *f;
    long at;

    (void)state;
    assert_false(store_open("/nowhere/contacts.sqlite", &s, &why));
    assert_non_null(strstr(why.text, "/nowhere/contacts.sqlite: cannot use the store"));
    assert_non_null(strstr(why.text, "may write"));
    for (at = 4096 * 4; at >= 0; at -= 4096) {
        f = fopen(path, "r+");
        assert_non_null(f);
        fseek(f, at, SEEK_SET);
        fputs("this is no database at all", f);
        fclose(f);
        if (!store_open(path, &s, &why))
            continue;
        if (store_rows(s, &rows, &why))
            json_decref(rows);
        store_close(s);
    }
    assert_false(store_open(path, &s, &why));
    assert_non_null(strstr(why.text, path));
    assert_non_null(strstr(why.text, "backup"));
    assert_false(store_peek(path, &rows, &why));
    assert_non_null(strstr(why.text, "backup"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_to_its_owner),
        cmocka_unit_test(states),
        cmocka_unit_test(set_and_list),
        cmocka_unit_test(survives_a_restart),
        cmocka_unit_test(rows_and_audit),
        cmocka_unit_test(foreign_keys),
        cmocka_unit_test(looks_only),
        cmocka_unit_test(brings_up_to_date),
        cmocka_unit_test(lets_contacts_be_pending),
        cmocka_unit_test(a_step_is_whole),
        cmocka_unit_test(newer_store),
        cmocka_unit_test(locked),
        cmocka_unit_test(disk_full),
        cmocka_unit_test(broken_record),
        cmocka_unit_test(says_what_is_wrong),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

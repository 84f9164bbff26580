/* test_ledger.c - the file: its layout, its privacy, transactions that nest, failures that stick.
 */
#include "bridge/ledger.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/fixture.h"

static const char table[] = "CREATE TABLE IF NOT EXISTS things (name TEXT UNIQUE, size INTEGER)";
static const char insert[] = "INSERT INTO things VALUES (?1, ?2)";
static const char sum[] = "SELECT count(*), total(size), max(name) FROM things";

static struct ledger *open_ledger(const char *path)
{
    struct ledger *l = NULL;
    struct complaint why;

    if (!ledger_open(path, &l, &why))
        fail_msg("%s", why.text);
    assert_true(ledger_execute(l, table));
    return l;
}

static bool add(struct ledger *l, const char *name, int64_t size)
{
    struct query q;

    query_begin(&q, l, insert);
    query_string(&q, name);
    query_number(&q, size);
    return query_run(&q);
}

static int64_t count(struct ledger *l)
{
    struct query q;
    int64_t ret = -1;

    query_begin(&q, l, sum);
    if (query_next(&q))
        ret = query_number_at(&q, 0);
    assert_true(query_end(&q));
    return ret;
}

/* Values go in and come out; a failure shows at the end of the run and does no harm to the next. */
static void test_query(void **state)
{
    struct ledger *l = open_ledger(NULL);
    struct query q;

    (void)state;
    assert_true(add(l, "a'b", 3));
    assert_int_equal(ledger_changes(l), 1);
    assert_int_equal(ledger_last_id(l), 1);
    assert_false(add(l, "a'b", 4));
    assert_non_null(strstr(ledger_problem(l), "UNIQUE"));
    assert_true(add(l, NULL, 5));
    query_begin(&q, l, sum);
    assert_true(query_next(&q));
    assert_int_equal(query_number_at(&q, 1), 8);
    assert_int_equal(query_text_at(&q, 2).len, 3);
    assert_string_equal(query_text_at(&q, 2).data, "a'b");
    assert_int_equal(query_text_at(&q, 7).len, 0);
    assert_false(query_next(&q));
    assert_false(query_next(&q));
    assert_true(query_end(&q));
    query_begin(&q, l, "SELECT nonsense FROM nowhere");
    query_string(&q, "x");
    assert_false(query_next(&q));
    assert_false(query_end(&q));
    ledger_close(l);
}

/* The outermost transaction counts; one that was rolled back inside takes it along. */
static void test_transactions(void **state)
{
    struct ledger *l = open_ledger(NULL);

    (void)state;
    assert_true(ledger_begin(l));
    assert_true(ledger_begin(l));
    assert_true(add(l, "a", 1));
    assert_true(ledger_commit(l));
    assert_true(ledger_commit(l));
    assert_int_equal(count(l), 1);

    assert_true(ledger_begin(l));
    assert_true(add(l, "b", 1));
    assert_true(ledger_begin(l));
    assert_false(ledger_finish(l, false));
    assert_false(ledger_finish(l, true));
    assert_int_equal(count(l), 1);

    assert_true(ledger_begin(l));
    assert_true(add(l, "c", 1));
    assert_true(ledger_finish(l, true));
    assert_int_equal(count(l), 2);
    ledger_close(l);
}

/* What was not committed when the process ended is not there; the file is its owner's alone. */
static void test_file(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = open_ledger(f->ledger);
    struct ledger *other = open_ledger(f->ledger);
    struct stat about;

    assert_true(add(l, "a", 1));
    assert_int_equal(count(other), 1);
    assert_true(ledger_begin(l));
    assert_true(add(l, "b", 1));
    assert_int_equal(count(other), 1);
    ledger_close(l);
    assert_int_equal(count(other), 1);
    ledger_close(other);
    assert_int_equal(stat(f->ledger, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

/* Several processes that begin at once with a file that is not there yet. */
static void test_together(void **state)
{
    struct fixture *f = *state;
    pid_t children[8];

    for (size_t i = 0; i < COUNT(children); i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct ledger *l = NULL;
            struct complaint why;
            char name[8];

            snprintf(name, sizeof(name), "%zu", i);
            _exit(
                !(ledger_open(f->ledger, &l, &why) && ledger_execute(l, table) && add(l, name, 1)));
        }
    }
    for (size_t i = 0; i < COUNT(children); i++) {
        int status = -1;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    ledger_close(open_ledger(f->ledger));
}

static void set_version(const char *path, const char *sql)
{
    sqlite3 *handle;

    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

/* A file of another layout, none at all and a folder: each with a sentence, none is touched. */
static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct ledger *l = NULL;
    struct complaint why;
    FILE *file;

    set_version(f->ledger, "PRAGMA user_version = 99");
    assert_false(ledger_open(f->ledger, &l, &why));
    assert_true(fits(why.text, "*layout 99*"));
    file = fopen(f->ledger, "w");
    assert_non_null(file);
    assert_true(fputs("this is a letter to my aunt, and no database of anybody's", file) >= 0);
    fclose(file);
    assert_false(ledger_open(f->ledger, &l, &why));
    assert_true(fits(why.text, "*not a database*"));
    assert_false(ledger_open(f->folder, &l, &why));
    assert_true(fits(why.text, "*unable to open*"));
    assert_null(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query), cmocka_unit_test(test_transactions), fixture_test(test_file),
        fixture_test(test_together),  fixture_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

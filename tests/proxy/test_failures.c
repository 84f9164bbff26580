/* test_failures.c - the last failure of each domain is kept, and of no more than a thousand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "proxy/observe/failures.h"

static void note(struct failures *f, const char *domain, const char *text, int64_t at)
{
    const struct failure_note what = {
        .text = text, .event = "STREAM_DOWN", .direction = 2, .code = -7, .time = at};

    failures_note(f, domain, &what);
}

static void keeps_the_last(void **state)
{
    struct failures f = {NULL};
    const struct failure *found;

    (void)state;
    assert_null(failures_of(&f, "b.example"));
    note(&f, "b.example", "first", 1);
    note(&f, "a.example", "other", 2);
    note(&f, "c.example", "another", 3);
    note(&f, "b.example", "second", 4);
    found = failures_of(&f, "b.example");
    assert_non_null(found);
    assert_string_equal(found->last.text, "second");
    assert_string_equal(found->last.event, "STREAM_DOWN");
    assert_int_equal(found->last.time, 4);
    assert_int_equal(found->last.code, -7);
    assert_int_equal(found->last.direction, 2);
    assert_int_equal(found->count, 2);
    assert_string_equal(failures_of(&f, "a.example")->last.text, "other");
    assert_string_equal(failures_of(&f, "c.example")->last.text, "another");
    assert_null(failures_of(&f, "bb.example"));
    assert_int_equal(f.count, 3);
    failures_fini(&f);
    assert_null(failures_of(&f, "a.example"));
    failures_fini(&f);
}

/* Whoever failed longest ago makes place, not whoever was first. */
static void forgets_the_oldest(void **state)
{
    struct failures f = {NULL};
    char domain[32];
    int i;

    (void)state;
    for (i = 0; i < FAILURES_MAX; i++) {
        snprintf(domain, sizeof(domain), "p%d.example", i * 7919 % FAILURES_MAX);
        note(&f, domain, "x", i);
    }
    assert_int_equal(f.count, FAILURES_MAX);
    note(&f, "p0.example", "again", 2000);
    note(&f, "new.example", "x", 2001);
    assert_int_equal(f.count, FAILURES_MAX);
    assert_non_null(failures_of(&f, "new.example"));
    assert_non_null(failures_of(&f, "p0.example"));
    snprintf(domain, sizeof(domain), "p%d.example", 7919 % FAILURES_MAX);
    assert_null(failures_of(&f, domain));
    snprintf(domain, sizeof(domain), "p%d.example", 2 * 7919 % FAILURES_MAX);
    assert_non_null(failures_of(&f, domain));
    failures_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last),
        cmocka_unit_test(forgets_the_oldest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

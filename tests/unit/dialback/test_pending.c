/* test_pending.c - open dialback checks: who may answer one, and when they run out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "dialback/pending.h"
#include "support/context.h"

#define LOCAL "fabrikam.example"
#define REMOTE "contoso.example"

struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    struct xfed_dialback_pending pending;
};

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.ctx = test_context_counted(&f.memory);
    xfed_dialback_pending_init(&f.pending, f.ctx, 3);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    xfed_dialback_pending_fini(&f->pending);
    test_context_counted_free(f->ctx, &f->memory);
    return 0;
}

static struct xfed_dialback_check *add(struct fixture *f, uint64_t asker, uint64_t verifier,
                                       const char *remote, xmppfed_time deadline)
{
    struct xfed_dialback_check *c = NULL;
    int rc =
        xfed_dialback_pending_add(&f->pending, asker, LOCAL, remote, "id", "key", deadline, &c);

    assert_int_equal(rc, 0);
    c->verifier = verifier;
    return c;
}

struct find_row {
    const char *name;
    uint64_t verifier;
    const char *local;
    const char *remote;
    const char *id;
    bool found;
};

static const struct find_row find_rows[] = {
    {.name = "all four",
     .verifier = 20,
     .local = LOCAL,
     .remote = REMOTE,
     .id = "id",
     .found = true},
    {.name = "another stream", .verifier = 21, .local = LOCAL, .remote = REMOTE, .id = "id"},
    {.name = "the asker's stream", .verifier = 10, .local = LOCAL, .remote = REMOTE, .id = "id"},
    {.name = "no stream", .verifier = 0, .local = LOCAL, .remote = REMOTE, .id = "id"},
    {.name = "other local", .verifier = 20, .local = "x.example", .remote = REMOTE, .id = "id"},
    {.name = "other remote", .verifier = 20, .local = LOCAL, .remote = "x.example", .id = "id"},
    {.name = "swapped", .verifier = 20, .local = REMOTE, .remote = LOCAL, .id = "id"},
    {.name = "other id", .verifier = 20, .local = LOCAL, .remote = REMOTE, .id = "ID"},
    {.name = "empty id", .verifier = 20, .local = LOCAL, .remote = REMOTE, .id = ""},
    {.name = "no id", .verifier = 20, .local = LOCAL, .remote = REMOTE, .id = NULL},
};

static void test_find(void **state)
{
    struct fixture *f = *state;
    struct xfed_dialback_check *open = add(f, 10, 20, REMOTE, 100);
    struct xfed_dialback_check *dialling = add(f, 11, 0, "litware.example", 100);

    for (size_t i = 0; i < sizeof(find_rows) / sizeof(find_rows[0]); i++) {
        const struct find_row *row = &find_rows[i];
        const struct xfed_dialback_check *c = xfed_dialback_pending_find(
            &f->pending, row->verifier, row->local, row->remote, row->id);

        if (c != (row->found ? open : NULL))
            fail_msg("%s", row->name);
    }
    assert_null(xfed_dialback_pending_find(&f->pending, 0, LOCAL, "litware.example", "id"));
    dialling->verifier = 30;
    assert_ptr_equal(xfed_dialback_pending_find(&f->pending, 30, LOCAL, "litware.example", "id"),
                     dialling);
    /* An answer counts once. */
    xfed_dialback_pending_remove(&f->pending, open);
    assert_null(xfed_dialback_pending_find(&f->pending, 20, LOCAL, REMOTE, "id"));
}

static void test_contents(void **state)
{
    struct fixture *f = *state;
    const struct xfed_dialback_check *c = add(f, 10, 0, REMOTE, 100);

    assert_int_equal(c->asker, 10);
    assert_int_equal(c->deadline, 100);
    assert_string_equal(c->local, LOCAL);
    assert_string_equal(c->remote, REMOTE);
    assert_string_equal(c->id, "id");
    assert_string_equal(c->key, "key");
}

static void test_bounds(void **state)
{
    struct fixture *f = *state;
    struct xfed_dialback_check *first = add(f, 1, 0, REMOTE, 100);
    struct xfed_dialback_check *c = first;

    assert_int_equal(
        xfed_dialback_pending_add(&f->pending, 1, LOCAL, REMOTE, "other", "other", 100, &c),
        XMPPFED_ERR_DUPLICATE);
    /* The same pair from another stream, and another pair from the same stream, are no doubles. */
    add(f, 2, 0, REMOTE, 100);
    add(f, 1, 0, "litware.example", 100);
    assert_int_equal(xfed_dialback_pending_add(&f->pending, 3, LOCAL, REMOTE, "id", "k", 100, &c),
                     XMPPFED_ERR_LIMIT_PENDING);
    assert_ptr_equal(c, first);
    xfed_dialback_pending_remove(&f->pending, first);
    assert_int_equal(f->pending.count, 2);
    add(f, 3, 0, REMOTE, 100);
}

/* One domain, claimed by many, does not fill the table for the others. */
static void test_share(void **state)
{
    struct fixture *f = *state;
    struct xfed_dialback_check *c;

    f->pending.max = 40;
    for (uint64_t asker = 1; asker <= 10; asker++)
        add(f, asker, 0, REMOTE, 100);
    assert_int_equal(xfed_dialback_pending_add(&f->pending, 11, LOCAL, REMOTE, "id", "k", 100, &c),
                     XMPPFED_ERR_LIMIT_PENDING);
    add(f, 11, 0, "litware.example", 100);
    assert_int_equal(f->pending.count, 11);
}

static void test_order_and_deadline(void **state)
{
    struct fixture *f = *state;
    struct xfed_dialback_check *a;
    struct xfed_dialback_check *b;
    struct xfed_dialback_check *c;

    assert_true(xfed_dialback_pending_deadline(&f->pending) == XMPPFED_TIME_NEVER);
    assert_null(xfed_dialback_pending_next(&f->pending, NULL));
    a = add(f, 1, 0, REMOTE, 300);
    b = add(f, 2, 0, REMOTE, 100);
    c = add(f, 3, 0, REMOTE, 200);
    assert_ptr_equal(xfed_dialback_pending_next(&f->pending, NULL), a);
    assert_ptr_equal(xfed_dialback_pending_next(&f->pending, a), b);
    assert_ptr_equal(xfed_dialback_pending_next(&f->pending, b), c);
    assert_null(xfed_dialback_pending_next(&f->pending, c));
    assert_int_equal(xfed_dialback_pending_deadline(&f->pending), 100);
    xfed_dialback_pending_remove(&f->pending, b);
    assert_int_equal(xfed_dialback_pending_deadline(&f->pending), 200);
    assert_ptr_equal(xfed_dialback_pending_next(&f->pending, a), c);
}

static void test_long_domain(void **state)
{
    struct fixture *f = *state;
    struct xfed_dialback_check *c = NULL;
    char domain[XMPPFED_DOMAIN_SIZE + 1];

    memset(domain, 'a', XMPPFED_DOMAIN_SIZE);
    domain[XMPPFED_DOMAIN_SIZE] = '\0';
    assert_int_equal(xfed_dialback_pending_add(&f->pending, 1, LOCAL, domain, "id", "k", 1, &c),
                     XMPPFED_ERR_INTERNAL);
    assert_int_equal(f->pending.count, 0);
    assert_null(c);
}

static void test_out_of_memory(void **state)
{
    struct fixture *f = *state;
    struct xfed_dialback_check *c = NULL;
    size_t failures = 0;

    for (size_t n = 1;; n++) {
        int rc;

        f->memory.fail_at = f->memory.calls + n;
        rc = xfed_dialback_pending_add(&f->pending, 1, LOCAL, REMOTE, "id", "key", 1, &c);
        if (rc == 0)
            break;
        assert_int_equal(rc, XMPPFED_ERR_NOMEM);
        assert_int_equal(f->pending.count, 0);
        assert_null(c);
        failures++;
    }
    f->memory.fail_at = 0;
    assert_int_equal(failures, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_find, setup, teardown),
        cmocka_unit_test_setup_teardown(test_contents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_share, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order_and_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_long_domain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_refusals.c - a refusal is remembered for an hour, for one certificate, in bounds. */
#include "support.h"

#include <stdio.h>

#include "federation/refusals.h"
#include "support/certs.h"
#include "support/context.h"

#define CONTOSO "contoso.example"
#define FABRIKAM "fabrikam.example"
#define HOUR ((xmppfed_time)60 * 60 * 1000)

struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    struct xfed_refusals refusals;
};

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->ctx = test_context_counted(&f->memory);
    xfed_refusals_init(&f->refusals, f->ctx, 7);
}

static void tear_down(struct fixture *f)
{
    xfed_refusals_fini(&f->refusals);
    test_context_counted_free(f->ctx, &f->memory);
}

static bool note(struct fixture *f, const char *local, const char *remote, xmppfed_credentials *own,
                 xmppfed_time now)
{
    return xfed_refusals_note(&f->refusals, local, remote, own, XFED_REFUSED_EXTERNAL, now);
}

static bool holds(const struct fixture *f, const char *local, const char *remote,
                  const xmppfed_credentials *own, xmppfed_time now)
{
    return xfed_refusals_of(&f->refusals, local, remote, own, now) != XFED_REFUSED_NOTHING;
}

static void test_time_and_names(void **state)
{
    struct fixture f;
    (void)state;

    set_up(&f);
    assert_false(holds(&f, CONTOSO, FABRIKAM, NULL, 0));
    assert_true(note(&f, CONTOSO, FABRIKAM, NULL, 10));
    assert_true(holds(&f, CONTOSO, FABRIKAM, NULL, 10));
    assert_true(holds(&f, CONTOSO, FABRIKAM, NULL, HOUR + 9));
    assert_false(holds(&f, CONTOSO, FABRIKAM, NULL, HOUR + 10));
    assert_false(holds(&f, FABRIKAM, CONTOSO, NULL, 10));
    assert_false(holds(&f, "second.example", FABRIKAM, NULL, 10));
    /* Known, so that nobody dials again because of it; later it is news. */
    assert_false(note(&f, CONTOSO, FABRIKAM, NULL, HOUR + 9));
    assert_true(note(&f, CONTOSO, FABRIKAM, NULL, HOUR + 10));
    assert_int_equal(f.refusals.known.count, 1);
    tear_down(&f);
}

/* Who does not take the certificate in TLS is not asked for EXTERNAL either; more is news. */
static void test_more_and_less(void **state)
{
    static const struct {
        const char *name;
        enum xfed_refused first, second;
        bool news;
        enum xfed_refused in_the_end;
    } rows[] = {
        {"the same", XFED_REFUSED_EXTERNAL, XFED_REFUSED_EXTERNAL, false, XFED_REFUSED_EXTERNAL},
        {"more", XFED_REFUSED_EXTERNAL, XFED_REFUSED_CERTIFICATE, true, XFED_REFUSED_CERTIFICATE},
        {"less", XFED_REFUSED_CERTIFICATE, XFED_REFUSED_EXTERNAL, false, XFED_REFUSED_CERTIFICATE},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        print_message("# %s\n", rows[i].name);
        set_up(&f);
        assert_true(xfed_refusals_note(&f.refusals, CONTOSO, FABRIKAM, NULL, rows[i].first, 0));
        assert_int_equal(
            xfed_refusals_note(&f.refusals, CONTOSO, FABRIKAM, NULL, rows[i].second, 1),
            rows[i].news);
        assert_int_equal(xfed_refusals_of(&f.refusals, CONTOSO, FABRIKAM, NULL, 1),
                         rows[i].in_the_end);
        tear_down(&f);
    }
}

static void test_another_certificate(void **state)
{
    xmppfed_credentials *first, *second;
    struct fixture f;
    (void)state;

    set_up(&f);
    first = test_credentials(f.ctx, "contoso");
    second = test_credentials(f.ctx, "contoso");
    assert_true(note(&f, CONTOSO, FABRIKAM, first, 0));
    assert_false(holds(&f, CONTOSO, FABRIKAM, second, 0));
    assert_true(note(&f, CONTOSO, FABRIKAM, second, 0));
    assert_true(holds(&f, CONTOSO, FABRIKAM, second, 0));
    assert_false(holds(&f, CONTOSO, FABRIKAM, first, 0));
    xmppfed_credentials_unref(first);
    xmppfed_credentials_unref(second);
    tear_down(&f);
}

static void test_bounded(void **state)
{
    char domain[32];
    struct fixture f;
    (void)state;

    set_up(&f);
    for (int i = 0; i <= XFED_REFUSALS_MAX; i++) {
        (void)snprintf(domain, sizeof(domain), "d%d.example", i);
        assert_true(note(&f, CONTOSO, domain, NULL, 0));
    }
    assert_int_equal(f.refusals.known.count, XFED_REFUSALS_MAX);
    assert_false(holds(&f, CONTOSO, "d0.example", NULL, 0));
    assert_true(holds(&f, CONTOSO, "d1.example", NULL, 0));
    tear_down(&f);
}

static void test_no_memory(void **state)
{
    struct fixture f;
    (void)state;

    set_up(&f);
    for (size_t n = 1; n <= 2; n++) {
        f.memory.fail_at = f.memory.calls + n;
        assert_false(note(&f, CONTOSO, FABRIKAM, NULL, 0));
        assert_false(holds(&f, CONTOSO, FABRIKAM, NULL, 0));
    }
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_and_names),      cmocka_unit_test(test_more_and_less),
        cmocka_unit_test(test_another_certificate), cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

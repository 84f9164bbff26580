/* test_shared_secret.c - the secrets that a site keeps for partners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/slice.h"
#include "connection/shared_secret.h"
#include "support/context.h"

#define FABRIKAM "fabrikam.example"
#define SECRET "correct-horse-battery"

struct fixture {
    struct alloc_fail memory;
    xmppfed_context *ctx;
    xmppfed_site *site;
};

static void fixture_init(struct fixture *f)
{
    f->ctx = test_context_counted(&f->memory);
    assert_int_equal(xmppfed_site_new(f->ctx, &f->site), 0);
}

static void fixture_fini(struct fixture *f)
{
    xmppfed_site_unref(f->site);
    test_context_counted_free(f->ctx, &f->memory);
}

static int set(const struct fixture *f, const char *domain, const char *secret)
{
    return xmppfed_site_set_partner_secret(f->site, domain, xmppfed_slice_of(secret));
}

static void test_life(void **state)
{
    struct fixture f;
    const struct xfed_shared_secret *s;
    uint64_t first;
    uint64_t generation;

    (void)state;
    fixture_init(&f);
    assert_null(xfed_site_shared_secret(f.site, FABRIKAM));
    assert_int_equal(set(&f, "Fabrikam.Example", SECRET), 0);
    s = xfed_site_shared_secret(f.site, FABRIKAM);
    assert_non_null(s);
    assert_true(xfed_slice_is(xfed_slice(s->text, s->len), SECRET));
    first = s->serial;
    generation = f.site->generation;
    assert_true(first != 0);
    /* The same again, as at each reload, is nothing new. */
    assert_int_equal(set(&f, FABRIKAM, SECRET), 0);
    assert_ptr_equal(xfed_site_shared_secret(f.site, FABRIKAM), s);
    assert_int_equal(f.site->generation, generation);
    assert_int_equal(set(&f, FABRIKAM, SECRET "2"), 0);
    s = xfed_site_shared_secret(f.site, FABRIKAM);
    assert_true(s->serial != first);
    assert_true(f.site->generation != generation);
    generation = f.site->generation;
    assert_int_equal(set(&f, FABRIKAM, ""), 0);
    assert_null(xfed_site_shared_secret(f.site, FABRIKAM));
    assert_true(f.site->generation != generation);
    assert_int_equal(set(&f, FABRIKAM, ""), 0);
    fixture_fini(&f);
}

struct row {
    const char *name;
    const char *domain;
    const char *secret;
    int rc;
};

static const struct row rows[] = {
    {"another domain", "other.example", SECRET, 0},
    {"too short", FABRIKAM, "fifteen-letters", XMPPFED_ERR_ARGUMENT},
    {"a space", FABRIKAM, "correct horse battery", XMPPFED_ERR_ARGUMENT},
    {"no domain", "a b", SECRET, XMPPFED_ERR_ADDRESS},
    {"nothing", NULL, SECRET, XMPPFED_ERR_ARGUMENT},
};

static void test_arguments(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_int_equal(set(&f, FABRIKAM, "the-one-that-stays"), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct xfed_shared_secret *s;
        int rc = set(&f, rows[i].domain, rows[i].secret);

        s = xfed_site_shared_secret(f.site, FABRIKAM);
        if (rc != rows[i].rc || !s ||
            !xfed_slice_is(xfed_slice(s->text, s->len), "the-one-that-stays"))
            fail_msg("%s: %d", rows[i].name, rc);
    }
    assert_int_equal(xmppfed_site_set_partner_secret(NULL, FABRIKAM, XFED_LITERAL(SECRET)),
                     XMPPFED_ERR_ARGUMENT);
    fixture_fini(&f);
}

static void test_verifier(void **state)
{
    struct fixture f;
    struct xfed_shared_secret *s;
    const struct xfed_scram_verifier *v;
    uint8_t salt[XFED_SCRAM_SALT_SIZE];

    (void)state;
    fixture_init(&f);
    assert_int_equal(set(&f, FABRIKAM, SECRET), 0);
    s = xfed_site_shared_secret(f.site, FABRIKAM);
    v = xfed_shared_secret_verifier(f.ctx, s);
    assert_non_null(v);
    memcpy(salt, v->salt, sizeof(salt));
    /* Made once: another salt for each attempt would be milliseconds for each attempt. */
    assert_ptr_equal(xfed_shared_secret_verifier(f.ctx, s), v);
    assert_memory_equal(v->salt, salt, sizeof(salt));
    fixture_fini(&f);
}

static void test_out_of_memory(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (unsigned long n = 1; n <= 6; n++) {
        int rc;

        f.memory.fail_at = f.memory.calls + n;
        rc = set(&f, FABRIKAM, SECRET);
        if (rc == 0)
            break;
        assert_int_equal(rc, XMPPFED_ERR_NOMEM);
        assert_null(xfed_site_shared_secret(f.site, FABRIKAM));
    }
    assert_non_null(xfed_site_shared_secret(f.site, FABRIKAM));
    fixture_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_verifier),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

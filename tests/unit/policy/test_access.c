/* test_access.c - external access policies: scopes, and that the nearest wins whole. */
#include "fixture.h"
#include "policy/access.h"

#define FED XMPPFED_ACCESS_FEDERATION
#define XMPP XMPPFED_ACCESS_XMPP
#define OUTSIDE XMPPFED_ACCESS_OUTSIDE

static xmppfed_context *ctx;

static int make_context(void **state)
{
    (void)state;
    ctx = test_context();
    return 0;
}

static int drop_context(void **state)
{
    (void)state;
    xmppfed_context_unref(ctx);
    return 0;
}

static const struct nearest_row {
    const char *name;
    const char *site, *policy;
    uint32_t flags;
} nearest_rows[] = {
    {"nothing granted: global", "", "", FED | XMPP},
    {"a site without a policy: global", "oslo", "", FED | XMPP},
    {"the site's replaces the global whole", "bern", "", XMPP},
    {"the user's replaces the site's whole", "bern", "outside", OUTSIDE},
    {"the user's replaces the global whole", "", "outside", OUTSIDE},
    {"an empty user policy takes everything away", "bern", "nothing", 0},
    {"a site's name is no policy name", "", "bern", FED | XMPP},
};

static void test_nearest(void **state)
{
    struct xfed_access a;

    (void)state;
    xfed_access_init(&a, ctx);
    assert_int_equal(xfed_access_nearest(&a, "bern", ""), 0);
    assert_int_equal(xfed_access_add(&a, XMPPFED_SCOPE_SITE, "bern", XMPP, NULL), 0);
    assert_int_equal(xfed_access_add(&a, XMPPFED_SCOPE_USER, "outside", OUTSIDE, NULL), 0);
    assert_int_equal(xfed_access_add(&a, XMPPFED_SCOPE_USER, "nothing", 0, NULL), 0);
    assert_int_equal(xfed_access_nearest(&a, "", ""), 0);
    assert_int_equal(xfed_access_add(&a, XMPPFED_SCOPE_GLOBAL, "", FED | XMPP, NULL), 0);
    for (size_t i = 0; i < sizeof(nearest_rows) / sizeof(nearest_rows[0]); i++) {
        const struct nearest_row *r = &nearest_rows[i];
        uint32_t flags = xfed_access_nearest(&a, r->site, r->policy);

        if (flags != r->flags)
            fail_msg("%s: got %u", r->name, flags);
    }
    assert_true(xfed_access_has_policy(&a, "nothing"));
    assert_false(xfed_access_has_policy(&a, "bern"));
    xfed_access_fini(&a);
}

static const struct add_row {
    const char *name;
    int scope;
    const char *policy;
    uint32_t flags;
    int code;
} add_rows[] = {
    {"global", XMPPFED_SCOPE_GLOBAL, "", FED, 0},
    {"global twice", XMPPFED_SCOPE_GLOBAL, "", FED, XMPPFED_ERR_DUPLICATE},
    {"global with a name", XMPPFED_SCOPE_GLOBAL, "x", FED, XMPPFED_ERR_ARGUMENT},
    {"site without a name", XMPPFED_SCOPE_SITE, "", FED, XMPPFED_ERR_ARGUMENT},
    {"user without a name", XMPPFED_SCOPE_USER, "", FED, XMPPFED_ERR_ARGUMENT},
    {"site", XMPPFED_SCOPE_SITE, "bern", FED, 0},
    {"site twice", XMPPFED_SCOPE_SITE, "bern", XMPP, XMPPFED_ERR_DUPLICATE},
    {"user policy with a site's name", XMPPFED_SCOPE_USER, "bern", XMPP, 0},
    {"user policy twice", XMPPFED_SCOPE_USER, "bern", XMPP, XMPPFED_ERR_DUPLICATE},
    {"scope 0", 0, "x", FED, XMPPFED_ERR_ARGUMENT},
    {"scope 4", 4, "x", FED, XMPPFED_ERR_ARGUMENT},
    {"all flags", XMPPFED_SCOPE_USER, "all", 31, 0},
    {"unknown flag", XMPPFED_SCOPE_USER, "x", 32, XMPPFED_ERR_ARGUMENT},
};

static void test_add(void **state)
{
    struct xfed_access a;

    (void)state;
    xfed_access_init(&a, ctx);
    for (size_t i = 0; i < sizeof(add_rows) / sizeof(add_rows[0]); i++) {
        const struct add_row *r = &add_rows[i];
        xmppfed_problem why = {0};
        int rc = xfed_access_add(&a, r->scope, r->policy, r->flags, &why);

        if (rc != r->code || why.code != r->code || (rc < 0) != (why.text[0] != '\0'))
            fail_msg("%s: got %d, '%s'", r->name, rc, why.text);
    }
    /* What was refused has not changed what was there. */
    assert_int_equal(xfed_access_nearest(&a, "bern", ""), FED);
    xfed_access_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_add),
    };

    return cmocka_run_group_tests(tests, make_context, drop_context);
}

/* fixture.h - what the tests of this folder share: a context, a builder, finishing it. */
#ifndef TESTS_UNIT_POLICY_FIXTURE_H
#define TESTS_UNIT_POLICY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <xmppfed/policy.h>

#include "policy/partner.h"
#include "support/context.h"

/* A builder whose context lives as long as it does. */
static inline xmppfed_policy_builder *fixture_builder(void)
{
    xmppfed_context *ctx = test_context();
    xmppfed_policy_builder *b = NULL;

    assert_int_equal(xmppfed_policy_builder_new(ctx, &b), 0);
    xmppfed_context_unref(ctx);
    return b;
}

static inline xmppfed_partner *fixture_partner(xmppfed_policy_builder *b, const char *domain)
{
    xmppfed_partner *p = NULL;
    xmppfed_problem why = {0};

    if (xmppfed_policy_builder_add_partner(b, domain, &why, &p) < 0)
        fail_msg("%s: %s", domain, why.text);
    return p;
}

/* Finishes and frees the builder. */
static inline xmppfed_policy *fixture_finish(xmppfed_policy_builder *b)
{
    xmppfed_policy *policy = NULL;
    xmppfed_problem why = {0};

    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        fail_msg("%s", why.text);
    xmppfed_policy_builder_free(b);
    return policy;
}

#endif

/* fixture.h - what the tests of trees share: a context for each test that loses no block. */
#ifndef TESTS_UNIT_XML_FIXTURE_H
#define TESTS_UNIT_XML_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/context.h"

static struct alloc_fail counter;
static xmppfed_context *ctx;

static int set_up(void **state)
{
    (void)state;
    ctx = test_context_counted(&counter);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_context_counted_free(ctx, &counter);
    return 0;
}

#endif

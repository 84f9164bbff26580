/* budget.c - building a tree with every amount of memory from none to enough. */
#include "support/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/context.h"

void budget_each(const char *name, budget_build_fn build, const void *row)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    xmppfed_element *e;
    size_t live = memory.live;
    size_t failures = 0;

    xmppfed_context_set_memory_budget(ctx, 0);
    while (!(e = build(ctx, row))) {
        if (memory.live != live)
            fail_msg("%s: a failure keeps %zu blocks", name, memory.live - live);
        failures++;
        xmppfed_context_set_memory_budget(ctx, 16 * failures);
    }
    if (failures <= 8)
        fail_msg("%s: %zu failures", name, failures);
    xmppfed_element_free(e);
    test_context_counted_free(ctx, &memory);
}

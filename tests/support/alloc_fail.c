/* alloc_fail.c - an allocator that counts what is live and fails when it is told to. */
#include "support/alloc_fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>

static bool must_fail(struct alloc_fail *state)
{
    state->calls++;
    return state->calls == state->fail_at;
}

static void *counting_malloc(size_t size, void *user)
{
    struct alloc_fail *state = user;
    void *p;

    if (must_fail(state))
        return NULL;
    p = malloc(size);
    if (p)
        state->live++;
    return p;
}

static void *counting_realloc(void *old, size_t size, void *user)
{
    struct alloc_fail *state = user;
    void *p;

    if (must_fail(state))
        return NULL;
    p = realloc(old, size);
    if (p && !old)
        state->live++;
    return p;
}

static void counting_free(void *old, void *user)
{
    struct alloc_fail *state = user;

    if (!old)
        return;
    state->live--;
    free(old);
}

xmppfed_allocator alloc_fail_allocator(struct alloc_fail *state)
{
    return (xmppfed_allocator){
        .version = XMPPFED_ALLOCATOR_VERSION,
        .malloc_fn = counting_malloc,
        .realloc_fn = counting_realloc,
        .free_fn = counting_free,
        .user = state,
    };
}

size_t alloc_fail_each(struct alloc_fail *state, int (*run)(void *user), void *user)
{
    size_t live = state->live;
    size_t failures = 0;
    int rc;

    state->fail_at = 0;
    do {
        state->fail_at++;
        state->calls = 0;
        rc = run(user);
        if (rc != 0 && rc != XMPPFED_ERR_NOMEM)
            fail_msg("allocation %zu: %d", state->fail_at, rc);
        if (state->live != live)
            fail_msg("allocation %zu: %zu blocks before, %zu after", state->fail_at, live,
                     state->live);
        failures += rc != 0;
    } while (state->calls >= state->fail_at);
    state->fail_at = 0;
    assert_int_equal(rc, 0);
    return failures;
}

/* test_random.h - randomness that repeats, for xmppfed_context_set_random(). */
#ifndef TESTS_SUPPORT_TEST_RANDOM_H
#define TESTS_SUPPORT_TEST_RANDOM_H

#include <stddef.h>

/* user_uint64 points to a uint64_t, the seed and then the state: equal seeds give equal bytes. */
int test_random(void *out, size_t size, void *user_uint64);

/* A source that always fails. */
int test_random_failing(void *out, size_t size, void *user);

#endif

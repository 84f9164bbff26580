/* test_random.c - randomness that repeats, for xmppfed_context_set_random(). */
#include "support/test_random.h"

#include <stdint.h>

/* One step of SplitMix64: any seed will do, zero too. */
static uint64_t step(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int test_random(void *out, size_t size, void *user_uint64)
{
    uint8_t *p = out;
    uint64_t word = 0;

    for (size_t i = 0; i < size; i++) {
        if (i % 8 == 0)
            word = step(user_uint64);
        p[i] = (uint8_t)(word >> (8 * (i % 8)));
    }
    return 0;
}

int test_random_failing(void *out, size_t size, void *user)
{
    (void)out;
    (void)size;
    (void)user;
    return -1;
}

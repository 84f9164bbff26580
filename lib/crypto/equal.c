/* equal.c - comparing secrets without telling by the time taken where they differ. */
#include "crypto/equal.h"

#include <gnutls/gnutls.h>

bool xfed_equal_constant_time(const void *a, size_t a_len, const void *b, size_t b_len)
{
    if (a_len != b_len)
        return false;
    return a_len == 0 || gnutls_memcmp(a, b, a_len) == 0;
}

/* equal.h - comparing secrets without telling by the time taken where they differ. */
#ifndef XFED_CRYPTO_EQUAL_H
#define XFED_CRYPTO_EQUAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether both ranges are the same; the time depends on the lengths only. */
bool xfed_equal_constant_time(const void *a, size_t a_len, const void *b, size_t b_len);

#endif

/* text.h - what a peer says, as a text that grows; it always fits. */
#ifndef TESTS_LIMITS_TEXT_H
#define TESTS_LIMITS_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_SPACE = 2 * 1024 * 1024 };

struct text {
    char *bytes;
    size_t len;
};

static inline void text_init(struct text *t)
{
    t->bytes = malloc(TEXT_SPACE);
    t->len = 0;
    assert_non_null(t->bytes);
}

static inline void text_fini(struct text *t)
{
    free(t->bytes);
}

static inline void text_add(struct text *t, const char *more)
{
    size_t len = strlen(more);

    assert_true(t->len + len < TEXT_SPACE);
    memcpy(t->bytes + t->len, more, len);
    t->len += len;
}

static inline void text_fill(struct text *t, char byte, size_t count)
{
    assert_true(t->len + count < TEXT_SPACE);
    memset(t->bytes + t->len, byte, count);
    t->len += count;
}

static inline void text_add_number(struct text *t, const char *before, size_t number,
                                   const char *after)
{
    char middle[24];

    snprintf(middle, sizeof(middle), "%zu", number);
    text_add(t, before);
    text_add(t, middle);
    text_add(t, after);
}

#endif

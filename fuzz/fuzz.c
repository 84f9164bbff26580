/* fuzz.c - what every harness needs: checks, a cursor over the input, pieces, a context. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

struct fuzz_input fuzz_input(const uint8_t *data, size_t size)
{
    return (struct fuzz_input){(const char *)data, size};
}

uint8_t fuzz_byte(struct fuzz_input *in)
{
    if (in->len == 0)
        return 0;
    in->len--;
    return (uint8_t)*in->data++;
}

xmppfed_slice fuzz_until(struct fuzz_input *in, char end)
{
    const char *found = in->len > 0 ? memchr(in->data, end, in->len) : NULL;
    size_t len = found ? (size_t)(found - in->data) : in->len;
    xmppfed_slice taken = {in->data, len};

    if (found)
        len++;
    if (len > 0)
        in->data += len;
    in->len -= len;
    return taken;
}

char *fuzz_text_until(struct fuzz_input *in, char end)
{
    xmppfed_slice taken = fuzz_until(in, end);
    char *text = malloc(taken.len + 1);

    FUZZ_CHECK(text);
    if (taken.len > 0)
        memcpy(text, taken.data, taken.len);
    text[taken.len] = '\0';
    return text;
}

struct fuzz_cut fuzz_cut(uint8_t pattern)
{
    return (struct fuzz_cut){pattern, pattern};
}

static size_t piece_size(struct fuzz_cut *cut, size_t left)
{
    if (cut->pattern == '0')
        return left;
    if (cut->pattern == '1')
        return 1;
    cut->state = cut->state * UINT32_C(1664525) + UINT32_C(1013904223);
    return 1 + (cut->state >> 26);
}

bool fuzz_piece(struct fuzz_cut *cut, xmppfed_slice *bytes, xmppfed_slice *ret)
{
    size_t size;

    if (bytes->len == 0)
        return false;
    size = piece_size(cut, bytes->len);
    if (size > bytes->len)
        size = bytes->len;
    *ret = (xmppfed_slice){bytes->data, size};
    bytes->data += size;
    bytes->len -= size;
    return true;
}

/* xorshift; one state for the process, which each context starts anew. */
static uint64_t random_state;

static int repeatable(void *out, size_t size, void *user)
{
    uint8_t *bytes = out;

    (void)user;
    for (size_t i = 0; i < size; i++) {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        bytes[i] = (uint8_t)(random_state >> 32);
    }
    return 0;
}

xmppfed_context *fuzz_context(void)
{
    xmppfed_context *ctx = NULL;

    FUZZ_CHECK(xmppfed_context_new(NULL, &ctx) == 0);
    random_state = UINT64_C(88172645463325252);
    xmppfed_context_set_random(ctx, repeatable, NULL);
    return ctx;
}

void fuzz_context_end(xmppfed_context *ctx)
{
    FUZZ_CHECK(xmppfed_context_memory_used(ctx) == 0);
    xmppfed_context_unref(ctx);
}

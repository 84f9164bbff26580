/* split.c - runs a byte-stream test whole, byte by byte, and cut in two at every offset. */
#include "support/split.h"

#include <stdlib.h>

bool split_next(struct split *s, xmppfed_slice *ret_piece)
{
    if (s->next > s->count)
        return false;
    size_t from = s->next == 0 ? 0 : s->cuts[s->next - 1];
    size_t to = s->next == s->count ? s->bytes.len : s->cuts[s->next];
    *ret_piece = (xmppfed_slice){s->bytes.data + from, to - from};
    s->next++;
    return true;
}

static void run_cut(xmppfed_slice bytes, const size_t *cuts, size_t count,
                    void (*run)(void *user, struct split *s), void *user)
{
    struct split s = {.bytes = bytes, .cuts = cuts, .count = count};
    run(user, &s);
}

void split_each(xmppfed_slice bytes, void (*run)(void *user, struct split *s), void *user)
{
    run_cut(bytes, NULL, 0, run, user);
    if (bytes.len < 2)
        return;

    size_t count = bytes.len - 1;
    size_t *cuts = malloc(count * sizeof(*cuts));
    if (!cuts)
        abort();
    for (size_t i = 0; i < count; i++)
        cuts[i] = i + 1;
    run_cut(bytes, cuts, count, run, user);
    for (size_t i = 0; i < count; i++)
        run_cut(bytes, &cuts[i], 1, run, user);
    free(cuts);
}

/* alloc_count.c - an allocator that counts calls and bytes, live and at the most. */
#include "support/alloc_count.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* What stands before each block. */
struct head {
    alignas(max_align_t) size_t size;
};

static void *count_malloc(size_t size, void *user)
{
    struct alloc_count *state = user;
    struct head *head = malloc(sizeof(*head) + size);

    state->calls++;
    if (!head)
        return NULL;
    head->size = size;
    state->total += size;
    state->live += size;
    if (state->live > state->most)
        state->most = state->live;
    return head + 1;
}

static void count_free(void *old, void *user)
{
    struct alloc_count *state = user;
    struct head *head = (struct head *)old - 1;

    if (!old)
        return;
    state->live -= head->size;
    free(head);
}

/* Always to a new block: both count while the bytes move. */
static void *count_realloc(void *old, size_t size, void *user)
{
    void *block = count_malloc(size, user);

    if (block && old) {
        size_t before = ((struct head *)old - 1)->size;

        memcpy(block, old, before < size ? before : size);
        count_free(old, user);
    }
    return block;
}

xmppfed_allocator alloc_count_allocator(struct alloc_count *state)
{
    return (xmppfed_allocator){
        .version = XMPPFED_ALLOCATOR_VERSION,
        .malloc_fn = count_malloc,
        .realloc_fn = count_realloc,
        .free_fn = count_free,
        .user = state,
    };
}

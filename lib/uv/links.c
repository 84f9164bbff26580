/* links.c - finds the socket of a link number. */
#include "adapter.h"

#include <stdlib.h>

#define FIRST_BUCKETS 64

/* Link numbers are the library's own, not a peer's: a fixed multiplier spreads them well enough. */
static size_t bucket_of(const struct xfed_uv_links *links, uint64_t link)
{
    return (size_t)((link * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (links->bucket_count - 1);
}

static void put(struct xfed_uv_links *links, struct xfed_uv_socket *s)
{
    size_t at = bucket_of(links, s->link);

    s->next = links->buckets[at];
    links->buckets[at] = s;
}

static bool grow(struct xfed_uv_links *links)
{
    struct xfed_uv_links bigger = {
        .bucket_count = links->bucket_count ? links->bucket_count * 2 : FIRST_BUCKETS,
        .count = links->count,
    };
    size_t i;

    bigger.buckets = calloc(bigger.bucket_count, sizeof(struct xfed_uv_socket *));
    if (!bigger.buckets)
        return false;
    for (i = 0; i < links->bucket_count; i++) {
        struct xfed_uv_socket *s = links->buckets[i];

        while (s) {
            struct xfed_uv_socket *next = s->next;

            put(&bigger, s);
            s = next;
        }
    }
    free(links->buckets);
    *links = bigger;
    return true;
}

bool xfed_uv_links_add(struct xfed_uv_links *links, struct xfed_uv_socket *s)
{
    if (links->count >= links->bucket_count && !grow(links))
        return false;
    put(links, s);
    links->count++;
    return true;
}

struct xfed_uv_socket *xfed_uv_links_find(const struct xfed_uv_links *links, uint64_t link)
{
    struct xfed_uv_socket *s;

    if (links->count == 0)
        return NULL;
    s = links->buckets[bucket_of(links, link)];
    while (s && s->link != link)
        s = s->next;
    return s;
}

void xfed_uv_links_remove(struct xfed_uv_links *links, struct xfed_uv_socket *s)
{
    struct xfed_uv_socket **at;

    if (links->count == 0)
        return;
    for (at = &links->buckets[bucket_of(links, s->link)]; *at; at = &(*at)->next) {
        if (*at == s) {
            *at = s->next;
            s->next = NULL;
            links->count--;
            return;
        }
    }
}

struct xfed_uv_socket *xfed_uv_links_take(struct xfed_uv_links *links)
{
    size_t i;

    for (i = 0; links->count > 0 && i < links->bucket_count; i++) {
        struct xfed_uv_socket *s = links->buckets[i];

        if (s) {
            links->buckets[i] = s->next;
            s->next = NULL;
            links->count--;
            return s;
        }
    }
    return NULL;
}

void xfed_uv_links_fini(struct xfed_uv_links *links)
{
    free(links->buckets);
    *links = (struct xfed_uv_links){0};
}

/* component_pair.c - two ends of a component stream in memory, and bytes carried between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/component_pair.h"

static void take_stanza(struct pair *p, int i, const struct component_item *item)
{
    char *text;
    size_t len;

    assert_int_equal(xmppfed_element_write(item->stanza, XMPPFED_NS_SERVER, &text, &len), 0);
    snprintf(p->stanzas[i], sizeof(p->stanzas[i]), "%s", text);
    xmppfed_element_free_text(p->ctx, text);
    xmppfed_element_free(item->stanza);
}

static void take_item(struct pair *p, int i, const struct component_item *item)
{
    assert_int_equal(p->downs[i], 0);
    switch (item->kind) {
    case COMPONENT_UP:
        p->ups[i]++;
        break;
    case COMPONENT_STANZA:
        p->stanza_count[i]++;
        take_stanza(p, i, item);
        break;
    case COMPONENT_ACKED:
        p->ack_count[i]++;
        assert_true(item->number > p->acked[i] || p->ack_count[i] == 1);
        assert_true(item->number <= component_sent_count(p->ends[i]));
        p->acked[i] = item->number;
        break;
    case COMPONENT_UNACKED:
        assert_int_equal(i, 1);
        assert_true(p->unacked_count < sizeof(p->unacked) / sizeof(p->unacked[0]));
        p->unacked[p->unacked_count++] = item->number;
        take_stanza(p, i, item);
        break;
    default:
        assert_int_equal(item->kind, COMPONENT_DOWN);
        p->downs[i]++;
        snprintf(p->why[i], sizeof(p->why[i]), "%s", item->text);
        break;
    }
}

void pair_take(struct pair *p, int i)
{
    struct component_item item;

    while (component_next(p->ends[i], &item))
        take_item(p, i, &item);
}

/* Carries one end's output to the other in pieces; false if there is none. */
static bool carry(struct pair *p, int from, size_t cut, size_t step)
{
    xmppfed_slice out = component_output(p->ends[from]);
    char *bytes;
    size_t len = out.len;
    size_t at = 0;

    if (len == 0)
        return false;
    bytes = malloc(len);
    assert_non_null(bytes);
    memcpy(bytes, out.data, len);
    component_sent(p->ends[from], len);
    while (at < len) {
        size_t piece = at == 0 && cut > 0 ? cut : step;

        if (piece > len - at)
            piece = len - at;
        component_feed(p->ends[1 - from], bytes + at, piece);
        pair_take(p, 1 - from);
        at += piece;
    }
    free(bytes);
    pair_take(p, from);
    return true;
}

void pair_settle(struct pair *p, size_t cut, size_t step)
{
    bool moved = true;

    while (moved) {
        moved = carry(p, 0, cut, step);
        moved = carry(p, 1, cut, step) || moved;
    }
}

void pair_send(struct pair *p, int i, const char *body)
{
    xmppfed_element *m = xmppfed_element_new(p->ctx, "message", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(m, "from", "a@contoso.example");
    xmppfed_element_add_text(xmppfed_element_add_child(m, "body", XMPPFED_NS_SERVER), body);
    assert_int_equal(component_send(p->ends[i], m), 0);
    xmppfed_element_free(m);
}

void pair_free(struct pair *p)
{
    component_free(p->ends[0]);
    component_free(p->ends[1]);
}

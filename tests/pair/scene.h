/* scene.h - the scene of most tests with two sides: contoso.example and fabrikam.example. */
#ifndef TESTS_PAIR_SCENE_H
#define TESTS_PAIR_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/context.h"
#include "support/loop.h"
#include "support/test_random.h"

#define ALICE "alice@contoso.example"
#define BOB "bob@fabrikam.example"

struct scene {
    struct alloc_fail memory;
    uint64_t seed;
    xmppfed_context *ctx;
    struct loop loop;
    struct loop_side *contoso;
    struct loop_side *fabrikam;
};

/* How the two prove each other. */
enum scene_proof { BY_EXTERNAL, BY_DIALBACK_TLS, BY_DIALBACK_TCP };

static inline struct loop_partner scene_partner(const char *domain, unsigned number, int type,
                                                enum scene_proof proof)
{
    struct loop_partner p = {.domain = domain, .type = type, .number = number};

    p.no_dialback = proof == BY_EXTERNAL;
    if (proof != BY_EXTERNAL)
        p.sasl = XMPPFED_NOT_SUPPORTED;
    if (proof == BY_DIALBACK_TCP) {
        p.tls = XMPPFED_NOT_SUPPORTED;
        p.plaintext = true;
    }
    return p;
}

/* What one side thinks of the other. */
static inline void scene_trust(struct scene *s, struct loop_side *side, int type,
                               enum scene_proof proof)
{
    struct loop_side *other = side == s->contoso ? s->fabrikam : s->contoso;
    const struct loop_partner partners[] = {
        scene_partner(other->domain, other->number, type, proof), {.domain = NULL}};

    loop_policy(side, partners);
}

static inline void scene_init_certs(struct scene *s, const char *contoso, const char *fabrikam)
{
    memset(s, 0, sizeof(*s));
    s->seed = 42;
    s->ctx = test_context_counted(&s->memory);
    xmppfed_context_set_random(s->ctx, test_random, &s->seed);
    loop_init(&s->loop, s->ctx);
    s->contoso = loop_add(&s->loop, "contoso.example", contoso);
    s->fabrikam = loop_add(&s->loop, "fabrikam.example", fabrikam);
}

/* Two federated partners. */
static inline void scene_init(struct scene *s, enum scene_proof proof)
{
    scene_init_certs(s, "contoso", "fabrikam");
    scene_trust(s, s->contoso, XMPPFED_PARTNER_FEDERATED, proof);
    scene_trust(s, s->fabrikam, XMPPFED_PARTNER_FEDERATED, proof);
}

static inline void scene_fini(struct scene *s)
{
    loop_fini(&s->loop);
    test_context_counted_free(s->ctx, &s->memory);
}

/* The condition of an error stanza, or "" if it is none. */
static inline const char *scene_condition(const xmppfed_element *stanza)
{
    const xmppfed_element *error =
        stanza ? xmppfed_element_child(stanza, "error", XMPPFED_NS_SERVER) : NULL;

    return error ? xmppfed_element_name(xmppfed_element_first(error)) : "";
}

static inline const char *scene_type(const xmppfed_element *stanza)
{
    const char *type = stanza ? xmppfed_element_attribute(stanza, "type") : NULL;

    return type ? type : "";
}

/* The body of a message, or "". */
static inline const char *scene_body(const xmppfed_element *stanza)
{
    return xmppfed_element_text(xmppfed_element_child(stanza, "body", XMPPFED_NS_SERVER));
}

/* Sends a message of Alice to Bob. */
static inline void scene_say(struct scene *s, const char *body, uint64_t cookie)
{
    assert_int_equal(loop_send(s->contoso, loop_message(&s->loop, ALICE, BOB, body), cookie), 0);
}

#endif

/* run.c - two servers of one plug-in, which federate step by step while others have their turns. */
#include "run.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmppfed/xmppfed.h>

#define ALICE "alice@contoso.example"
#define BOB "bob@fabrikam.example"

enum {
    /* 2025-11-21, the time at which the certificates are judged. */
    UNIX_SECONDS = 1763683200,
    /* Bytes carried in a step: small, so that the others come between the parts of a record. */
    PIECE = 300
};

struct server {
    xmppfed_site *site;
    xmppfed_federation *fed;
    struct server *peer;
    uint64_t link; /* 0: none, or closed */
};

struct twice_run {
    xmppfed_context *ctx;
    struct server contoso;
    struct server fabrikam;
    xmppfed_time now;
    bool said; /* the message has had its outcome */
    bool over; /* both were shut down */
    struct twice_result result;
};

static void trouble(struct twice_run *run, const char *what, const char *why)
{
    if (run->result.trouble[0] == '\0')
        snprintf(run->result.trouble, sizeof(run->result.trouble), "%s: %s", what, why);
}

static bool fine(struct twice_run *run, int rc, const char *what, const xmppfed_problem *why)
{
    if (rc < 0)
        trouble(run, what, why ? why->text : xmppfed_error_sentence(rc));
    return rc >= 0;
}

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

/* ---- an allocator that counts, of this run alone ------------------------------------------- */

static void *count_malloc(size_t size, void *user)
{
    struct twice_run *run = user;
    void *block = malloc(size);

    run->result.held += block != NULL;
    return block;
}

static void *count_realloc(void *old, size_t size, void *user)
{
    struct twice_run *run = user;
    void *block = realloc(old, size);

    run->result.held += block && !old;
    return block;
}

static void count_free(void *old, void *user)
{
    struct twice_run *run = user;

    run->result.held -= old != NULL;
    free(old);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static xmppfed_slice slice(const char *text)
{
    return (xmppfed_slice){text, strlen(text)};
}

/* The partner is federated and proves itself with a certificate, or not at all. */
static xmppfed_policy *make_policy(struct twice_run *run, const char *partner_domain)
{
    const uint32_t access = XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP;
    xmppfed_problem why = {0, ""};
    xmppfed_policy_builder *builder = NULL;
    xmppfed_partner *partner;
    xmppfed_policy *policy = NULL;

    if (!fine(run, xmppfed_policy_builder_new(run->ctx, &builder), "policy", NULL))
        return NULL;
    xmppfed_policy_builder_set_federation(builder, 1);
    if (xmppfed_policy_builder_add_access(builder, XMPPFED_SCOPE_GLOBAL, "", access, &why) < 0 ||
        xmppfed_policy_builder_add_partner(builder, partner_domain, &why, &partner) < 0 ||
        xmppfed_partner_set_type(partner, XMPPFED_PARTNER_FEDERATED) < 0 ||
        xmppfed_partner_set_minimum_proof(partner, XMPPFED_PROOF_PKIX) < 0 ||
        xmppfed_partner_add_address(partner, "192.0.2.1", 5269, &why) < 0 ||
        xmppfed_policy_builder_finish(builder, &why, &policy) < 0)
        trouble(run, "policy", why.text);
    xmppfed_policy_builder_free(builder);
    return policy;
}

static void start(struct twice_run *run, struct server *s, struct server *peer, const char *domain,
                  const char *partner_domain, const char *ca, const char *chain, const char *key)
{
    xmppfed_policy *policy = make_policy(run, partner_domain);
    xmppfed_problem why = {0, ""};
    xmppfed_trust *trust = NULL;
    xmppfed_credentials *own = NULL;

    s->peer = peer;
    if (fine(run, xmppfed_trust_new(run->ctx, slice(ca), slice(""), &why, &trust), "trust", &why) &&
        fine(run, xmppfed_credentials_new(run->ctx, slice(chain), slice(key), &why, &own),
             "credentials", &why) &&
        fine(run, xmppfed_site_new(run->ctx, &s->site), "site", NULL) &&
        fine(run, xmppfed_site_set_domain(s->site, domain, own), "domain", NULL)) {
        xmppfed_site_set_clock(s->site, UNIX_SECONDS, run->now);
        xmppfed_site_set_trust(s->site, trust);
        xmppfed_site_set_policy(s->site, policy);
        fine(run, xmppfed_federation_new(run->ctx, s->site, &s->fed), "federation", NULL);
    }
    xmppfed_credentials_unref(own);
    xmppfed_trust_unref(trust);
    xmppfed_policy_unref(policy);
}

static void say(struct twice_run *run, const char *text)
{
    xmppfed_element *message = xmppfed_element_new(run->ctx, "message", XMPPFED_NS_SERVER);
    xmppfed_element *body = xmppfed_element_add_child(message, "body", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(message, "from", ALICE);
    xmppfed_element_set_attribute(message, "to", BOB);
    xmppfed_element_set_attribute(message, "type", "chat");
    xmppfed_element_add_text(body, text);
    fine(run, xmppfed_federation_send(run->contoso.fed, message, 1, run->now), "send", NULL);
    xmppfed_element_free(message);
}

struct twice_run *twice_run_begin(const struct twice_pems *pems, const char *text)
{
    struct twice_run *run = calloc(1, sizeof(*run));
    const xmppfed_allocator allocator = {.version = XMPPFED_ALLOCATOR_VERSION,
                                         .malloc_fn = count_malloc,
                                         .realloc_fn = count_realloc,
                                         .free_fn = count_free,
                                         .user = run};

    if (!run)
        return NULL;
    run->now = 1000;
    if (!fine(run, xmppfed_context_new(&allocator, &run->ctx), "context", NULL))
        return run;
    start(run, &run->contoso, &run->fabrikam, "contoso.example", "fabrikam.example", pems->ca,
          pems->contoso, pems->contoso_key);
    start(run, &run->fabrikam, &run->contoso, "fabrikam.example", "contoso.example", pems->ca,
          pems->fabrikam, pems->fabrikam_key);
    if (run->contoso.fed && run->fabrikam.fed)
        say(run, text);
    return run;
}

/* ---- going on ------------------------------------------------------------------------------- */

static void dial(struct twice_run *run, struct server *s, uint64_t link)
{
    s->link = link;
    fine(run, xmppfed_federation_accept(s->peer->fed, "192.0.2.2", run->now, &s->peer->link),
         "accept", NULL);
    fine(run, xmppfed_federation_connected(s->fed, link, run->now), "connected", NULL);
}

/* The id of the header that who accepted answers with, which nobody has encrypted yet. */
static void note_stream_id(struct twice_run *run, xmppfed_slice out)
{
    char head[PIECE + 1];
    const char *id;

    if (run->result.stream_id[0] != '\0')
        return;
    memcpy(head, out.data, out.len);
    head[out.len] = '\0';
    id = strstr(head, " id='");
    if (id)
        copy(run->result.stream_id, strcspn(id + 5, "'") + 1, id + 5);
}

/* A piece of what waits on the link of a server; false if nothing does. */
static bool carry(struct twice_run *run, struct server *s)
{
    xmppfed_slice out = xmppfed_federation_output(s->fed, s->link);

    if (out.len > PIECE)
        out.len = PIECE;
    if (out.len == 0)
        return false;
    if (s == &run->fabrikam)
        note_stream_id(run, out);
    if (s->peer->link != 0)
        fine(run, xmppfed_federation_feed(s->peer->fed, s->peer->link, out.data, out.len, run->now),
             "feed", NULL);
    xmppfed_federation_sent(s->fed, s->link, out.len, run->now);
    return true;
}

static void hang_up(struct twice_run *run, struct server *s)
{
    s->link = 0;
    xmppfed_federation_closed(s->peer->fed, s->peer->link, "end of file", run->now);
}

static void note_stanza(struct twice_run *run, const xmppfed_event *ev)
{
    const xmppfed_element *body =
        xmppfed_element_child(xmppfed_event_element(ev), "body", XMPPFED_NS_SERVER);
    const xmppfed_proof *proof = xmppfed_event_proof(ev);

    copy(run->result.text, sizeof(run->result.text), xmppfed_element_text(body));
    copy(run->result.proof, sizeof(run->result.proof), xmppfed_proof_name(proof->kind));
    copy(run->result.tls, sizeof(run->result.tls), proof->tls_version);
}

/* One event of a server; false if there is none. */
static bool react(struct twice_run *run, struct server *s)
{
    const xmppfed_event *ev;

    if (xmppfed_federation_next_event(s->fed, run->now, &ev) != 1)
        return false;
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_DIAL:
        dial(run, s, xmppfed_event_link(ev));
        break;
    case XMPPFED_EVENT_CLOSE:
        hang_up(run, s);
        break;
    case XMPPFED_EVENT_STANZA:
        note_stanza(run, ev);
        break;
    case XMPPFED_EVENT_OUTCOME:
        copy(run->result.outcome, sizeof(run->result.outcome),
             xmppfed_outcome_name(xmppfed_event_outcome(ev)));
        run->said = true;
        break;
    case XMPPFED_EVENT_STREAM_DOWN:
        if (!run->said)
            trouble(run, "stream", xmppfed_event_text(ev));
        break;
    default:
        break;
    }
    return true;
}

bool twice_run_step(struct twice_run *run)
{
    if (run->result.trouble[0] != '\0')
        return false;
    run->now++;
    run->result.steps++;
    if (react(run, &run->contoso) || react(run, &run->fabrikam) || carry(run, &run->contoso) ||
        carry(run, &run->fabrikam))
        return true;
    if (run->over)
        return false;
    run->over = true;
    xmppfed_federation_shutdown(run->contoso.fed, run->now);
    xmppfed_federation_shutdown(run->fabrikam.fed, run->now);
    return true;
}

/* ---- ending --------------------------------------------------------------------------------- */

static void stop(struct twice_run *run, struct server *s)
{
    if (run->over && s->fed && xmppfed_federation_links(s->fed) > 0)
        trouble(run, "shutdown", "a link was left");
    xmppfed_federation_free(s->fed);
    xmppfed_site_unref(s->site);
}

void twice_run_end(struct twice_run *run, struct twice_result *ret)
{
    stop(run, &run->contoso);
    stop(run, &run->fabrikam);
    xmppfed_context_unref(run->ctx);
    *ret = run->result;
    free(run);
}

/*
 * minimal.c - two servers that federate, in one program and without a network.
 *
 * It shows all that a host does: say who we are, who the partner is, hand in a stanza, and react to
 * events. Where a real host has sockets, this one hands the bytes of one side to the other.
 *
 *     minimal ca.pem contoso.pem contoso.key fabrikam.pem fabrikam.key
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmppfed/xmppfed.h>

#define ALICE "alice@contoso.example"
#define BOB "bob@fabrikam.example"

/* One server: its domain, its federation, and the one connection that there is. */
struct server {
    const char *domain;
    xmppfed_site *site;
    xmppfed_federation *fed;
    struct server *peer;
    uint64_t link; /* 0: none */
    bool done;
};

/* The library never reads a clock: any that does not run backwards will do. */
static xmppfed_time now(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (xmppfed_time)t.tv_sec * 1000 + (xmppfed_time)t.tv_nsec / 1000000;
}

static void check(int rc, const char *what, const xmppfed_problem *why)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "minimal: %s: %s\n", what, why ? why->text : xmppfed_error_sentence(rc));
    exit(EXIT_FAILURE);
}

/* The whole of a file; the caller frees the bytes. */
static xmppfed_slice read_file(const char *path)
{
    enum { SIZE_MAX_PEM = 65536 };
    char *bytes = malloc(SIZE_MAX_PEM);
    FILE *file = fopen(path, "rb");
    size_t len;

    if (!bytes || !file) {
        fprintf(stderr, "minimal: cannot read %s\n", path);
        exit(EXIT_FAILURE);
    }
    len = fread(bytes, 1, SIZE_MAX_PEM, file);
    (void)fclose(file);
    return (xmppfed_slice){bytes, len};
}

static void free_file(xmppfed_slice file)
{
    free((void *)(uintptr_t)file.data);
}

/* Who the partner is. Federated: its users need no invitation. */
static xmppfed_policy *make_policy(xmppfed_context *ctx, const char *partner_domain)
{
    xmppfed_problem why;
    xmppfed_policy_builder *builder;
    xmppfed_partner *partner;
    xmppfed_policy *policy;

    check(xmppfed_policy_builder_new(ctx, &builder), "policy", NULL);
    xmppfed_policy_builder_set_federation(builder, 1);
    check(xmppfed_policy_builder_add_access(builder, XMPPFED_SCOPE_GLOBAL, "",
                                            XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, &why),
          "access", &why);
    check(xmppfed_policy_builder_add_partner(builder, partner_domain, &why, &partner), "partner",
          &why);
    check(xmppfed_partner_set_type(partner, XMPPFED_PARTNER_FEDERATED), "type", NULL);
    /* A fixed address spares this program the DNS; without it, DNS events ask for look-ups. */
    check(xmppfed_partner_add_address(partner, "192.0.2.1", 5269, &why), "address", &why);
    check(xmppfed_policy_builder_finish(builder, &why, &policy), "policy", &why);
    xmppfed_policy_builder_free(builder);
    return policy;
}

/* Who we are, whom we believe, and who the partner is. */
static void start(struct server *s, xmppfed_context *ctx, const char *domain,
                  const char *partner_domain, const char *const pem[3])
{
    xmppfed_slice ca = read_file(pem[0]);
    xmppfed_slice chain = read_file(pem[1]);
    xmppfed_slice key = read_file(pem[2]);
    xmppfed_policy *policy = make_policy(ctx, partner_domain);
    xmppfed_problem why;
    xmppfed_trust *trust;
    xmppfed_credentials *own;

    check(xmppfed_trust_new(ctx, ca, (xmppfed_slice){NULL, 0}, &why, &trust), "trust", &why);
    check(xmppfed_credentials_new(ctx, chain, key, &why, &own), "credentials", &why);
    s->domain = domain;
    check(xmppfed_site_new(ctx, &s->site), "site", NULL);
    xmppfed_site_set_clock(s->site, (int64_t)time(NULL), now());
    check(xmppfed_site_set_domain(s->site, domain, own), "domain", NULL);
    xmppfed_site_set_trust(s->site, trust);
    xmppfed_site_set_policy(s->site, policy);
    check(xmppfed_federation_new(ctx, s->site, &s->fed), "federation", NULL);
    xmppfed_credentials_unref(own);
    xmppfed_trust_unref(trust);
    xmppfed_policy_unref(policy);
    free_file(ca);
    free_file(chain);
    free_file(key);
}

/* Where a real host connects a socket, and its peer accepts one. */
static void dial(struct server *s, uint64_t link)
{
    s->link = link;
    check(xmppfed_federation_accept(s->peer->fed, "192.0.2.2", now(), &s->peer->link), "accept",
          NULL);
    check(xmppfed_federation_connected(s->fed, link, now()), "connected", NULL);
}

/* Where a real host closes a socket, and its peer sees the end of file. */
static void hang_up(struct server *s)
{
    xmppfed_federation_closed(s->peer->fed, s->peer->link, "end of file", now());
    s->link = 0;
}

/* Where a real host writes to a socket, and its peer reads from one. */
static void carry(struct server *s)
{
    xmppfed_slice out = xmppfed_federation_output(s->fed, s->link);

    check(xmppfed_federation_feed(s->peer->fed, s->peer->link, out.data, out.len, now()), "feed",
          NULL);
    xmppfed_federation_sent(s->fed, s->link, out.len, now());
}

static void show_stanza(const struct server *s, const xmppfed_event *ev)
{
    const xmppfed_element *body =
        xmppfed_element_child(xmppfed_event_element(ev), "body", XMPPFED_NS_SERVER);
    const xmppfed_proof *proof = xmppfed_event_proof(ev);

    printf("%s: %s says to %s: \"%s\" (proved by %s, %s)\n", s->domain, xmppfed_event_remote(ev),
           xmppfed_event_local(ev), xmppfed_element_text(body), xmppfed_proof_name(proof->kind),
           proof->tls_version);
}

static void react(struct server *s, const xmppfed_event *ev)
{
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_DIAL:
        dial(s, xmppfed_event_link(ev));
        break;
    case XMPPFED_EVENT_OUTPUT:
        carry(s);
        break;
    case XMPPFED_EVENT_CLOSE:
        hang_up(s);
        break;
    case XMPPFED_EVENT_STANZA:
        show_stanza(s, ev);
        break;
    case XMPPFED_EVENT_OUTCOME:
        printf("%s: stanza %u: %s %s\n", s->domain, (unsigned)xmppfed_event_token(ev),
               xmppfed_outcome_name(xmppfed_event_outcome(ev)), xmppfed_event_text(ev));
        s->done = true;
        break;
    default:
        /* STREAM_UP, STREAM_DOWN and what later versions add are for logs. */
        printf("%s: %s %s\n", s->domain, xmppfed_event_name(xmppfed_event_kind(ev)),
               xmppfed_event_text(ev));
        break;
    }
}

/* Takes the events of a server; whether there were any. */
static bool pump(struct server *s)
{
    const xmppfed_event *ev;
    bool any = false;

    while (xmppfed_federation_next_event(s->fed, now(), &ev) == 1) {
        react(s, ev);
        any = true;
    }
    return any;
}

static void run(struct server *a, struct server *b)
{
    bool busy = true;

    while (busy) {
        busy = pump(a);
        busy = pump(b) || busy;
    }
}

static void say(struct server *s, xmppfed_context *ctx, const char *text)
{
    xmppfed_element *message = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(message, "from", ALICE);
    xmppfed_element_set_attribute(message, "to", BOB);
    xmppfed_element_set_attribute(message, "type", "chat");
    xmppfed_element_add_text(xmppfed_element_add_child(message, "body", XMPPFED_NS_SERVER), text);
    check(xmppfed_federation_send(s->fed, message, 1, now()), "send", NULL);
    xmppfed_element_free(message);
}

int main(int argc, char **argv)
{
    struct server contoso = {0};
    struct server fabrikam = {0};
    xmppfed_context *ctx;

    if (argc != 6) {
        fprintf(stderr,
                "usage: minimal ca.pem contoso.pem contoso.key fabrikam.pem fabrikam.key\n");
        return EXIT_FAILURE;
    }
    check(xmppfed_context_new(NULL, &ctx), "context", NULL);
    contoso.peer = &fabrikam;
    fabrikam.peer = &contoso;
    start(&contoso, ctx, "contoso.example", "fabrikam.example",
          (const char *const[]){argv[1], argv[2], argv[3]});
    start(&fabrikam, ctx, "fabrikam.example", "contoso.example",
          (const char *const[]){argv[1], argv[4], argv[5]});
    say(&contoso, ctx, "Hello from another server");
    run(&contoso, &fabrikam);
    xmppfed_federation_shutdown(contoso.fed, now());
    run(&contoso, &fabrikam);
    xmppfed_federation_free(contoso.fed);
    xmppfed_federation_free(fabrikam.fed);
    xmppfed_site_unref(contoso.site);
    xmppfed_site_unref(fabrikam.site);
    xmppfed_context_unref(ctx);
    return contoso.done ? EXIT_SUCCESS : EXIT_FAILURE;
}

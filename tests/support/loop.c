/* loop.c - several federations in one process, joined in memory, with a clock that tests move. */
#include "support/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "support/certs.h"

void loop_init(struct loop *l, xmppfed_context *ctx)
{
    memset(l, 0, sizeof(*l));
    l->ctx = ctx;
    l->now = 1000;
    l->chunk = 16384;
    l->through = SIZE_MAX;
}

void loop_forget(struct loop_side *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        xmppfed_element_free(s->events[i]->element);
        free(s->events[i]);
    }
    s->event_count = 0;
}

void loop_fini(struct loop *l)
{
    for (unsigned i = 0; i < l->side_count; i++) {
        loop_forget(&l->sides[i]);
        xmppfed_federation_free(l->sides[i].fed);
        xmppfed_site_unref(l->sides[i].site);
    }
}

void loop_start(struct loop_side *s)
{
    s->fed = NULL;
    if (xmppfed_federation_new(s->loop->ctx, s->site, &s->fed) < 0)
        s->fed = NULL;
}

struct loop_side *loop_add(struct loop *l, const char *domain, const char *cert)
{
    struct loop_side *s = &l->sides[l->side_count++];
    xmppfed_credentials *credentials = cert ? test_credentials(l->ctx, cert) : NULL;
    xmppfed_trust *trust = test_trust(l->ctx);

    assert_true(l->side_count <= LOOP_SIDES);
    s->loop = l;
    s->number = l->side_count;
    s->rcode = -1;
    (void)snprintf(s->domain, sizeof(s->domain), "%s", domain);
    assert_int_equal(xmppfed_site_new(l->ctx, &s->site), 0);
    assert_int_equal(xmppfed_site_set_domain(s->site, domain, credentials), 0);
    xmppfed_site_set_trust(s->site, trust);
    xmppfed_site_set_clock(s->site, TEST_TIME, l->now);
    xmppfed_credentials_unref(credentials);
    xmppfed_trust_unref(trust);
    loop_start(s);
    return s;
}

static void add_address(xmppfed_partner *p, unsigned number)
{
    xmppfed_problem why = {0};
    char address[32];

    if (number == 0)
        return;
    (void)snprintf(address, sizeof(address), "192.0.2.%u", number);
    assert_int_equal(xmppfed_partner_add_address(p, address, 5269, &why), 0);
}

static void add_partner(xmppfed_policy_builder *b, const struct loop_partner *row)
{
    xmppfed_problem why = {0};
    xmppfed_partner *p = NULL;

    if (xmppfed_policy_builder_add_partner(b, row->domain, &why, &p) < 0)
        fail_msg("%s: %s", row->domain, why.text);
    if (row->type)
        assert_int_equal(xmppfed_partner_set_type(p, row->type), 0);
    if (row->tls)
        assert_int_equal(xmppfed_partner_set_tls(p, row->tls), 0);
    if (row->sasl)
        assert_int_equal(xmppfed_partner_set_sasl(p, row->sasl), 0);
    if (row->bidi)
        assert_int_equal(xmppfed_partner_set_bidi(p, row->bidi), 0);
    if (row->limit)
        assert_int_equal(xmppfed_partner_set_connection_limit(p, row->limit), 0);
    xmppfed_partner_set_dialback(p, !row->no_dialback);
    assert_int_equal(xmppfed_partner_set_dane(p, row->dane), 0);
    xmppfed_partner_set_posh(p, row->posh);
    if (row->ping)
        assert_int_equal(xmppfed_partner_set_gateway(p, XMPPFED_GATEWAY_KEEP_ALIVE_PING,
                                                     (uint32_t)row->ping, NULL),
                         0);
    xmppfed_partner_set_key_by_certificate(p, row->key_by_certificate);
    xmppfed_partner_set_allow_plaintext(p, row->plaintext);
    if (row->proxy)
        assert_int_equal(xmppfed_partner_set_proxy_fqdn(p, row->proxy, &why), 0);
    add_address(p, row->number);
    for (size_t i = 0; i < LOOP_MORE; i++)
        add_address(p, row->more[i]);
}

void loop_policy(struct loop_side *s, const struct loop_partner *partners)
{
    xmppfed_problem why = {0};
    xmppfed_policy_builder *b = NULL;
    xmppfed_policy *policy = NULL;

    assert_int_equal(xmppfed_policy_builder_new(s->loop->ctx, &b), 0);
    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(
        xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
                                          XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, &why),
        0);
    for (; partners->domain; partners++)
        add_partner(b, partners);
    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        fail_msg("policy: %s", why.text);
    xmppfed_site_set_policy(s->site, policy);
    xmppfed_policy_unref(policy);
    xmppfed_policy_builder_free(b);
}

/* ---- the network ------------------------------------------------------------------------- */

/* The wire and end of a link, or NULL. */
static struct loop_wire *wire_of(struct loop_side *s, uint64_t link, int *ret_end)
{
    for (size_t i = 0; i < LOOP_WIRES; i++) {
        for (int end = 0; end < 2; end++) {
            struct loop_wire *w = &s->loop->wires[i];

            if (w->end[end].side == s && w->end[end].link == link) {
                *ret_end = end;
                return w;
            }
        }
    }
    return NULL;
}

/* Takes one end away; the other is told. */
static void hang_up(struct loop_wire *w, int end)
{
    struct loop_side *other = w->end[!end].side;
    uint64_t link = w->end[!end].link;
    struct loop *l = w->end[end].side->loop;

    memset(w, 0, sizeof(*w));
    if (other && other->fed)
        xmppfed_federation_closed(other->fed, link, "the peer hung up", l->now);
}

static void cut(struct loop_side *s, bool told)
{
    for (size_t i = 0; i < LOOP_WIRES; i++) {
        for (int end = 0; end < 2; end++) {
            struct loop_wire *w = &s->loop->wires[i];
            uint64_t link = w->end[end].link;

            if (w->end[end].side != s)
                continue;
            if (told)
                hang_up(w, end);
            else
                memset(w, 0, sizeof(*w)); /* the other's bytes go nowhere */
            if (s->fed)
                xmppfed_federation_closed(s->fed, link, "cut", s->loop->now);
        }
    }
}

void loop_cut(struct loop_side *s)
{
    cut(s, true);
}

void loop_vanish(struct loop_side *s)
{
    cut(s, false);
}

void loop_stop(struct loop_side *s)
{
    xmppfed_federation_free(s->fed);
    s->fed = NULL;
    loop_cut(s);
}

void loop_feed_text(struct loop_side *s, uint64_t link, const char *text)
{
    assert_int_equal(xmppfed_federation_feed(s->fed, link, text, strlen(text), s->loop->now), 0);
}

static struct loop_side *side_at(struct loop *l, const char *address)
{
    unsigned number = 0;

    if (sscanf(address, "192.0.2.%u", &number) != 1 || number == 0 || number > l->side_count)
        return NULL;
    return &l->sides[number - 1];
}

/* Takes a connection: the port of direct TLS is LOOP_DIRECT, any other is that of STARTTLS. */
static bool accept_at(struct loop_side *s, uint16_t port, uint64_t *ret_link)
{
    return (port == LOOP_DIRECT ? xmppfed_federation_accept_direct : xmppfed_federation_accept)(
               s->fed, "192.0.2.9", s->loop->now, ret_link) == 0;
}

/* Makes a connection, or refuses it. */
static void join(struct loop_side *s, uint64_t link, struct loop_side *peer, uint16_t port)
{
    struct loop *l = s->loop;
    struct loop_wire *w = NULL;
    uint64_t accepted;

    for (size_t i = 0; i < LOOP_WIRES && !w; i++)
        if (!l->wires[i].end[0].side)
            w = &l->wires[i];
    if (!w || !peer || !peer->fed || peer->refuses || peer->refused_port == port ||
        !accept_at(peer, port, &accepted)) {
        xmppfed_federation_closed(s->fed, link, "connection refused", l->now);
        return;
    }
    w->end[0].side = s;
    w->end[0].link = link;
    w->end[1].side = peer;
    w->end[1].link = accepted;
    if (xmppfed_federation_connected(s->fed, link, l->now) < 0)
        hang_up(w, 0); /* given up meanwhile */
}

static void dial(struct loop_side *s, uint64_t link, const xmppfed_endpoint *to)
{
    struct loop_side *peer = side_at(s->loop, to->address);
    size_t i = 0;

    if (!peer || !peer->silent) {
        join(s, link, peer, to->port);
        return;
    }
    while (i < LOOP_WAITING && peer->waiting[i].from)
        i++;
    if (i < LOOP_WAITING)
        peer->waiting[i] = (struct loop_dial){.from = s, .link = link, .port = to->port};
}

void loop_answer(struct loop_side *s)
{
    s->silent = false;
    for (size_t i = 0; i < LOOP_WAITING; i++) {
        struct loop_dial d = s->waiting[i];

        s->waiting[i].from = NULL;
        if (d.from)
            join(d.from, d.link, s, d.port);
    }
}

/* The end of the question, which is all of the query that an answer repeats. */
static size_t question_end(const uint8_t *message, size_t len)
{
    size_t at = 12;

    while (at < len && message[at])
        at += 1u + message[at];
    return at + 5 <= len ? at + 5 : 0;
}

/* An SRV record of <service>._tcp.<name> that leads to <name>; its length. */
static size_t write_service(const xmppfed_dns_query *q, const char *service, unsigned priority,
                            unsigned port, uint8_t *record)
{
    const uint8_t *name = q->data + 12 + strlen(service) + 1 + sizeof("_tcp");
    size_t len = strlen((const char *)name) + 1;
    uint8_t head[18] = {0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60};

    head[11] = (uint8_t)(6 + len);
    head[13] = (uint8_t)priority;
    head[16] = (uint8_t)(port >> 8);
    head[17] = (uint8_t)port;
    memcpy(record, head, sizeof(head));
    memcpy(record + sizeof(head), name, len);
    return sizeof(head) + len;
}

static bool asks_service(const xmppfed_dns_query *q, const char *service)
{
    return q->data[12] == strlen(service) && memcmp(q->data + 13, service, strlen(service)) == 0;
}

/* Adds what the side's DNS knows of a service; port 0: nothing. */
static size_t add_service(const xmppfed_dns_query *q, const char *service, unsigned priority,
                          unsigned port, uint8_t *message, size_t at)
{
    if (port == 0 || !asks_service(q, service))
        return at;
    message[7]++;
    return at + write_service(q, service, priority, port, message + at);
}

/* A TLSA record of the name that was asked for; its length. */
static size_t write_tlsa(const xmppfed_tlsa *r, uint8_t *record)
{
    const uint8_t head[15] = {0xC0,     12,          0,          52, 0, 1,
                              0,        0,           0,          60, 0, (uint8_t)(3 + r->data.len),
                              r->usage, r->selector, r->matching};

    memcpy(record, head, sizeof(head));
    memcpy(record + sizeof(head), r->data.data, r->data.len);
    return sizeof(head) + r->data.len;
}

/* Answers A, SRV and TLSA questions as the side says, and any other with nothing. */
static size_t write_answer(const struct loop_side *s, const xmppfed_dns_query *q, uint8_t *message)
{
    bool unchecked = (q->data[3] & 0x10) != 0;
    int rcode = s->bogus && !unchecked ? 2 : s->rcode;
    size_t at = question_end(q->data, q->len);
    bool is_a = at && q->data[at - 4] == 0 && q->data[at - 3] == 1;
    bool is_tlsa = at && q->data[at - 4] == 0 && q->data[at - 3] == 52;

    memcpy(message, q->data, at);
    message[2] |= 0x80;
    message[3] = (uint8_t)(0x80 | (s->secure ? 0x20 : 0) | rcode);
    memset(message + 6, 0, 6);
    if (rcode == 0) {
        at = add_service(q, "_xmpps-server", 1, s->direct_port, message, at);
        at = add_service(q, "_xmpp-server", 2, s->starttls_port, message, at);
    }
    for (size_t i = 0; i < s->tlsa_count && is_tlsa && rcode == 0; i++) {
        at += write_tlsa(&s->tlsa[i], message + at);
        message[7]++;
    }
    for (size_t i = 0; i < 2 && is_a && rcode == 0; i++) {
        const uint8_t record[] = {0xC0, 12, 0, 1, 0,   1, 0, 0,
                                  0,    60, 0, 4, 192, 0, 2, (uint8_t)s->hosts[i]};

        if (!s->hosts[i])
            continue;
        memcpy(message + at, record, sizeof(record));
        if (s->network) {
            message[at + 12] = 10;
            message[at + 13] = s->network;
        }
        at += sizeof(record);
        message[7]++;
    }
    return at;
}

static void answer_dns(struct loop_side *s, const xmppfed_dns_query *q)
{
    uint8_t message[600];

    if (s->rcode == -2)
        return;
    if (s->rcode < 0 || q->len < 17 || q->len > 512)
        xmppfed_federation_dns_failed(s->fed, q->token, s->loop->now);
    else
        xmppfed_federation_dns_answer(s->fed, q->token, message, write_answer(s, q, message),
                                      s->loop->now);
}

/* ---- events ------------------------------------------------------------------------------ */

static void keep(struct loop_side *s, const xmppfed_event *ev)
{
    struct loop_event *e;

    if (s->event_count == LOOP_EVENTS)
        fail_msg("more than %d events", LOOP_EVENTS);
    e = calloc(1, sizeof(*e));
    assert_non_null(e);
    e->kind = xmppfed_event_kind(ev);
    e->link = xmppfed_event_link(ev);
    e->token = xmppfed_event_token(ev);
    e->direction = xmppfed_event_direction(ev);
    e->code = xmppfed_event_code(ev);
    e->outcome = xmppfed_event_outcome(ev);
    e->contact = xmppfed_event_contact(ev);
    e->proof = xmppfed_event_proof(ev) ? xmppfed_event_proof(ev)->kind : 0;
    e->has_decision = xmppfed_event_decision(ev) != NULL;
    (void)snprintf(e->local, sizeof(e->local), "%s", xmppfed_event_local(ev));
    (void)snprintf(e->remote, sizeof(e->remote), "%s", xmppfed_event_remote(ev));
    (void)snprintf(e->text, sizeof(e->text), "%s", xmppfed_event_text(ev));
    e->element = xmppfed_event_take_element(ev);
    s->events[s->event_count++] = e;
}

static void react(struct loop_side *s, const xmppfed_event *ev)
{
    uint64_t link = xmppfed_event_link(ev);
    struct loop_wire *w;
    int end = 0;

    if (s->on_event)
        s->on_event(s, ev);
    keep(s, ev);
    switch (xmppfed_event_kind(ev)) {
    case XMPPFED_EVENT_OUTPUT:
        w = wire_of(s, link, &end);
        if (w)
            w->end[end].waits = true;
        else
            /* A socket of the test's own: it takes everything. */
            xmppfed_federation_sent(s->fed, link, xmppfed_federation_output(s->fed, link).len,
                                    s->loop->now);
        break;
    case XMPPFED_EVENT_DIAL:
        dial(s, link, xmppfed_event_endpoint(ev));
        break;
    case XMPPFED_EVENT_CLOSE:
        w = wire_of(s, link, &end);
        if (w)
            hang_up(w, end);
        break;
    case XMPPFED_EVENT_DNS:
        answer_dns(s, xmppfed_event_query(ev));
        break;
    case XMPPFED_EVENT_POSH_WANTED:
        if (!s->posh_silent)
            assert_int_equal(xmppfed_federation_posh(s->fed, xmppfed_event_token(ev), s->published,
                                                     s->published_count, s->published_seconds,
                                                     s->loop->now),
                             0);
        break;
    case XMPPFED_EVENT_CONTACT_WANTED:
        if (s->contact)
            assert_int_equal(xmppfed_federation_contact(s->fed, xmppfed_event_token(ev), s->contact,
                                                        s->loop->now),
                             0);
        break;
    default:
        break;
    }
}

static bool pump(struct loop_side *s)
{
    const xmppfed_event *ev;
    bool any = false;

    while (s->fed && xmppfed_federation_next_event(s->fed, s->loop->now, &ev) == 1) {
        react(s, ev);
        any = true;
    }
    return any;
}

/* Carries some bytes from one end to the other. */
static bool carry(struct loop_wire *w, int end)
{
    struct loop_side *s = w->end[end].side;
    struct loop_side *peer = w->end[!end].side;
    uint64_t peer_link = w->end[!end].link;
    xmppfed_slice out;
    size_t through;

    if (!s || !w->end[end].waits || s->stuck)
        return false;
    if (peer->fed && !xmppfed_federation_wants_input(peer->fed, peer_link))
        return false; /* the kernel keeps them meanwhile */
    w->end[end].waits = false;
    out = xmppfed_federation_output(s->fed, w->end[end].link);
    if (out.len > s->loop->chunk)
        out.len = s->loop->chunk;
    through = out.len < s->loop->through ? out.len : s->loop->through;
    if (s->loop->through < SIZE_MAX)
        s->loop->through -= through;
    if (through > 0 &&
        xmppfed_federation_feed(peer->fed, peer_link, out.data, through, s->loop->now) < 0) {
        uint64_t link = w->end[end].link;

        hang_up(w, !end);
        xmppfed_federation_closed(peer->fed, peer_link, "cannot take the bytes", s->loop->now);
        xmppfed_federation_closed(s->fed, link, "the peer is gone", s->loop->now);
        return true;
    }
    xmppfed_federation_sent(s->fed, w->end[end].link, out.len, s->loop->now);
    return true;
}

void loop_run(struct loop *l)
{
    bool busy = true;

    for (int rounds = 0; busy; rounds++) {
        if (rounds > 100000)
            fail_msg("the federations do not come to rest");
        busy = false;
        for (unsigned i = 0; i < l->side_count; i++)
            busy = pump(&l->sides[i]) || busy;
        for (size_t i = 0; i < LOOP_WIRES; i++) {
            busy = carry(&l->wires[i], 0) || busy;
            busy = carry(&l->wires[i], 1) || busy;
        }
    }
}

static xmppfed_time next_deadline(const struct loop *l)
{
    xmppfed_time next = XMPPFED_TIME_NEVER;

    for (unsigned i = 0; i < l->side_count; i++) {
        xmppfed_time t = xmppfed_federation_deadline(l->sides[i].fed);

        if (t < next)
            next = t;
    }
    return next;
}

void loop_advance(struct loop *l, xmppfed_time milliseconds)
{
    xmppfed_time end = l->now + milliseconds;

    loop_run(l);
    for (int rounds = 0;; rounds++) {
        xmppfed_time next = next_deadline(l);

        if (rounds > 100000)
            fail_msg("the clock does not come to rest");
        if (next > end)
            break;
        if (next > l->now)
            l->now = next;
        for (unsigned i = 0; i < l->side_count; i++)
            xmppfed_federation_tick(l->sides[i].fed, l->now);
        loop_run(l);
    }
    l->now = end;
}

/* ---- looking ----------------------------------------------------------------------------- */

const struct loop_event *loop_event(const struct loop_side *s, int kind, size_t index)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->kind == kind && index-- == 0)
            return s->events[i];
    return NULL;
}

size_t loop_count(const struct loop_side *s, int kind)
{
    size_t count = 0;

    while (loop_event(s, kind, count))
        count++;
    return count;
}

int loop_outcome(const struct loop_side *s, uint64_t cookie)
{
    int outcome = 0;

    for (size_t i = 0; i < s->event_count; i++) {
        if (s->events[i]->kind != XMPPFED_EVENT_OUTCOME || s->events[i]->token != cookie)
            continue;
        if (outcome)
            return -1;
        outcome = s->events[i]->outcome;
    }
    return outcome;
}

/* ---- stanzas ----------------------------------------------------------------------------- */

static xmppfed_element *stanza(const struct loop *l, const char *name, const char *from,
                               const char *to, const char *type)
{
    xmppfed_element *e = xmppfed_element_new(l->ctx, name, XMPPFED_NS_SERVER);

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    if (type)
        xmppfed_element_set_attribute(e, "type", type);
    return e;
}

xmppfed_element *loop_message(const struct loop *l, const char *from, const char *to,
                              const char *body)
{
    xmppfed_element *e = stanza(l, "message", from, to, "chat");

    xmppfed_element_add_text(xmppfed_element_add_child(e, "body", XMPPFED_NS_SERVER), body);
    return e;
}

xmppfed_element *loop_presence(const struct loop *l, const char *from, const char *to,
                               const char *type)
{
    return stanza(l, "presence", from, to, type);
}

xmppfed_element *loop_ping(const struct loop *l, const char *from, const char *to)
{
    xmppfed_element *e = stanza(l, "iq", from, to, "get");

    xmppfed_element_set_attribute(e, "id", "p1");
    (void)xmppfed_element_add_child(e, "ping", "urn:xmpp:ping");
    return e;
}

int loop_send(struct loop_side *s, xmppfed_element *e, uint64_t cookie)
{
    int rc = xmppfed_federation_send(s->fed, e, cookie, s->loop->now);

    xmppfed_element_free(e);
    return rc;
}

/* act_stream.c - actions on headers, features, stanzas and the end of a stream. */
#include "negotiation/actions.h"

#include "base/fault.h"
#include "base/slice.h"
#include "stream/stream_error.h"

int xfed_negotiation_send(struct xfed_negotiation *n, xmppfed_element *e)
{
    int rc = e ? xmppfed_element_status(e) : XMPPFED_ERR_NOMEM;

    if (rc == 0)
        rc = n->ports.stream->send(n->ports.user, e);
    xmppfed_element_free(e);
    return rc;
}

int xfed_act_nothing(struct xfed_negotiation *n, const struct xfed_row *row,
                     const struct xfed_input *in)
{
    (void)n;
    (void)row;
    (void)in;
    return 0;
}

/* Whether DNS has promised TLS of the server that we dialled (RFC 7673 3.4). */
static bool is_promised(const struct xfed_negotiation *n)
{
    const struct xfed_partner *partner = n->ports.stream->partner(n->ports.user, n->remote);

    return n->role == XFED_INITIATOR && partner && n->ports.tls->bound(n->ports.user, partner);
}

/* Why the secret that the record speaks of has not proved the peer. */
static int fail_secret(struct xfed_negotiation *n, const struct xfed_partner *partner, int code,
                       const char *who)
{
    xmppfed_problem why;

    if (code == XMPPFED_ERR_SASL_REFUSED)
        return xfed_fault_set(&n->fault, code,
                              "%s: refused our proof of the shared secret (%s); both sides must "
                              "have the same, for each other's domain",
                              who, n->peer_condition[0] ? n->peer_condition : "without a reason");
    if (n->ports.sasl->secret(n->ports.user, partner, &why) < 0)
        return xfed_fault_set(&n->fault, code, "%s: %s", who, why.text);
    return xfed_fault_set(&n->fault, code,
                          "%s: its record has a shared secret, and it does not offer "
                          "SCRAM-SHA-256-PLUS; its operator must set the secret for our domain, or "
                          "somebody on the way has taken it out",
                          who);
}

/* The record, where it is for want of its secret that the stream fails; else NULL. */
static const struct xfed_partner *lacks_secret(const struct xfed_negotiation *n, int code)
{
    const struct xfed_partner *partner = n->ports.stream->partner(n->ports.user, n->remote);

    if (!partner || !n->tls_on || !(partner->methods & XMPPFED_METHOD_SCRAM))
        return NULL;
    if (code == XMPPFED_ERR_SASL_REFUSED)
        return n->method == XMPPFED_METHOD_SCRAM ? partner : NULL;
    if ((partner->methods & XMPPFED_METHOD_EXTERNAL) && n->certificate == XFED_CERTIFICATE_FAILS)
        return NULL; /* a good certificate would have done */
    return code == XMPPFED_ERR_POLICY_NO_METHOD ? partner : NULL;
}

/* The sentence names the certificate's fault where that is what left no method. */
int xfed_act_fail(struct xfed_negotiation *n, const struct xfed_row *row,
                  const struct xfed_input *in)
{
    const char *sentence = xmppfed_error_sentence(row->code);
    const struct xfed_partner *partner;
    const char *who;

    if (in->header)
        xfed_negotiation_freeze(n, in->header);
    who = n->remote[0] ? n->remote : "the peer";
    if (row->code == XMPPFED_ERR_TLS_UNAVAILABLE && is_promised(n))
        return xfed_fault_set(&n->fault, row->code,
                              "%s: does not offer TLS, which its TLSA records in DNS promise; its "
                              "operator must enable it, or somebody on the way has taken it out",
                              who);
    if (row->code == XMPPFED_ERR_DIALBACK_REFUSED && in->dialback)
        return xfed_fault_set(&n->fault, row->code, "%s: %s: %s", who, sentence,
                              in->dialback->condition);
    if (n->certificate == XFED_CERTIFICATE_REFUTED)
        return xfed_fault_set(&n->fault, n->why_not_proved.code, "%s: %s; %s", who,
                              n->why_not_proved.text, "no other method may take its place");
    partner = lacks_secret(n, row->code);
    if (partner)
        return fail_secret(n, partner, row->code, who);
    if (n->certificate == XFED_CERTIFICATE_FAILS && n->why_not_proved.code < 0 &&
        (row->code == XMPPFED_ERR_POLICY_NO_METHOD || row->code == XMPPFED_ERR_SASL_TRIES))
        return xfed_fault_set(&n->fault, n->why_not_proved.code, "%s: %s; %s", who,
                              n->why_not_proved.text,
                              "the partner record allows no other method on this stream");
    return xfed_fault_set(&n->fault, row->code, "%s: %s", who, sentence);
}

int xfed_act_finish(struct xfed_negotiation *n, const struct xfed_row *row,
                    const struct xfed_input *in)
{
    (void)n;
    (void)row;
    (void)in;
    return XMPPFED_ERR_STREAM_CLOSED;
}

int xfed_act_note_peer_error(struct xfed_negotiation *n, const struct xfed_row *row,
                             const struct xfed_input *in)
{
    const char *condition = "undefined-condition";
    const char *text = "";
    const xmppfed_element *more = xfed_stream_error_application(in->element);

    (void)row;
    (void)xfed_stream_error_read(in->element, &condition, &text);
    return xfed_fault_set(&n->fault, XMPPFED_ERR_STREAM_ERROR_RECEIVED,
                          "%s ended the stream with %s%s%s%s%s",
                          n->remote[0] ? n->remote : "the peer", condition, more ? ", " : "",
                          more ? xmppfed_element_name(more) : "", text[0] ? ": " : "", text);
}

void xfed_negotiation_freeze(struct xfed_negotiation *n, const struct xfed_stream_header *h)
{
    if (!n->remote[0])
        (void)xfed_text_copy(n->remote, sizeof(n->remote), h->from);
    if (!n->local[0])
        (void)xfed_text_copy(n->local, sizeof(n->local), h->to);
}

int xfed_act_note_header(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    (void)row;
    n->dialback_offered = in->header->dialback_prefix;
    return xfed_text_copy(n->id, sizeof(n->id), in->header->id) ? 0 : XMPPFED_ERR_INTERNAL;
}

int xfed_act_legacy_features(struct xfed_negotiation *n, const struct xfed_row *row,
                             const struct xfed_input *in)
{
    int rc = xfed_act_note_header(n, row, in);

    n->tls_offered = false;
    n->external_offered = false;
    n->scram_offered = false;
    return rc < 0 ? rc : XFED_EVENT_FEATURES;
}

/* What is offered is what the facts allow at this moment; no offer binds a later decision. */
static struct xfed_stream_features offers(struct xfed_negotiation *n, const struct xfed_input *in)
{
    unsigned facts = xfed_negotiation_facts(n, XFED_EVENT_HEADER, in);
    uint32_t sasl = xfed_negotiation_sasl(n, XFED_EVENT_HEADER, in);
    bool dialback = (facts & XFED_FACT_DIALBACK_OPEN) != 0;

    /* A header without version gets no features, so nothing was offered (RFC 6120 4.7.5). */
    n->external_offered = in->header->version_1 && (sasl & XMPPFED_METHOD_EXTERNAL) != 0;
    n->scram_offered = in->header->version_1 && (sasl & XMPPFED_METHOD_SCRAM) != 0;
    /* A peer that goes on with dialback sees no other features than these. */
    n->acks.offered = n->acks.wanted && in->header->version_1 && dialback;
    return (struct xfed_stream_features){
        .starttls = (facts & XFED_FACT_TLS_USABLE) != 0,
        .starttls_required = (facts & XFED_FACT_TLS_REQUIRED) != 0,
        .sasl = n->external_offered || n->scram_offered,
        .sasl_external = n->external_offered,
        .sasl_scram = n->scram_offered,
        .dialback = dialback,
        .dialback_errors = dialback,
        .bidi = (facts & XFED_FACT_BIDI_OPEN) != 0,
        .management = n->acks.offered,
    };
}

static int answer(struct xfed_negotiation *n, const struct xfed_input *in,
                  const struct xfed_stream_features *offer)
{
    int rc = n->ports.stream->new_id(n->ports.user, n->id, sizeof(n->id));

    if (rc == 0)
        rc = n->ports.stream->send_header(n->ports.user, n->local, n->remote, n->id);
    if (rc < 0 || !in->header->version_1)
        return rc;
    return xfed_negotiation_send(n, xfed_stream_features_write(n->ctx, offer));
}

int xfed_act_answer_header(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    struct xfed_stream_features offer;

    (void)row;
    xfed_negotiation_freeze(n, in->header);
    offer = offers(n, in);
    /* A peer that goes on with dialback sees no other features than these (XEP-0478 3.1). */
    if (offer.dialback)
        n->ports.stream->limits(n->ports.user, &offer);
    return answer(n, in, &offer);
}

int xfed_act_ask_evidence(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    const struct xfed_partner *partner;

    (void)row;
    xfed_negotiation_freeze(n, in->header);
    n->evidence_asked = true;
    partner = n->ports.stream->partner(n->ports.user, n->remote);
    if (!partner)
        return XMPPFED_ERR_INTERNAL;
    return n->ports.stream->evidence_wanted(
        n->ports.user, n->local, n->remote,
        n->ports.tls->evidence(n->ports.user, n->remote, partner));
}

/* The header is gone; all that matters of it is frozen, or was a condition for asking. */
int xfed_act_answer_header_late(struct xfed_negotiation *n, const struct xfed_row *row,
                                const struct xfed_input *in)
{
    struct xfed_stream_header header = {.version_1 = true};

    (void)in;
    (void)xfed_text_copy(header.from, sizeof(header.from), n->remote);
    (void)xfed_text_copy(header.to, sizeof(header.to), n->local);
    return xfed_act_answer_header(n, row, &(struct xfed_input){.header = &header});
}

int xfed_act_answer_header_up(struct xfed_negotiation *n, const struct xfed_row *row,
                              const struct xfed_input *in)
{
    struct xfed_stream_features offer = {0};
    int rc;

    (void)row;
    n->ports.stream->limits(n->ports.user, &offer);
    n->acks.offered = n->acks.wanted && in->header->version_1;
    offer.management = n->acks.offered;
    rc = answer(n, in, &offer);
    if (rc == 0)
        rc = xfed_pairs_add(&n->proved, n->local, n->remote, n->method);
    if (rc == 0)
        rc = n->ports.stream->up(n->ports.user, n->local, n->remote, n->method);
    return rc;
}

int xfed_act_restart_header(struct xfed_negotiation *n, const struct xfed_row *row,
                            const struct xfed_input *in)
{
    int rc = xfed_act_restart_wait(n, row, in);

    n->external_pending = false;
    return rc < 0 ? rc : xfed_negotiation_begin(n);
}

/*
 * Everything learned before the restart is void (RFC 6120 4.3.3); only the domains stay. An open
 * check is about a key for the stream as it was: its answer must not prove a pair on the new one.
 */
int xfed_act_restart_wait(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    (void)row;
    (void)in;
    n->id[0] = '\0';
    n->tls_offered = false;
    n->dialback_offered = false;
    n->errors_offered = false;
    n->bidi_offered = false;
    n->acks.offered = false;
    for (size_t i = 0; i < n->checks.count; i++)
        n->checks.items[i].method = XFED_CHECK_STALE;
    return n->ports.stream->restart(n->ports.user);
}

int xfed_act_announce_up(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    int rc = xfed_bidi_begin(n);

    (void)row;
    (void)in;
    return rc < 0 ? rc : n->ports.stream->up(n->ports.user, n->local, n->remote, n->method);
}

int xfed_act_announce_verify(struct xfed_negotiation *n, const struct xfed_row *row,
                             const struct xfed_input *in)
{
    (void)row;
    (void)in;
    return n->ports.stream->can_verify(n->ports.user);
}

int xfed_act_pass_stanza(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    int rc;

    (void)row;
    rc = n->ports.stream->stanza(n->ports.user, in);
    if (rc == 0)
        xfed_acks_handled(&n->acks);
    return rc;
}

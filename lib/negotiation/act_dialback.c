/* act_dialback.c - actions of server dialback in its three roles (XEP-0220). */
#include "negotiation/actions.h"

#include "dialback/key.h"

/* The originating server: our key for the stream as it is now (XEP-0220 2.1.1). */
int xfed_act_send_db_result(struct xfed_negotiation *n, const struct xfed_row *row,
                            const struct xfed_input *in)
{
    char key[XFED_DIALBACK_KEY_SIZE];
    int rc;

    (void)row;
    (void)in;
    n->method = n->tls_on ? XMPPFED_METHOD_DIALBACK_TLS : XMPPFED_METHOD_DIALBACK_TCP;
    n->external_pending = false;
    n->tried |= (unsigned)n->method;
    rc = xfed_dialback_key_make(n->ctx, n->ports.stream->secret(n->ports.user), n->remote, n->local,
                                n->id, key);
    return rc < 0
               ? rc
               : xfed_negotiation_send(n, xfed_dialback_result(n->ctx, n->local, n->remote, key));
}

/* The same for a further pair; the stream's first one has its own proof (XEP-0220 2.6). */
int xfed_act_send_pair_key(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    char key[XFED_DIALBACK_KEY_SIZE];
    int rc = xfed_pairs_add(&n->further, in->local, in->remote, 0);

    (void)row;
    if (rc == 0)
        rc = xfed_dialback_key_make(n->ctx, n->ports.stream->secret(n->ports.user), in->remote,
                                    in->local, n->id, key);
    return rc < 0
               ? rc
               : xfed_negotiation_send(n, xfed_dialback_result(n->ctx, in->local, in->remote, key));
}

/* On a stream that goes both ways what proves the peer does so to any domain of ours. */
int xfed_act_announce_pair(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    const char *local = in->dialback->to;
    const char *remote = in->dialback->from;
    int method = n->tls_on ? XMPPFED_METHOD_DIALBACK_TLS : XMPPFED_METHOD_DIALBACK_TCP;
    int rc = xfed_bidi_admit(n, local);

    (void)row;
    xfed_pairs_settle(&n->further, local, remote, method);
    return rc < 0 ? rc : n->ports.stream->up(n->ports.user, local, remote, method);
}

static int code_of(enum xfed_dialback_verdict verdict)
{
    switch (verdict) {
    case XFED_DIALBACK_INVALID:
        return XMPPFED_ERR_DIALBACK_INVALID;
    case XFED_DIALBACK_ERROR:
        return XMPPFED_ERR_DIALBACK_REFUSED;
    case XFED_DIALBACK_VALID:
        break;
    }
    return XMPPFED_ERR_POLICY_NO_METHOD; /* the record has changed meanwhile */
}

/*
 * The other pairs go on, also after "invalid": a peer that closes the stream with it (XEP-0220
 * 2.1.1) does so itself, and one that does not has no reason to lose them.
 */
int xfed_act_refuse_pair(struct xfed_negotiation *n, const struct xfed_row *row,
                         const struct xfed_input *in)
{
    const struct xfed_dialback_message *m = in->dialback;

    (void)row;
    xfed_pairs_settle(&n->further, m->to, m->from, XFED_PAIR_REFUSED);
    return n->ports.stream->pair_refused(n->ports.user, m->to, m->from, code_of(m->verdict),
                                         m->condition);
}

static int send_answer(struct xfed_negotiation *n, const char *local, const char *remote,
                       enum xfed_dialback_verdict verdict, const char *condition)
{
    return xfed_negotiation_send(
        n, xfed_dialback_result_answer(n->ctx, local, remote, verdict, condition));
}

/* The receiving server: the host finds the authoritative server (XEP-0220 2.2). */
int xfed_act_ask_check(struct xfed_negotiation *n, const struct xfed_row *row,
                       const struct xfed_input *in)
{
    const struct xfed_dialback_message *m = in->dialback;
    const struct xfed_pair *open = xfed_pairs_find(&n->checks, m->to, m->from);
    int rc = 0;

    (void)row;
    if (open && open->method != XFED_CHECK_STALE)
        return 0; /* one check a pair at a time: the first key is the one that counts */
    /*
     * While a stale check is open, its verdict could be taken for that on the new key. Who has
     * proved nothing yet gets few at a time.
     */
    if (open || n->proved.count + n->checks.count >= XFED_PAIRS_MAX ||
        (n->proved.count == 0 && n->checks.count >= XFED_CHECKS_OF_STRANGER))
        return send_answer(n, m->to, m->from, XFED_DIALBACK_ERROR, "resource-constraint");
    rc = xfed_pairs_add(&n->checks, m->to, m->from, 0);
    return rc < 0 ? rc : n->ports.stream->check(n->ports.user, m->to, m->from, n->id, m->key);
}

int xfed_act_answer_db_unhosted(struct xfed_negotiation *n, const struct xfed_row *row,
                                const struct xfed_input *in)
{
    (void)row;
    return send_answer(n, in->dialback->to, in->dialback->from, XFED_DIALBACK_ERROR,
                       "item-not-found");
}

int xfed_act_answer_db_unlisted(struct xfed_negotiation *n, const struct xfed_row *row,
                                const struct xfed_input *in)
{
    (void)row;
    return send_answer(n, in->dialback->to, in->dialback->from, XFED_DIALBACK_ERROR,
                       "policy-violation");
}

/* Without TLS the cure is TLS, with TLS it is a certificate (XEP-0220 2.4.1). */
int xfed_act_answer_db_closed(struct xfed_negotiation *n, const struct xfed_row *row,
                              const struct xfed_input *in)
{
    (void)row;
    return send_answer(n, in->dialback->to, in->dialback->from, XFED_DIALBACK_ERROR,
                       n->tls_on ? "not-authorized" : "policy-violation");
}

/*
 * The proof is that of EXTERNAL, and holds like it for all our domains. A check that is open for
 * the pair, from before the record was changed, is settled by it.
 */
int xfed_act_answer_db_proved(struct xfed_negotiation *n, const struct xfed_row *row,
                              const struct xfed_input *in)
{
    const char *local = in->dialback->to;
    const char *remote = in->dialback->from;
    int rc;

    (void)row;
    (void)xfed_pairs_remove(&n->checks, local, remote);
    rc = xfed_pairs_add(&n->proved, local, remote, XMPPFED_METHOD_EXTERNAL);
    if (rc == XMPPFED_ERR_LIMIT_PENDING)
        return send_answer(n, local, remote, XFED_DIALBACK_ERROR, "resource-constraint");
    /* Looked at once more, so that the end of the proof is known. */
    (void)xfed_negotiation_method_of(n, local, remote);
    if (rc == 0)
        rc = send_answer(n, local, remote, XFED_DIALBACK_VALID, NULL);
    if (rc == 0)
        rc = n->ports.stream->up(n->ports.user, local, remote, XMPPFED_METHOD_EXTERNAL);
    return rc;
}

int xfed_act_answer_db_valid(struct xfed_negotiation *n, const struct xfed_row *row,
                             const struct xfed_input *in)
{
    int method = n->tls_on ? XMPPFED_METHOD_DIALBACK_TLS : XMPPFED_METHOD_DIALBACK_TCP;
    int rc;

    (void)row;
    (void)xfed_pairs_remove(&n->checks, in->local, in->remote);
    rc = xfed_pairs_add(&n->proved, in->local, in->remote, method);
    if (rc == 0)
        rc = send_answer(n, in->local, in->remote, XFED_DIALBACK_VALID, NULL);
    if (rc == 0)
        rc = n->ports.stream->up(n->ports.user, in->local, in->remote, method);
    return rc;
}

/*
 * Also taken where the answer was valid but the policy has changed meanwhile. An invalid key closes
 * the stream unless other pairs live on it (XEP-0220 2.2.1), and checks that are still open prove
 * nothing yet. "invalid" would make the peer close a stream with all of its pairs, and an error
 * does not (2.1.2, 2.5).
 */
int xfed_act_answer_db_failed(struct xfed_negotiation *n, const struct xfed_row *row,
                              const struct xfed_input *in)
{
    const struct xfed_pair *check = xfed_pairs_find(&n->checks, in->local, in->remote);
    bool invalid = in->code == XMPPFED_ERR_DIALBACK_INVALID;
    const char *condition = in->condition ? in->condition : "policy-violation";

    if (!check || check->method == XFED_CHECK_STALE)
        return xfed_act_forget_check(n, row, in);
    (void)xfed_pairs_remove(&n->checks, in->local, in->remote);
    if (invalid && n->proved.count == 0) {
        int rc = send_answer(n, in->local, in->remote, XFED_DIALBACK_INVALID, NULL);

        return rc < 0 ? rc : XMPPFED_ERR_DIALBACK_INVALID;
    }
    return send_answer(n, in->local, in->remote, XFED_DIALBACK_ERROR,
                       invalid ? "forbidden" : condition);
}

int xfed_act_forget_check(struct xfed_negotiation *n, const struct xfed_row *row,
                          const struct xfed_input *in)
{
    (void)row;
    (void)xfed_pairs_remove(&n->checks, in->local, in->remote);
    return 0;
}

/* The authoritative server: is the key one that we made? Stateless (XEP-0185). */
int xfed_act_answer_verify(struct xfed_negotiation *n, const struct xfed_row *row,
                           const struct xfed_input *in)
{
    const struct xfed_dialback_message *m = in->dialback;
    bool ours;

    (void)row;
    if (!n->ports.stream->hosts(n->ports.user, m->to))
        return xfed_negotiation_send(n, xfed_dialback_verify_answer(n->ctx, m->to, m->from, m->id,
                                                                    XFED_DIALBACK_ERROR,
                                                                    "item-not-found"));
    ours = n->ports.stream->partner(n->ports.user, m->from) &&
           xfed_dialback_key_check(n->ctx, n->ports.stream->secret(n->ports.user), m->from, m->to,
                                   m->id, m->key);
    return xfed_negotiation_send(
        n, xfed_dialback_verify_answer(n->ctx, m->to, m->from, m->id,
                                       ours ? XFED_DIALBACK_VALID : XFED_DIALBACK_INVALID, NULL));
}

int xfed_act_pass_verify_answer(struct xfed_negotiation *n, const struct xfed_row *row,
                                const struct xfed_input *in)
{
    (void)row;
    return n->ports.stream->verify_answer(n->ports.user, in->dialback);
}

/* play.c - two real engines, with real TLS and SASL, play one question of the oracle in memory. */
#include "play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/context.h"
#include "support/sites.h"
#include "support/stream_pair.h"
#include "support/tlsa.h"
#include "wire.h"

#define US "contoso.example"
#define PEER "fabrikam.example"

static const char *const certificates[ORACLE_CERTIFICATES] = {
    [ORACLE_GOOD] = "fabrikam",
    [ORACLE_SERVER_ONLY] = "fabrikam-serverauth",
    [ORACLE_CLIENT_ONLY] = "fabrikam-clientauth",
    [ORACLE_SELF_SIGNED] = "fabrikam-selfsigned",
    [ORACLE_EXPIRED] = "fabrikam-expired",
    [ORACLE_WRONG_NAME] = "fabrikam-wrongname",
    [ORACLE_UNKNOWN_CA] = "fabrikam-unknownca",
    [ORACLE_NONE] = NULL,
    [ORACLE_DANE_GOOD] = "fabrikam-selfsigned",
    [ORACLE_DANE_BAD] = "fabrikam",
    [ORACLE_DANE_STRANGER] = "fabrikam-selfsigned",
};

/* Whose key the peer's TLSA record has; NULL: there is no record. */
static const char *const keys_in_dns[ORACLE_CERTIFICATES] = {
    [ORACLE_DANE_GOOD] = "fabrikam-selfsigned",
    [ORACLE_DANE_BAD] = "contoso",
    [ORACLE_DANE_STRANGER] = "contoso",
};

static const int eku_rules[ORACLE_EKUS] = {
    [ORACLE_EKU_SERVER] = XMPPFED_EKU_SERVER,
    [ORACLE_EKU_ANY] = XMPPFED_EKU_ANY,
    [ORACLE_EKU_STRICT_ROLE] = XMPPFED_EKU_STRICT_ROLE,
};

static const int dane_rules[ORACLE_DANE_RULES] = {
    [ORACLE_DANE_OPPORTUNISTIC] = XMPPFED_DANE_OPPORTUNISTIC,
    [ORACLE_DANE_REQUIRED] = XMPPFED_DANE_REQUIRED,
    [ORACLE_DANE_OFF] = XMPPFED_DANE_OFF,
};

struct stage {
    xmppfed_context *ctx;
    xmppfed_site *us;
    xmppfed_site *peers[ORACLE_CERTIFICATES];
    xmppfed_policy *ours[ORACLE_ROWS + 1][2][ORACLE_EKUS][ORACLE_DANE_RULES]; /* row, strict, ... */
    xmppfed_policy *theirs[ORACLE_ROWS + 1];
};

struct stage *stage_open(void)
{
    struct stage *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    s->ctx = test_context();
    s->us = test_site(s->ctx, US, "contoso", test_matrix_row(PEER, 1));
    for (size_t i = 0; i < ORACLE_CERTIFICATES; i++)
        s->peers[i] = test_site(s->ctx, PEER, certificates[i], test_matrix_row(US, 1));
    return s;
}

void stage_close(struct stage *s)
{
    xmppfed_policy **ours = &s->ours[0][0][0][0];

    for (size_t i = 0; i < sizeof(s->ours) / sizeof(*ours); i++)
        xmppfed_policy_unref(ours[i]);
    for (size_t i = 0; i <= ORACLE_ROWS; i++)
        xmppfed_policy_unref(s->theirs[i]);
    for (size_t i = 0; i < ORACLE_CERTIFICATES; i++)
        xmppfed_site_unref(s->peers[i]);
    xmppfed_site_unref(s->us);
    xmppfed_context_unref(s->ctx);
    free(s);
}

/* ---- policies -------------------------------------------------------------------------------- */

/* Of the question our row and the rules beside it count. */
static int our_policy(struct stage *s, const struct oracle_question *q, xmppfed_policy **ret)
{
    xmppfed_policy **kept = &s->ours[q->our_row][q->strict][q->eku][q->dane];
    struct test_partner partner = test_matrix_row(PEER, q->our_row);
    int rc = 0;

    partner.eku = eku_rules[q->eku];
    partner.dane = dane_rules[q->dane];
    if (!*kept)
        rc = test_policy_read(s->ctx, partner, q->strict, kept);
    *ret = *kept;
    return rc;
}

int stage_record(struct stage *s, unsigned row, bool strict, enum oracle_dane dane)
{
    const struct oracle_question q = {.our_row = row, .strict = strict, .dane = dane};
    xmppfed_policy *policy;

    return our_policy(s, &q, &policy);
}

static void set_policies(struct stage *s, const struct oracle_question *q)
{
    xmppfed_policy **theirs = &s->theirs[q->peer_row];
    xmppfed_policy *ours;

    if (our_policy(s, q, &ours) < 0)
        fail_msg("row %u cannot be a record", q->our_row);
    if (!*theirs && test_policy_read(s->ctx, test_matrix_row(US, q->peer_row), false, theirs) < 0)
        fail_msg("row %u cannot be a record", q->peer_row);
    xmppfed_site_set_policy(s->us, ours);
    xmppfed_site_set_policy(s->peers[q->certificate], *theirs);
}

/* ---- one play -------------------------------------------------------------------------------- */

/* Both ends and their domains; what the initiator's own record forbids is never dialled. */
static int connect_ends(struct stage *s, const struct oracle_question *q, struct stream_pair *p)
{
    xmppfed_site *peer = s->peers[q->certificate];
    int rc;

    p->ctx = s->ctx;
    p->now = 1000;
    p->initiating = q->peer_dials ? peer : s->us;
    p->receiving = q->peer_dials ? s->us : peer;
    p->first = q->peer_dials ? PEER : US;
    p->second = q->peer_dials ? US : PEER;
    rc = (q->direct ? xmppfed_connection_new_initiator_direct : xmppfed_connection_new_initiator)(
        p->initiating, p->first, p->second, XMPPFED_PURPOSE_STANZAS, p->now, &p->initiator);
    if (rc == 0)
        rc = xmppfed_connection_new_receiver(p->receiving, p->now, &p->receiver);
    return rc;
}

/* Tells our end what DNSSEC has proved about the peer's server. */
static void tell_record(const struct oracle_question *q, xmppfed_connection *ours)
{
    const struct test_promise promise = {3, 1, 1, keys_in_dns[q->certificate]};
    uint8_t octets[TEST_TLSA_SIZE];
    xmppfed_tlsa record;

    if (!promise.file)
        return;
    record = test_tlsa(&promise, octets);
    record.base = "xmpp.fabrikam.example";
    assert_int_equal(xmppfed_connection_set_tlsa(ours, NULL, &record, 1), 0);
}

/* As a host does: it looks before it dials, and when it is dialled once it is asked to. */
static void run(const struct oracle_question *q, struct stream_pair *p, struct played *ret)
{
    if (q->peer_dials)
        assert_int_equal(xmppfed_connection_set_evidence(p->receiver, XMPPFED_EVIDENCE_TLSA), 0);
    else
        tell_record(q, p->initiator);
    stream_pair_run(p);
    ret->looked_up = seen_find(&p->at_receiver, XMPPFED_EVENT_EVIDENCE_WANTED) != NULL;
    if (!ret->looked_up)
        return;
    tell_record(q, p->receiver);
    assert_int_equal(xmppfed_connection_evidence_known(p->receiver), 0);
    stream_pair_run(p);
}

static bool is_down(const struct seen *seen)
{
    return seen_find(seen, XMPPFED_EVENT_STREAM_DOWN) != NULL;
}

/* As any transport would, once one end has closed it. */
static void close_transport(struct stream_pair *p)
{
    if (is_down(&p->at_receiver) && !is_down(&p->at_initiator))
        xmppfed_connection_transport_closed(p->initiator);
    else if (is_down(&p->at_initiator) && !is_down(&p->at_receiver))
        xmppfed_connection_transport_closed(p->receiver);
    else
        return;
    stream_pair_run(p);
}

static int send_message(struct stage *s, struct stream_pair *p)
{
    xmppfed_element *e = xmppfed_element_new(s->ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_set_attribute(e, "from", p->first);
    xmppfed_element_set_attribute(e, "to", p->second);
    rc = xmppfed_connection_send(p->initiator, e, NULL);
    xmppfed_element_free(e);
    return rc;
}

static int proof_of(const struct seen *seen, int kind)
{
    const struct seen_event *ev = seen_find(seen, kind);

    return ev ? ev->proof.kind : 0;
}

/* A stream that is up carries a stanza with the proof of its sender; one that is not, none. */
static void try_stanza(struct stage *s, struct stream_pair *p, int proof, struct played *ret)
{
    int rc = send_message(s, p);

    stream_pair_run(p);
    if (proof && (rc < 0 || proof_of(&p->at_receiver, XMPPFED_EVENT_STANZA) != proof))
        snprintf(ret->fault, sizeof(ret->fault), "the stanza: %s", xmppfed_error_name(rc));
    if (!proof && (rc != XMPPFED_ERR_STATE || seen_find(&p->at_receiver, XMPPFED_EVENT_STANZA)))
        snprintf(ret->fault, sizeof(ret->fault), "a stanza although nothing is proved");
}

static enum oracle_outcome outcome_of(int proof)
{
    switch (proof) {
    case XMPPFED_PROOF_PKIX:
        return ORACLE_EXTERNAL;
    case XMPPFED_PROOF_DANE:
        return ORACLE_DANE;
    case XMPPFED_PROOF_DIALBACK_TLS:
        return ORACLE_DIALBACK_TLS;
    case XMPPFED_PROOF_DIALBACK_TCP:
        return ORACLE_DIALBACK_TCP;
    default:
        return ORACLE_REFUSED;
    }
}

/* What came of it is what our end says; the peer, which has no record of ours, must say the same.
 */
static void judge(struct stage *s, const struct oracle_question *q, struct stream_pair *p,
                  struct played *ret)
{
    int at_initiator = proof_of(&p->at_initiator, XMPPFED_EVENT_STREAM_UP);
    int at_receiver = proof_of(&p->at_receiver, XMPPFED_EVENT_STREAM_UP);
    int proof = q->peer_dials ? at_receiver : at_initiator;
    int other = q->peer_dials ? at_initiator : at_receiver;

    ret->outcome = outcome_of(proof);
    if (proof == XMPPFED_PROOF_DANE ? other != XMPPFED_PROOF_PKIX : proof != other)
        snprintf(ret->fault, sizeof(ret->fault), "the peer says %s", xmppfed_proof_name(other));
    else if (!proof && !(is_down(&p->at_initiator) && is_down(&p->at_receiver)))
        snprintf(ret->fault, sizeof(ret->fault), "nothing is proved and the stream is open");
    else
        try_stanza(s, p, at_receiver, ret);
    snprintf(ret->wire, sizeof(ret->wire), "%s", wire_refusals());
}

void stage_play(struct stage *s, const struct oracle_question *q, struct played *ret)
{
    struct stream_pair pair = {0};
    int rc;

    *ret = (struct played){.outcome = ORACLE_REFUSED};
    set_policies(s, q);
    wire_clear();
    rc = connect_ends(s, q, &pair);
    if (rc == XMPPFED_ERR_TLS_UNAVAILABLE && q->direct)
        return;
    assert_int_equal(rc, 0);
    run(q, &pair, ret);
    close_transport(&pair);
    judge(s, q, &pair, ret);
    stream_pair_stop(&pair);
}

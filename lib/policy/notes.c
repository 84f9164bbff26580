/* notes.c - checking a builder: errors and warnings, each with what to do about it. */
#include "base/fault.h"
#include "policy/builder.h"
#include "policy/matrix.h"
#include "policy/proof.h"

struct remark {
    const char *code;
    int error; /* XMPPFED_ERR_*, or 0 for a warning */
    const char *text;
};

/*
 * The original words W2 one way for all its rows and gives row 12 that text too, although TLS is
 * not supported there; here each case says what is so and what helps.
 */
static const struct remark e1 = {
    "E1", XMPPFED_ERR_POLICY_RECORD_E1,
    "SASL needs TLS, TLS is not supported and dialback is off, so that nothing can prove the "
    "partner: set TlsNegotiation to Required, or SaslNegotiation to NotSupported and dialback to "
    "True"};
static const struct remark e1_strict = {
    "E1", XMPPFED_ERR_POLICY_RECORD_E1,
    "SASL is required, which the strict reading does not let dialback replace, and SASL needs TLS, "
    "which is not supported: set TlsNegotiation to Required, or SaslNegotiation to Optional"};
static const struct remark e2 = {
    "E2", XMPPFED_ERR_POLICY_RECORD_E2,
    "neither SASL nor dialback is enabled, so that nothing can prove the partner: set "
    "SaslNegotiation to Optional or dialback to True"};
static const struct remark p1 = {
    "P1", XMPPFED_ERR_POLICY_RECORD_PLAINTEXT,
    "dialback could run without TLS, readable and forgeable on the way: set TlsNegotiation to "
    "Required, or consent to it with AllowPlaintext"};
static const struct remark w1 = {
    "W1", 0,
    "dialback is on but has no effect, because both TLS and SASL are required: set SaslNegotiation "
    "to Optional to let dialback stand in for it"};
static const struct remark w2_optional_tls = {
    "W2", 0,
    "SASL needs TLS, and TLS is only optional: negotiation can fail or go without SASL where the "
    "partner has no TLS; set TlsNegotiation to Required"};
static const struct remark w2_no_tls = {
    "W2", 0,
    "SASL needs TLS, and TLS is not supported: SASL is never used and only dialback without TLS is "
    "left; set TlsNegotiation to Required, or SaslNegotiation to NotSupported"};
static const struct remark p2 = {
    "P2", XMPPFED_ERR_POLICY_RECORD,
    "the record pins keys, which only a certificate can show, and SASL or TLS is not supported: "
    "set both to Required or Optional, or take the pins out"};
static const struct remark p3 = {
    "P3", XMPPFED_ERR_POLICY_RECORD,
    "a pin is to stand in for the chain of authorities, but there is no pin: add one, or take "
    "pin-only out"};
static const struct remark d1 = {"D1", XMPPFED_ERR_POLICY_RECORD,
                                 "DANE is required, which only a certificate can meet, and SASL or "
                                 "TLS is not supported: set both "
                                 "to Required or Optional, or Dane to Opportunistic"};
static const struct remark s1 = {
    "S1", XMPPFED_ERR_POLICY_RECORD,
    "a shared secret is used with SASL and TLS, and one of them is not supported: set "
    "TlsNegotiation and SaslNegotiation to Required, or take the secret out"};
static const struct remark s2 = {
    "S2", XMPPFED_ERR_POLICY_RECORD,
    "a secret that several domains know proves none of them: give each a record and a secret of "
    "its own"};
static const struct remark s3 = {
    "S3", XMPPFED_ERR_POLICY_RECORD,
    "DANE is required, beside which nothing else proves the partner: set Dane to Opportunistic, or "
    "take the secret out"};
static const struct remark g1 = {
    "G1", XMPPFED_ERR_POLICY_RECORD,
    "the user policy granted to this user does not exist: add it with the scope user, or take the "
    "grant back"};
static const struct remark r1 = {
    "R1", XMPPFED_ERR_POLICY_RECORD,
    "a partner rule of this user or group names a domain that is in no partner record: add the "
    "record, or take the rule out"};
static const struct remark m1 = {
    "M1", XMPPFED_ERR_POLICY_RECORD,
    "no method that the record permits proves the partner as strongly as its minimum proof asks: "
    "set TlsNegotiation to Required and SaslNegotiation to Optional, or ask for a weaker proof"};

/* Adds a note; the first error goes to why and first_error, which holds 0 until then. */
static int add_note(struct xmppfed_policy_builder *b, const struct remark *remark,
                    const char *domain, int *first_error, xmppfed_problem *why)
{
    xmppfed_policy_note *notes =
        xfed_builder_room(b->ctx, b->notes, b->note_count, sizeof(*notes), &b->note_capacity);

    if (!notes)
        return XMPPFED_ERR_NOMEM;
    b->notes = notes;
    b->notes[b->note_count++] = (xmppfed_policy_note){
        .is_error = remark->error < 0,
        .code = remark->code,
        .domain = domain,
        .text = remark->text,
    };
    if (remark->error < 0 && *first_error == 0)
        *first_error =
            xfed_fault_set(why, remark->error, "%s: %s: %s", remark->code,
                           domain[0] ? domain : "the open federation record", remark->text);
    return 0;
}

/* What is to be said of a record, or NULL; a row of the matrix has one remark at most. */
static const struct remark *judge(const struct xfed_partner *record,
                                  const struct xfed_matrix_row *row)
{
    if (row->e1)
        return record->dialback ? &e1_strict : &e1;
    if (row->e2)
        return &e2;
    if (row->w1)
        return &w1;
    if (row->w2)
        return record->tls == XMPPFED_OPTIONAL ? &w2_optional_tls : &w2_no_tls;
    return NULL;
}

const char *xfed_record_warning(const struct xfed_partner *record, bool strict,
                                const char **ret_text)
{
    struct xfed_matrix_row row = xfed_matrix(record->tls, record->sasl, record->dialback, strict);
    const struct remark *remark = judge(record, &row);

    if (!remark || remark->error < 0)
        return NULL;
    *ret_text = remark->text;
    return remark->code;
}

/*
 * What remains of the methods under pins: who can forge a certificate for the partner's domain can
 * forge its DNS as well, so that dialback would let in by the back door whom the pins keep out.
 */
static const struct remark *apply_pins(struct xfed_partner *record)
{
    if (record->pin_count == 0)
        return record->pin_only ? &p3 : NULL;
    record->methods &= XMPPFED_METHOD_EXTERNAL;
    return record->methods ? NULL : &p2;
}

/* Dialback proves nothing about a certificate, and a required DANE takes nothing else. */
static const struct remark *apply_dane(struct xfed_partner *record)
{
    if (record->dane != XMPPFED_DANE_REQUIRED || record->methods == 0)
        return NULL;
    record->methods &= XMPPFED_METHOD_EXTERNAL;
    return record->methods ? NULL : &d1;
}

/* A secret comes on top of the matrix, and in place of it unless the record says otherwise. */
static const struct remark *apply_secret(struct xfed_partner *record, const char *domain)
{
    if (!record->shared_secret)
        return NULL;
    if (!domain[0] || xfed_builder_is_wildcard(domain))
        return &s2;
    if (record->tls == XMPPFED_NOT_SUPPORTED || record->sasl == XMPPFED_NOT_SUPPORTED)
        return &s1;
    if (record->dane == XMPPFED_DANE_REQUIRED)
        return &s3;
    record->methods |= XMPPFED_METHOD_SCRAM;
    return NULL;
}

int xfed_partner_minimum(const struct xfed_partner *record)
{
    return record->shared_secret && record->minimum_proof == XMPPFED_PROOF_NONE
               ? XMPPFED_PROOF_SHARED_SECRET
               : record->minimum_proof;
}

static int check_partner(struct xmppfed_policy_builder *b, struct xmppfed_partner *p,
                         int *first_error, xmppfed_problem *why)
{
    struct xfed_partner *record = &p->record;
    struct xfed_matrix_row row =
        xfed_matrix(record->tls, record->sasl, record->dialback, b->strict);
    const struct remark *remark = judge(record, &row);
    const struct remark *pins;
    const struct remark *dane;
    const struct remark *secret;
    uint32_t methods;
    int rc = 0;

    record->methods = row.methods;
    pins = apply_pins(record);
    dane = apply_dane(record);
    secret = apply_secret(record, p->domain);
    methods = record->methods;
    record->methods &= xfed_proof_methods(xfed_partner_minimum(record));
    if (remark)
        rc = add_note(b, remark, p->domain, first_error, why);
    if (rc == 0 && pins && !(remark && remark->error < 0))
        rc = add_note(b, pins, p->domain, first_error, why);
    if (rc == 0 && dane)
        rc = add_note(b, dane, p->domain, first_error, why);
    if (rc == 0 && secret)
        rc = add_note(b, secret, p->domain, first_error, why);
    if (rc == 0 && !secret && methods && !record->methods)
        rc = add_note(b, &m1, p->domain, first_error, why);
    if (rc == 0 && (record->methods & XMPPFED_METHOD_DIALBACK_TCP) && !record->allow_plaintext)
        rc = add_note(b, &p1, p->domain, first_error, why);
    return rc;
}

/* Grants and rules must speak of what there is. */
static int check_users(struct xmppfed_policy_builder *b, int *first_error, xmppfed_problem *why)
{
    const struct xfed_users *u = &b->users;
    int rc = 0;

    for (size_t i = 0; i < u->user_count && rc == 0; i++) {
        const struct xfed_user *user = u->users[i];

        if (user->policy[0] && !xfed_access_has_policy(&b->access, user->policy))
            rc = add_note(b, &g1, user->address, first_error, why);
    }
    for (size_t i = 0; i < u->rule_count && rc == 0; i++)
        if (!xfed_map_get_text(&b->domains, u->rules[i].domain))
            rc = add_note(b, &r1, u->rules[i].name, first_error, why);
    return rc;
}

int xfed_builder_check(struct xmppfed_policy_builder *b, xmppfed_problem *why)
{
    int first_error = 0;
    int rc = 0;

    b->note_count = 0;
    for (size_t i = 0; i < b->partner_count && rc == 0; i++)
        rc = check_partner(b, b->partners[i], &first_error, why);
    if (b->open && rc == 0)
        rc = check_partner(b, b->open, &first_error, why);
    if (rc == 0)
        rc = check_users(b, &first_error, why);
    return rc < 0 ? xfed_fault_code(why, rc) : first_error;
}

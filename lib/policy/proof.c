/* proof.c - how strong each way of proving a domain is, as one table. */
#include "policy/proof.h"

#include <xmppfed/policy.h>

static const struct {
    int strength;
    uint32_t method; /* the one that gives it; DANE and POSH come with a certificate as PKIX does */
} proofs[] = {
    [XMPPFED_PROOF_NONE] = {0, 0},
    [XMPPFED_PROOF_DIALBACK_TCP] = {1, XMPPFED_METHOD_DIALBACK_TCP},
    [XMPPFED_PROOF_DIALBACK_TLS] = {2, XMPPFED_METHOD_DIALBACK_TLS},
    [XMPPFED_PROOF_POSH] = {3, XMPPFED_METHOD_EXTERNAL},
    [XMPPFED_PROOF_PKIX] = {4, XMPPFED_METHOD_EXTERNAL},
    [XMPPFED_PROOF_DANE] = {5, XMPPFED_METHOD_EXTERNAL},
    /* No authority and no zone can forge it, and it is proved over this very session. */
    [XMPPFED_PROOF_SHARED_SECRET] = {6, XMPPFED_METHOD_SCRAM},
};

enum { PROOF_COUNT = sizeof(proofs) / sizeof(proofs[0]) };

bool xfed_proof_is_known(int proof)
{
    return proof >= 0 && proof < PROOF_COUNT;
}

bool xfed_proof_suffices(int proof, int minimum)
{
    return xfed_proof_is_known(proof) && proofs[proof].strength >= proofs[minimum].strength;
}

uint32_t xfed_proof_methods(int minimum)
{
    uint32_t methods = 0;

    for (int proof = 0; proof < PROOF_COUNT; proof++)
        if (proofs[proof].strength >= proofs[minimum].strength)
            methods |= proofs[proof].method;
    return methods;
}

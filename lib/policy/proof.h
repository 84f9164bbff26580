/* proof.h - how strong each way of proving a domain is. */
#ifndef XFED_POLICY_PROOF_H
#define XFED_POLICY_PROOF_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a proof (enum xmppfed_proof_kind) is as strong as a minimum: dialback over TCP is the
 * weakest, then dialback over TLS, a certificate by POSH, by PKIX, and one by DANE, and a shared
 * secret.
 */
bool xfed_proof_suffices(int proof, int minimum);

/* The methods (OR of enum xmppfed_method) that can give a proof as strong as a minimum. */
uint32_t xfed_proof_methods(int minimum);

/* Whether there is such a proof, or none asked for. */
bool xfed_proof_is_known(int proof);

#endif

/* question.h - the partner's side of a question to the policy, as lists of blocks compare it. */
#ifndef XFED_FEDERATION_QUESTION_H
#define XFED_FEDERATION_QUESTION_H

#include <xmppfed/address.h>
#include <xmppfed/policy.h>

/* Room for a full address. */
#define XFED_QUESTION_FULL_SIZE (XMPPFED_BARE_SIZE + XMPPFED_PART_SIZE)

/*
 * The prepared bare address with the resource of the stanza's own, in ret, where any block names a
 * resource; else bare itself. address may be NULL. XEP-0191 7.
 */
const char *xfed_question_remote(const xmppfed_policy *policy, const char *bare,
                                 const char *address, char ret[XFED_QUESTION_FULL_SIZE]);

#endif

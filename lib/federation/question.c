/* question.c - the partner's side of a question to the policy, as lists of blocks compare it. */
#include "federation/question.h"

#include <stdio.h>

#include "policy/partner.h"

const char *xfed_question_remote(const xmppfed_policy *policy, const char *bare,
                                 const char *address, char ret[XFED_QUESTION_FULL_SIZE])
{
    xmppfed_jid parts;

    if (!xfed_policy_reads_resources(policy) || !address ||
        xmppfed_jid_split(address, &parts) < 0 || parts.resource.len == 0)
        return bare;
    (void)snprintf(ret, XFED_QUESTION_FULL_SIZE, "%s/%.*s", bare, (int)parts.resource.len,
                   parts.resource.data);
    return ret;
}

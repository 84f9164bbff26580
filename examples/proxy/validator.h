/* validator.h - DNSSEC validated by the proxy itself, where no name server near it does. */
#ifndef PROXY_VALIDATOR_H
#define PROXY_VALIDATOR_H

#include "proxy/settings/complaint.h"
#include "proxy/settings/config.h"

struct proxy;
struct validator;

/* Whether what the configuration says of validation can be done; true if it says nothing. */
bool validator_check(const struct config *config, struct complaint *why);
/* Has the queries of p->edge validated from now on, if the configuration says so. */
bool validator_start(struct proxy *p, struct complaint *why);
/* Ends it, on a loop that runs once more; after p->edge, which asks it. */
void validator_stop(struct proxy *p);

#endif

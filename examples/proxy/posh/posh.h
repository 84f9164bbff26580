/* posh.h - fetches what partners publish about their certificates (RFC 7711), off the loop. */
#ifndef PROXY_POSH_POSH_H
#define PROXY_POSH_POSH_H

#include "proxy/settings/complaint.h"
#include "proxy/settings/config.h"

struct proxy;
struct posh;

/* Whether what the configuration says of POSH can be done; true if it says nothing. */
bool posh_check(const struct config *config, struct complaint *why);
/* Says that questions are answered from now on, if the configuration wants it. */
bool posh_start(struct proxy *p, struct complaint *why);
/* Fetches for POSH_WANTED, and answers when that is over. */
void posh_fetch(struct proxy *p, uint64_t token, const char *domain);
/* Gives up what is under way; the loop runs once more until it is over. */
void posh_stop(struct proxy *p);

#endif

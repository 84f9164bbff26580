/* dane.h - TLSA records of the domain that a peer says it is (RFC 7673 6, RFC 7671 5.1). */
#ifndef XFED_FEDERATION_DANE_H
#define XFED_FEDERATION_DANE_H

#include "federation/federation.h"

struct xfed_link;

/* Begins to look up the servers of a peer's domain; false if it cannot be done. */
bool xfed_dane_ask(struct xfed_link *link, const char *remote, xmppfed_time now);
/* Takes the result: records that DNSSEC proves go to the stream, whatever else it says. */
void xfed_dane_resolved(struct xfed_link *link, const xmppfed_dns_result *result);
/* Ends the look-up, if there is one. */
void xfed_dane_cancel(struct xfed_link *link);

#endif

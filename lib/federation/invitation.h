/* invitation.h - how many new invitations each remote domain may send. */
#ifndef XFED_FEDERATION_INVITATION_H
#define XFED_FEDERATION_INVITATION_H

#include "federation/federation.h"

/*
 * Counts one invitation of a remote domain against the record's rate. False when the domain has to
 * wait: it gets an hour's worth at once, and then one after the other as the hour goes by.
 */
bool xfed_invitation_take(xmppfed_federation *fed, const char *domain, xmppfed_time now);
/* Forgets all counts. */
void xfed_invitations_fini(xmppfed_federation *fed);

#endif

/* reach.h - addresses of the network: which may be dialled, and whose they are. */
#ifndef XFED_POLICY_REACH_H
#define XFED_POLICY_REACH_H

#include <stdbool.h>

/*
 * Whether an address found by DNS may be dialled. Nobody is at an unspecified, multicast or
 * broadcast address. For a stranger, whom only open federation lets us dial, it must be a public
 * one as well: its DNS could name any machine behind our firewall, or this one
 * (doc/threat-model.md, row 27). What is no address may not be dialled.
 */
bool xfed_reach_allows(const char *address, bool stranger);

enum { XFED_REACH_KEY_SIZE = 48 };

/*
 * Writes how an address is counted: one of IPv6 by its /64, because whoever has one address has all
 * of those. Text that is no address stands for itself, or for "" if it is too long.
 */
void xfed_reach_key(const char *address, char ret[XFED_REACH_KEY_SIZE]);

#endif

/*
 * members.h - the bridges that share a ledger: each holds a lock while it lives, and one that is
 * gone leaves what it had to those that go on.
 *
 * The lock is one of the system on a file beside the ledger, LEDGER.MEMBER.lock, so that it ends
 * with the process however that ends.
 */
#ifndef BRIDGE_MEMBERS_H
#define BRIDGE_MEMBERS_H

#include "bridge/parts.h"

/* Takes the lock of our name, and enters it; false with a sentence, as when another one has it. */
bool members_new(struct bridge *b, struct complaint *why);
/* Lets the lock go: whatever is left is for others. NULL state is fine. */
void members_free(struct bridge *b);
/* Once a second: adopts what those left that are gone, by bridge_adopt(). */
void members_tick(struct bridge *b);

#endif

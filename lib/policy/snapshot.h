/* snapshot.h - the immutable policy that decisions read. */
#ifndef XFED_POLICY_SNAPSHOT_H
#define XFED_POLICY_SNAPSHOT_H

#include "policy/builder.h"
#include "policy/directory.h"

/* Copies a checked builder; *ret gets one reference. XMPPFED_ERR_NOMEM, else 0. */
int xfed_snapshot_new(const struct xmppfed_policy_builder *b,
                      xmppfed_policy **ret) XMPPFED_MUST_CHECK;

/* Record number index, that of open federation last; NULL past it. */
const struct xfed_partner *xfed_policy_at(const xmppfed_policy *policy, size_t index);

/* Whether "SASL Required" is taken literally. */
bool xfed_policy_is_strict(const xmppfed_policy *policy);

/* Whether the master switch is on. */
bool xfed_policy_is_on(const xmppfed_policy *policy);

/* The record that itself names a prepared domain or wildcard, or NULL. */
const struct xfed_partner *xfed_policy_record_of(const xmppfed_policy *policy, const char *domain);

/* The record for a prepared domain that has no NUL; else as xfed_policy_find(). */
const struct xfed_partner *xfed_policy_find_slice(const xmppfed_policy *policy,
                                                  xmppfed_slice domain);

/* Whether the host keeps contact lists, so that blocks can be asked for. */
bool xfed_policy_keeps_contacts(const xmppfed_policy *policy);

/* What the policy knows of our users. */
const struct xfed_directory *xfed_policy_directory(const xmppfed_policy *policy);

#endif

/* partner_fields.h - the fields that a partner and the open federation share. */
#ifndef PROXY_RECORDS_PARTNER_FIELDS_H
#define PROXY_RECORDS_PARTNER_FIELDS_H

#include <xmppfed/policy.h>

#include "proxy/records/json_reader.h"

/* Whether a record has only these fields and those of a list, which ends with NULL. */
bool partner_fields_only(const struct record *r, const char *const *own);

/* Sets what the record gives; what it does not give keeps its default. */
bool partner_fields_load(const struct record *r, xmppfed_partner *p);

#endif

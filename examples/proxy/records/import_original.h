/* import_original.h - objects that the original's Get- cmdlets show, as records of ours. */
#ifndef PROXY_RECORDS_IMPORT_ORIGINAL_H
#define PROXY_RECORDS_IMPORT_ORIGINAL_H

#include <jansson.h>

#include "proxy/settings/complaint.h"

/*
 * Puts the objects of a list, or one object, into rows: what Get-CsXmppAllowedPartner,
 * Get-CsXmppGatewayConfiguration and Get-CsExternalAccessPolicy give to ConvertTo-Json. A record of
 * the same name is replaced. consent permits dialback without TLS to partners whose settings need
 * it, which the original does not ask about. ignored, a list, gets "OBJECT: FIELD" of each field
 * that has a value and no place here. False with a sentence.
 */
bool import_original(json_t *objects, bool consent, json_t *rows, json_t *ignored,
                     struct complaint *why);

#endif

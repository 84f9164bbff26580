/* addresses.c - what the relay wants to know of an address in a stanza. */
#include "proxy/addresses.h"

#include <string.h>

const char *address_domain(const char *bare)
{
    const char *at = strchr(bare, '@');

    /* A local part never has an '@' in it (RFC 7622 3.3.1). */
    return at ? at + 1 : bare;
}

bool address_is_of(const char *text, const char *domain)
{
    char bare[XMPPFED_BARE_SIZE];

    return text && xmppfed_jid_prepare_bare(text, XMPPFED_LENIENT, bare) == 0 &&
           strcmp(address_domain(bare), domain) == 0;
}

/* addresses.c - what the relay wants to know of an address in a stanza. */
#include "proxy/addresses.h"

#include <string.h>

bool address_split(const char *text, char ret_bare[XMPPFED_BARE_SIZE],
                   char ret_domain[XMPPFED_DOMAIN_SIZE])
{
    const char *at;

    if (!text || xmppfed_jid_prepare_bare(text, XMPPFED_LENIENT, ret_bare) < 0)
        return false;
    /* A local part never has an '@' in it (RFC 7622 3.3.1). */
    at = strchr(ret_bare, '@');
    at = at ? at + 1 : ret_bare;
    memcpy(ret_domain, at, strlen(at) + 1);
    return true;
}

bool address_is_of(const char *text, const char *domain)
{
    char bare[XMPPFED_BARE_SIZE];
    char own[XMPPFED_DOMAIN_SIZE];

    return address_split(text, bare, own) && strcmp(own, domain) == 0;
}

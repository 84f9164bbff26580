/* document.h - a POSH document (RFC 7711 3) as the library takes it. */
#ifndef PROXY_POSH_DOCUMENT_H
#define PROXY_POSH_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <xmppfed/tls.h>

enum { POSH_FINGERPRINTS_MAX = 32, POSH_URL_SIZE = 1024 };

/* What a document says: fingerprints, or where they are. */
struct posh_document {
    char url[POSH_URL_SIZE]; /* of a reference document; "" of one with fingerprints */
    xmppfed_fingerprint fingerprints[POSH_FINGERPRINTS_MAX];
    size_t count;
    uint32_t seconds;
};

/*
 * Reads a document. False for anything but an object with a count of seconds and either
 * fingerprints, of which at least one is by a hash that we know, or an HTTPS address.
 */
bool posh_document_read(const char *text, size_t len, struct posh_document *ret);

#endif

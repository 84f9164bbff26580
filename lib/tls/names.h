/* names.h - the typed names of a certificate, and whether they cover a domain. */
#ifndef XFED_TLS_NAMES_H
#define XFED_TLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <xmppfed/address.h>

enum xfed_tls_name_type {
    XFED_TLS_NAME_DNS,      /* dNSName, perhaps with one left wildcard label */
    XFED_TLS_NAME_SRV,      /* SRVName: _xmpp-server.domain (RFC 4985) */
    XFED_TLS_NAME_XMPP_ADDR /* id-on-xmppAddr (RFC 6120 13.7.1.4) */
};

struct xfed_tls_name {
    enum xfed_tls_name_type type;
    xmppfed_slice value; /* as in the certificate, never assumed to be a C string */
};

/*
 * Whether one of the names covers a prepared domain (RFC 6125 6.4, RFC 6120 13.7.2). A name with a
 * NUL or another byte that no domain has never matches; the CN is not among the names at all.
 */
bool xfed_tls_names_cover(const struct xfed_tls_name *names, size_t count, const char *domain);

#endif

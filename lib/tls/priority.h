/* priority.h - the protocol versions, ciphers, groups and signatures that every session allows. */
#ifndef XFED_TLS_PRIORITY_H
#define XFED_TLS_PRIORITY_H

#include <gnutls/gnutls.h>

/* Makes the one priority set that there is; a GnuTLS error code, or 0. */
int xfed_tls_priority_new(gnutls_priority_t *ret);

#endif

/* describe.h - a certificate for people: names, dates, purposes. */
#ifndef XFED_TLS_DESCRIBE_H
#define XFED_TLS_DESCRIBE_H

#include <gnutls/gnutls.h>
#include <xmppfed/tls.h>

/*
 * Fills in ret, whose size says how much of it there is, about a certificate in DER.
 * XMPPFED_ERR_ARGUMENT (size too small), _TLS_CERTIFICATE (unreadable), _NOMEM; ret is then
 * untouched.
 */
int xfed_tls_describe(xmppfed_context *ctx, const gnutls_datum_t *der,
                      xmppfed_certificate *ret) XMPPFED_MUST_CHECK;

#endif

/* priority.c - the protocol versions, ciphers, groups and signatures that every session allows. */
#include "tls/priority.h"

/*
 * An allow-list from nothing, so that what a future GnuTLS adds to its defaults, or an
 * administrator to its configuration, does not change what peers see (RFC 7525 4, RFC 9325 4).
 * Only AEAD with ephemeral keys: no CBC, no RSA key transport, no SHA-1 signature. AES-128 goes
 * first because it is the cheapest on every CPU with AES instructions. RFC 5746 is not demanded
 * here, since TLS 1.3 has no need of it; session.c demands it of TLS 1.2 servers. ECDHE-PSK opens
 * no cipher of TLS 1.2, for nobody has such credentials: it says that sessions are resumed with
 * fresh keys only (psk_dhe_ke, RFC 8446 4.2.9), where GnuTLS would offer psk_ke as well.
 */
static const char priorities[] =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:+COMP-NULL"
    ":+ECDHE-ECDSA:+ECDHE-RSA:+ECDHE-PSK"
    ":+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD"
    ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1"
    ":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SECP521R1-SHA512"
    ":+SIGN-EDDSA-ED25519:+SIGN-EDDSA-ED448"
    ":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512"
    ":+SIGN-RSA-PSS-SHA256:+SIGN-RSA-PSS-SHA384:+SIGN-RSA-PSS-SHA512"
    /* TLS 1.2, and signatures inside certificates. */
    ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512"
    ":+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:+SIGN-RSA-SHA512"
    ":%SERVER_PRECEDENCE";

int xfed_tls_priority_new(gnutls_priority_t *ret)
{
    return gnutls_priority_init(ret, priorities, NULL);
}

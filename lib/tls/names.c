/* names.c - whether the typed names of a certificate cover a domain; pure, knows no GnuTLS. */
#include "tls/names.h"

#include <string.h>

#include "address/domain.h"
#include "base/slice.h"

/* The service label of an SRVName for federation (RFC 6120 13.7.1.2.1, RFC 4985 2). */
static const char service_prefix[] = "_xmpp-server.";
enum { SERVICE_PREFIX_LENGTH = sizeof(service_prefix) - 1 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Only letters, digits, hyphens and dots, as dNSName and SRVName hold (RFC 5280 4.2.1.6). */
static bool is_ldh(xmppfed_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = lower(s.data[i]);

        if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-' && c != '.')
            return false;
    }
    /* A final dot is no part of a name in a certificate, though it would be stripped below. */
    return s.len > 0 && s.data[0] != '.' && s.data[s.len - 1] != '.';
}

/*
 * Both sides of a comparison are in prepared form. A NUL, which would hide what follows it from
 * functions for C strings (CVE-2009-2730), makes the preparation fail.
 */
static bool equals(xmppfed_slice name, const char *domain)
{
    char prepared[XMPPFED_DOMAIN_SIZE];

    return xfed_domain_prepare_slice(name, prepared) == 0 && xfed_domain_equal(prepared, domain);
}

/*
 * RFC 6125 6.4.3: the wildcard is the whole left label and stands for exactly one label; at least
 * two labels must follow, so that nobody holds a certificate for a whole top-level domain. Any
 * other '*' is caught as a byte that is not LDH, A-labels with one in them included.
 */
static bool dns_covers(xmppfed_slice name, const char *domain)
{
    xmppfed_slice rest;
    const char *parent;

    if (name.len < 2 || memcmp(name.data, "*.", 2) != 0)
        return is_ldh(name) && equals(name, domain);
    rest = xfed_slice(name.data + 2, name.len - 2);
    parent = strchr(domain, '.');
    return is_ldh(rest) && memchr(rest.data, '.', rest.len) && parent && equals(rest, parent + 1);
}

/* RFC 4985 2: the service label is compared without regard to case and takes no wildcard. */
static bool srv_covers(xmppfed_slice name, const char *domain)
{
    xmppfed_slice rest;

    if (name.len <= SERVICE_PREFIX_LENGTH)
        return false;
    for (size_t i = 0; i < SERVICE_PREFIX_LENGTH; i++) {
        if (lower(name.data[i]) != service_prefix[i])
            return false;
    }
    rest = xfed_slice(name.data + SERVICE_PREFIX_LENGTH, name.len - SERVICE_PREFIX_LENGTH);
    return is_ldh(rest) && equals(rest, domain);
}

/*
 * RFC 6120 13.7.1.4: an xmppAddr is a JID in UTF-8, for a server its domain alone. One with a
 * local part or a resource names an account, which proves nothing for the domain.
 */
static bool xmpp_addr_covers(xmppfed_slice name, const char *domain)
{
    if (name.len == 0 || memchr(name.data, '@', name.len) || memchr(name.data, '/', name.len))
        return false;
    return name.data[name.len - 1] != '.' && equals(name, domain);
}

bool xfed_tls_names_cover(const struct xfed_tls_name *names, size_t count, const char *domain)
{
    /* An address is not a domain whose owner could have asked for any of these names. */
    if (xfed_domain_is_ip(domain))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool covered = false;

        switch (names[i].type) {
        case XFED_TLS_NAME_DNS:
            covered = dns_covers(names[i].value, domain);
            break;
        case XFED_TLS_NAME_SRV:
            covered = srv_covers(names[i].value, domain);
            break;
        case XFED_TLS_NAME_XMPP_ADDR:
            covered = xmpp_addr_covers(names[i].value, domain);
            break;
        }
        if (covered)
            return true;
    }
    return false;
}

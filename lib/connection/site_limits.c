/* site_limits.c - the limits of a site, and what a connection may cost with them. */
#include "connection/site.h"

#include "connection/worst_case.h"

void xfed_site_limits_init(xmppfed_site *site)
{
    xfed_limits_init(&site->before.all, XMPPFED_LIMIT_BEFORE);
    xfed_limits_init(&site->after.all, XMPPFED_LIMIT_AFTER);
    site->before.xml = xfed_xml_limits_of(&site->before.all);
    site->after.xml = xfed_xml_limits_of(&site->after.all);
}

int xmppfed_site_set_limit(xmppfed_site *site, int limit, int when, uint64_t value)
{
    struct xfed_site_limits *l;
    int rc;

    if (!site)
        return XMPPFED_ERR_ARGUMENT;
    l = when == XMPPFED_LIMIT_BEFORE ? &site->before : &site->after;
    rc = xfed_limits_set(&l->all, limit, when, value);
    if (rc == 0)
        l->xml = xfed_xml_limits_of(&l->all);
    return rc;
}

uint64_t xmppfed_site_limit(const xmppfed_site *site, int limit, int when)
{
    /* Also refuses an unknown limit or time. */
    if (!site || xmppfed_limit_default(limit, when) == 0)
        return 0;
    return (when == XMPPFED_LIMIT_BEFORE ? &site->before : &site->after)->all.values[limit];
}

size_t xmppfed_site_worst_case(const xmppfed_site *site, int when)
{
    if (!site || (when != XMPPFED_LIMIT_BEFORE && when != XMPPFED_LIMIT_AFTER))
        return 0;
    return xfed_worst_case(when == XMPPFED_LIMIT_BEFORE ? &site->before.all : &site->after.all);
}

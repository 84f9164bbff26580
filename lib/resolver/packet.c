/* packet.c - walking through a DNS message that a stranger wrote, in a bounded number of steps. */
#include "resolver/packet.h"

#include <ldns/ldns.h>

enum { POINTER_BITS = 0xC0, FIXED_SIZE = 10 };

unsigned xfed_packet_u16(const struct xfed_packet *m, size_t at)
{
    return (unsigned)m->data[at] << 8 | m->data[at + 1];
}

static bool count_step(struct xfed_packet *m)
{
    return ++m->steps <= XFED_DNS_STEPS_MAX;
}

/*
 * Whether the name can be expanded at a bounded cost: ldns follows pointers by the thousand, and
 * 8 000 of them cost a tenth of a second. Each has to lead to "a prior occurrence" (RFC 1035
 * 4.1.4), so that the way has an end.
 */
static bool can_expand(struct xfed_packet *m, size_t at)
{
    size_t start = at;
    unsigned pointers = 0;

    while (at < m->len && count_step(m)) {
        unsigned octet = m->data[at];

        if (octet == 0)
            return true;
        if ((octet & POINTER_BITS) == 0) {
            at += 1 + octet;
            continue;
        }
        if ((octet & POINTER_BITS) != POINTER_BITS || at + 1 >= m->len ||
            ++pointers > XFED_DNS_POINTERS_MAX)
            return false;
        at = xfed_packet_u16(m, at) & 0x3FFF;
        if (at >= start)
            return false;
        start = at;
    }
    return false;
}

static bool is_host_octet(uint8_t octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-' ||
           octet == '_';
}

/* Writes an expanded name, label by label. */
static bool write_text(const ldns_rdf *name, char ret[XMPPFED_DOMAIN_SIZE])
{
    const uint8_t *wire = ldns_rdf_data(name);
    size_t size = ldns_rdf_size(name);
    size_t at = 0;
    size_t len = 0;

    while (at < size && wire[at] > 0) {
        size_t label = wire[at++];

        if (label > size - at || len + label + 1 > XFED_DNS_NAME_MAX + 1)
            return false;
        for (size_t i = 0; i < label; i++) {
            uint8_t octet = wire[at + i];

            if (octet >= 'A' && octet <= 'Z')
                octet = (uint8_t)(octet - 'A' + 'a');
            if (!is_host_octet(octet))
                return false;
            ret[len++] = (char)octet;
        }
        at += label;
        ret[len++] = '.';
    }
    if (at >= size)
        return false;
    ret[len > 0 ? len - 1 : 0] = '\0';
    return true;
}

enum xfed_dns_name_kind xfed_packet_name(struct xfed_packet *m, size_t at,
                                         char ret[XMPPFED_DOMAIN_SIZE])
{
    ldns_rdf *name = NULL;
    ldns_status status;
    bool written;

    if (!can_expand(m, at))
        return XFED_DNS_NAME_BROKEN;
    status = ldns_wire2dname(&name, m->data, m->len, &at);
    if (status == LDNS_STATUS_MEM_ERR)
        return XFED_DNS_NAME_NO_MEMORY;
    if (status != LDNS_STATUS_OK)
        return XFED_DNS_NAME_BROKEN;
    written = write_text(name, ret);
    ldns_rdf_deep_free(name);
    return written ? XFED_DNS_NAME_TEXT : XFED_DNS_NAME_ODD;
}

bool xfed_packet_skip_name(struct xfed_packet *m, size_t *at)
{
    size_t p = *at;

    while (p < m->len && count_step(m)) {
        unsigned octet = m->data[p];
        size_t size = octet & POINTER_BITS ? 2 : 1 + (size_t)octet;

        if (size > m->len - p)
            return false;
        p += size;
        if (octet != 0 && (octet & POINTER_BITS) == 0)
            continue;
        *at = p;
        return octet == 0 || (octet & POINTER_BITS) == POINTER_BITS;
    }
    return false;
}

bool xfed_packet_record(struct xfed_packet *m, size_t *at, struct xfed_dns_record *ret)
{
    struct xfed_dns_record r = {.owner = *at};
    size_t p = *at;

    if (!xfed_packet_skip_name(m, &p) || m->len - p < FIXED_SIZE)
        return false;
    r.type = (int)xfed_packet_u16(m, p);
    r.class_in = xfed_packet_u16(m, p + 2) == LDNS_RR_CLASS_IN;
    r.ttl = (uint32_t)xfed_packet_u16(m, p + 4) << 16 | xfed_packet_u16(m, p + 6);
    r.rdata_len = xfed_packet_u16(m, p + 8);
    r.rdata = p + FIXED_SIZE;
    if (r.rdata_len > m->len - r.rdata)
        return false;
    *ret = r;
    *at = r.rdata + r.rdata_len;
    return true;
}

/* partner_tls.c - editing what one partner record asks of TLS: pinned keys, staples, the least
 * version. */
#include <string.h>
#include <xmppfed/tls.h>

#include "base/fault.h"
#include "base/memory.h"
#include "policy/builder.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads 64 hexadecimal digits, with or without a colon between octets as openssl writes them. */
static bool read_pin(const char *text, uint8_t ret[XFED_PARTNER_PIN_SIZE])
{
    for (size_t i = 0; i < XFED_PARTNER_PIN_SIZE; i++) {
        int high = digit(text[0]);
        int low = high < 0 ? -1 : digit(text[1]);

        if (low < 0)
            return false;
        ret[i] = (uint8_t)(high * 16 + low);
        text += 2;
        if (*text == ':' && i + 1 < XFED_PARTNER_PIN_SIZE)
            text++;
    }
    return *text == '\0';
}

int xmppfed_partner_add_pin(xmppfed_partner *p, const char *pin, xmppfed_problem *why)
{
    uint8_t octets[XFED_PARTNER_PIN_SIZE];

    /* Under open federation the record stands for everybody, and no two have the same key. */
    if (!p || !pin || p == p->builder->open)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    if (!read_pin(pin, octets))
        return xfed_fault_set(
            why, XMPPFED_ERR_ARGUMENT,
            "partner %s: '%.80s' is not a pin; give the SHA-256 of the public key "
            "(SubjectPublicKeyInfo) as 64 hexadecimal digits",
            p->domain, pin);
    if (p->record.pin_count == XFED_PARTNER_PINS)
        return xfed_fault_set(why, XMPPFED_ERR_ARGUMENT, "partner %s: at most %d pins", p->domain,
                              XFED_PARTNER_PINS);
    if (!p->pins) {
        p->pins = xfed_alloc(p->builder->ctx, (size_t)XFED_PARTNER_PINS * XFED_PARTNER_PIN_SIZE);
        if (!p->pins)
            return xfed_fault_code(why, XMPPFED_ERR_NOMEM);
        p->record.pins = p->pins;
    }
    memcpy(p->pins + p->record.pin_count * XFED_PARTNER_PIN_SIZE, octets, sizeof(octets));
    p->record.pin_count++;
    return 0;
}

void xmppfed_partner_set_pin_only(xmppfed_partner *p, int on)
{
    p->record.pin_only = on != 0;
}

void xmppfed_partner_set_posh(xmppfed_partner *p, int on)
{
    p->record.posh = on != 0;
}

int xmppfed_partner_set_ocsp(xmppfed_partner *p, int rule)
{
    if (!p || rule < XMPPFED_OCSP_USE || rule > XMPPFED_OCSP_REQUIRE)
        return XMPPFED_ERR_ARGUMENT;
    p->record.ocsp = rule;
    return 0;
}

void xmppfed_partner_set_key_by_certificate(xmppfed_partner *p, int on)
{
    p->record.key_by_certificate = on != 0;
}

int xmppfed_partner_set_tls_minimum(xmppfed_partner *p, int version)
{
    if (!p || (version != XMPPFED_TLS_1_2 && version != XMPPFED_TLS_1_3))
        return XMPPFED_ERR_ARGUMENT;
    p->record.tls_minimum = version;
    return 0;
}

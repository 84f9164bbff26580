/* answer.c - DNS messages around libunbound: what a query asks, and the answer that fits it. */
#include "answer.h"

#include <stdio.h>
#include <string.h>

/* RFC 1035 4.1.1, RFC 4035 3.2: the third and the fourth octet of a header. */
enum {
    QR = 0x80,
    OPCODE = 0x78,
    TC = 0x02,
    RD = 0x01,
    RA = 0x80,
    AD = 0x20,
    CD = 0x10,
    RCODE = 0x0F
};

enum { NOERROR = 0, SERVFAIL = 2, LABEL_MAX = 63, ESCAPED_SIZE = 5 };

static unsigned read_u16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void write_u16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* ---- the question ------------------------------------------------------------------------ */

/* The length of the name at the beginning of data with its root label, or 0 if there is none. */
static size_t name_length(const uint8_t *data, size_t len)
{
    size_t at = 0;

    while (at < len && at < XFED_UNBOUND_WIRE_NAME) {
        if (data[at] == 0)
            return at + 1;
        if (data[at] > LABEL_MAX)
            return 0; /* a pointer: in the first name of a message there is nothing to point to */
        at += 1 + (size_t)data[at];
    }
    return 0;
}

static bool is_plain(uint8_t octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '_';
}

/* Writes a name as text with its final dot; other octets than those of host names as \DDD. */
static void write_text(const uint8_t *wire, char ret[XFED_UNBOUND_NAME_SIZE])
{
    size_t len = 0;

    for (; *wire > 0; wire += 1 + (size_t)*wire) {
        for (size_t i = 1; i <= *wire; i++) {
            if (is_plain(wire[i]))
                ret[len++] = (char)wire[i];
            else
                len += (size_t)snprintf(ret + len, ESCAPED_SIZE, "\\%03u", (unsigned)wire[i]);
        }
        ret[len++] = '.';
    }
    if (len == 0)
        ret[len++] = '.';
    ret[len] = '\0';
}

bool xfed_unbound_read_question(const uint8_t *data, size_t len, struct xfed_unbound_question *ret)
{
    const uint8_t *wire = data + XFED_UNBOUND_HEADER_SIZE;
    size_t name;

    if (len < XFED_UNBOUND_HEADER_SIZE || (data[2] & (QR | OPCODE)) != 0 || read_u16(data + 4) != 1)
        return false;
    len -= XFED_UNBOUND_HEADER_SIZE;
    name = name_length(wire, len);
    if (name == 0 || len - name < 4)
        return false;
    ret->id = (uint16_t)read_u16(data);
    ret->wants_recursion = (data[2] & RD) != 0;
    ret->unchecked = (data[3] & CD) != 0;
    ret->type = (uint16_t)read_u16(wire + name);
    ret->class_code = (uint16_t)read_u16(wire + name + 2);
    ret->wire_len = name + 4;
    memcpy(ret->wire, wire, ret->wire_len);
    write_text(wire, ret->name);
    return true;
}

/* ---- the answer -------------------------------------------------------------------------- */

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet - 'A' + 'a') : octet;
}

/* Whether a packet answers the question, whose letters libunbound may have changed. */
static bool answers(const struct xfed_unbound_question *q, const struct xfed_unbound_found *found)
{
    const uint8_t *wire = found->packet + XFED_UNBOUND_HEADER_SIZE;

    if (!found->packet || found->len < XFED_UNBOUND_HEADER_SIZE + q->wire_len ||
        read_u16(found->packet + 4) != 1)
        return false;
    for (size_t i = 0; i < q->wire_len; i++) {
        if (lower(wire[i]) != lower(q->wire[i]))
            return false;
    }
    return true;
}

/* Header and question without a record behind them. */
static size_t write_empty(const struct xfed_unbound_question *q, unsigned rcode, uint8_t *ret)
{
    memset(ret, 0, XFED_UNBOUND_HEADER_SIZE);
    write_u16(ret, q->id);
    ret[2] = (uint8_t)(QR | (q->wants_recursion ? RD : 0));
    ret[3] = (uint8_t)(RA | (q->unchecked ? CD : 0) | (rcode & RCODE));
    write_u16(ret + 4, 1);
    memcpy(ret + XFED_UNBOUND_HEADER_SIZE, q->wire, q->wire_len);
    return XFED_UNBOUND_HEADER_SIZE + q->wire_len;
}

size_t xfed_unbound_write_answer(const struct xfed_unbound_question *q,
                                 const struct xfed_unbound_found *found, size_t max, uint8_t *ret)
{
    size_t len;

    /*
     * Nothing of what is bogus leaves here. A query with CD (RFC 4035 3.2.2) asks whether there was
     * an answer at all: by this a resolver tells bogus data from servers that are out of reach.
     */
    if (found->bogus)
        return write_empty(q, q->unchecked ? NOERROR : SERVFAIL, ret);
    if (!answers(q, found))
        return write_empty(q, found->rcode ? found->rcode : SERVFAIL, ret);
    if (found->len > max) {
        len = write_empty(q, NOERROR, ret);
        ret[2] |= TC;
        return len;
    }
    memcpy(ret, found->packet, found->len);
    len = write_empty(q, found->packet[3] & RCODE, ret);
    memcpy(ret + 6, found->packet + 6, XFED_UNBOUND_HEADER_SIZE - 6); /* counts of records */
    /* What the packet says of itself is not asked: the library's verdict alone counts. */
    if (found->secure)
        ret[3] |= AD;
    return len > found->len ? len : found->len;
}

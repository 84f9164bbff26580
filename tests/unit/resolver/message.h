/* message.h - DNS messages built octet by octet, so that tests do not trust the code they test. */
#ifndef TESTS_UNIT_RESOLVER_MESSAGE_H
#define TESTS_UNIT_RESOLVER_MESSAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolver/wire.h"

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_TXT = 16 };
enum { TYPE_AAAA = 28, TYPE_SRV = 33, TYPE_TLSA = 52 };
enum { RCODE_OK = 0, RCODE_FORMERR = 1, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5 };
enum { FLAG_QR = 0x80, FLAG_TC = 0x02, FLAG_RD = 0x01 };
enum { FLAG_AD = 0x20, FLAG_CD = 0x10 }; /* of octet 3 */

struct message {
    uint8_t data[65536];
    size_t len;
};

static inline void message_u8(struct message *m, unsigned value)
{
    assert_true(m->len < sizeof(m->data));
    m->data[m->len++] = (uint8_t)value;
}

static inline void message_u16(struct message *m, unsigned value)
{
    message_u8(m, value >> 8);
    message_u8(m, value & 0xFF);
}

/* An uncompressed name; "" and "." are the root. */
static inline void message_name(struct message *m, const char *name)
{
    while (*name && *name != '.') {
        size_t label = strcspn(name, ".");

        message_u8(m, (unsigned)label);
        for (size_t i = 0; i < label; i++)
            message_u8(m, (uint8_t)name[i]);
        name += label;
        if (*name == '.')
            name++;
    }
    message_u8(m, 0);
}

/* Header and question of an answer. flags: octet 2, without QR. */
static inline void message_begin(struct message *m, unsigned id, unsigned flags, unsigned rcode,
                                 const char *name, unsigned type)
{
    m->len = 0;
    message_u16(m, id);
    message_u8(m, FLAG_QR | FLAG_RD | flags);
    message_u8(m, 0x80 | rcode);
    message_u16(m, 1);
    message_u16(m, 0);
    message_u16(m, 0);
    message_u16(m, 0);
    message_name(m, name);
    message_u16(m, type);
    message_u16(m, 1);
}

/* The fixed part of a record of the answer section; the rdata follows, then message_end_record. */
static inline size_t message_begin_record(struct message *m, const char *owner, unsigned type)
{
    m->data[7]++;
    if (m->data[7] == 0)
        m->data[6]++;
    message_name(m, owner);
    message_u16(m, type);
    message_u16(m, 1);
    message_u16(m, 0);
    message_u16(m, 300);
    message_u16(m, 0);
    return m->len;
}

/* Sets the TTL of the record whose data begin at start. */
static inline void message_ttl(struct message *m, size_t start, uint32_t ttl)
{
    for (size_t i = 0; i < 4; i++)
        m->data[start - 6 + i] = (uint8_t)(ttl >> (24 - 8 * i));
}

static inline void message_end_record(struct message *m, size_t start)
{
    size_t size = m->len - start;

    m->data[start - 2] = (uint8_t)(size >> 8);
    m->data[start - 1] = (uint8_t)size;
}

static inline void message_srv(struct message *m, const char *owner, unsigned priority,
                               unsigned weight, unsigned port, const char *target)
{
    size_t start = message_begin_record(m, owner, TYPE_SRV);

    message_u16(m, priority);
    message_u16(m, weight);
    message_u16(m, port);
    message_name(m, target);
    message_end_record(m, start);
}

static inline void message_cname(struct message *m, const char *owner, const char *target)
{
    size_t start = message_begin_record(m, owner, TYPE_CNAME);

    message_name(m, target);
    message_end_record(m, start);
}

/* An A (size 4) or AAAA (size 16) record: zeroes, and last as the last octet. */
static inline void message_address(struct message *m, const char *owner, size_t size, unsigned last)
{
    size_t start = message_begin_record(m, owner, size == 4 ? TYPE_A : TYPE_AAAA);

    for (size_t i = 0; i + 1 < size; i++)
        message_u8(m, i == 0 ? (size == 4 ? 192 : 0x20) : 0);
    message_u8(m, last);
    message_end_record(m, start);
}

static inline void message_tlsa(struct message *m, const char *owner, unsigned usage,
                                unsigned selector, unsigned matching, const void *data, size_t len)
{
    size_t start = message_begin_record(m, owner, TYPE_TLSA);

    message_u8(m, usage);
    message_u8(m, selector);
    message_u8(m, matching);
    for (size_t i = 0; i < len; i++)
        message_u8(m, ((const uint8_t *)data)[i]);
    message_end_record(m, start);
}

/* The SOA record in the authority section, which says how long an absence lasts. */
static inline void message_soa(struct message *m, const char *owner, uint32_t ttl, uint32_t minimum)
{
    size_t start = message_begin_record(m, owner, TYPE_SOA);

    message_ttl(m, start, ttl);
    message_name(m, "ns.example");
    message_name(m, "hostmaster.example");
    for (int i = 0; i < 8; i++)
        message_u16(m, 1);
    message_u16(m, minimum >> 16);
    message_u16(m, minimum & 0xFFFF);
    message_end_record(m, start);
    m->data[7]--;
    m->data[9]++;
}

#endif

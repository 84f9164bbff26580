/* packet.h - walking through a DNS message that a stranger wrote, in a bounded number of steps. */
#ifndef XFED_RESOLVER_PACKET_H
#define XFED_RESOLVER_PACKET_H

#include <stdbool.h>
#include <xmppfed/address.h>
#include <xmppfed/common.h>

enum {
    XFED_DNS_HEADER_SIZE = 12,
    XFED_DNS_NAME_MAX = 253,    /* octets of text (RFC 1035 3.1 less length octets) */
    XFED_DNS_POINTERS_MAX = 32, /* compression pointers in one name */
    XFED_DNS_RECORDS_MAX = 256, /* records of one section that are looked at */
    XFED_DNS_STEPS_MAX = 65536  /* labels and pointers of one message, however often it is read */
};

/* What is read, and how much work it has been so far. */
struct xfed_packet {
    const uint8_t *data;
    size_t len;
    unsigned steps;
};

/* One record; its data is data[rdata] to data[rdata + rdata_len - 1], all within the message. */
struct xfed_dns_record {
    size_t owner; /* where its name begins */
    int type;
    int class_in; /* 1: of the class IN */
    uint32_t ttl; /* seconds, as sent */
    size_t rdata;
    size_t rdata_len;
};

enum xfed_dns_name_kind {
    XFED_DNS_NAME_BROKEN, /* cut off, a pointer that does not lead backwards, too many steps */
    XFED_DNS_NAME_ODD,    /* well-formed, but no host has it: other octets than those of names */
    XFED_DNS_NAME_TEXT,
    XFED_DNS_NAME_NO_MEMORY
};

/*
 * Reads the name at an offset as lower-case text without final dot; the root is "". A name with
 * other octets than letters, digits, hyphen and underscore is odd: a dot or a NUL in a label would
 * make two names look the same.
 */
enum xfed_dns_name_kind xfed_packet_name(struct xfed_packet *m, size_t at,
                                         char ret[XMPPFED_DOMAIN_SIZE]);

/* Moves *at behind a name; false if there is no whole name. Pointers are not followed. */
bool xfed_packet_skip_name(struct xfed_packet *m, size_t *at);

/* Reads the record at *at and moves behind it; false if there is no whole record. */
bool xfed_packet_record(struct xfed_packet *m, size_t *at, struct xfed_dns_record *ret);

/* Two octets of the message in network order; at + 1 must be within it. */
unsigned xfed_packet_u16(const struct xfed_packet *m, size_t at);

#endif

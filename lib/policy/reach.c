/* reach.c - addresses of the network: which may be dialled, and whose they are. */
#include "policy/reach.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

/* A range of addresses: those that begin with the first bits of octets. */
struct range {
    uint8_t octets[16];
    unsigned bits;
};

/* The registries of special addresses of the IANA (RFC 6890): where no server can be. */
static const struct range nobody4[] = {
    {{0}, 8},                   /* this network; 0.0.0.0 is this machine */
    {{224}, 4},                 /* multicast */
    {{255, 255, 255, 255}, 32}, /* broadcast */
};
static const struct range nobody6[] = {
    {{0}, 128},  /* unspecified */
    {{0xff}, 8}, /* multicast */
};

/* ... and what is private, of this machine or of its network. */
static const struct range private4[] = {
    {{10}, 8},         {{100, 64}, 10},  {{127}, 8},      {{169, 254}, 16}, {{172, 16}, 12},
    {{192, 0, 0}, 24}, {{192, 168}, 16}, {{198, 18}, 15}, {{240}, 4},
};
static const struct range private6[] = {
    {{[15] = 1}, 128}, /* loopback */
    {{0xfc}, 7},       /* unique local */
    {{0xfe, 0x80}, 9}, /* link-local, and the site-local of old */
};

/* IPv6 addresses that carry one of IPv4 at some octet. */
static const struct {
    struct range range;
    size_t at;
} carriers[] = {
    {{{[10] = 0xff, [11] = 0xff}, 96}, 12},  /* mapped, RFC 4291 2.5.5.2 */
    {{{0}, 96}, 12},                         /* compatible, RFC 4291 2.5.5.1 */
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12},       /* NAT64, RFC 6052 2.1 */
    {{{0, 0x64, 0xff, 0x9b, 0, 1}, 96}, 12}, /* local NAT64, RFC 8215 */
    {{{0x20, 0x02}, 16}, 2},                 /* 6to4, RFC 3056 */
};

static bool is_in(const uint8_t *octets, const struct range *r)
{
    unsigned whole = r->bits / 8;
    unsigned rest = r->bits % 8;

    if (memcmp(octets, r->octets, whole) != 0)
        return false;
    return rest == 0 || ((octets[whole] ^ r->octets[whole]) >> (8 - rest)) == 0;
}

static bool is_in_any(const uint8_t *octets, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_in(octets, &ranges[i]))
            return true;
    return false;
}

#define IN_ANY(octets, ranges) is_in_any(octets, ranges, sizeof(ranges) / sizeof((ranges)[0]))

static bool allows4(const uint8_t *octets, bool stranger)
{
    return !IN_ANY(octets, nobody4) && !(stranger && IN_ANY(octets, private4));
}

static bool allows6(const uint8_t *octets, bool stranger)
{
    if (IN_ANY(octets, nobody6) || (stranger && IN_ANY(octets, private6)))
        return false;
    for (size_t i = 0; i < sizeof(carriers) / sizeof(carriers[0]); i++)
        /* ::1 looks like a carrier of 0.0.0.1, and was judged above. */
        if (is_in(octets, &carriers[i].range) && !is_in(octets, &private6[0]))
            return allows4(octets + carriers[i].at, stranger);
    return true;
}

bool xfed_reach_allows(const char *address, bool stranger)
{
    uint8_t octets[16];

    if (inet_pton(AF_INET, address, octets) == 1)
        return allows4(octets, stranger);
    return inet_pton(AF_INET6, address, octets) == 1 && allows6(octets, stranger);
}

void xfed_reach_key(const char *address, char ret[XFED_REACH_KEY_SIZE])
{
    uint8_t octets[16];

    if (inet_pton(AF_INET6, address, octets) != 1) {
        if (!xfed_text_copy(ret, XFED_REACH_KEY_SIZE, address))
            ret[0] = '\0';
        return;
    }
    if (!is_in(octets, &carriers[0].range))
        memset(octets + 8, 0, 8);
    (void)inet_ntop(AF_INET6, octets, ret, XFED_REACH_KEY_SIZE);
}

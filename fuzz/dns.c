/*
 * dns.c - fuzzes DNS answers: the wire reader alone, and a whole look-up that gets them.
 *
 * Input: a letter ('s' SRV, 'a' A, 'q' AAAA, 't' TLSA: one answer about example.org goes to the
 * wire reader; 'l' a look-up, 'h' one of a host, 'L' and 'H' with a trusted server), then answers,
 * each with its length in two octets before it as over TCP. An answer of no octets says that the
 * query could not be sent. The two octets of the id are replaced by the right ones unless they are
 * both 0xFF.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "resolver/wire.h"
#include <xmppfed/resolver.h>

enum { ROUNDS_MAX = 400 };

/* Copies the next answer, with this id; NULL and 0 at the end. The caller frees. */
static uint8_t *next_answer(struct fuzz_input *in, uint16_t id, size_t *ret_len)
{
    size_t len = (size_t)fuzz_byte(in) << 8;
    uint8_t *answer;

    len |= fuzz_byte(in);
    if (len > in->len)
        len = in->len;
    answer = malloc(len + 1);
    FUZZ_CHECK(answer);
    if (len > 0)
        memcpy(answer, in->data, len);
    in->data += len;
    in->len -= len;
    if (len >= 2 && (answer[0] != 0xFF || answer[1] != 0xFF)) {
        answer[0] = (uint8_t)(id >> 8);
        answer[1] = (uint8_t)id;
    }
    *ret_len = len;
    return answer;
}

static void read_answer(struct fuzz_input *in, int type)
{
    struct xfed_dns_asked asked = {0x1234, type, "example.org", 0};
    struct xfed_dns_answer found;
    size_t len;
    uint8_t *answer = next_answer(in, asked.id, &len);
    int rc = xfed_wire_answer(&asked, answer, len, &found);

    FUZZ_CHECK(rc == 0 || rc == 1);
    if (rc == 1) {
        FUZZ_CHECK(found.aliases <= XFED_DNS_ALIAS_MAX + 1);
        FUZZ_CHECK((found.count > 0) == (found.outcome == XFED_DNS_RECORDS));
        FUZZ_CHECK(found.count <= (type == XFED_DNS_SRV    ? XFED_DNS_SRV_MAX
                                   : type == XFED_DNS_TLSA ? XFED_DNS_TLSA_MAX
                                                           : XFED_DNS_ADDRESS_MAX));
        FUZZ_CHECK(found.steps <= XFED_DNS_STEPS_MAX + 1);
        for (size_t i = 0; type == XFED_DNS_TLSA && i < found.count; i++)
            FUZZ_CHECK((const uint8_t *)found.tlsa[i].data.data + found.tlsa[i].data.len <=
                       answer + len);
        for (size_t i = 0; type == XFED_DNS_SRV && i < found.count; i++)
            FUZZ_CHECK(memchr(found.srv[i].target, '\0', sizeof(found.srv[i].target)));
    }
    free(answer);
}

/* Answers every query that the resolver has; false when it has none. */
static bool answer_queries(xmppfed_resolver *r, struct fuzz_input *in, xmppfed_time now)
{
    xmppfed_dns_query q;
    bool any = false;

    while (in->len > 0 && xmppfed_resolver_next_query(r, now, &q) == 1) {
        size_t len;
        uint16_t id = (uint16_t)(q.data[0] << 8 | q.data[1]);
        uint8_t *answer = next_answer(in, id, &len);

        any = true;
        if (len == 0)
            xmppfed_resolver_failed(r, q.token, now);
        else
            FUZZ_CHECK(xmppfed_resolver_answer(r, q.token, answer, len, now) == 0);
        free(answer);
    }
    return any;
}

/* Whatever the answers, a look-up ends, and with endpoints exactly if it succeeded. */
static void look_up(xmppfed_context *ctx, struct fuzz_input *in, bool host, bool trusted)
{
    const xmppfed_dns_result *found = NULL;
    xmppfed_resolver *r;
    xmppfed_dns_query q;
    xmppfed_time now = 0;
    uint64_t id;
    int rc;

    FUZZ_CHECK(xmppfed_resolver_new(ctx, &r) == 0);
    xmppfed_resolver_set_trusted(r, trusted);
    rc = host ? xmppfed_resolver_start_host(r, "example.org", 5269, now, &id)
              : xmppfed_resolver_start(r, "example.org", now, &id);
    FUZZ_CHECK(rc == 0);
    for (int i = 0; i < ROUNDS_MAX && xmppfed_resolver_next_result(r, &found) == 0; i++) {
        if (answer_queries(r, in, now))
            continue;
        while (xmppfed_resolver_next_query(r, now, &q) == 1)
            continue;
        now = xmppfed_resolver_deadline(r);
        if (now != XMPPFED_TIME_NEVER)
            xmppfed_resolver_tick(r, now);
    }
    FUZZ_CHECK(found && found->lookup == id);
    FUZZ_CHECK((found->code == 0) == (found->count > 0));
    for (size_t i = 0; i < found->count; i++) {
        const xmppfed_endpoint *e = &found->endpoints[i];

        FUZZ_CHECK(e->port > 0 && *e->address);
        FUZZ_CHECK((size_t)e->tlsa_first + e->tlsa_count <= found->tlsa_count);
        FUZZ_CHECK(trusted || e->secure == 0);
        FUZZ_CHECK(e->tlsa_count == 0 || e->secure == XMPPFED_SECURE_ALL);
    }
    xmppfed_resolver_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    uint8_t mode = fuzz_byte(&in);
    xmppfed_context *ctx = fuzz_context();

    switch (mode) {
    case 'l':
    case 'h':
    case 'L':
    case 'H':
        look_up(ctx, &in, mode == 'h' || mode == 'H', mode == 'L' || mode == 'H');
        break;
    case 'a':
        read_answer(&in, XFED_DNS_A);
        break;
    case 'q':
        read_answer(&in, XFED_DNS_AAAA);
        break;
    case 't':
        read_answer(&in, XFED_DNS_TLSA);
        break;
    default:
        read_answer(&in, XFED_DNS_SRV);
    }
    fuzz_context_end(ctx);
    return 0;
}

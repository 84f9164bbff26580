/*
 * test_struct_sizes.c - the transparent structs keep their layout: hosts were compiled with it.
 *
 * The numbers hold where pointers and long have 64 bits. A struct may grow only at its end and only
 * with a new version of its interface; then the rows here change in the same commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <xmppfed/xmppfed.h>

struct layout {
    const char *name;
    size_t actual;
    size_t expected;
};

#define SIZE(type, bytes)                          \
    {                                              \
        "sizeof(" #type ")", sizeof(type), (bytes) \
    }
#define MEMBER(type, member, bytes)                        \
    {                                                      \
#type "." #member, offsetof(type, member), (bytes) \
    }
#define END        \
    {              \
        NULL, 0, 0 \
    }

static void check(const struct layout *rows)
{
    if (sizeof(void *) != 8 || sizeof(long) != 8)
        skip();
    for (; rows->name; rows++)
        if (rows->actual != rows->expected)
            fail_msg("%s is %zu, was %zu", rows->name, rows->actual, rows->expected);
}

static void test_common(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_slice, 16),          MEMBER(xmppfed_slice, data, 0),
        MEMBER(xmppfed_slice, len, 8),    SIZE(xmppfed_time, 8),
        SIZE(xmppfed_problem, 388),       MEMBER(xmppfed_problem, code, 0),
        MEMBER(xmppfed_problem, text, 4), END,
    };

    (void)state;
    check(rows);
}

static void test_allocator(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_allocator, 40),
        MEMBER(xmppfed_allocator, version, 0),
        MEMBER(xmppfed_allocator, malloc_fn, 8),
        MEMBER(xmppfed_allocator, realloc_fn, 16),
        MEMBER(xmppfed_allocator, free_fn, 24),
        MEMBER(xmppfed_allocator, user, 32),
        END,
    };

    (void)state;
    check(rows);
}

static void test_address(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_jid, 48),
        MEMBER(xmppfed_jid, local, 0),
        MEMBER(xmppfed_jid, domain, 16),
        MEMBER(xmppfed_jid, resource, 32),
        END,
    };

    (void)state;
    check(rows);
}

static void test_stream_item(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_stream_item, 16),
        MEMBER(xmppfed_stream_item, kind, 0),
        MEMBER(xmppfed_stream_item, element, 8),
        END,
    };

    (void)state;
    check(rows);
}

static void test_resolver(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_endpoint, 318),
        MEMBER(xmppfed_endpoint, host, 0),
        MEMBER(xmppfed_endpoint, address, 256),
        MEMBER(xmppfed_endpoint, port, 304),
        MEMBER(xmppfed_endpoint, direct_tls, 306),
        MEMBER(xmppfed_endpoint, priority, 308),
        MEMBER(xmppfed_endpoint, weight, 310),
        MEMBER(xmppfed_endpoint, secure, 312),
        MEMBER(xmppfed_endpoint, tlsa_first, 314),
        MEMBER(xmppfed_endpoint, tlsa_count, 316),
        SIZE(xmppfed_tlsa, 40),
        MEMBER(xmppfed_tlsa, usage, 0),
        MEMBER(xmppfed_tlsa, selector, 1),
        MEMBER(xmppfed_tlsa, matching, 2),
        MEMBER(xmppfed_tlsa, data, 8),
        MEMBER(xmppfed_tlsa, base, 24),
        MEMBER(xmppfed_tlsa, ttl, 32),
        SIZE(xmppfed_dns_query, 32),
        MEMBER(xmppfed_dns_query, token, 0),
        MEMBER(xmppfed_dns_query, data, 8),
        MEMBER(xmppfed_dns_query, len, 16),
        MEMBER(xmppfed_dns_query, tcp, 24),
        MEMBER(xmppfed_dns_query, server, 28),
        SIZE(xmppfed_dns_result, 72),
        MEMBER(xmppfed_dns_result, lookup, 0),
        MEMBER(xmppfed_dns_result, code, 8),
        MEMBER(xmppfed_dns_result, text, 16),
        MEMBER(xmppfed_dns_result, endpoints, 24),
        MEMBER(xmppfed_dns_result, count, 32),
        MEMBER(xmppfed_dns_result, tlsa, 40),
        MEMBER(xmppfed_dns_result, tlsa_count, 48),
        MEMBER(xmppfed_dns_result, left_out, 56),
        MEMBER(xmppfed_dns_result, ttl, 64),
        MEMBER(xmppfed_dns_result, stale, 68),
        END,
    };

    (void)state;
    check(rows);
}

static void test_policy(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_policy_note, 32),
        MEMBER(xmppfed_policy_note, is_error, 0),
        MEMBER(xmppfed_policy_note, code, 8),
        MEMBER(xmppfed_policy_note, domain, 16),
        MEMBER(xmppfed_policy_note, text, 24),
        SIZE(xmppfed_question, 48),
        MEMBER(xmppfed_question, direction, 0),
        MEMBER(xmppfed_question, action, 4),
        MEMBER(xmppfed_question, contact, 8),
        MEMBER(xmppfed_question, local, 16),
        MEMBER(xmppfed_question, remote, 24),
        MEMBER(xmppfed_question, time, 32),
        MEMBER(xmppfed_question, proof, 40),
        SIZE(xmppfed_decision, 120),
        MEMBER(xmppfed_decision, verdict, 0),
        MEMBER(xmppfed_decision, effects, 4),
        MEMBER(xmppfed_decision, condition, 8),
        MEMBER(xmppfed_decision, reason_count, 16),
        MEMBER(xmppfed_decision, reasons, 24),
        MEMBER(xmppfed_decision, reasons[1], 32),
        END,
    };

    (void)state;
    check(rows);
}

static void test_listing(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_link_info, 96),
        MEMBER(xmppfed_link_info, size, 0),
        MEMBER(xmppfed_link_info, link, 8),
        MEMBER(xmppfed_link_info, direction, 16),
        MEMBER(xmppfed_link_info, state, 20),
        MEMBER(xmppfed_link_info, purpose, 24),
        MEMBER(xmppfed_link_info, peer, 32),
        MEMBER(xmppfed_link_info, local, 40),
        MEMBER(xmppfed_link_info, remote, 48),
        MEMBER(xmppfed_link_info, proof, 56),
        MEMBER(xmppfed_link_info, pairs, 64),
        MEMBER(xmppfed_link_info, queued, 72),
        MEMBER(xmppfed_link_info, queued_bytes, 80),
        MEMBER(xmppfed_link_info, since, 88),
        SIZE(xmppfed_certificate, 832),
        MEMBER(xmppfed_certificate, size, 0),
        MEMBER(xmppfed_certificate, subject, 8),
        MEMBER(xmppfed_certificate, issuer, 136),
        MEMBER(xmppfed_certificate, names, 264),
        MEMBER(xmppfed_certificate, not_before, 776),
        MEMBER(xmppfed_certificate, not_after, 784),
        MEMBER(xmppfed_certificate, for_server, 792),
        MEMBER(xmppfed_certificate, for_client, 796),
        MEMBER(xmppfed_certificate, fingerprint, 800),
        SIZE(xmppfed_progress, 72),
        MEMBER(xmppfed_progress, size, 0),
        MEMBER(xmppfed_progress, stage, 8),
        MEMBER(xmppfed_progress, waiting, 16),
        MEMBER(xmppfed_progress, peer_spoke, 24),
        MEMBER(xmppfed_progress, offers_tls, 28),
        MEMBER(xmppfed_progress, offers_external, 32),
        MEMBER(xmppfed_progress, offers_dialback, 36),
        MEMBER(xmppfed_progress, tried, 40),
        MEMBER(xmppfed_progress, offers_scram, 44),
        MEMBER(xmppfed_progress, condition, 48),
        MEMBER(xmppfed_progress, tls_version, 56),
        MEMBER(xmppfed_progress, cipher, 64),
        SIZE(xmppfed_partner_info, 160),
        MEMBER(xmppfed_partner_info, size, 0),
        MEMBER(xmppfed_partner_info, domain, 8),
        MEMBER(xmppfed_partner_info, description, 16),
        MEMBER(xmppfed_partner_info, proxy_fqdn, 24),
        MEMBER(xmppfed_partner_info, type, 32),
        MEMBER(xmppfed_partner_info, tls, 36),
        MEMBER(xmppfed_partner_info, sasl, 40),
        MEMBER(xmppfed_partner_info, dialback, 44),
        MEMBER(xmppfed_partner_info, keep_alive, 48),
        MEMBER(xmppfed_partner_info, allow_plaintext, 52),
        MEMBER(xmppfed_partner_info, eku, 56),
        MEMBER(xmppfed_partner_info, connection_limit, 60),
        MEMBER(xmppfed_partner_info, row, 64),
        MEMBER(xmppfed_partner_info, methods, 68),
        MEMBER(xmppfed_partner_info, note_code, 72),
        MEMBER(xmppfed_partner_info, note_text, 80),
        MEMBER(xmppfed_partner_info, domain_count, 88),
        MEMBER(xmppfed_partner_info, address_count, 96),
        MEMBER(xmppfed_partner_info, record, 104),
        MEMBER(xmppfed_partner_info, dane, 112),
        MEMBER(xmppfed_partner_info, bidi, 116),
        MEMBER(xmppfed_partner_info, pin_count, 120),
        MEMBER(xmppfed_partner_info, pin_only, 128),
        MEMBER(xmppfed_partner_info, tls_minimum, 132),
        MEMBER(xmppfed_partner_info, minimum_proof, 136),
        MEMBER(xmppfed_partner_info, posh, 140),
        MEMBER(xmppfed_partner_info, ocsp, 144),
        MEMBER(xmppfed_partner_info, shared_secret, 148),
        MEMBER(xmppfed_partner_info, key_by_certificate, 152),
        SIZE(xmppfed_fingerprint, 68),
        MEMBER(xmppfed_fingerprint, hash, 0),
        MEMBER(xmppfed_fingerprint, octets, 4),
        END,
    };

    (void)state;
    check(rows);
}

static void test_proof(void **state)
{
    static const struct layout rows[] = {
        SIZE(xmppfed_proof, 144),
        MEMBER(xmppfed_proof, kind, 0),
        MEMBER(xmppfed_proof, tls_version, 4),
        MEMBER(xmppfed_proof, cipher, 20),
        MEMBER(xmppfed_proof, has_certificate, 52),
        MEMBER(xmppfed_proof, fingerprint, 56),
        MEMBER(xmppfed_proof, proved_at, 88),
        MEMBER(xmppfed_proof, has_binding, 96),
        MEMBER(xmppfed_proof, binding, 100),
        MEMBER(xmppfed_proof, resumed, 132),
        MEMBER(xmppfed_proof, staple, 136),
        END,
    };

    (void)state;
    check(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_common),   cmocka_unit_test(test_allocator),
        cmocka_unit_test(test_address),  cmocka_unit_test(test_stream_item),
        cmocka_unit_test(test_resolver), cmocka_unit_test(test_policy),
        cmocka_unit_test(test_proof),    cmocka_unit_test(test_listing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

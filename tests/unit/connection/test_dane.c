/* test_dane.c - keeping what DNSSEC has proved; judging by it is tested in tests/pair. */
#include "fixture.h"

#include <stdlib.h>

#define DIGEST "0123456789abcdef0123456789abcdef"

static const xmppfed_tlsa good = {3, 1, 1, {DIGEST, 32}, "xmpp.fabrikam.example"};
static const xmppfed_tlsa unknown = {9, 1, 1, {DIGEST, 32}, "xmpp.fabrikam.example"};

static const struct xfed_partner heeds = {.domain = FABRIKAM};
static const struct xfed_partner ignores = {.domain = FABRIKAM, .dane = XMPPFED_DANE_OFF};

/* Usable records bind an initiator, unless the partner record says that DNS does not count. */
static void test_bound(void **state)
{
    const struct {
        const char *name;
        const xmppfed_tlsa records[2];
        size_t count;
        bool bound;
    } rows[] = {
        {"none", {{0}}, 0, false},
        {"one", {good}, 1, true},
        {"one that is not understood", {unknown}, 1, false},
        {"one of two", {unknown, good}, 2, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture f;

        fixture_open_initiator(&f);
        assert_false(xfed_connection_is_bound(f.c, &heeds));
        assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, rows[i].records, rows[i].count), 0);
        if (xfed_connection_is_bound(f.c, &heeds) != rows[i].bound)
            fail_msg("%s", rows[i].name);
        assert_false(xfed_connection_is_bound(f.c, &ignores));
        fixture_close(&f);
    }
}

/* What is kept is a copy, charged to the stream and given back. */
static void test_copy(void **state)
{
    char *octets = malloc(32);
    xmppfed_tlsa record = good;
    struct fixture f;
    size_t before;

    (void)state;
    fixture_open_initiator(&f);
    before = f.c->account.used;
    memcpy(octets, DIGEST, 32);
    record.data.data = octets;
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, "XMPP.fabrikam.example", &record, 1), 0);
    memset(octets, 0, 32);
    free(octets);
    assert_true(xfed_connection_is_bound(f.c, &heeds));
    assert_true(f.c->account.used > before);
    /* The last word counts. */
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, NULL, 0), 0);
    assert_false(xfed_connection_is_bound(f.c, &heeds));
    xfed_connection_forget_dns(f.c);
    assert_int_equal(f.c->account.used, before);
    fixture_close(&f);
}

/* Where TLS is promised, a stream without it is none: not even where the record has nothing else.
 */
static void test_tls_is_a_must(void **state)
{
    const xmppfed_event *ev;
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, &good, 1), 0);
    assert_null(fixture_receive(&f, HEADER));
    ev = fixture_receive(&f, "<stream:features><dialback "
                             "xmlns='urn:xmpp:features:dialback'/></stream:features>");
    assert_int_equal(xmppfed_event_kind(ev), XMPPFED_EVENT_STREAM_DOWN);
    assert_int_equal(xmppfed_event_code(ev), XMPPFED_ERR_TLS_UNAVAILABLE);
    assert_non_null(strstr(xmppfed_event_text(ev), "TLSA"));
    fixture_close(&f);
}

static void test_misuse(void **state)
{
    struct fixture f;

    (void)state;
    assert_int_equal(xmppfed_connection_set_tlsa(NULL, NULL, NULL, 0), XMPPFED_ERR_ARGUMENT);
    fixture_open_receiver(&f);
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, &good, 1), XMPPFED_ERR_STATE);
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, FABRIKAM, &good, 1), XMPPFED_ERR_ARGUMENT);
    fixture_close(&f);
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, NULL, 1), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, "no domain", &good, 1), XMPPFED_ERR_ADDRESS);
    assert_null(fixture_receive(&f, HEADER));
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, &good, 1), XMPPFED_ERR_STATE);
    fixture_close(&f);
}

/* However many and large the records are, a stream keeps no more than its share. */
static void test_bounds(void **state)
{
    static char large[60000];
    xmppfed_tlsa records[40];
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    for (size_t i = 0; i < 40; i++)
        records[i] = (xmppfed_tlsa){3, 0, 0, {large, sizeof(large)}, FABRIKAM};
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, records, 40), XMPPFED_ERR_LIMIT_MEMORY);
    assert_null(f.c->dns);
    for (size_t i = 0; i < 40; i++)
        records[i] = i < 32 ? unknown : good;
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, records, 40), 0);
    assert_false(xfed_connection_is_bound(f.c, &heeds));
    fixture_close(&f);
}

static void test_no_memory(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, &good, 1), 0);
    f.memory.fail_at = f.memory.calls + 1;
    assert_int_equal(xmppfed_connection_set_tlsa(f.c, NULL, NULL, 0), XMPPFED_ERR_NOMEM);
    f.memory.fail_at = 0;
    assert_true(xfed_connection_is_bound(f.c, &heeds));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),         cmocka_unit_test(test_copy),
        cmocka_unit_test(test_tls_is_a_must), cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_bounds),        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

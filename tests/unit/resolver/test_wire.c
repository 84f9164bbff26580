/* test_wire.c - queries octet by octet; answers good, foreign, broken and mutated. */
#include "message.h"

#include "support/test_random.h"

#define SRV_NAME "_xmpp-server._tcp.fabrikam.example"

static const struct xfed_dns_asked asked_srv = {
    .id = 0x1234, .type = XFED_DNS_SRV, .name = SRV_NAME};
static const struct xfed_dns_asked asked_a = {
    .id = 0x1234, .type = XFED_DNS_A, .name = "a.example"};

static void test_query(void **state)
{
    static const uint8_t expected[] = {0x12, 0x34, 0x01, 0x00, 0,    1,   0,   0,
                                       0,    0,    0,    1, /* RD, one question, one additional */
                                       1,    'a',  7,    'e',  'x',  'a', 'm', 'p',
                                       'l',  'e',  0,    0,    1,    0,   1, /* a.example A IN */
                                       0,    0,    41,   0x04, 0xD0, 0,   0,   0,
                                       0,    0,    0}; /* OPT, 1232 octets */
    uint8_t query[XFED_DNS_QUERY_SIZE];
    size_t len = 0;

    (void)state;
    assert_int_equal(xfed_wire_query(&asked_a, query, &len), 0);
    assert_int_equal(len, sizeof(expected));
    assert_memory_equal(query, expected, len);
}

static void test_query_bits(void **state)
{
    struct xfed_dns_asked asked = asked_a;
    uint8_t query[XFED_DNS_QUERY_SIZE];
    size_t len = 0;

    (void)state;
    asked.wants_authentic = true;
    assert_int_equal(xfed_wire_query(&asked, query, &len), 0);
    assert_int_equal(query[3], FLAG_AD);
    asked.wants_authentic = false;
    asked.unchecked = true;
    assert_int_equal(xfed_wire_query(&asked, query, &len), 0);
    assert_int_equal(query[3], FLAG_CD);
}

/* Random letters go out, and must come back. */
static void test_mixed_case(void **state)
{
    uint8_t cases[XFED_DNS_CASES_SIZE] = {0x55, 0x01};
    struct xfed_dns_asked asked = asked_a;
    uint8_t query[XFED_DNS_QUERY_SIZE];
    struct xfed_dns_answer a;
    struct message m;
    size_t len = 0;

    (void)state;
    asked.cases = cases;
    assert_int_equal(xfed_wire_query(&asked, query, &len), 0);
    assert_memory_equal(query + 12, "\1A\7ExAmPlE\0", 11);
    message_begin(&m, 0x1234, 0, RCODE_OK, "A.ExAmPlE", TYPE_A);
    message_address(&m, "a.example", 4, 1);
    assert_int_equal(xfed_wire_answer(&asked, m.data, m.len, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    for (size_t i = 13; i < 22; i++) {
        if (i == 14)
            continue; /* the length of a label */
        m.data[i] ^= 0x20;
        assert_int_equal(xfed_wire_answer(&asked, m.data, m.len, &a), 0);
        m.data[i] ^= 0x20;
    }
}

static void test_longest_query(void **state)
{
    char name[300];
    struct xfed_dns_asked asked = {.id = 1, .type = XFED_DNS_AAAA, .name = name};
    uint8_t query[XFED_DNS_QUERY_SIZE];
    size_t len = 0;

    (void)state;
    memset(name, 'x', sizeof(name));
    for (size_t i = 49; i < 253; i += 50)
        name[i] = '.';
    name[253] = '\0';
    assert_int_equal(xfed_wire_query(&asked, query, &len), 0);
    assert_int_equal(len, 12 + 255 + 4 + 11);
    name[253] = 'x';
    name[254] = '\0';
    assert_int_equal(xfed_wire_query(&asked, query, &len), XMPPFED_ERR_ADDRESS);
    memset(name, 'x', 64);
    name[64] = '\0';
    assert_int_equal(xfed_wire_query(&asked, query, &len), XMPPFED_ERR_ADDRESS);
}

static int read_answer(const struct xfed_dns_asked *asked, const struct message *m,
                       struct xfed_dns_answer *a)
{
    /* A heap copy of the exact size lets the sanitizer see a read past the end. */
    uint8_t *copy = test_malloc(m->len + (m->len == 0));
    int rc;

    memcpy(copy, m->data, m->len);
    rc = xfed_wire_answer(asked, copy, m->len, a);
    test_free(copy);
    return rc;
}

static void test_srv_records(void **state)
{
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, SRV_NAME, TYPE_SRV);
    message_srv(&m, SRV_NAME, 10, 20, 5269, "One.Fabrikam.EXAMPLE");
    message_srv(&m, "_XMPP-Server._TCP.fabrikam.example", 65535, 0, 65535, "two.example");
    message_srv(&m, "_xmpp-server._tcp.other.example", 1, 1, 1, "three.example");
    message_srv(&m, SRV_NAME, 0, 0, 0, ".");
    message_srv(&m, SRV_NAME, 0, 0, 1, "not a name.example");
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    assert_int_equal(a.count, 3);
    assert_string_equal(a.srv[0].target, "one.fabrikam.example");
    assert_int_equal(a.srv[0].priority, 10);
    assert_int_equal(a.srv[0].weight, 20);
    assert_int_equal(a.srv[0].port, 5269);
    assert_string_equal(a.srv[1].target, "two.example");
    assert_int_equal(a.srv[1].priority, 65535);
    assert_int_equal(a.srv[1].port, 65535);
    assert_string_equal(a.srv[2].target, "");
}

static void test_address_records(void **state)
{
    struct xfed_dns_asked asked_aaaa = {.id = 7, .type = XFED_DNS_AAAA, .name = "a.example"};
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, "A.Example", TYPE_A);
    message_address(&m, "a.example", 4, 9);
    message_address(&m, "a.example", 16, 8);
    message_address(&m, "b.example", 4, 7);
    assert_int_equal(read_answer(&asked_a, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    assert_int_equal(a.count, 1);
    assert_memory_equal(a.address[0], "\xC0\0\0\x09", 4);
    message_begin(&m, 7, 0, RCODE_OK, "a.example", TYPE_AAAA);
    for (unsigned i = 0; i < 20; i++)
        message_address(&m, "a.example", 16, i);
    assert_int_equal(read_answer(&asked_aaaa, &m, &a), 1);
    assert_int_equal(a.count, XFED_DNS_ADDRESS_MAX);
    assert_int_equal(a.address[7][15], 7);
}

static void test_many_srv_records_are_cut(void **state)
{
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, SRV_NAME, TYPE_SRV);
    for (unsigned i = 0; i < 300; i++)
        message_srv(&m, SRV_NAME, i, 0, 5269, "t.example");
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.count, XFED_DNS_SRV_MAX);
}

/* A chain of aliases c0 -> c1 -> ... with an address at its end, or without. */
static void build_chain(struct message *m, unsigned steps, bool address)
{
    char from[] = "c0.example";
    char to[] = "c0.example";

    message_begin(m, 0x1234, 0, RCODE_OK, "c0.example", TYPE_A);
    for (unsigned i = 0; i < steps; i++) {
        from[1] = (char)('0' + i);
        to[1] = (char)('0' + i + 1);
        message_cname(m, from, to);
    }
    if (address)
        message_address(m, to, 4, 1);
}

static void test_aliases(void **state)
{
    struct xfed_dns_asked asked = {.id = 0x1234, .type = XFED_DNS_A, .name = "c0.example"};
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    build_chain(&m, 8, true);
    assert_int_equal(read_answer(&asked, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    assert_int_equal(a.count, 1);
    assert_int_equal(a.aliases, 8);
    build_chain(&m, 9, true);
    assert_int_equal(read_answer(&asked, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_ALIAS_LOOP);
    build_chain(&m, 2, false);
    assert_int_equal(read_answer(&asked, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_ALIAS);
    assert_string_equal(a.alias, "c2.example");
    assert_int_equal(a.aliases, 2);
    asked.aliases = 7; /* steps that led to this question count */
    assert_int_equal(read_answer(&asked, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_ALIAS_LOOP);
    asked.aliases = 0;
    message_begin(&m, 0x1234, 0, RCODE_OK, "c0.example", TYPE_A);
    message_cname(&m, "c0.example", "C0.example");
    assert_int_equal(read_answer(&asked, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_ALIAS_LOOP);
    message_begin(&m, 0x1234, 0, RCODE_OK, "c0.example", TYPE_A);
    message_cname(&m, "c0.example", "no host.example");
    assert_int_equal(read_answer(&asked, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_MALFORMED);
}

static void test_tlsa_records(void **state)
{
    struct xfed_dns_asked asked = {
        .id = 0x1234, .type = XFED_DNS_TLSA, .name = "_5269._tcp.a.example"};
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, asked.name, TYPE_TLSA);
    m.data[3] |= FLAG_AD;
    message_tlsa(&m, asked.name, 3, 1, 1, "0123456789abcdef0123456789abcdef", 32);
    message_tlsa(&m, "_5269._tcp.b.example", 3, 1, 1, "x", 1);
    message_tlsa(&m, asked.name, 255, 254, 253, "", 0);
    assert_int_equal(xfed_wire_answer(&asked, m.data, m.len, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    assert_true(a.authentic);
    assert_int_equal(a.count, 2);
    assert_int_equal(a.tlsa[0].usage, 3);
    assert_int_equal(a.tlsa[0].selector, 1);
    assert_int_equal(a.tlsa[0].matching, 1);
    assert_int_equal(a.tlsa[0].data.len, 32);
    assert_memory_equal(a.tlsa[0].data.data, "0123456789abcdef0123456789abcdef", 32);
    assert_int_equal(a.tlsa[1].usage, 255);
    assert_int_equal(a.tlsa[1].data.len, 0);
    message_begin(&m, 0x1234, 0, RCODE_OK, asked.name, TYPE_TLSA);
    for (unsigned i = 0; i < 100; i++)
        message_tlsa(&m, asked.name, 3, 1, 1, &i, 1);
    assert_int_equal(xfed_wire_answer(&asked, m.data, m.len, &a), 1);
    assert_int_equal(a.count, XFED_DNS_TLSA_MAX);
    assert_false(a.authentic);
}

/* An answer lasts as long as the shortest-lived of the records that make it. */
static void test_time_to_live(void **state)
{
    struct xfed_dns_answer a;
    struct message m;
    size_t end;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, "a.example", TYPE_A);
    message_cname(&m, "a.example", "b.example");
    message_ttl(&m, m.len - strlen("b.example") - 2, 70);
    message_address(&m, "b.example", 4, 1);
    message_address(&m, "other.example", 4, 1);
    message_ttl(&m, m.len - 4, 3); /* is not used */
    end = m.len;
    message_soa(&m, "example", 5, 5);
    assert_int_equal(read_answer(&asked_a, &m, &a), 1);
    assert_true(a.lasts);
    assert_int_equal(a.ttl, 70);
    assert_int_equal(a.used, end);
    /* An absence lasts as long as the SOA record says, in either of two ways (RFC 2308 5). */
    message_begin(&m, 0x1234, 0, RCODE_NXDOMAIN, "a.example", TYPE_A);
    message_soa(&m, "example", 900, 40);
    assert_int_equal(read_answer(&asked_a, &m, &a), 1);
    assert_true(a.lasts);
    assert_int_equal(a.ttl, 40);
    message_begin(&m, 0x1234, 0, RCODE_OK, "a.example", TYPE_A);
    message_soa(&m, "example", 30, 40);
    assert_int_equal(read_answer(&asked_a, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_NO_DATA);
    assert_int_equal(a.ttl, 30);
    message_begin(&m, 0x1234, 0, RCODE_NXDOMAIN, "a.example", TYPE_A);
    assert_int_equal(read_answer(&asked_a, &m, &a), 1);
    assert_false(a.lasts);
}

/* What a hostile server may make us do is counted, not timed. */
static void test_hostile_answers_are_cheap(void **state)
{
    struct xfed_dns_answer a;
    static struct message m;
    unsigned names;

    (void)state;
    /* 4 000 names that point to one name of 8 000 pointers. */
    message_begin(&m, 0x1234, 0, RCODE_OK, SRV_NAME, TYPE_SRV);
    for (unsigned i = 0; i < 8000; i++)
        message_u16(&m, 0xC000 | (unsigned)(i == 0 ? 12 : m.len - 2));
    for (names = 0; names < 4000; names++) {
        message_u16(&m, 0xC000 | (unsigned)(m.len > 0x3FFE ? 0x3FFE : m.len - 2));
        message_u16(&m, TYPE_SRV);
        message_u16(&m, 1);
        message_u16(&m, 0);
        message_u16(&m, 0);
        message_u16(&m, 0);
    }
    m.data[6] = (uint8_t)(names >> 8);
    m.data[7] = (uint8_t)names;
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_MALFORMED);
    assert_true(a.steps < 1000);
    /* Records without end, all of the name asked for, over TCP as large as it can be. */
    message_begin(&m, 0x1234, 0, RCODE_OK, "a.example", TYPE_A);
    for (names = 0; m.len + 16 <= 65535; names++) {
        message_u16(&m, 0xC00C);
        message_u16(&m, TYPE_A);
        message_u16(&m, 1);
        message_u16(&m, 0);
        message_u16(&m, 60);
        message_u16(&m, 4);
        message_u16(&m, names >> 16);
        message_u16(&m, names);
    }
    assert_true(names > 4000);
    m.data[6] = (uint8_t)(names >> 8);
    m.data[7] = (uint8_t)names;
    assert_int_equal(read_answer(&asked_a, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_RECORDS);
    assert_int_equal(a.count, XFED_DNS_ADDRESS_MAX);
    assert_int_equal(a.used, 0); /* not to be kept, for it was not all looked at */
    assert_true(a.steps <= XFED_DNS_RECORDS_MAX * 8);
}

static const struct outcome_row {
    const char *name;
    unsigned flags, rcode;
    enum xfed_dns_outcome outcome;
} outcome_rows[] = {
    {"no records", 0, RCODE_OK, XFED_DNS_NO_DATA},
    {"no such name", 0, RCODE_NXDOMAIN, XFED_DNS_NO_NAME},
    {"server failure", 0, RCODE_SERVFAIL, XFED_DNS_SERVFAIL},
    {"refused", 0, RCODE_REFUSED, XFED_DNS_FAILURE},
    {"format error", 0, RCODE_FORMERR, XFED_DNS_FAILURE},
    {"truncated", FLAG_TC, RCODE_OK, XFED_DNS_TRUNCATED},
};

static void test_outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(outcome_rows) / sizeof(outcome_rows[0]); i++) {
        const struct outcome_row *r = &outcome_rows[i];
        struct xfed_dns_answer a;
        struct message m;

        message_begin(&m, 0x1234, r->flags, r->rcode, SRV_NAME, TYPE_SRV);
        if (read_answer(&asked_srv, &m, &a) != 1 || a.outcome != r->outcome)
            fail_msg("%s: outcome %d", r->name, (int)a.outcome);
    }
}

static void test_truncated_within_a_record(void **state)
{
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    message_begin(&m, 0x1234, FLAG_TC, RCODE_OK, SRV_NAME, TYPE_SRV);
    message_srv(&m, SRV_NAME, 0, 0, 5269, "one.example");
    m.len -= 5;
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_TRUNCATED);
    m.data[2] &= (uint8_t)~FLAG_TC;
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_MALFORMED);
}

static void test_only_unusable_records(void **state)
{
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, SRV_NAME, TYPE_SRV);
    message_srv(&m, SRV_NAME, 0, 0, 5269, "sp ace.example");
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_MALFORMED);
}

/* One octet of a good answer changed, at a place that the match with the question looks at. */
static const struct foreign_row {
    const char *name;
    size_t offset;
    uint8_t flip;
} foreign_rows[] = {
    {"another id", 1, 0x01},
    {"a query", 2, 0x80},
    {"another opcode", 2, 0x10},
    {"no question", 5, 0x01},
    {"two questions", 5, 0x03},
    {"another name", 14, 0x01},
    {"another type", 12 + 36 + 1, 0x03},
    {"another class", 12 + 36 + 3, 0x02},
};

static void test_foreign_messages_are_dropped(void **state)
{
    struct xfed_dns_answer a;
    struct message m;

    (void)state;
    for (size_t i = 0; i < sizeof(foreign_rows) / sizeof(foreign_rows[0]); i++) {
        const struct foreign_row *r = &foreign_rows[i];

        message_begin(&m, 0x1234, 0, RCODE_NXDOMAIN, SRV_NAME, TYPE_SRV);
        assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
        m.data[r->offset] ^= r->flip;
        if (read_answer(&asked_srv, &m, &a) != 0)
            fail_msg("%s was taken", r->name);
    }
    message_begin(&m, 0x1234, 0, RCODE_NXDOMAIN, SRV_NAME, TYPE_SRV);
    while (m.len-- > 0)
        assert_int_equal(read_answer(&asked_srv, &m, &a), 0);
}

static void build_rich_answer(struct message *m)
{
    message_begin(m, 0x1234, 0, RCODE_OK, SRV_NAME, TYPE_SRV);
    message_cname(m, SRV_NAME, "alias.example");
    message_srv(m, "alias.example", 1, 2, 5269, "one.example");
    message_srv(m, "alias.example", 3, 4, 5270, "two.example");
    message_address(m, "one.example", 4, 1);
    message_address(m, "one.example", 16, 2);
}

/* Whatever an answer says, what is taken from it keeps its bounds. */
static void check_bounds(const struct xfed_dns_answer *a)
{
    assert_true(a->outcome >= XFED_DNS_RECORDS && a->outcome <= XFED_DNS_MALFORMED);
    if (a->outcome != XFED_DNS_RECORDS)
        return;
    assert_true(a->count > 0 && a->count <= XFED_DNS_SRV_MAX);
    for (size_t i = 0; i < a->count; i++)
        assert_true(strlen(a->srv[i].target) <= XFED_DNS_NAME_MAX);
}

static void test_mutated_answers(void **state)
{
    uint64_t seed = 1;
    unsigned taken = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct xfed_dns_answer a = {0};
        struct message m;
        uint8_t dice[9];
        int rc;

        build_rich_answer(&m);
        assert_int_equal(test_random(dice, sizeof(dice), &seed), 0);
        for (int flips = dice[0] % 4; flips >= 0; flips--)
            m.data[12 + dice[1 + 2 * flips] % (m.len - 12)] ^=
                (uint8_t)(1U << dice[2 + 2 * flips] % 8);
        if (dice[0] % 16 == 0)
            m.len = 12 + dice[1] % (m.len - 12);
        rc = read_answer(&asked_srv, &m, &a);
        assert_true(rc == 0 || rc == 1);
        if (rc == 1) {
            check_bounds(&a);
            taken++;
        }
    }
    assert_true(taken > 100);
}

/* Pointers that lead to themselves or in a circle end. */
static void test_compression_loops(void **state)
{
    struct xfed_dns_answer a;
    struct message m;
    size_t start;

    (void)state;
    message_begin(&m, 0x1234, 0, RCODE_OK, SRV_NAME, TYPE_SRV);
    start = message_begin_record(&m, SRV_NAME, TYPE_SRV);
    message_u16(&m, 0);
    message_u16(&m, 0);
    message_u16(&m, 5269);
    message_u16(&m, 0xC000 | (unsigned)m.len);
    message_end_record(&m, start);
    assert_int_equal(read_answer(&asked_srv, &m, &a), 1);
    assert_int_equal(a.outcome, XFED_DNS_MALFORMED);
    m.data[12] = 0xC0;
    m.data[13] = 12;
    assert_int_equal(read_answer(&asked_srv, &m, &a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_query_bits),
        cmocka_unit_test(test_mixed_case),
        cmocka_unit_test(test_longest_query),
        cmocka_unit_test(test_srv_records),
        cmocka_unit_test(test_address_records),
        cmocka_unit_test(test_many_srv_records_are_cut),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_tlsa_records),
        cmocka_unit_test(test_time_to_live),
        cmocka_unit_test(test_hostile_answers_are_cheap),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_truncated_within_a_record),
        cmocka_unit_test(test_only_unusable_records),
        cmocka_unit_test(test_foreign_messages_are_dropped),
        cmocka_unit_test(test_mutated_answers),
        cmocka_unit_test(test_compression_loops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_packet.c - names and records of hostile messages: what is read, and at what cost. */
#include "message.h"

#include "resolver/packet.h"

static struct message m;

static struct xfed_packet packet(void)
{
    return (struct xfed_packet){.data = m.data, .len = m.len};
}

static const struct name_row {
    const char *name;
    const char *octets; /* from octet 12 on */
    size_t len;
    size_t at; /* counted from octet 12 */
    enum xfed_dns_name_kind kind;
    const char *text;
} name_rows[] = {
    {"the root", "\0", 1, 0, XFED_DNS_NAME_TEXT, ""},
    {"two labels", "\1A\2bC\0", 6, 0, XFED_DNS_NAME_TEXT, "a.bc"},
    {"an underscore", "\5_xmpp\0", 7, 0, XFED_DNS_NAME_TEXT, "_xmpp"},
    {"a pointer backwards", "\1a\0\1b\xC0\x0C", 7, 3, XFED_DNS_NAME_TEXT, "b.a"},
    {"a dot in a label", "\3a.b\0", 5, 0, XFED_DNS_NAME_ODD, NULL},
    {"a NUL in a label", "\3a\0b\0", 5, 0, XFED_DNS_NAME_ODD, NULL},
    {"a blank", "\3a b\0", 5, 0, XFED_DNS_NAME_ODD, NULL},
    {"an octet over 127", "\1\xFC\0", 3, 0, XFED_DNS_NAME_ODD, NULL},
    {"nothing", "", 0, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"behind the end", "\0", 1, 5, XFED_DNS_NAME_BROKEN, NULL},
    {"a label cut off", "\5ab", 3, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"no end", "\1a", 2, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"a pointer to itself", "\xC0\x0C", 2, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"a pointer forwards", "\xC0\x0E\1a\0", 5, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"a pointer into its own labels", "\1a\1b\xC0\x0E", 6, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"two pointers in a circle", "\xC0\x0E\xC0\x0C", 4, 2, XFED_DNS_NAME_BROKEN, NULL},
    {"half a pointer", "\xC0", 1, 0, XFED_DNS_NAME_BROKEN, NULL},
    {"a reserved kind of label", "\x41\0\0", 3, 0, XFED_DNS_NAME_BROKEN, NULL},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
        const struct name_row *r = &name_rows[i];
        char text[XMPPFED_DOMAIN_SIZE] = "untouched";
        struct xfed_packet p;
        uint8_t *copy;

        memset(m.data, 0, 12);
        memcpy(m.data + 12, r->octets, r->len);
        m.len = 12 + r->len;
        /* A heap copy of the exact size lets the sanitizer see a read past the end. */
        copy = test_malloc(m.len);
        memcpy(copy, m.data, m.len);
        p = (struct xfed_packet){.data = copy, .len = m.len};
        if (xfed_packet_name(&p, 12 + r->at, text) != r->kind ||
            (r->text && strcmp(text, r->text) != 0))
            fail_msg("%s: '%s'", r->name, text);
        test_free(copy);
    }
}

/* A name of 127 labels is the longest there is; one of 128 cannot be text. */
static void test_longest_name(void **state)
{
    char text[XMPPFED_DOMAIN_SIZE];
    struct xfed_packet p;

    (void)state;
    m.len = 12;
    for (int i = 0; i < 127; i++) {
        message_u8(&m, 1);
        message_u8(&m, 'a');
    }
    message_u8(&m, 0);
    p = packet();
    assert_int_equal(xfed_packet_name(&p, 12, text), XFED_DNS_NAME_TEXT);
    assert_int_equal(strlen(text), 253);
    m.len--;
    message_u8(&m, 1);
    message_u8(&m, 'a');
    message_u8(&m, 0);
    p = packet();
    assert_true(xfed_packet_name(&p, 12, text) != XFED_DNS_NAME_TEXT);
}

/* A chain of pointers, each to the one before; the last one's offset. */
static size_t write_pointers(unsigned count)
{
    size_t at = 12;

    m.len = 12;
    message_u8(&m, 0);
    for (unsigned i = 0; i < count; i++) {
        size_t next = m.len;

        message_u16(&m, 0xC000 | (unsigned)at);
        at = next;
    }
    return at;
}

static void test_pointers_are_counted(void **state)
{
    char text[XMPPFED_DOMAIN_SIZE];
    struct xfed_packet p;
    size_t last = write_pointers(XFED_DNS_POINTERS_MAX);

    (void)state;
    p = packet();
    assert_int_equal(xfed_packet_name(&p, last, text), XFED_DNS_NAME_TEXT);
    last = write_pointers(XFED_DNS_POINTERS_MAX + 1);
    p = packet();
    assert_int_equal(xfed_packet_name(&p, last, text), XFED_DNS_NAME_BROKEN);
    last = write_pointers(8000);
    p = packet();
    assert_int_equal(xfed_packet_name(&p, last, text), XFED_DNS_NAME_BROKEN);
    assert_true(p.steps <= XFED_DNS_POINTERS_MAX + 2);
}

/* Reading the same costly name again and again comes to an end as well. */
static void test_steps_are_counted(void **state)
{
    char text[XMPPFED_DOMAIN_SIZE];
    size_t last = write_pointers(XFED_DNS_POINTERS_MAX);
    struct xfed_packet p = packet();
    unsigned reads = 0;

    (void)state;
    while (xfed_packet_name(&p, last, text) == XFED_DNS_NAME_TEXT)
        reads++;
    assert_int_equal(reads, XFED_DNS_STEPS_MAX / (XFED_DNS_POINTERS_MAX + 1));
    assert_true(p.steps <= XFED_DNS_STEPS_MAX + 1);
}

static void test_records(void **state)
{
    struct xfed_dns_record r;
    struct xfed_packet p;
    size_t start, at;

    (void)state;
    message_begin(&m, 1, 0, RCODE_OK, "a.example", TYPE_A);
    start = m.len;
    message_address(&m, "a.example", 4, 9);
    p = packet();
    at = start;
    assert_true(xfed_packet_record(&p, &at, &r));
    assert_int_equal(at, m.len);
    assert_int_equal(r.owner, start);
    assert_int_equal(r.type, TYPE_A);
    assert_true(r.class_in);
    assert_int_equal(r.ttl, 300);
    assert_int_equal(r.rdata_len, 4);
    assert_int_equal(m.data[r.rdata + 3], 9);
    /* Cut off anywhere it is no record, and the place stays. */
    for (size_t len = start; len < m.len; len++) {
        p = (struct xfed_packet){.data = m.data, .len = len};
        at = start;
        assert_false(xfed_packet_record(&p, &at, &r));
        assert_int_equal(at, start);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_longest_name),
        cmocka_unit_test(test_pointers_are_counted),
        cmocka_unit_test(test_steps_are_counted),
        cmocka_unit_test(test_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_reach.c - which addresses may be dialled, and how they are counted. */
#include "policy/reach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum who { NOBODY, PARTNERS, ANYBODY };

static const struct {
    const char *address;
    enum who who; /* may live there */
} rows[] = {
    {"8.8.8.8", ANYBODY},
    {"192.0.2.1", ANYBODY},
    {"11.0.0.0", ANYBODY},
    {"100.63.255.255", ANYBODY},
    {"100.128.0.0", ANYBODY},
    {"172.15.255.255", ANYBODY},
    {"172.32.0.0", ANYBODY},
    {"223.255.255.255", ANYBODY},
    {"2001:db8::1", ANYBODY},
    {"10.0.0.1", PARTNERS},
    {"10.255.255.255", PARTNERS},
    {"100.64.0.1", PARTNERS},
    {"127.0.0.1", PARTNERS},
    {"127.255.255.254", PARTNERS},
    {"169.254.169.254", PARTNERS},
    {"172.16.0.1", PARTNERS},
    {"172.31.255.255", PARTNERS},
    {"192.168.1.1", PARTNERS},
    {"198.19.0.1", PARTNERS},
    {"240.0.0.1", PARTNERS},
    {"::1", PARTNERS},
    {"fd00::1", PARTNERS},
    {"fe80::1", PARTNERS},
    {"fec0::1", PARTNERS},
    {"0.0.0.0", NOBODY},
    {"0.1.2.3", NOBODY},
    {"224.0.0.1", NOBODY},
    {"239.255.255.255", NOBODY},
    {"255.255.255.255", NOBODY},
    {"::", NOBODY},
    {"ff02::1", NOBODY},
    /* IPv4 in the clothes of IPv6. */
    {"::ffff:8.8.8.8", ANYBODY},
    {"::ffff:127.0.0.1", PARTNERS},
    {"::ffff:0.0.0.0", NOBODY},
    {"::10.0.0.1", PARTNERS},
    {"64:ff9b::8.8.8.8", ANYBODY},
    {"64:ff9b::192.168.0.1", PARTNERS},
    {"64:ff9b:1::10.0.0.1", PARTNERS},
    {"2002:a00:1::1", PARTNERS},
    {"2002:808:808::1", ANYBODY},
    /* No address. */
    {"", NOBODY},
    {"localhost", NOBODY},
    {"127.1", NOBODY},
    {"2130706433", NOBODY},
};

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (xfed_reach_allows(rows[i].address, false) != (rows[i].who != NOBODY))
            fail_msg("\"%s\" for a partner", rows[i].address);
        if (xfed_reach_allows(rows[i].address, true) != (rows[i].who == ANYBODY))
            fail_msg("\"%s\" for a stranger", rows[i].address);
    }
}

static void test_keys(void **state)
{
    static const struct {
        const char *address;
        const char *key;
    } keys[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::"},
        {"2001:db8:0:0:ffff::2", "2001:db8::"},
        {"2001:db8:0:1::1", "2001:db8:0:1::"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"", ""},
        {"a socket of somebody", "a socket of somebody"},
        {"a socket of somebody with a name that is far too long for it", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char key[XFED_REACH_KEY_SIZE];

        xfed_reach_key(keys[i].address, key);
        assert_string_equal(key, keys[i].key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_digest.c - vectors of FIPS 180-4 (RFC 6234) and RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "crypto/digest.h"

static void assert_hex(const char *name, const uint8_t digest[XFED_SHA256_SIZE],
                       const char *expected)
{
    char hex[XFED_SHA256_HEX_SIZE];

    xfed_hex(digest, XFED_SHA256_SIZE, hex);
    if (strcmp(hex, expected) != 0)
        fail_msg("%s: got %s", name, hex);
}

static void test_sha256(void **state)
{
    static const struct {
        const char *name, *text, *expected;
    } rows[] = {
        {"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"RFC 6234 test 1", "abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"RFC 6234 test 2", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t digest[XFED_SHA256_SIZE];

        assert_int_equal(xfed_sha256(rows[i].text, strlen(rows[i].text), digest), 0);
        assert_hex(rows[i].name, digest, rows[i].expected);
    }
}

static void test_hmac(void **state)
{
    uint8_t key[131];
    uint8_t mac[XFED_SHA256_SIZE];
    static const char long_key_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";

    (void)state;
    memset(key, 0x0b, 20);
    assert_int_equal(xfed_hmac_sha256(key, 20, "Hi There", 8, mac), 0);
    assert_hex("RFC 4231 case 1", mac,
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_int_equal(xfed_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac), 0);
    assert_hex("RFC 4231 case 2", mac,
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof(key));
    assert_int_equal(
        xfed_hmac_sha256(key, sizeof(key), long_key_text, sizeof(long_key_text) - 1, mac), 0);
    assert_hex("RFC 4231 case 6", mac,
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void test_hex(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char hex[9];

    (void)state;
    xfed_hex(bytes, sizeof(bytes), hex);
    assert_string_equal(hex, "000fa5ff");
    xfed_hex(bytes, 0, hex);
    assert_string_equal(hex, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_hex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

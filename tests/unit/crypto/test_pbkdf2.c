/* test_pbkdf2.c - keys of secrets, against published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/slice.h"
#include "crypto/pbkdf2.h"

struct row {
    const char *name;
    const char *secret;
    const char *salt;
    size_t salt_len;
    unsigned iterations;
    const char *key; /* hexadecimal; the first octets */
};

static const struct row rows[] = {
    /* RFC 7914 11, of whose 64 octets a key of 32 is the first block. */
    {"RFC 7914, one iteration", "passwd", "salt", 4, 1,
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"},
    {"RFC 7914, 80000 iterations", "Password", "NaCl", 4, 80000,
     "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"},
    /* The SaltedPassword of the example in RFC 7677 3. */
    {"RFC 7677", "pencil", "\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81", 16,
     4096, "c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t key[XFED_SHA256_SIZE];
        char text[XFED_SHA256_HEX_SIZE];

        assert_int_equal(xfed_pbkdf2_sha256(xmppfed_slice_of(rows[i].secret),
                                            xfed_slice(rows[i].salt, rows[i].salt_len),
                                            rows[i].iterations, key),
                         0);
        xfed_hex(key, sizeof(key), text);
        if (strcmp(text, rows[i].key) != 0)
            fail_msg("%s: %s", rows[i].name, text);
    }
}

static void test_no_iteration(void **state)
{
    uint8_t key[XFED_SHA256_SIZE] = {7};

    (void)state;
    assert_int_equal(xfed_pbkdf2_sha256(XFED_LITERAL("secret"), XFED_LITERAL("salt"), 0, key),
                     XMPPFED_ERR_ARGUMENT);
    assert_int_equal(key[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_no_iteration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_priority.c - exactly the cipher suites, groups and signatures that are meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tls/priority.h"

static void test_cipher_suites(void **state)
{
    static const char *const expected[] = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_CHACHA20_POLY1305",
        "TLS_ECDHE_RSA_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_CHACHA20_POLY1305",
        "TLS_ECDHE_PSK_CHACHA20_POLY1305", /* which nobody has credentials for */
    };
    gnutls_priority_t priority;
    size_t count = 0;
    unsigned int id;
    int rc;

    (void)state;
    assert_int_equal(xfed_tls_priority_new(&priority), 0);
    for (unsigned int i = 0;; i++) {
        rc = gnutls_priority_get_cipher_suite_index(priority, i, &id);
        if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        if (rc < 0)
            continue; /* a combination that has no suite */
        assert_true(count < sizeof(expected) / sizeof(expected[0]));
        assert_string_equal(gnutls_cipher_suite_info(id, NULL, NULL, NULL, NULL, NULL),
                            expected[count]);
        count++;
    }
    assert_int_equal(count, sizeof(expected) / sizeof(expected[0]));
    gnutls_priority_deinit(priority);
}

static void test_versions_and_groups(void **state)
{
    gnutls_priority_t priority;
    const unsigned int *list;

    (void)state;
    assert_int_equal(xfed_tls_priority_new(&priority), 0);
    assert_int_equal(gnutls_priority_protocol_list(priority, &list), 2);
    assert_int_equal(list[0], GNUTLS_TLS1_3);
    assert_int_equal(list[1], GNUTLS_TLS1_2);
    assert_int_equal(gnutls_priority_group_list(priority, &list), 3);
    assert_int_equal(list[0], GNUTLS_GROUP_X25519);
    assert_int_equal(list[1], GNUTLS_GROUP_SECP256R1);
    assert_int_equal(list[2], GNUTLS_GROUP_SECP384R1);
    gnutls_priority_deinit(priority);
}

static void test_no_weak_signature(void **state)
{
    gnutls_priority_t priority;
    const unsigned int *list;
    int count;

    (void)state;
    assert_int_equal(xfed_tls_priority_new(&priority), 0);
    count = gnutls_priority_sign_list(priority, &list);
    assert_true(count > 10);
    for (int i = 0; i < count; i++) {
        assert_true(gnutls_sign_is_secure((gnutls_sign_algorithm_t)list[i]));
        assert_null(strstr(gnutls_sign_get_name((gnutls_sign_algorithm_t)list[i]), "SHA1"));
    }
    gnutls_priority_deinit(priority);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cipher_suites),
        cmocka_unit_test(test_versions_and_groups),
        cmocka_unit_test(test_no_weak_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_handshake.c - the proof of a component's secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "component/handshake.h"

/* sha1("3BF96D32" "inside secret"), computed with another implementation. */
static void digest_is_sha1_of_id_and_secret(void **state)
{
    char digest[HANDSHAKE_DIGEST_SIZE];

    (void)state;
    assert_true(handshake_digest("3BF96D32", "inside secret", digest));
    assert_string_equal(digest, "18da228be4da25295de8dc2f7a5a734278d86628");
    assert_true(handshake_digest("", "", digest));
    assert_string_equal(digest, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void ids_differ(void **state)
{
    char a[HANDSHAKE_ID_SIZE];
    char b[HANDSHAKE_ID_SIZE];

    (void)state;
    assert_true(handshake_id(a));
    assert_true(handshake_id(b));
    assert_int_equal(strlen(a), HANDSHAKE_ID_SIZE - 1);
    assert_string_not_equal(a, b);
}

static void equality_is_exact(void **state)
{
    (void)state;
    assert_true(handshake_equal("abc", "abc"));
    assert_true(handshake_equal("", ""));
    assert_false(handshake_equal("abc", "abd"));
    assert_false(handshake_equal("abc", "ABC"));
    assert_false(handshake_equal("abc", "ab"));
    assert_false(handshake_equal("", "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_is_sha1_of_id_and_secret),
        cmocka_unit_test(ids_differ),
        cmocka_unit_test(equality_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

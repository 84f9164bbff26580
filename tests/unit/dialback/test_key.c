/* test_key.c - dialback keys: the published vectors, and what a key is bound to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "dialback/key.h"
#include "support/context.h"

struct row {
    const char *name;
    const char *secret;
    const char *receiving;
    const char *originating;
    const char *id;
    const char *key;
};

static const struct row rows[] = {
    {.name = "XEP-0185 3",
     .secret = "s3cr3tf0rd14lb4ck",
     .receiving = "xmpp.example.com",
     .originating = "example.org",
     .id = "D60000229F",
     .key = "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643"},
    {.name = "XEP-0220 2.1.1",
     .secret = "s3cr3tf0rd14lb4ck",
     .receiving = "montague.example",
     .originating = "capulet.example",
     .id = "D60000229F",
     .key = "b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3"},
    {.name = "XEP-0220 2.2.2",
     .secret = "d14lb4ck43v3r",
     .receiving = "capulet.example",
     .originating = "montague.example",
     .id = "417GAF25",
     .key = "225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d"},
};

static void test_vectors(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        xmppfed_slice secret = xmppfed_slice_of(row->secret);
        char key[XFED_DIALBACK_KEY_SIZE];

        assert_int_equal(
            xfed_dialback_key_make(*state, secret, row->receiving, row->originating, row->id, key),
            0);
        if (strcmp(key, row->key) != 0)
            fail_msg("%s: %s", row->name, key);
        if (!xfed_dialback_key_check(*state, secret, row->receiving, row->originating, row->id,
                                     row->key))
            fail_msg("%s: not accepted", row->name);
    }
}

/* Every input counts: a key that leaked from one exchange is of no use in another. */
static void test_binding(void **state)
{
    static const struct row other[] = {
        {.name = "secret", .secret = "t", .receiving = "r.example", .originating = "o.example"},
        {.name = "receiving", .secret = "s", .receiving = "x.example", .originating = "o.example"},
        {.name = "originating", .secret = "s", .receiving = "r.example", .originating = "x"},
        {.name = "swapped", .secret = "s", .receiving = "o.example", .originating = "r.example"},
        {.name = "id", .secret = "s", .receiving = "r.example", .originating = "o.example", "id2"},
        {.name = "moved", .secret = "s", .receiving = "r.exampleo", .originating = ".example"},
    };
    char key[XFED_DIALBACK_KEY_SIZE];

    assert_int_equal(
        xfed_dialback_key_make(*state, xmppfed_slice_of("s"), "r.example", "o.example", "id", key),
        0);
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        const struct row *row = &other[i];

        if (xfed_dialback_key_check(*state, xmppfed_slice_of(row->secret), row->receiving,
                                    row->originating, row->id ? row->id : "id", key))
            fail_msg("%s: accepted", row->name);
    }
    assert_true(xfed_dialback_key_check(*state, xmppfed_slice_of("s"), "r.example", "o.example",
                                        "id", key));
}

static void test_wrong_keys(void **state)
{
    const struct row *row = &rows[0];
    char upper[XFED_DIALBACK_KEY_SIZE];
    char longer[XFED_DIALBACK_KEY_SIZE + 1];
    char shorter[XFED_DIALBACK_KEY_SIZE];
    char flipped[XFED_DIALBACK_KEY_SIZE];
    const char *const wrong[] = {"", "0", upper, longer, shorter, flipped, NULL};

    memcpy(upper, row->key, sizeof(upper));
    upper[2] = 'C';
    memcpy(shorter, row->key, sizeof(shorter));
    shorter[63] = '\0';
    memcpy(longer, row->key, 64);
    memcpy(longer + 64, "0", 2);
    memcpy(flipped, row->key, sizeof(flipped));
    flipped[63] = '4';
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (xfed_dialback_key_check(*state, xmppfed_slice_of(row->secret), row->receiving,
                                    row->originating, row->id, wrong[i]))
            fail_msg("accepted: %s", wrong[i]);
    }
}

static void test_out_of_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_slice secret = xmppfed_slice_of("s");
    xmppfed_context *ctx = test_context_counted(&memory);
    char key[XFED_DIALBACK_KEY_SIZE] = "untouched";

    (void)state;
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_dialback_key_make(ctx, secret, "r", "o", "id", key), XMPPFED_ERR_NOMEM);
    assert_string_equal(key, "untouched");
    assert_int_equal(xfed_dialback_key_make(ctx, secret, "r", "o", "id", key), 0);
    /* No memory to make the key with is no reason to let anyone in. */
    memory.fail_at = memory.calls + 1;
    assert_false(xfed_dialback_key_check(ctx, secret, "r", "o", "id", key));
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_binding),
        cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}

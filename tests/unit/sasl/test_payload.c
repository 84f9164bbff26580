/* test_payload.c - SASL payloads as element text, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "sasl/payload.h"
#include "support/context.h"

struct row {
    const char *name;
    const char *text;
    int rc;
    const char *data; /* NULL: no payload at all */
    size_t len;
    bool writes_back;
};

static const struct row rows[] = {
    {.name = "no text", .text = "", .data = NULL, .writes_back = true},
    {.name = "no text pointer", .text = NULL, .data = NULL},
    {.name = "equals sign", .text = "=", .data = "", .len = 0, .writes_back = true},
    {.name = "a domain",
     .text = "Y29udG9zby5leGFtcGxl",
     .data = "contoso.example",
     .len = 15,
     .writes_back = true},
    {.name = "an embedded NUL", .text = "AGE=", .data = "\0a", .len = 2, .writes_back = true},
    {.name = "trailing bits", .text = "YR==", .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "missing padding", .text = "YQ", .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "white space", .text = "Y29u dG9z", .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "newline at the end", .text = "YQ==\n", .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "two equals signs", .text = "==", .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "only padding", .text = "====", .rc = XMPPFED_ERR_SASL_MALFORMED},
    {.name = "URL alphabet", .text = "_-8=", .rc = XMPPFED_ERR_SASL_MALFORMED},
};

static void check_row(xmppfed_context *ctx, const struct row *row)
{
    xmppfed_slice payload = {"untouched", 9};
    char *owned = NULL;
    char *text = NULL;
    int rc = xfed_sasl_payload_read(ctx, row->text, &payload, &owned);

    if (rc != row->rc)
        fail_msg("%s: %d", row->name, rc);
    if (rc < 0) {
        if (payload.len != 9 || owned)
            fail_msg("%s: output touched", row->name);
        return;
    }
    if (!payload.data != !row->data || payload.len != row->len ||
        (row->len > 0 && memcmp(payload.data, row->data, row->len) != 0))
        fail_msg("%s: wrong payload", row->name);
    assert_int_equal(xfed_sasl_payload_write(ctx, payload, &text), 0);
    if (row->writes_back && strcmp(text, row->text) != 0)
        fail_msg("%s: written as %s", row->name, text);
    xfed_free(ctx, text);
    xfed_free(ctx, owned);
}

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(ctx, &rows[i]);
    xmppfed_context_unref(ctx);
}

static void test_out_of_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    xmppfed_slice payload;
    char *text;

    (void)state;
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_sasl_payload_read(ctx, "YQ==", &payload, &text), XMPPFED_ERR_NOMEM);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_sasl_payload_write(ctx, xmppfed_slice_of("a"), &text), XMPPFED_ERR_NOMEM);
    memory.fail_at = memory.calls + 1;
    assert_int_equal(xfed_sasl_payload_write(ctx, (xmppfed_slice){NULL, 0}, &text),
                     XMPPFED_ERR_NOMEM);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

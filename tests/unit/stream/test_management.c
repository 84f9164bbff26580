/* test_management.c - the elements of stream management, from XML to values and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stream/management.h"
#include "stream/stream_error.h"
#include "support/alloc_fail.h"
#include "support/context.h"
#include "support/parse_xml.h"
#include "xml/ns.h"

#define SM "xmlns='urn:xmpp:sm:3'"

struct row {
    const char *name;
    const char *xml;
    struct xfed_management value;
    int rc;
    bool writes_back;
};

#define KIND(kind_name) .kind = XFED_MANAGEMENT_##kind_name

static const struct row rows[] = {
    {"enable", "<enable " SM "/>", {KIND(ENABLE)}, 0, true},
    {"resumable", "<enable " SM " resume='true'/>", {KIND(ENABLE), .resume = true}, 0, true},
    {"resumable by a digit", "<enable " SM " resume='1'/>", {KIND(ENABLE), .resume = true}, 0, 0},
    {"not resumable", "<enable " SM " resume='false'/>", {KIND(ENABLE)}, 0, false},
    {"no boolean", "<enable " SM " resume='TRUE'/>", {KIND(ENABLE)}, 0, false},
    {"enabled", "<enabled " SM "/>", {KIND(ENABLED)}, 0, true},
    {"enabled, resumable",
     "<enabled " SM " id='i' resume='true' max='300'/>",
     {KIND(ENABLED), .id = "i", .resume = true, .max = 300},
     0,
     true},
    {"of Prosody on s2s: resume without an id",
     "<enabled " SM " resume='true'/>",
     {KIND(ENABLED), .resume = true},
     0,
     true},
    {"a max that is no number", "<enabled " SM " max='soon'/>", {KIND(ENABLED)}, 0, false},
    {"r", "<r " SM "/>", {KIND(REQUEST)}, 0, true},
    {"a", "<a " SM " h='0'/>", {KIND(ACK), .has_h = true}, 0, true},
    {"the highest",
     "<a " SM " h='4294967295'/>",
     {KIND(ACK), .has_h = true, .h = UINT32_MAX},
     0,
     1},
    {"spaces", "<a " SM " h=' 7 '/>", {KIND(ACK), .has_h = true, .h = 7}, 0, false},
    {"too high", "<a " SM " h='4294967296'/>", {KIND(NONE)}, XMPPFED_ERR_STREAM_ACK_MALFORMED, 0},
    {"without h", "<a " SM "/>", {KIND(NONE)}, XMPPFED_ERR_STREAM_ACK_MALFORMED, false},
    {"empty h", "<a " SM " h=''/>", {KIND(NONE)}, XMPPFED_ERR_STREAM_ACK_MALFORMED, false},
    {"negative h", "<a " SM " h='-1'/>", {KIND(NONE)}, XMPPFED_ERR_STREAM_ACK_MALFORMED, false},
    {"half an h", "<a " SM " h='1 2'/>", {KIND(NONE)}, XMPPFED_ERR_STREAM_ACK_MALFORMED, false},
    {"resume",
     "<resume " SM " previd='p' h='3'/>",
     {KIND(RESUME), .id = "p", .has_h = true, .h = 3},
     0,
     true},
    {"resume nothing",
     "<resume " SM " h='3'/>",
     {KIND(NONE)},
     XMPPFED_ERR_STREAM_ACK_MALFORMED,
     false},
    {"resumed",
     "<resumed " SM " previd='p' h='3'/>",
     {KIND(RESUMED), .id = "p", .has_h = true, .h = 3},
     0,
     true},
    {"resumed without h",
     "<resumed " SM " previd='p'/>",
     {KIND(NONE)},
     XMPPFED_ERR_STREAM_ACK_MALFORMED,
     false},
    {"failed", "<failed " SM "/>", {KIND(FAILED)}, 0, true},
    {"failed with h", "<failed " SM " h='9'/>", {KIND(FAILED), .has_h = true, .h = 9}, 0, true},
    {"something else", "<location " SM "/>", {KIND(NONE)}, 0, false},
};

static bool same(const struct xfed_management *a, const struct xfed_management *b)
{
    return a->kind == b->kind && a->resume == b->resume && a->has_h == b->has_h && a->h == b->h &&
           a->max == b->max && strcmp(a->id ? a->id : "", b->id ? b->id : "") == 0;
}

static void test_rows(void **state)
{
    xmppfed_context *ctx = test_context();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xmppfed_element *e = test_parse(ctx, rows[i].xml);
        struct xfed_management got = {.id = ""};

        if (xfed_management_parse(e, &got) != rows[i].rc || !same(&got, &rows[i].value))
            fail_msg("%s", rows[i].name);
        if (rows[i].writes_back) {
            xmppfed_element *written = xfed_management_write(ctx, &rows[i].value);
            struct xfed_management back;

            assert_string_equal(xmppfed_element_ns(written), XFED_NS_MANAGEMENT);
            assert_string_equal(xmppfed_element_name(written), xmppfed_element_name(e));
            if (xfed_management_parse(written, &back) != 0 || !same(&back, &rows[i].value))
                fail_msg("%s: written", rows[i].name);
            xmppfed_element_free(written);
        }
        xmppfed_element_free(e);
    }
    xmppfed_context_unref(ctx);
}

static void test_failed_and_too_high(void **state)
{
    xmppfed_context *ctx = test_context();
    xmppfed_element *e = xfed_management_failed(ctx, "item-not-found", NULL);
    const xmppfed_element *child;

    (void)state;
    assert_non_null(xmppfed_element_child(e, "item-not-found", XFED_NS_STANZA_ERROR));
    xmppfed_element_free(e);
    e = xfed_stream_error_write(ctx, "undefined-condition", "text");
    xfed_management_too_high(e, 10, 8);
    child = xmppfed_element_child(e, "handled-count-too-high", XFED_NS_MANAGEMENT);
    assert_string_equal(xmppfed_element_attribute(child, "h"), "10");
    assert_string_equal(xmppfed_element_attribute(child, "send-count"), "8");
    xmppfed_element_free(e);
    xmppfed_context_unref(ctx);
}

/* Out of memory there is no element, never a part of one. */
static int write_one(void *user)
{
    const struct xfed_management m = {KIND(RESUMED), .id = "p", .has_h = true, .h = 1};
    xmppfed_element *e = xfed_management_write(user, &m);
    int rc = e ? 0 : XMPPFED_ERR_NOMEM;

    if (e)
        assert_string_equal(xmppfed_element_attribute(e, "h"), "1");
    xmppfed_element_free(e);
    return rc;
}

static void test_memory(void **state)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);

    (void)state;
    (void)alloc_fail_each(&memory, write_one, ctx); /* a smaller block may heal each */
    assert_true(memory.calls > 0);
    test_context_counted_free(ctx, &memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_failed_and_too_high),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

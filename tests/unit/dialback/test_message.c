/* test_message.c - dialback elements, from a stream's bytes and back to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dialback/message.h"
#include "stream/reader.h"
#include "support/budget.h"
#include "support/context.h"

#define HEADER                                                                \
    "<stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' " \
    "xmlns:stream='http://etherx.jabber.org/streams'>"
#define ERROR(inside) "<error type='cancel'>" inside "</error>"
#define CONDITION(name) "<" name " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"

/* The first element of a dialback stream with these bytes, fed in pieces of a size. */
static xmppfed_element *parse(xmppfed_context *ctx, const char *xml, size_t piece)
{
    struct xfed_account account;
    struct xfed_reader *r;
    xmppfed_element *e = NULL;
    size_t used;
    size_t len = strlen(xml);

    xfed_account_init(&account, ctx, 1 << 20);
    r = xfed_reader_new(&account, &xfed_xml_limits_before);
    assert_int_equal(xfed_reader_feed(r, HEADER, strlen(HEADER), &used, &e), XFED_READER_HEADER);
    xmppfed_element_free(e);
    e = NULL;
    for (size_t at = 0; at < len && !e; at += used) {
        size_t have = len - at < piece ? len - at : piece;

        if (xfed_reader_feed(r, xml + at, have, &used, &e) < 0)
            fail_msg("not XML: %s", xml);
    }
    xfed_reader_free(r);
    if (!e)
        fail_msg("not whole: %s", xml);
    return e;
}

struct row {
    const char *name;
    const char *xml;
    int rc;
    enum xfed_dialback_kind kind;
    enum xfed_dialback_verdict verdict;
    const char *from; /* these NULL: "" */
    const char *to;
    const char *id;
    const char *key;
    const char *condition;
};

static const struct row rows[] = {
    {.name = "XEP-0220 2.1.1, key (step 1)",
     .xml = "<db:result\n    from='capulet.example'\n    to='montague.example'>\n"
            "  b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3\n</db:result>",
     .kind = XFED_DIALBACK_RESULT_REQUEST,
     .from = "capulet.example",
     .to = "montague.example",
     .key = "b4835385f37fe2895af6c196b59097b16862406db80559900d96bf6fa7d23df3"},
    {.name = "XEP-0220 2.1.1, valid (step 4)",
     .xml = "<db:result from='montague.example' to='capulet.example' type='valid'/>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_VALID,
     .from = "montague.example",
     .to = "capulet.example"},
    {.name = "XEP-0220 2.1.1, invalid (step 4)",
     .xml = "<db:result from='montague.example' to='capulet.example' type='invalid'/>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_INVALID,
     .from = "montague.example",
     .to = "capulet.example"},
    {.name = "XEP-0220 2.1.1, error (step 4)",
     .xml = "<db:result from='montague.example' to='capulet.example' type='error'>" ERROR(
         CONDITION("item-not-found")) "</db:result>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_ERROR,
     .from = "montague.example",
     .to = "capulet.example",
     .condition = "item-not-found"},
    {.name = "XEP-0220 2.1.2, verify (step 2)",
     .xml = "<db:verify from='capulet.example' id='417GAF25' to='montague.example'>\n"
            "  225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d\n</db:verify>",
     .kind = XFED_DIALBACK_VERIFY_REQUEST,
     .from = "capulet.example",
     .to = "montague.example",
     .id = "417GAF25",
     .key = "225cc5aa6a071133249d25fef42ae516fc7a86c523aa1c6980a7f73e784c972d"},
    {.name = "XEP-0220 2.1.2, valid (step 3)",
     .xml = "<db:verify from='montague.example' id='417GAF25' to='capulet.example' type='valid'/>",
     .kind = XFED_DIALBACK_VERIFY_ANSWER,
     .verdict = XFED_DIALBACK_VALID,
     .from = "montague.example",
     .to = "capulet.example",
     .id = "417GAF25"},
    {.name = "XEP-0220 2.1.2, invalid (step 3)",
     .xml = "<db:verify from='montague.example' id='417GAF25' to='capulet.example' "
            "type='invalid'/>",
     .kind = XFED_DIALBACK_VERIFY_ANSWER,
     .verdict = XFED_DIALBACK_INVALID,
     .from = "montague.example",
     .to = "capulet.example",
     .id = "417GAF25"},
    {.name = "XEP-0220 2.1.2, error (step 3)",
     .xml = "<db:verify from='montague.example' id='417GAF25' to='capulet.example' "
            "type='error'>" ERROR(CONDITION("item-not-found")) "</db:verify>",
     .kind = XFED_DIALBACK_VERIFY_ANSWER,
     .verdict = XFED_DIALBACK_ERROR,
     .from = "montague.example",
     .to = "capulet.example",
     .id = "417GAF25",
     .condition = "item-not-found"},
    {.name = "prepared domains",
     .xml = "<db:result from='A.EXAMPLE.' to='B\xc3\xbc"
            "cher.example'>k</db:result>",
     .kind = XFED_DIALBACK_RESULT_REQUEST,
     .from = "a.example",
     .to = "xn--bcher-kva.example",
     .key = "k"},
    {.name = "text beside a valid answer",
     .xml = "<db:result from='a.example' to='b.example' type='valid'>k</db:result>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_VALID,
     .from = "a.example",
     .to = "b.example"},
    {.name = "error beside a valid answer",
     .xml = "<db:result from='a.example' to='b.example' type='valid'>" ERROR(
         CONDITION("forbidden")) "</db:result>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_VALID,
     .from = "a.example",
     .to = "b.example"},
    {.name = "id of a result",
     .xml = "<db:result from='a.example' to='b.example' id='1'>k</db:result>",
     .kind = XFED_DIALBACK_RESULT_REQUEST,
     .from = "a.example",
     .to = "b.example",
     .key = "k"},
    {.name = "error without error",
     .xml = "<db:result from='a.example' to='b.example' type='error'/>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_ERROR,
     .from = "a.example",
     .to = "b.example"},
    {.name = "error with text first",
     .xml = "<db:result from='a.example' to='b.example' type='error'>" ERROR(
         CONDITION("text") CONDITION("remote-server-timeout")) "</db:result>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_ERROR,
     .from = "a.example",
     .to = "b.example",
     .condition = "remote-server-timeout"},
    {.name = "unknown conditions",
     .xml = "<db:result from='a.example' to='b.example' type='error'>" ERROR(
         CONDITION("new-in-2040") "<forbidden xmlns='urn:x'/>") "</db:result>",
     .kind = XFED_DIALBACK_RESULT_ANSWER,
     .verdict = XFED_DIALBACK_ERROR,
     .from = "a.example",
     .to = "b.example"},

    {.name = "no attributes",
     .xml = "<db:result>k</db:result>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "nothing", .xml = "<db:verify/>", .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "only a type",
     .xml = "<db:verify type='valid'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "no from",
     .xml = "<db:result to='b.example'>k</db:result>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "no to",
     .xml = "<db:result from='a.example' type='valid'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "empty from",
     .xml = "<db:result from='' to='b.example'>k</db:result>",
     .rc = XMPPFED_ERR_ADDRESS},
    {.name = "from is a user",
     .xml = "<db:result from='x@a.example' to='b.example'>k</db:result>",
     .rc = XMPPFED_ERR_ADDRESS},
    {.name = "to has a resource",
     .xml = "<db:result from='a.example' to='b.example/x'>k</db:result>",
     .rc = XMPPFED_ERR_ADDRESS},
    {.name = "two domains",
     .xml = "<db:result from='a.example c.example' to='b.example'>k</db:result>",
     .rc = XMPPFED_ERR_ADDRESS},
    {.name = "no id",
     .xml = "<db:verify from='a.example' to='b.example'>k</db:verify>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "no id in an answer",
     .xml = "<db:verify from='a.example' to='b.example' type='valid'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "empty id",
     .xml = "<db:verify from='a.example' to='b.example' id=''>k</db:verify>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "no key",
     .xml = "<db:result from='a.example' to='b.example'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "key of white space",
     .xml = "<db:verify from='a.example' to='b.example' id='1'> \n\t </db:verify>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "unknown type",
     .xml = "<db:result from='a.example' to='b.example' type='maybe'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "type in upper case",
     .xml = "<db:result from='a.example' to='b.example' type='VALID'>k</db:result>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "empty type",
     .xml = "<db:result from='a.example' to='b.example' type=''>k</db:result>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "another element",
     .xml = "<db:outcome from='a.example' to='b.example' type='valid'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
    {.name = "another namespace",
     .xml = "<result from='a.example' to='b.example' type='valid'/>",
     .rc = XMPPFED_ERR_DIALBACK_MALFORMED},
};

static void check_text(const char *name, const char *got, const char *want)
{
    if (strcmp(got, want ? want : "") != 0)
        fail_msg("%s: '%s', not '%s'", name, got, want ? want : "");
}

static void check_message(const struct row *row, const struct xfed_dialback_message *m)
{
    if (m->kind != row->kind || m->verdict != row->verdict)
        fail_msg("%s: kind %d, verdict %d", row->name, (int)m->kind, (int)m->verdict);
    check_text(row->name, m->from, row->from);
    check_text(row->name, m->to, row->to);
    check_text(row->name, m->id, row->id);
    check_text(row->name, m->key, row->key);
    check_text(row->name, m->condition, row->condition);
}

static void check_row(xmppfed_context *ctx, const struct row *row, size_t piece)
{
    struct xfed_dialback_message m;
    xmppfed_element *e = parse(ctx, row->xml, piece);
    int rc;

    memset(&m, 0x55, sizeof(m));
    rc = xfed_dialback_parse(e, &m);
    if (rc != row->rc)
        fail_msg("%s: %d", row->name, rc);
    if (rc == 0)
        check_message(row, &m);
    else if (m.from[0] != 0x55 || m.key[0] != 0x55)
        fail_msg("%s: output touched", row->name);
    xmppfed_element_free(e);
}

static void test_parse(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_row(*state, &rows[i], SIZE_MAX);
        check_row(*state, &rows[i], 1);
    }
}

static void test_lengths(void **state)
{
    static const struct {
        const char *name;
        size_t id;
        size_t key;
        int rc;
    } lengths[] = {
        {"longest", 1023, 1023, 0},
        {"id too long", 1024, 1, XMPPFED_ERR_DIALBACK_MALFORMED},
        {"key too long", 1, 1024, XMPPFED_ERR_DIALBACK_MALFORMED},
    };

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct xfed_dialback_message m;
        char id[1025] = {0};
        char key[1025] = {0};
        xmppfed_element *e;
        int rc;

        memset(id, 'i', lengths[i].id);
        memset(key, 'k', lengths[i].key);
        e = xfed_dialback_verify(*state, "a.example", "b.example", id, key);
        rc = xfed_dialback_parse(e, &m);
        if (rc != lengths[i].rc)
            fail_msg("%s: %d", lengths[i].name, rc);
        if (rc == 0) {
            assert_string_equal(m.id, id);
            assert_string_equal(m.key, key);
        }
        xmppfed_element_free(e);
    }
}

/* The element that says what a row says. */
static xmppfed_element *build(xmppfed_context *ctx, const void *user)
{
    const struct row *row = user;

    switch (row->kind) {
    case XFED_DIALBACK_RESULT_REQUEST:
        return xfed_dialback_result(ctx, row->from, row->to, row->key);
    case XFED_DIALBACK_RESULT_ANSWER:
        return xfed_dialback_result_answer(ctx, row->from, row->to, row->verdict, row->condition);
    case XFED_DIALBACK_VERIFY_REQUEST:
        return xfed_dialback_verify(ctx, row->from, row->to, row->id, row->key);
    case XFED_DIALBACK_VERIFY_ANSWER:
        return xfed_dialback_verify_answer(ctx, row->from, row->to, row->id, row->verdict,
                                           row->condition);
    case XFED_DIALBACK_NONE:
        break;
    }
    return NULL;
}

/* What we build, written to a stream, is read back as the same. */
static void test_build(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct xfed_dialback_message m;
        xmppfed_element *e;
        char *xml;
        size_t len;

        if (row->rc < 0)
            continue;
        e = build(*state, row);
        assert_int_equal(xmppfed_element_write(e, "jabber:server", &xml, &len), 0);
        xmppfed_element_free(e);
        e = parse(*state, xml, SIZE_MAX);
        if (xfed_dialback_parse(e, &m) < 0)
            fail_msg("%s: %s", row->name, xml);
        check_message(row, &m);
        xmppfed_element_free(e);
        xmppfed_element_free_text(*state, xml);
    }
}

/* XEP-0220 2 and XEP-0220 2.5, to the letter: older peers know no prefix but "db". */
static void test_bytes(void **state)
{
    xmppfed_element *e = xfed_dialback_verify_answer(
        *state, "a.example", "b.example", "1", XFED_DIALBACK_ERROR, "remote-connection-failed");
    char *xml;
    size_t len;

    assert_int_equal(xmppfed_element_write(e, "jabber:server", &xml, &len), 0);
    assert_string_equal(xml,
                        "<db:verify from='a.example' id='1' to='b.example' type='error'>" ERROR(
                            CONDITION("remote-connection-failed")) "</db:verify>");
    xmppfed_element_free_text(*state, xml);
    xmppfed_element_free(e);
}

/* Only conditions of ours are written, whatever the caller asks for. */
static void test_conditions(void **state)
{
    static const struct {
        const char *condition;
        const char *written;
        const char *type;
    } condition_rows[] = {
        {"item-not-found", "item-not-found", "cancel"},
        {"remote-connection-failed", "remote-connection-failed", "cancel"},
        {"remote-server-not-found", "remote-server-not-found", "cancel"},
        {"remote-server-timeout", "remote-server-timeout", "wait"},
        {"policy-violation", "policy-violation", "modify"},
        {"not-authorized", "not-authorized", "auth"},
        {"forbidden", "forbidden", "auth"},
        {"not-acceptable", "not-acceptable", "modify"},
        {"resource-constraint", "resource-constraint", "wait"},
        {"sorry", "undefined-condition", "cancel"},
        {"", "undefined-condition", "cancel"},
        {NULL, "undefined-condition", "cancel"},
    };

    for (size_t i = 0; i < sizeof(condition_rows) / sizeof(condition_rows[0]); i++) {
        xmppfed_element *e = xfed_dialback_result_answer(
            *state, "a.example", "b.example", XFED_DIALBACK_ERROR, condition_rows[i].condition);
        const xmppfed_element *error = xmppfed_element_child(e, "error", "jabber:server");
        const char *name = xmppfed_element_name(xmppfed_element_first(error));

        check_text("condition", name, condition_rows[i].written);
        check_text(name, xmppfed_element_attribute(error, "type"), condition_rows[i].type);
        xmppfed_element_free(e);
    }
}

static void test_out_of_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < 8; i++) /* the examples of XEP-0220 */
        budget_each(rows[i].name, build, &rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),      cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_build),      cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}

/* test_output.c - wire bytes, and which of them the transport has taken. */
#include "fixture.h"

#include <stdlib.h>

static void test_output_is_kept_until_sent(void **state)
{
    struct fixture f;
    xmppfed_slice out;
    size_t len;

    (void)state;
    fixture_open_initiator(&f);
    out = xmppfed_connection_output(f.c);
    len = out.len;
    assert_true(len > 0);
    assert_memory_equal(out.data, "<?xml", 5);
    xmppfed_connection_sent(f.c, 2);
    out = xmppfed_connection_output(f.c);
    assert_int_equal(out.len, len - 2);
    assert_memory_equal(out.data, "xml", 3);
    assert_int_equal(xmppfed_connection_acked(f.c), 2);
    xmppfed_connection_sent(f.c, len); /* more than there is */
    assert_int_equal(xmppfed_connection_output(f.c).len, 0);
    assert_int_equal(xmppfed_connection_acked(f.c), len);
    assert_false(xfed_connection_has_output(f.c));
    fixture_close(&f);
}

static void test_marks(void **state)
{
    uint64_t first = 0, second = 0;
    struct fixture f;

    (void)state;
    fixture_open_initiator(&f);
    fixture_bring_up(&f);
    (void)fixture_sent(&f, "");
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, &first), 0);
    assert_int_equal(fixture_send(&f, CONTOSO, FABRIKAM, &second), 0);
    assert_true(xmppfed_connection_acked(f.c) < first);
    xmppfed_connection_sent(f.c, xmppfed_connection_output(f.c).len / 2);
    assert_int_equal(xmppfed_connection_acked(f.c), first);
    xmppfed_connection_sent(f.c, xmppfed_connection_output(f.c).len);
    assert_int_equal(xmppfed_connection_acked(f.c), second);
    fixture_close(&f);
}

/* The queue of the pair holds what a slow transport does not take. */
static void test_backlog(void **state)
{
    enum { BODY = 60000 };
    xmppfed_element *e;
    struct fixture f;
    char *body = malloc(BODY + 1);
    int sent = 0;
    int rc;

    (void)state;
    assert_non_null(body);
    memset(body, 'x', BODY);
    body[BODY] = '\0';
    fixture_open_initiator(&f);
    fixture_bring_up(&f);
    e = fixture_message(&f, CONTOSO, FABRIKAM);
    xmppfed_element_add_text(xmppfed_element_add_child(e, "body", XMPPFED_NS_SERVER), body);
    while ((rc = xmppfed_connection_send(f.c, e, NULL)) == 0)
        sent++;
    assert_int_equal(rc, XMPPFED_ERR_LIMIT_QUEUE);
    assert_in_range(sent, 4, 6);
    assert_false(f.c->down);
    xmppfed_connection_sent(f.c, xmppfed_connection_output(f.c).len);
    assert_int_equal(xmppfed_connection_send(f.c, e, NULL), 0);
    xmppfed_element_free(e);
    free(body);
    fixture_close(&f);
}

static void test_no_connection(void **state)
{
    (void)state;
    assert_int_equal(xmppfed_connection_output(NULL).len, 0);
    assert_int_equal(xmppfed_connection_acked(NULL), 0);
    xmppfed_connection_sent(NULL, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_is_kept_until_sent),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_backlog),
        cmocka_unit_test(test_no_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

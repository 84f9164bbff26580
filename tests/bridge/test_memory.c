/* test_memory.c - without memory: every request is answered, and no sender is left without a word.
 */
#include "bridge/fixture.h"

/* Both ways, with an error each; whatever fails, the state of the bridge is whole. */
static int play(void *user)
{
    xmppfed_allocator allocator = alloc_fail_allocator(user);
    xmppfed_context *ctx;
    struct fixture *f;
    void *state;

    if (xmppfed_context_new(&allocator, &ctx) < 0)
        return XMPPFED_ERR_NOMEM;
    f = fixture_new(ctx);
    xmppfed_context_unref(ctx);
    fixture_open(f, true);
    fixture_message(f, 1, "c", ALICE, BOB, "Hello");
    if (f->stanza_count > 0) {
        char xml[512];

        snprintf(xml, sizeof(xml),
                 "<message type='error' id='%s' from='" BOB "' to='" ALICE "'><error type='cancel'>"
                 "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
                 f->ids[0]);
        fixture_stanza(f, xml);
    }
    fixture_wait(f, 2200);
    if (count_lines(f, "answer 1 *") != 1)
        fail_msg("the request was answered %zu times", count_lines(f, "answer 1 *"));
    fixture_stanza(f, "<message id='a' from='" BOB "' to='" ALICE "'><body>x</body></message>");
    if (f->request_count > 0)
        fixture_response(f, 0, 404);
    fixture_wait(f, 200);
    if (count_lines(f, "xmpp *id='a'*error*") + count_lines(f, "tell *") == 0)
        fail_msg("nobody was told: %s", f->out);
    if (!bridge_idle(f->bridge))
        fail_msg("something is still under way");
    state = f;
    fixture_teardown(&state);
    return 0;
}

static void test_each(void **state)
{
    struct alloc_fail memory = {0};

    (void)state;
    alloc_fail_each(&memory, play, &memory);
    assert_true(memory.calls > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

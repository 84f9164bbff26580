/* test_status.c - looking on: links as they are from dialling to closing, and closing one. */
#include "scene.h"

#include "connection/connection.h"
#include "dialback/key.h"
#include "federation/link.h"

static xmppfed_link_info info_of(struct loop_side *side, uint64_t link)
{
    xmppfed_link_info info = {.size = sizeof(info)};

    assert_int_equal(xmppfed_federation_link_info(side->fed, link, &info), 0);
    return info;
}

/* The one link of a side in a direction. */
static xmppfed_link_info only(struct loop_side *side, int direction)
{
    uint64_t links[16];
    size_t count = xmppfed_federation_list_links(side->fed, links, 16);
    xmppfed_link_info found = {.size = 0};

    assert_int_equal(count, xmppfed_federation_links(side->fed));
    for (size_t i = 0; i < count; i++) {
        xmppfed_link_info info = info_of(side, links[i]);

        if (info.direction == direction) {
            assert_int_equal(found.size, 0);
            found = info;
        }
    }
    assert_int_equal(found.size, sizeof(found));
    return found;
}

static void test_up(void **state)
{
    struct scene s;
    xmppfed_link_info info;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "Hello", 1);
    loop_run(&s.loop);
    info = only(s.contoso, XMPPFED_OUTBOUND);
    assert_int_equal(info.state, XMPPFED_LINK_UP);
    assert_int_equal(info.purpose, XMPPFED_PURPOSE_STANZAS);
    assert_string_equal(info.peer, "192.0.2.2");
    assert_string_equal(info.local, "contoso.example");
    assert_string_equal(info.remote, "fabrikam.example");
    assert_non_null(info.proof);
    assert_int_equal(info.proof->kind, XMPPFED_PROOF_PKIX);
    assert_string_equal(info.proof->tls_version, "TLS1.3");
    assert_int_equal(info.queued, 0);
    assert_int_equal(info.pairs, 1);
    assert_true(info.since <= s.loop.now);
    info = only(s.fabrikam, XMPPFED_INBOUND);
    assert_int_equal(info.state, XMPPFED_LINK_UP);
    assert_int_equal(info.pairs, 1);
    assert_string_equal(info.peer, "192.0.2.9");
    assert_string_equal(info.local, "fabrikam.example");
    assert_string_equal(info.remote, "contoso.example");
    scene_fini(&s);
}

static void test_dialling(void **state)
{
    struct scene s;
    xmppfed_link_info info;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.fabrikam->silent = true;
    scene_say(&s, "one", 1);
    scene_say(&s, "two", 2);
    loop_run(&s.loop);
    info = only(s.contoso, XMPPFED_OUTBOUND);
    assert_int_equal(info.state, XMPPFED_LINK_DIALLING);
    assert_int_equal(info.queued, 2);
    assert_true(info.queued_bytes > 0);
    assert_null(info.proof);
    assert_int_equal(xmppfed_federation_queued(s.contoso->fed), 2);
    assert_int_equal(xmppfed_federation_close_link(s.contoso->fed, info.link), 0);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.contoso, XMPPFED_EVENT_STREAM_DOWN), 1);
    scene_fini(&s);
}

/* Before it has said anything, a peer is an address. */
static void test_negotiating(void **state)
{
    struct scene s;
    xmppfed_link_info info;
    uint64_t link;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    s.loop.now += 5;
    assert_int_equal(xmppfed_federation_accept(s.fabrikam->fed, "2001:db8::7", s.loop.now, &link),
                     0);
    info = info_of(s.fabrikam, link);
    assert_int_equal(info.state, XMPPFED_LINK_NEGOTIATING);
    assert_int_equal(info.direction, XMPPFED_INBOUND);
    assert_string_equal(info.peer, "2001:db8::7");
    assert_string_equal(info.remote, "");
    assert_int_equal(info.since, s.loop.now);
    assert_int_equal(info.pairs, 0);
    assert_null(info.proof);
    scene_fini(&s);
}

/* Who does not say in its header who it is, is known by its key: while that is checked, and later.
 */
static void test_header_without_names(void **state)
{
    static const char secret[] = "a secret of 26 characters.";
    const xmppfed_slice as_slice = {secret, sizeof(secret) - 1};
    char key[XFED_DIALBACK_KEY_SIZE];
    char result[256];
    struct scene s;
    xmppfed_link_info info;
    uint64_t link;
    (void)state;

    scene_init(&s, BY_DIALBACK_TCP);
    assert_int_equal(xmppfed_site_set_dialback_secret(s.contoso->site, as_slice), 0);
    assert_int_equal(xmppfed_federation_accept(s.fabrikam->fed, "192.0.2.77", s.loop.now, &link),
                     0);
    loop_feed_text(s.fabrikam, link,
                   "<stream:stream xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
                   "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>");
    loop_run(&s.loop);
    info = info_of(s.fabrikam, link);
    assert_string_equal(info.remote, "");
    assert_int_equal(xfed_dialback_key_make(
                         s.ctx, as_slice, "fabrikam.example", "contoso.example",
                         xfed_link_find(s.fabrikam->fed, link)->connection->negotiation.id, key),
                     0);
    (void)snprintf(result, sizeof(result),
                   "<db:result from='contoso.example' to='fabrikam.example'>%s</db:result>", key);
    s.contoso->silent = true;
    loop_feed_text(s.fabrikam, link, result);
    loop_run(&s.loop);
    info = info_of(s.fabrikam, link);
    assert_int_equal(info.state, XMPPFED_LINK_NEGOTIATING);
    assert_string_equal(info.local, "fabrikam.example");
    assert_string_equal(info.remote, "contoso.example");
    s.contoso->silent = false;
    loop_answer(s.contoso);
    loop_run(&s.loop);
    info = info_of(s.fabrikam, link);
    assert_int_equal(info.state, XMPPFED_LINK_UP);
    assert_int_equal(info.pairs, 1);
    assert_string_equal(info.local, "fabrikam.example");
    assert_string_equal(info.remote, "contoso.example");
    scene_fini(&s);
}

/* A stream that is closed on request ends well, and the next stanza makes a new one. */
static void test_close(void **state)
{
    struct scene s;
    const struct loop_event *down;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    scene_say(&s, "one", 1);
    loop_run(&s.loop);
    assert_int_equal(
        xmppfed_federation_close_link(s.contoso->fed, only(s.contoso, XMPPFED_OUTBOUND).link), 0);
    loop_run(&s.loop);
    down = loop_event(s.contoso, XMPPFED_EVENT_STREAM_DOWN, 0);
    assert_non_null(down);
    assert_int_equal(down->code, 0);
    scene_say(&s, "two", 2);
    loop_run(&s.loop);
    assert_int_equal(loop_count(s.fabrikam, XMPPFED_EVENT_STANZA), 2);
    scene_fini(&s);
}

static void test_wrong_arguments(void **state)
{
    struct scene s;
    xmppfed_link_info info = {.size = sizeof(info)};
    uint64_t link;
    (void)state;

    scene_init(&s, BY_EXTERNAL);
    assert_int_equal(xmppfed_federation_list_links(s.contoso->fed, NULL, 0), 0);
    assert_int_equal(xmppfed_federation_list_links(NULL, &link, 1), 0);
    assert_int_equal(xmppfed_federation_link_info(s.contoso->fed, 99, &info),
                     XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_federation_link_info(NULL, 99, &info), XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_federation_link_info(s.contoso->fed, 99, NULL), XMPPFED_ERR_ARGUMENT);
    assert_int_equal(xmppfed_federation_close_link(s.contoso->fed, 99), XMPPFED_ERR_UNKNOWN_HANDLE);
    assert_int_equal(xmppfed_federation_queued(NULL), 0);
    assert_int_equal(xmppfed_federation_accept(s.contoso->fed, "192.0.2.9", s.loop.now, &link), 0);
    info.size = sizeof(info) - 1;
    assert_int_equal(xmppfed_federation_link_info(s.contoso->fed, link, &info),
                     XMPPFED_ERR_ARGUMENT);
    scene_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_up),          cmocka_unit_test(test_dialling),
        cmocka_unit_test(test_negotiating), cmocka_unit_test(test_header_without_names),
        cmocka_unit_test(test_close),       cmocka_unit_test(test_wrong_arguments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

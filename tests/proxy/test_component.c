/* test_component.c - both ends of a component stream in memory, cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/component.h"
#include "proxy/settings/files.h"
#include "proxy/component_pair.h"

#define NAME "contoso.example"
#define SECRET "inside secret"
#define STREAM_OPEN                                                   \
    "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' " \
    "xmlns='jabber:component:accept' to='contoso.example'>"
/* Longer than any plain exchange of one direction at a time. */
#define CUTS 400

static xmppfed_context *ctx;
static xmppfed_credentials *own;
static xmppfed_trust *trust;
static xmppfed_trust *other_trust;

static const char *find_secret(const char *name, void *user)
{
    (void)user;
    return strcmp(name, NAME) == 0 ? SECRET : NULL;
}

static struct component *make(int role, xmppfed_trust *anchors, const char *secret)
{
    struct component_options options = {
        .ctx = ctx,
        .role = role,
        .name = NAME,
        .secret = secret,
        .find_secret = find_secret,
        .credentials = anchors ? own : NULL,
        .trust = anchors,
        .output_limit = 10000,
    };
    struct component *c = NULL;

    assert_int_equal(component_new(&options, &c), 0);
    return c;
}

/* A whole conversation: both up, a message each way, and an orderly end. */
static void converse(xmppfed_trust *anchors, size_t cut, size_t step)
{
    static const char wanted[] = "<message from='a@contoso.example'><body>Hello</body></message>";
    struct pair p = {
        .ctx = ctx,
        .ends = {make(COMPONENT_CLIENT, anchors, SECRET), make(COMPONENT_SERVER, anchors, NULL)}};
    int i;

    pair_settle(&p, cut, step);
    for (i = 0; i < 2; i++) {
        assert_int_equal(p.ups[i], 1);
        assert_true(component_is_up(p.ends[i]));
        assert_string_equal(component_name(p.ends[i]), NAME);
        pair_send(&p, i, "Hello");
    }
    pair_settle(&p, cut, step);
    for (i = 0; i < 2; i++)
        assert_string_equal(p.stanzas[i], wanted);
    component_close(p.ends[0], NULL, NULL);
    pair_settle(&p, cut, step);
    for (i = 0; i < 2; i++)
        assert_int_equal(p.downs[i], 1);
    pair_free(&p);
}

static void plain_cut_at_every_byte(void **state)
{
    size_t cut;

    (void)state;
    for (cut = 1; cut < CUTS; cut++)
        converse(NULL, cut, SIZE_MAX);
}

static void plain_in_small_steps(void **state)
{
    size_t step;

    (void)state;
    for (step = 1; step < 20; step++)
        converse(NULL, 0, step);
}

static void tls_in_steps(void **state)
{
    static const size_t steps[] = {1, 2, 5, 64, 1000, SIZE_MAX};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        converse(trust, 0, steps[i]);
}

static void tls_without_trust_is_refused(void **state)
{
    struct pair p = {
        .ctx = ctx,
        .ends = {make(COMPONENT_CLIENT, trust, SECRET), make(COMPONENT_SERVER, other_trust, NULL)}};

    (void)state;
    pair_settle(&p, 0, SIZE_MAX);
    assert_int_equal(p.ups[0] + p.ups[1], 0);
    assert_int_equal(p.downs[1], 1);
    pair_free(&p);
}

static void tls_without_client_certificate_is_refused(void **state)
{
    struct pair p = {.ctx = ctx, .ends = {NULL, make(COMPONENT_SERVER, trust, NULL)}};
    struct component_options options = {.ctx = ctx,
                                        .role = COMPONENT_CLIENT,
                                        .name = NAME,
                                        .secret = SECRET,
                                        .trust = trust,
                                        .output_limit = 10000};

    (void)state;
    assert_int_equal(component_new(&options, &p.ends[0]), 0);
    pair_settle(&p, 0, SIZE_MAX);
    assert_int_equal(p.ups[0] + p.ups[1], 0);
    assert_int_equal(p.downs[1], 1);
    pair_free(&p);
}

static void wrong_secret_is_refused(void **state)
{
    struct pair p = {
        .ctx = ctx,
        .ends = {make(COMPONENT_CLIENT, NULL, "wrong"), make(COMPONENT_SERVER, NULL, NULL)}};

    (void)state;
    pair_settle(&p, 0, SIZE_MAX);
    assert_int_equal(p.ups[0] + p.ups[1], 0);
    assert_int_equal(p.downs[0], 1);
    assert_int_equal(p.downs[1], 1);
    assert_non_null(strstr(p.why[0], "not-authorized"));
    pair_free(&p);
}

static const struct {
    const char *name;
    const char *input;
    const char *condition;
} refused_rows[] = {
    {"unknown host",
     "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
     "xmlns='jabber:component:accept' to='elsewhere.example'>",
     "<host-unknown "},
    {"no name",
     "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
     "xmlns='jabber:component:accept'>",
     "<improper-addressing "},
    {"other namespace",
     "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:server' "
     "to='contoso.example'>",
     "<invalid-namespace "},
    {"stanza before the handshake",
     STREAM_OPEN "<message from='a@contoso.example' to='b@fabrikam.example'/>", "<not-authorized "},
    {"guessed handshake", STREAM_OPEN "<handshake>00</handshake>", "<not-authorized "},
    {"empty handshake", STREAM_OPEN "<handshake/>", "<not-authorized "},
    {"broken XML", STREAM_OPEN "<handshake></other>", "<not-well-formed "},
    {"a comment", STREAM_OPEN "<!-- -->", "<restricted-xml "},
};

static void server_refuses(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(refused_rows) / sizeof(refused_rows[0]); i++) {
        struct component *c = make(COMPONENT_SERVER, NULL, NULL);
        struct component_item item = {0};
        char out[1024];

        print_message("# row '%s'\n", refused_rows[i].name);
        component_feed(c, refused_rows[i].input, strlen(refused_rows[i].input));
        assert_true(component_next(c, &item));
        assert_int_equal(item.kind, COMPONENT_DOWN);
        assert_false(component_next(c, &item));
        snprintf(out, sizeof(out), "%.*s", (int)component_output(c).len, component_output(c).data);
        assert_non_null(strstr(out, "<stream:stream "));
        assert_non_null(strstr(out, refused_rows[i].condition));
        assert_non_null(strstr(out, "</stream:stream>"));
        component_free(c);
    }
}

static void only_stanzas_are_taken(void **state)
{
    static const char text[] = "<iq2 xmlns='urn:x'/>";
    struct pair p = {
        .ctx = ctx,
        .ends = {make(COMPONENT_CLIENT, NULL, SECRET), make(COMPONENT_SERVER, NULL, NULL)}};

    (void)state;
    pair_settle(&p, 0, SIZE_MAX);
    component_feed(p.ends[1], text, strlen(text));
    pair_take(&p, 1);
    assert_int_equal(p.downs[1], 1);
    pair_settle(&p, 0, SIZE_MAX);
    assert_non_null(strstr(p.why[0], "unsupported-stanza-type"));
    pair_free(&p);
}

static void output_is_bounded(void **state)
{
    struct pair p = {
        .ctx = ctx,
        .ends = {make(COMPONENT_CLIENT, NULL, SECRET), make(COMPONENT_SERVER, NULL, NULL)}};
    xmppfed_element *m = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    int sent = 0;

    (void)state;
    assert_int_equal(component_send(p.ends[1], m), XMPPFED_ERR_STATE);
    pair_settle(&p, 0, SIZE_MAX);
    while (component_send(p.ends[1], m) == 0)
        sent++;
    assert_int_equal(sent, 10000 / strlen("<message/>"));
    assert_int_equal(component_send(p.ends[1], m), XMPPFED_ERR_LIMIT_QUEUE);
    assert_true(component_is_up(p.ends[1]));
    pair_settle(&p, 0, SIZE_MAX);
    assert_int_equal(component_send(p.ends[1], m), 0);
    xmppfed_element_free(m);
    pair_free(&p);
}

/* A host may tell of a write of no bytes, also while nothing waits. */
static void sending_nothing_changes_nothing(void **state)
{
    struct component *server = make(COMPONENT_SERVER, NULL, NULL);
    struct component *client = make(COMPONENT_CLIENT, NULL, SECRET);
    size_t waiting = component_output(client).len;

    (void)state;
    component_sent(server, 0);
    assert_int_equal(component_output(server).len, 0);
    assert_true(waiting > 0);
    component_sent(client, 0);
    assert_int_equal(component_output(client).len, waiting);
    component_free(server);
    component_free(client);
}

static xmppfed_trust *read_trust(const char *name)
{
    struct complaint why;
    xmppfed_trust *t = NULL;
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", getenv("TEST_DATA"), name);
    if (!file_trust(ctx, path, NULL, "the anchors", &t, &why))
        fail_msg("%s", why.text);
    return t;
}

static int setup(void **state)
{
    struct complaint why;
    char pem[512];
    char key[512];

    (void)state;
    snprintf(pem, sizeof(pem), "%s/contoso.pem", getenv("TEST_DATA"));
    snprintf(key, sizeof(key), "%s/contoso.key", getenv("TEST_DATA"));
    if (xmppfed_context_new(NULL, &ctx) < 0 || !file_credentials(ctx, pem, key, NAME, &own, &why))
        return -1;
    trust = read_trust("ca.pem");
    other_trust = read_trust("unknown-ca.pem");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xmppfed_trust_unref(trust);
    xmppfed_trust_unref(other_trust);
    xmppfed_credentials_unref(own);
    xmppfed_context_unref(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_cut_at_every_byte),
        cmocka_unit_test(plain_in_small_steps),
        cmocka_unit_test(tls_in_steps),
        cmocka_unit_test(tls_without_trust_is_refused),
        cmocka_unit_test(tls_without_client_certificate_is_refused),
        cmocka_unit_test(wrong_secret_is_refused),
        cmocka_unit_test(server_refuses),
        cmocka_unit_test(only_stanzas_are_taken),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(sending_nothing_changes_nothing),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

/* test_bodies.c - bodies are logged of the domains named, until their time is over, and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmppfed/context.h>

#include "proxy/observe/bodies.h"

struct fixture {
    xmppfed_context *ctx;
    uv_loop_t loop;
    struct log log;
    uint64_t counts[EVENT_COUNT];
    struct bodies bodies;
    char *text;
    size_t size;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    assert_int_equal(xmppfed_context_new(NULL, &f->ctx), 0);
    uv_loop_init(&f->loop);
    f->log = (struct log){.out = open_memstream(&f->text, &f->size),
                          .format = LOG_FORMAT_TEXT,
                          .level = LOG_LEVEL_INFO,
                          .counts = f->counts};
    assert_non_null(f->log.out);
    bodies_start(&f->bodies, &f->loop, &f->log);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    bodies_stop(&f->bodies);
    bodies_stop(&f->bodies); /* a second time does nothing */
    uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    fclose(f->log.out);
    free(f->text);
    xmppfed_context_unref(f->ctx);
    free(f);
    return 0;
}

/* Says something from one to the other; returns whether it was logged. */
static bool say(struct fixture *f, const char *from, const char *to, const char *text)
{
    xmppfed_element *stanza = xmppfed_element_new(f->ctx, "message", "jabber:server");
    xmppfed_element *body;
    uint64_t before = f->counts[EVENT_BODY];

    if (from)
        xmppfed_element_set_attribute(stanza, "from", from);
    if (to)
        xmppfed_element_set_attribute(stanza, "to", to);
    if (text) {
        body = xmppfed_element_add_child(stanza, "body", "jabber:server");
        xmppfed_element_add_text(body, text);
    }
    bodies_log(&f->bodies, "in", stanza);
    xmppfed_element_free(stanza);
    return f->counts[EVENT_BODY] > before;
}

static void only_of_the_domain(void **state)
{
    static const struct {
        const char *name;
        const char *from;
        const char *to;
        const char *text;
        bool logged;
    } rows[] = {
        {"from it", "bob@fabrikam.example", "alice@contoso.example", "Hello", true},
        {"to it", "alice@contoso.example", "bob@fabrikam.example/x", "Hello", true},
        {"in capitals", "bob@FABRIKAM.example", "alice@contoso.example", "Hello", true},
        {"from itself", "fabrikam.example", "alice@contoso.example", "Hello", true},
        {"another", "bob@elsewhere.example", "alice@contoso.example", "Hello", false},
        {"below it", "bob@a.fabrikam.example", "alice@contoso.example", "Hello", false},
        {"as a user", "fabrikam.example@contoso.example", "a@contoso.example", "Hello", false},
        {"no body", "bob@fabrikam.example", "alice@contoso.example", NULL, false},
        {"no address", NULL, NULL, "Hello", false},
        {"no addresses at all", "@", "/", "Hello", false},
    };
    struct fixture *f = *state;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_false(say(f, rows[i].from, rows[i].to, rows[i].text));
    assert_true(bodies_set(&f->bodies, "fabrikam.example", 60, "root (0)"));
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("# %s\n", rows[i].name);
        assert_int_equal(say(f, rows[i].from, rows[i].to, rows[i].text), rows[i].logged);
    }
    assert_non_null(strstr(f->text, "event=BODIES_ON domain=fabrikam.example seconds=60 "
                                    "who=\"root (0)\"\n"));
    assert_true(bodies_set(&f->bodies, "fabrikam.example", 0, "root (0)"));
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_false(say(f, rows[i].from, rows[i].to, rows[i].text));
    assert_non_null(strstr(f->text, "event=BODIES_OFF domain=fabrikam.example text=\"ended on "
                                    "request\"\n"));
}

static void it_ends_by_itself(void **state)
{
    struct fixture *f = *state;

    assert_true(bodies_set(&f->bodies, "a.example", 1, "root"));
    assert_true(bodies_set(&f->bodies, "b.example", 3600, "root"));
    /* The loop has nothing else to do, and does not wait for an end: it is made to. */
    uv_ref((uv_handle_t *)&f->bodies.timer);
    while (f->counts[EVENT_BODIES_OFF] == 0)
        uv_run(&f->loop, UV_RUN_ONCE);
    uv_unref((uv_handle_t *)&f->bodies.timer);
    assert_non_null(
        strstr(f->text, "event=BODIES_OFF domain=a.example text=\"the time is over\"\n"));
    assert_false(say(f, "x@a.example", "y@contoso.example", "Hello"));
    assert_true(say(f, "x@b.example", "y@contoso.example", "Hello"));
}

static void so_many_domains(void **state)
{
    struct fixture *f = *state;
    char name[32];
    int i;

    for (i = 0; i < BODIES_MAX; i++) {
        snprintf(name, sizeof(name), "d%d.example", i);
        assert_true(bodies_set(&f->bodies, name, 60, "root"));
    }
    assert_false(bodies_set(&f->bodies, "more.example", 60, "root"));
    assert_true(bodies_set(&f->bodies, "d3.example", 60, "root"));
    assert_int_equal(f->bodies.count, BODIES_MAX);
    assert_true(bodies_set(&f->bodies, "d3.example", 0, "root"));
    assert_true(bodies_set(&f->bodies, "more.example", 60, "root"));
    assert_true(bodies_set(&f->bodies, "unknown.example", 0, "root"));
    bodies_stop(&f->bodies);
    assert_int_equal(f->counts[EVENT_BODIES_OFF], BODIES_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_of_the_domain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_by_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(so_many_domains, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

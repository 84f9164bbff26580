/* test_local_host.c - a host in the proxy's own process gets what comes for its domains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "proxy/local_host.h"
#include "proxy/relay.h"

static char link_place;

static struct link *some_link(void)
{
    return (struct link *)(void *)&link_place;
}

struct seen {
    const char *to;
    int answer;
};

static int take(const xmppfed_element *stanza, void *user)
{
    struct seen *seen = user;

    seen->to = xmppfed_element_attribute(stanza, "to");
    return seen->answer;
}

static size_t routes_of(const struct proxy *p, const char *domain)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < p->routes.count; i++)
        count += strcmp(p->routes.routes[i].domain, domain) == 0;
    return count;
}

static void serves_all_domains(void **state)
{
    struct config_domain domains[] = {{.name = "contoso.example"}, {.name = "tailspin.example"}};
    struct config config = {.domains = domains, .domain_count = 2};
    struct loaded loaded = {.config = &config};
    struct local_host host = {.take = take};
    struct proxy p = {.loaded = &loaded, .local = &host};

    (void)state;
    assert_true(local_host_route(&p));
    assert_int_equal(p.routes.count, 2);
    assert_int_equal(route_add(&p.routes, "contoso.example", some_link()), 3);
    config.domains[0].name = "wingtip.example";
    assert_true(local_host_route(&p));
    assert_int_equal(p.routes.count, 3);
    assert_int_equal(routes_of(&p, "wingtip.example"), 1);
    assert_int_equal(routes_of(&p, "tailspin.example"), 1);
    assert_ptr_equal(route_pick(&p.routes, "contoso.example", "a@contoso.example"), some_link());
    route_table_fini(&p.routes);
}

static void leaves_others_alone(void **state)
{
    struct config_domain domain = {.name = "contoso.example"};
    struct config config = {.domains = &domain, .domain_count = 1};
    struct loaded loaded = {.config = &config};
    struct proxy p = {.loaded = &loaded};

    (void)state;
    assert_true(local_host_route(&p));
    assert_int_equal(p.routes.count, 0);
}

static xmppfed_element *message(xmppfed_context *ctx, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);

    assert_non_null(e);
    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    return e;
}

static void is_given_stanzas(void **state)
{
    struct seen seen = {.answer = XMPPFED_ERR_LIMIT_QUEUE};
    struct local_host host = {.take = take, .user = &seen};
    struct proxy p = {.local = &host};
    xmppfed_context *ctx;
    xmppfed_element *e;

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    e = message(ctx, "alice@fabrikam.example", "carol@contoso.example");
    assert_int_equal(relay_to_host(&p, NULL, "contoso.example", e), XMPPFED_ERR_LIMIT_QUEUE);
    assert_string_equal(seen.to, "carol@contoso.example");
    seen.answer = 0;
    assert_int_equal(relay_to_host(&p, NULL, "contoso.example", e), 0);
    p.local = NULL;
    assert_int_equal(relay_to_host(&p, NULL, "contoso.example", e), XMPPFED_ERR_STATE);
    xmppfed_element_free(e);
    xmppfed_context_unref(ctx);
}

static void speaks_for_its_domains_alone(void **state)
{
    struct config_domain domain = {.name = "contoso.example"};
    struct config config = {.domains = &domain, .domain_count = 1};
    struct loaded loaded = {.config = &config};
    struct proxy p = {.loaded = &loaded};
    xmppfed_context *ctx;
    xmppfed_element *e;

    (void)state;
    assert_int_equal(xmppfed_context_new(NULL, &ctx), 0);
    e = message(ctx, "alice@fabrikam.example", "carol@contoso.example");
    assert_false(relay_from_local(&p, e));
    xmppfed_element_free(e);
    xmppfed_context_unref(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_all_domains),
        cmocka_unit_test(leaves_others_alone),
        cmocka_unit_test(is_given_stanzas),
        cmocka_unit_test(speaks_for_its_domains_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

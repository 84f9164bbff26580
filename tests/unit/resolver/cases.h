/* cases.h - tables of zones, each with the way in which a look-up there ends. */
#ifndef TESTS_UNIT_RESOLVER_CASES_H
#define TESTS_UNIT_RESOLVER_CASES_H

#include "zone.h"

enum { CASE_ROWS = 12 };

struct zone_case {
    const char *name;
    struct zone_row zone[CASE_ROWS];
    int code;
    const char *endpoints; /* as zone_print() writes them, or a part of the sentence */
    const char *left_out;  /* a part of it; NULL for nothing */
    bool secure;           /* the resolver trusts a server that validates */
};

static inline struct zone case_zone(const struct zone_case *c)
{
    struct zone z = {.rows = c->zone, .secure = c->secure};

    while (z.count < CASE_ROWS && c->zone[z.count].name)
        z.count++;
    return z;
}

static inline void case_check(const char *domain, const struct zone_case *c,
                              const xmppfed_dns_result *result)
{
    size_t len = strlen(domain);
    char found[1024];

    zone_print(result, found, sizeof(found));
    if (result->code != c->code)
        fail_msg("%s: code %d '%s'", c->name, result->code, result->text);
    if (c->code == 0 && (strcmp(found, c->endpoints) != 0 || result->text[0]))
        fail_msg("%s: '%s' and '%s'", c->name, found, result->text);
    if (c->code < 0 && (found[0] || !strstr(result->text, c->endpoints) ||
                        strncmp(result->text, domain, len) != 0 || result->text[len] != ':'))
        fail_msg("%s: '%s' and '%s'", c->name, found, result->text);
    if (c->left_out && !strstr(result->left_out, c->left_out))
        fail_msg("%s: left out '%s'", c->name, result->left_out);
    if (!c->left_out && c->code == 0 && result->left_out[0])
        fail_msg("%s: left out '%s'", c->name, result->left_out);
}

static inline void cases_run(const char *domain, const struct zone_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct zone_case *c = &cases[i];
        struct zone z = case_zone(c);
        uint64_t seed = 1;
        xmppfed_resolver *resolver = zone_resolver(&seed);
        const xmppfed_dns_result *result;
        xmppfed_time now = 1000;
        uint64_t id;

        xmppfed_resolver_set_trusted(resolver, c->secure);
        assert_int_equal(xmppfed_resolver_start(resolver, domain, now, &id), 0);
        result = zone_run(&z, resolver, &now);
        assert_int_equal(result->lookup, id);
        case_check(domain, c, result);
        if (now > 1000 + 15000)
            fail_msg("%s: took %u ms", c->name, (unsigned)(now - 1000));
        xmppfed_resolver_free(resolver);
    }
}

#endif

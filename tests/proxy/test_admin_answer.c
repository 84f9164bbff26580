/* test_admin_answer.c - requests of the administration socket: good, malformed, unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proxy/admin/answer.h"
#include "proxy/admin/commands.h"
#include "proxy/admin/commands.h"
#include "proxy/records/words.h"

/* A proxy without sockets: what the commands look at. */
static struct proxy proxy;
static const struct author author = {1000, "alice"};
static struct config config = {.file = "proxy.conf", .partners = "partners.json"};
static struct loaded loaded = {.config = &config};
static char folder[] = "/tmp/xmppfed-admin-XXXXXX";

static void fill_policy(xmppfed_policy_builder *b)
{
    xmppfed_partner *p;

    xmppfed_policy_builder_set_federation(b, 1);
    assert_int_equal(
        xmppfed_policy_builder_add_access(b, XMPPFED_SCOPE_GLOBAL, "",
                                          XMPPFED_ACCESS_FEDERATION | XMPPFED_ACCESS_XMPP, NULL),
        0);
    assert_int_equal(xmppfed_policy_builder_add_partner(b, "fabrikam.example", NULL, &p), 0);
    assert_int_equal(xmppfed_policy_builder_finish(b, NULL, &loaded.policy), 0);
}

static int setup(void **state)
{
    xmppfed_policy_builder *b;
    struct complaint why;
    char path[64];

    (void)state;
    if (!mkdtemp(folder) || xmppfed_context_new(NULL, &proxy.ctx) < 0 ||
        xmppfed_policy_builder_new(proxy.ctx, &b) < 0)
        return -1;
    fill_policy(b);
    xmppfed_policy_builder_free(b);
    snprintf(path, sizeof(path), "%s/store", folder);
    proxy.loaded = &loaded;
    proxy.log = (struct log){.out = stderr, .level = LOG_LEVEL_ERROR};
    if (!store_open(path, &proxy.store, &why) || xmppfed_site_new(proxy.ctx, &proxy.site) < 0 ||
        xmppfed_site_set_domain(proxy.site, "contoso.example", NULL) < 0 ||
        xmppfed_federation_new(proxy.ctx, proxy.site, &proxy.fed) < 0)
        return -1;
    xmppfed_site_set_policy(proxy.site, loaded.policy);
    return 0;
}

static int teardown(void **state)
{
    char path[64];

    (void)state;
    store_close(proxy.store);
    xmppfed_federation_free(proxy.fed);
    xmppfed_site_unref(proxy.site);
    xmppfed_policy_unref(loaded.policy);
    xmppfed_context_unref(proxy.ctx);
    snprintf(path, sizeof(path), "%s/store", folder);
    unlink(path);
    return rmdir(folder);
}

static json_t *ask_bytes(const char *request, size_t len)
{
    struct admin_later later = {NULL, NULL, NULL};
    char *line = admin_answer(&proxy, &author, request, len, &later);
    json_t *answer;

    assert_non_null(line);
    /* One line, whatever was asked. */
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    answer = json_loads(line, 0, NULL);
    free(line);
    assert_true(json_is_object(answer));
    return answer;
}

static void wrong_requests(void **state)
{
    static const struct {
        const char *name;
        const char *request;
        const char *word; /* of the sentence */
    } rows[] = {
        {"nothing", "", "line of JSON"},
        {"no JSON", "status", "line of JSON"},
        {"half an object", "{\"command\": \"status\"", "line of JSON"},
        {"two objects", "{} {}", "line of JSON"},
        {"a field twice", "{\"command\": \"status\", \"command\": \"reload\"}", "line of JSON"},
        {"no UTF-8", "{\"command\": \"\xff\"}", "line of JSON"},
        {"a NUL", "{\"command\": \"sta\\u0000tus\"}", "line of JSON"},
        {"a list", "[\"status\"]", "an object"},
        {"no command", "{}", "an object with a"},
        {"a number for the command", "{\"command\": 1}", "an object with a"},
        {"unknown", "{\"command\": \"frobnicate\"}", "no command \"frobnicate\""},
        {"unknown field", "{\"command\": \"gateway get\", \"x\": \"1\"}", "\"x\" is not known"},
        {"missing field", "{\"command\": \"partner get\"}", "\"domain\" is missing"},
        {"a number for text", "{\"command\": \"partner get\", \"domain\": 1}", "must be text"},
        {"an empty text", "{\"command\": \"partner get\", \"domain\": \"\"}", "must be text"},
        {"no domain", "{\"command\": \"partner get\", \"domain\": \"..\"}", "not a domain"},
        {"nobody's domain", "{\"command\": \"partner get\", \"domain\": \"no.example\"}",
         "partners.json"},
        {"no failure", "{\"command\": \"last-failure\", \"domain\": \"no.example\"}", "no failure"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *answer = ask_bytes(rows[i].request, strlen(rows[i].request));
        const char *error = json_string_value(json_object_get(answer, "error"));

        print_message("# row '%s': %s\n", rows[i].name, error ? error : "");
        assert_true(json_is_false(json_object_get(answer, "ok")));
        assert_non_null(error);
        assert_non_null(strstr(error, rows[i].word));
        json_decref(answer);
    }
}

/* Sentences quote what was asked, cut at any byte of a character and with any byte in it. */
static void quotes_anything(void **state)
{
    char request[512];
    size_t len;

    (void)state;
    for (len = 50; len < 80; len++) {
        size_t used = (size_t)snprintf(request, sizeof(request), "{\"command\": \"");
        json_t *answer;
        size_t i;

        for (i = 0; i < len; i++)
            used += (size_t)snprintf(request + used, sizeof(request) - used,
                                     i % 2 ? "\xc3\xbc" : "\xe2\x82\xac");
        (void)snprintf(request + used, sizeof(request) - used, "\"}");
        answer = ask_bytes(request, strlen(request));
        assert_true(json_is_false(json_object_get(answer, "ok")));
        assert_non_null(json_string_value(json_object_get(answer, "error")));
        json_decref(answer);
    }
}

static void good_requests(void **state)
{
    static const struct {
        const char *request;
        const char *key; /* of what the answer has */
    } rows[] = {
        {"{\"command\": \"gateway get\"}\n", "gateway"},
        {" {\"command\": \"partner list\"} ", "partners"},
        {"{\"command\":\"partner get\",\"domain\":\"Fabrikam.example\"}", "partner"},
        {"{\"command\":\"explain\",\"from\":\"a@contoso.example\",\"to\":\"b@fabrikam.example\","
         "\"action\":\"add\"}",
         "conditions"},
        {"{\"command\":\"contact add\",\"local\":\"a@contoso.example\","
         "\"remote\":\"b@fabrikam.example\"}",
         "before"},
        {"{\"command\":\"contact list\"}", "contacts"},
        {"{\"command\":\"streams list\"}", "streams"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *answer = ask_bytes(rows[i].request, strlen(rows[i].request));

        print_message("# %s\n", rows[i].request);
        assert_true(json_is_true(json_object_get(answer, "ok")));
        assert_non_null(json_object_get(answer, rows[i].key));
        json_decref(answer);
    }
}

/* The answer is what the policy decides, for every action and contact state in both directions. */
static void explains_as_it_decides(void **state)
{
    const struct record_word *action;
    const struct record_word *contact;
    int direction;

    (void)state;
    for (direction = XMPPFED_INBOUND; direction <= XMPPFED_OUTBOUND; direction++) {
        for (action = words_action; action->word; action++) {
            for (contact = words_contact; contact->word; contact++) {
                bool in = direction == XMPPFED_INBOUND;
                const xmppfed_question q = {direction, action->value, contact->value,
                                            "a@contoso.example", "b@fabrikam.example"};
                xmppfed_decision d;
                char request[256];
                json_t *answer;

                snprintf(request, sizeof(request),
                         "{\"command\":\"explain\",\"from\":\"%s\",\"to\":\"%s\",\"action\":\"%s\","
                         "\"contact\":\"%s\"}",
                         in ? q.remote : q.local, in ? q.local : q.remote, action->word,
                         contact->word);
                answer = ask_bytes(request, strlen(request));
                assert_int_equal(xmppfed_policy_decide(loaded.policy, &q, &d), 0);
                assert_string_equal(json_string_value(json_object_get(answer, "verdict")),
                                    d.verdict == XMPPFED_VERDICT_ALLOW ? "allow" : "refuse");
                assert_string_equal(json_string_value(json_object_get(answer, "condition")),
                                    d.condition);
                json_decref(answer);
            }
        }
    }
}

/* Every verb has a command, as nothing else tells "unknown" from "badly asked". */
static void every_verb_is_known(void **state)
{
    const struct admin_verb *v;

    (void)state;
    for (v = admin_verbs; v->name; v++) {
        char request[128];
        const char *error;
        json_t *answer;

        snprintf(request, sizeof(request), "{\"command\": \"%s\", \"stray\": \"x\"}", v->name);
        answer = ask_bytes(request, strlen(request));
        error = json_string_value(json_object_get(answer, "error"));
        print_message("# %s\n", v->name);
        assert_non_null(error);
        assert_non_null(strstr(error, "\"stray\" is not known"));
        json_decref(answer);
    }
    assert_null(admin_verb_find("frobnicate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_requests),      cmocka_unit_test(quotes_anything),
        cmocka_unit_test(good_requests),       cmocka_unit_test(explains_as_it_decides),
        cmocka_unit_test(every_verb_is_known),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

/*
 * test_explain.c - 100 000 random policies and questions: the command, the engine that decides
 * about stanzas, and an oracle give one answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proxy/admin/answer.h"
#include "proxy/admin/commands.h"
#include "proxy/records/words.h"
#include "support/policy_world.h"

enum { WORLDS = 1000, QUESTIONS = 100 };

/* A proxy without sockets: what the command looks at. */
static struct proxy proxy;
static const struct author author = {1000, "alice"};
static struct config config = {.file = "proxy.conf"};
static struct loaded loaded = {.config = &config};
static char folder[] = "/tmp/xmppfed-explain-XXXXXX";
static char path[64];

static int setup(void **state)
{
    struct complaint why;

    (void)state;
    if (!mkdtemp(folder) || xmppfed_context_new(NULL, &proxy.ctx) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/store", folder);
    proxy.loaded = &loaded;
    proxy.log = (struct log){.out = stderr, .level = LOG_LEVEL_ERROR};
    if (!store_open(path, &proxy.store, &why) || xmppfed_site_new(proxy.ctx, &proxy.site) < 0)
        return -1;
    return xmppfed_site_set_domain(proxy.site, "contoso.example", NULL);
}

static int teardown(void **state)
{
    (void)state;
    store_close(proxy.store);
    xmppfed_site_unref(proxy.site);
    xmppfed_context_unref(proxy.ctx);
    unlink(path);
    return rmdir(folder);
}

/* The answer of the command; without a contact state it looks into the store. */
static json_t *explain(const xmppfed_question *q)
{
    struct admin_later later = {NULL, NULL, NULL};
    bool out = q->direction == XMPPFED_OUTBOUND;
    json_t *request = json_pack("{s:s, s:s, s:s, s:s, s:s*}", "command", "explain", "from",
                                out ? q->local : q->remote, "to", out ? q->remote : q->local,
                                "action", word_of(words_action, q->action), "contact",
                                q->contact ? word_of(words_contact, q->contact) : NULL);
    char *line = json_dumps(request, JSON_COMPACT);
    char *text = admin_answer(&proxy, &author, line, strlen(line), &later);
    json_t *answer = text ? json_loads(text, 0, NULL) : NULL;

    if (!answer || !json_is_true(json_object_get(answer, "ok")))
        fail_msg("%s: %s", line, text ? text : "no answer");
    free(text);
    free(line);
    json_decref(request);
    return answer;
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));

    return text ? text : "";
}

static uint32_t effects_of(const json_t *answer)
{
    uint32_t effects = 0;
    const json_t *word;
    size_t i;

    json_array_foreach(json_object_get(answer, "effects"), i, word) effects |=
        (uint32_t)word_value(words_effect, json_string_value(word));
    return effects;
}

/* The last condition that was asked is the one that decided, and it failed if any did. */
static void check_conditions(const json_t *answer, int rule)
{
    const json_t *condition;
    const char *failed = "";
    size_t i;

    json_array_foreach(json_object_get(answer, "conditions"), i,
                       condition) if (strcmp(text_of(condition, "result"), "fail") == 0) failed =
        text_of(condition, "rule");
    assert_string_equal(failed, rule ? xmppfed_rule_name(rule) : "");
    assert_string_equal(text_of(answer, "rule"), failed);
}

static void compare(const struct world *w, xmppfed_question q, unsigned user, unsigned seen[])
{
    const char *record = world_record(w, q.remote);
    struct world_answer expected;
    json_t *answer = explain(&q);
    xmppfed_decision d;
    const char *verdict;

    /* Nobody is in the store. */
    if (q.contact == XMPPFED_CONTACT_UNKNOWN &&
        world_oracle(w, &q, user).verdict == XMPPFED_VERDICT_NEED_CONTACT)
        q.contact = XMPPFED_CONTACT_NONE;
    expected = world_oracle(w, &q, user);
    assert_int_equal(xmppfed_policy_decide(loaded.policy, &q, &d), 0);
    verdict = expected.verdict == XMPPFED_VERDICT_ALLOW ? "allow" : "refuse";
    if (d.verdict != expected.verdict || strcmp(text_of(answer, "verdict"), verdict) != 0 ||
        strcmp(text_of(answer, "condition"), expected.condition) != 0 ||
        strcmp(d.condition, expected.condition) != 0 || effects_of(answer) != expected.effects ||
        d.effects != expected.effects)
        fail_msg(
            "direction %d, action %d, contact %d, %s, %s: explained %s %s %u, engine %d %s %u, "
            "oracle %d %s %u",
            q.direction, q.action, q.contact, q.local, q.remote, text_of(answer, "verdict"),
            text_of(answer, "condition"), effects_of(answer), d.verdict, d.condition, d.effects,
            expected.verdict, expected.condition, expected.effects);
    check_conditions(answer, expected.rule);
    if (record)
        assert_string_equal(text_of(json_object_get(answer, "partner"), "Domain"), record);
    else
        assert_null(json_object_get(answer, "partner"));
    seen[expected.rule]++;
    json_decref(answer);
}

static void test_random(void **state)
{
    unsigned seen[XMPPFED_RULE_RATE + 1] = {0}; /* how often each rule failed; 0: none did */
    unsigned asked = 0;

    (void)state;
    world_seed(5269);
    for (unsigned i = 0; i < WORLDS; i++) {
        struct world w;

        world_make(&w);
        loaded.policy = world_policy(proxy.ctx, &w);
        for (unsigned k = 0; k < QUESTIONS; k++, asked++) {
            unsigned user = world_below(WORLD_USERS + 1);
            char remote[WORLD_ADDRESS_SIZE];
            xmppfed_question q = {.direction = 1 + (int)world_below(2),
                                  .action = 1 + (int)world_below(XMPPFED_ACTION_CALL),
                                  .contact = (int)world_below(6),
                                  .local = world_local(user),
                                  .remote = remote,
                                  .time = (int64_t)time(NULL)};

            world_remote(remote);
            compare(&w, q, user, seen);
        }
        xmppfed_policy_unref(loaded.policy);
    }
    assert_int_equal(asked, 100000);
    for (int rule = XMPPFED_RULE_FEDERATION_ON; rule < XMPPFED_RULE_RATE; rule++)
        if (rule != XMPPFED_RULE_PROOF && seen[rule] < 100)
            fail_msg("%s failed only %u times", xmppfed_rule_name(rule), seen[rule]);
    assert_true(seen[0] > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

    return cmocka_run_group_tests_name("proxy/explain", tests, setup, teardown);
}

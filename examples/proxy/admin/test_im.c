/* test_im.c - the command that sends a test message to a partner's user. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/admin/commands.h"
#include "proxy/diagnose/im_test.h"

enum { FROM, TO, SECONDS };

/* A test whose report is awaited. */
struct waiting {
    struct admin_later *later;
    struct im_test *test;
    json_t *policy; /* the decision, explained */
};

static void waiting_free(struct waiting *w)
{
    if (w)
        json_decref(w->policy);
    free(w);
}

static void on_report(json_t *report, void *user)
{
    struct waiting *w = user;

    admin_put(report, "policy", json_incref(w->policy));
    admin_later_end(w->later, report);
    waiting_free(w);
}

static void cancel(void *job)
{
    struct waiting *w = job;

    im_test_cancel(w->test);
    waiting_free(w);
}

static const char *text_at(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* What "explain" answers to the same question. */
static bool explain(struct admin_call *call, json_t **ret)
{
    struct admin_call question = {.proxy = call->proxy,
                                  .fields = {call->fields[FROM], call->fields[TO], "message"},
                                  .answer = json_object()};

    if (!question.answer)
        return complain(&call->why, "out of memory");
    if (!admin_explain(&question))
        call->why = question.why;
    else if (strcmp(text_at(question.answer, "direction"), "out") != 0)
        complain(&call->why, "%.64s is not served here; name our user first, then the partner's",
                 call->fields[FROM]);
    else {
        *ret = question.answer;
        return true;
    }
    json_decref(question.answer);
    return false;
}

/* A user whom policy lets send nothing needs no message to find that out. */
static void answer_refused(struct admin_call *call, json_t *policy)
{
    char error[256];

    snprintf(error, sizeof(error), "policy refuses the message by the condition %s: %s",
             text_at(policy, "rule"), text_at(policy, "sentence"));
    admin_put(call->answer, "target", json_incref(json_object_get(policy, "remote")));
    admin_put(call->answer, "from", json_incref(json_object_get(policy, "local")));
    admin_put(call->answer, "result", json_string("Failure"));
    admin_put(call->answer, "latency", json_integer(0));
    admin_put(call->answer, "error", json_string(error));
    admin_put(
        call->answer, "diagnosis",
        json_string("Nothing was sent: change what the condition asks for; 'explain' tries it "
                    "without a message."));
    admin_put(call->answer, "code", json_string("POLICY_REFUSED"));
    admin_put(call->answer, "condition", json_incref(json_object_get(policy, "condition")));
    admin_put(call->answer, "policy", policy);
}

/* A message in the name of a user leaves a trace before it leaves. */
static bool audit(struct admin_call *call, const struct im_test_plan *plan)
{
    char name[2 * XMPPFED_BARE_SIZE];

    snprintf(name, sizeof(name), "%s %s", plan->local, plan->remote);
    return store_audit_add(call->proxy->store, &call->author, "test-im", name, NULL, &call->why);
}

static bool start(struct admin_call *call, struct waiting *w, unsigned seconds)
{
    const char *local = text_at(w->policy, "local");
    const char *remote = text_at(w->policy, "remote");
    const struct im_test_plan plan = {.local = local,
                                      .remote = remote,
                                      .contact = store_contact(call->proxy->store, local, remote),
                                      .seconds = seconds};

    w->later = call->later;
    if (!strchr(local, '@') || !strchr(remote, '@'))
        return complain(&call->why, "a message goes from a user to a user; write both addresses "
                                    "with a name before the domain");
    if (!audit(call, &plan))
        return false;
    w->test = im_test_start(call->proxy, &plan, on_report, w, &call->why);
    return w->test != NULL;
}

bool admin_test_im(struct admin_call *call)
{
    unsigned seconds = IM_TEST_SECONDS;
    struct waiting *w;
    json_t *policy;

    if (!admin_seconds(call, call->fields[SECONDS], IM_TEST_SECONDS_MAX, &seconds) ||
        !explain(call, &policy))
        return false;
    if (strcmp(text_at(policy, "verdict"), "allow") != 0) {
        answer_refused(call, policy);
        return true;
    }
    w = calloc(1, sizeof(*w));
    if (!w) {
        json_decref(policy);
        return complain(&call->why, "out of memory");
    }
    w->policy = policy;
    if (!start(call, w, seconds)) {
        waiting_free(w);
        return false;
    }
    admin_later_begin(call->later, cancel, w);
    return true;
}

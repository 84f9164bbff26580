/* im_report.c - how a test message fared: the fields of Test-CsXmppIM, and advice. */
#include <stdio.h>
#include <string.h>

#include "proxy/admin/commands.h"
#include "proxy/diagnose/im_test.h"

#define SENTENCE_SIZE 640

/* What to do about an error of RFC 6120 8.3.3 that the message came back with. The last fits any.
 */
static const struct {
    const char *condition;
    const char *advice;
} advices[] = {
    {"item-not-found", "The partner has no such user: correct the address."},
    {"service-unavailable",
     "The partner takes no message for this user: there is none of this name, it is offline and "
     "nothing is stored, or a policy there keeps us out. Ask its operator."},
    {"recipient-unavailable",
     "The user or its server behind the partner's edge is not there now: try again later."},
    {"remote-server-not-found",
     "The partner's edge knows no server for the domain of the user: its operator must correct the "
     "route behind it."},
    {"remote-server-timeout",
     "The partner's edge does not reach the server behind it: its operator must mend that."},
    {"not-allowed",
     "The partner's policy refuses this: its operator must permit our domain or user."},
    {"forbidden",
     "The partner's policy refuses this: its operator must permit our domain or user."},
    {"not-authorized",
     "The partner's policy refuses this: its operator must permit our domain or user."},
    {"policy-violation",
     "The partner's policy refuses this: its operator must permit our domain, or raise a limit."},
    {"not-acceptable", "The user has blocked ours, or takes messages of contacts alone."},
    {"subscription-required", "The user takes messages of contacts alone: add each other first."},
    {"gone", "The user has moved: ask for the new address."},
    {"redirect", "The user has moved: ask for the new address."},
    {"jid-malformed", "The partner does not take this for an address: correct it."},
    {"resource-constraint", "The partner's server is busy or its store is full: try again later."},
    {"", "The partner's server gave the message back: its log says why."},
};

static const char *advice_of_condition(const char *condition)
{
    size_t i = 0;

    while (*advices[i].condition && strcmp(advices[i].condition, condition) != 0)
        i++;
    return advices[i].advice;
}

/* Where no stream came up the trial of each step says more than the message could. */
static const char *advice_not_sent(const struct im_seen *s)
{
    const char *advice = json_string_value(json_object_get(s->diagnosis, "advice"));
    const char *result = json_string_value(json_object_get(s->diagnosis, "result"));

    if (s->code == XMPPFED_ERR_LIMIT_QUEUE)
        return "Too much waits for this partner already: see 'streams list' and 'diagnose'.";
    if (s->code == XMPPFED_ERR_POLICY_REFUSED)
        return "The policy here has changed meanwhile: see 'explain'.";
    if (s->code == XMPPFED_ERR_SHUTDOWN)
        return "The proxy is being stopped: try again when it runs.";
    if (advice && result && strcmp(result, "fail") == 0)
        return advice;
    if (result)
        return "Each step went well when it was tried just now: try again.";
    return "Find the step that fails with 'diagnose'.";
}

static const char *diagnosis(const struct im_seen *s)
{
    switch (s->end) {
    case IM_END_NOT_SENT:
        return advice_not_sent(s);
    case IM_END_LOST:
        return "Nobody can tell whether it has arrived: try again; if it happens often, a firewall "
               "ends idle connections: lower KeepAliveInterval.";
    case IM_END_REFUSED:
        return advice_of_condition(s->condition);
    case IM_END_UNANSWERED:
        return "Answers do not find the way back: the partner must be able to reach us. Check that "
               "our SRV record leads to this proxy, that port 5269 is open inward, and that the "
               "partner permits our domain.";
    case IM_END_WELL:
        break;
    }
    if (!(s->proofs & (IM_PROOF_PING | IM_PROOF_ANSWER)))
        return "The partner's server took the message, and no answer found the way back: check "
               "that "
               "our SRV record leads to this proxy and that port 5269 is open inward.";
    return "";
}

static void error_text(const struct im_seen *s, char ret[SENTENCE_SIZE])
{
    const char *why = s->code < 0 ? xmppfed_error_sentence(s->code) : "";

    *ret = '\0';
    if (s->end == IM_END_REFUSED)
        snprintf(ret, SENTENCE_SIZE, "the message came back with the error %s%s%s", s->condition,
                 *s->text ? ": " : "", s->text);
    else if (s->end == IM_END_UNANSWERED)
        snprintf(ret, SENTENCE_SIZE, "the message was handed over, and nothing came back in %u s",
                 s->seconds);
    else if (s->end == IM_END_NOT_SENT && s->code == 0)
        snprintf(ret, SENTENCE_SIZE, "no stream to the partner came up in %u s%s%s", s->seconds,
                 *s->text ? ": " : "", s->text);
    else if (s->end != IM_END_WELL)
        snprintf(ret, SENTENCE_SIZE, "%s", *s->text ? s->text : why);
}

static json_t *proofs(uint32_t set)
{
    json_t *list = json_array();

    if (set & IM_PROOF_ACKNOWLEDGED)
        json_array_append_new(list, json_string("acknowledgement"));
    if (set & IM_PROOF_PING)
        json_array_append_new(list, json_string("ping"));
    if (set & IM_PROOF_ANSWER)
        json_array_append_new(list, json_string("answer"));
    return list;
}

json_t *im_test_report(const struct im_seen *s)
{
    json_t *report = json_object();
    json_t *steps = json_object_get(s->diagnosis, "steps");
    char error[SENTENCE_SIZE];

    error_text(s, error);
    admin_put(report, "target", admin_text(s->remote));
    admin_put(report, "from", admin_text(s->local));
    admin_put(report, "result", json_string(s->end == IM_END_WELL ? "Success" : "Failure"));
    admin_put(report, "latency", json_integer((json_int_t)s->milliseconds));
    admin_put(report, "error", admin_text(error));
    admin_put(report, "diagnosis", admin_text(diagnosis(s)));
    admin_put(report, "condition", admin_text(s->condition));
    admin_put(report, "code", json_string(s->code < 0 ? xmppfed_error_name(s->code) : ""));
    admin_put(report, "confirmed", proofs(s->proofs));
    admin_put(report, "stream", json_string(s->stream_was_up ? "live" : "new"));
    admin_put(report, "streams", json_incref(s->streams));
    if (steps)
        admin_put(report, "steps", json_incref(steps));
    return report;
}

/* answer.c - one line of the administration socket in, one line out. */
#include "proxy/admin/answer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/admin/commands.h"
#include "proxy/reload.h"

#define DRAIN_SECONDS_MAX 3600

bool admin_reload(struct admin_call *call)
{
    return reload_files(call->proxy, &call->why);
}

bool admin_drain(struct admin_call *call)
{
    const char *text = call->fields[0] ? call->fields[0] : "60";
    char *end;
    unsigned long seconds = strtoul(text, &end, 10);

    if (*end || end == text || seconds > DRAIN_SECONDS_MAX)
        return complain(&call->why, "\"%.64s\" is not a number of seconds from 0 to %d", text,
                        DRAIN_SECONDS_MAX);
    if (call->proxy->draining && call->proxy->drain_phase != DRAIN_QUIET)
        return complain(&call->why, "the proxy is ending already; wait for it");
    drain_quiet(call->proxy, (uint32_t)seconds);
    return true;
}

/* A command; those that change something, or send it, leave a line in the log. */
static const struct command {
    const char *name;
    bool (*run)(struct admin_call *call);
    bool changes;
} commands[] = {
    {"status", admin_status, false},
    {"streams list", admin_streams_list, false},
    {"streams close", admin_streams_close, true},
    {"explain", admin_explain, false},
    {"partner list", admin_partner_list, false},
    {"partner get", admin_partner_get, false},
    {"partner new", admin_partner_new, true},
    {"partner set", admin_partner_set, true},
    {"partner remove", admin_partner_remove, true},
    {"policy get", admin_policy_get, false},
    {"policy new", admin_policy_new, true},
    {"policy set", admin_policy_set, true},
    {"policy remove", admin_policy_remove, true},
    {"policy grant", admin_policy_grant, true},
    {"policy revoke", admin_policy_revoke, true},
    {"gateway get", admin_gateway_get, false},
    {"gateway set", admin_gateway_set, true},
    {"user list", admin_user_list, false},
    {"user set", admin_user_set, true},
    {"rule list", admin_rule_list, false},
    {"rule set", admin_rule_set, true},
    {"rule remove", admin_rule_remove, true},
    {"block list", admin_block_list, false},
    {"block add", admin_block_add, true},
    {"block remove", admin_block_remove, true},
    {"contact list", admin_contact_list, false},
    {"contact add", admin_contact_add, true},
    {"contact remove", admin_contact_remove, true},
    {"contact block", admin_contact_block, true},
    {"import", admin_import, true},
    {"export", admin_export, false},
    {"check", admin_check, false},
    {"audit", admin_audit, false},
    {"reload", admin_reload, true},
    {"log-bodies", admin_log_bodies, true},
    {"drain", admin_drain, true},
    {"diagnose", admin_diagnose, false},
    {"test-im", admin_test_im, true},
    {"last-failure", admin_last_failure, false},
};

json_t *admin_time(int64_t seconds)
{
    time_t at = (time_t)seconds;
    struct tm parts;
    char text[32];

    if (!gmtime_r(&at, &parts) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return json_null();
    return json_string(text);
}

json_t *admin_text(const char *text)
{
    json_t *value = json_string(text);
    char *copy = value ? NULL : strdup(text);
    char *p;

    if (value || !copy)
        return value;
    for (p = copy; *p; p++)
        if (*p & 0x80)
            *p = '?';
    value = json_string(copy);
    free(copy);
    return value;
}

void admin_put(json_t *object, const char *key, json_t *value)
{
    if (value)
        json_object_set_new(object, key, value);
}

/* ---- the request ------------------------------------------------------------------------- */

static const struct command *find_command(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static size_t index_of(const struct admin_verb *verb, const char *field)
{
    size_t i = 0;

    while (i < verb->field_count && strcmp(verb->fields[i], field) != 0)
        i++;
    return i;
}

/* The list of texts that takes the rest of a command line. */
static bool read_rest(json_t *list, const struct admin_verb *verb, struct admin_call *call)
{
    json_t *text;
    size_t i;

    json_array_foreach(list, i, text)
    {
        if (!json_is_string(text))
            break;
    }
    if (!json_is_array(list) || i < json_array_size(list))
        return complain(&call->why, "field \"%s\" must be a list of texts", verb->rest);
    call->rest = list;
    return true;
}

static bool read_field(const char *key, json_t *value, const struct admin_verb *verb,
                       struct admin_call *call)
{
    size_t i = index_of(verb, key);

    if (verb->rest && strcmp(key, verb->rest) == 0)
        return read_rest(value, verb, call);
    if (verb->document && strcmp(key, "document") == 0) {
        call->document = value;
        return json_is_object(value) || json_is_array(value) ||
               complain(&call->why, "field \"document\" must be an object or a list");
    }
    if (i == verb->field_count)
        return complain(&call->why, "field \"%.64s\" is not known to \"%s\"; take it out", key,
                        verb->name);
    if (!json_is_string(value) || !*json_string_value(value))
        return complain(&call->why, "field \"%s\" must be text that is not empty", key);
    call->fields[i] = json_string_value(value);
    return true;
}

static bool read_fields(json_t *request, const struct admin_verb *verb, struct admin_call *call)
{
    const char *key;
    json_t *value;
    size_t i;

    json_object_foreach(request, key, value)
    {
        if (strcmp(key, "command") == 0)
            continue;
        if (!read_field(key, value, verb, call))
            return false;
    }
    if (verb->document && !call->document)
        return complain(&call->why, "field \"document\" is missing; \"%s\" needs it", verb->name);
    for (i = 0; i < verb->needed; i++)
        if (!call->fields[i])
            return complain(&call->why, "field \"%s\" is missing; \"%s\" needs it", verb->fields[i],
                            verb->name);
    return true;
}

static void log_change(struct admin_call *call, const struct command *command, bool ok)
{
    log_event(&call->proxy->log, EVENT_ADMIN, LOG_TEXT("command", command->name),
              LOG_TEXT("first", call->fields[0] ? call->fields[0] : ""),
              LOG_TEXT("second", call->fields[1] ? call->fields[1] : ""),
              LOG_TEXT("text", ok ? "" : call->why.text));
}

static bool run(json_t *request, struct admin_call *call)
{
    const char *name = json_string_value(json_object_get(request, "command"));
    const struct admin_verb *verb = name ? admin_verb_find(name) : NULL;
    const struct command *command = name ? find_command(name) : NULL;
    bool ok;

    if (!json_is_object(request) || !name)
        return complain(&call->why, "a request must be an object with a \"command\"");
    if (!verb || !command)
        return complain(&call->why, "there is no command \"%.64s\"; correct its name", name);
    if (!read_fields(request, verb, call))
        return false;
    if (command->changes && call->proxy->successor)
        return complain(&call->why, "a new process is taking over, which would not know of it; try "
                                    "again in a moment");
    call->author.command = verb->name;
    ok = command->run(call);
    if (command->changes)
        log_change(call, command, ok);
    return ok;
}

/* ---- the answer -------------------------------------------------------------------------- */

/* As one line, and freed. */
static char *as_line(json_t *answer)
{
    char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
    size_t len = text ? strlen(text) : 0;
    char *line = text ? realloc(text, len + 2) : NULL;

    json_decref(answer);
    if (!line) {
        free(text);
        return NULL;
    }
    memcpy(line + len, "\n", 2);
    return line;
}

char *admin_answer_error(const char *sentence)
{
    return as_line(json_pack("{s:b, s:o}", "ok", 0, "error", admin_text(sentence)));
}

void admin_later_begin(struct admin_later *later, void (*cancel)(void *job), void *job)
{
    later->cancel = cancel;
    later->job = job;
}

void admin_later_end(struct admin_later *later, json_t *answer)
{
    later->job = NULL;
    admin_put(answer, "ok", json_true());
    later->send(later, as_line(answer));
}

char *admin_answer(struct proxy *p, const struct author *author, const char *line, size_t len,
                   struct admin_later *later)
{
    struct admin_call call = {.proxy = p,
                              .author = {.uid = author->uid, .name = author->name},
                              .answer = json_object(),
                              .later = later};
    json_error_t error;
    json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
    bool ok;

    if (!call.answer)
        return NULL;
    ok = request ? run(request, &call)
                 : complain(&call.why, "a request must be a line of JSON: %s", error.text);
    json_decref(request);
    if (!ok) {
        json_decref(call.answer);
        return admin_answer_error(call.why.text);
    }
    if (later->job) {
        json_decref(call.answer);
        return NULL;
    }
    admin_put(call.answer, "ok", json_true());
    return as_line(call.answer);
}

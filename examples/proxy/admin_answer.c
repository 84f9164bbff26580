/* admin_answer.c - one line of the administration socket in, one line out. */
#include "proxy/admin_answer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/admin_commands.h"
#include "proxy/reload.h"

bool admin_reload(struct admin_call *call)
{
    return reload_files(call->proxy, &call->why);
}

/* A command; those that change something leave a line in the log. */
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
    {"partner show", admin_partner_show, false},
    {"gateway get", admin_gateway_get, false},
    {"contact list", admin_contact_list, false},
    {"contact add", admin_contact_add, true},
    {"contact remove", admin_contact_remove, true},
    {"contact block", admin_contact_block, true},
    {"reload", admin_reload, true},
    {"diagnose", admin_diagnose, false},
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

static bool read_fields(json_t *request, const struct admin_verb *verb, struct admin_call *call)
{
    const char *key;
    json_t *value;
    size_t i;

    json_object_foreach(request, key, value)
    {
        if (strcmp(key, "command") == 0)
            continue;
        i = index_of(verb, key);
        if (i == verb->field_count)
            return complain(&call->why, "field \"%.64s\" is not known to \"%s\"; take it out", key,
                            verb->name);
        if (!json_is_string(value) || !*json_string_value(value))
            return complain(&call->why, "field \"%s\" must be text that is not empty", key);
        call->fields[i] = json_string_value(value);
    }
    for (i = 0; i < verb->needed; i++)
        if (!call->fields[i])
            return complain(&call->why, "field \"%s\" is missing; \"%s\" needs it", verb->fields[i],
                            verb->name);
    return true;
}

static void log_change(struct admin_call *call, const struct command *command, bool ok)
{
    log_event(&call->proxy->log, LOG_LEVEL_INFO, LOG_EVENT("ADMIN"),
              LOG_TEXT("command", command->name),
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

char *admin_answer(struct proxy *p, const char *line, size_t len, struct admin_later *later)
{
    struct admin_call call = {.proxy = p, .answer = json_object(), .later = later};
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

/* show_records.c - the records of the store and their changes, for people. */
#include "xmppfedctl/show_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmppfedctl/table.h"

/* How the answer to a command is shown: a list as a table, or what was changed. */
struct view {
    const char *command;
    const char *list;  /* of the answer */
    const char *empty; /* what is said if it has nothing */
    const struct column *columns;
};

static const struct column policies[] = {{"name", "POLICY"},
                                         {"EnableFederationAccess", "FEDERATION"},
                                         {"EnableXmppAccess", "XMPP"},
                                         {"EnablePublicCloudAccess", "CLOUD"},
                                         {"EnablePublicCloudAudioVideoAccess", "CLOUD A/V"},
                                         {"EnableOutsideAccess", "OUTSIDE"},
                                         {"Description", "DESCRIPTION"},
                                         {NULL, NULL}};
static const struct column users[] = {{"name", "USER"},     {"Site", "SITE"},
                                      {"Group", "GROUP"},   {"Policy", "POLICY"},
                                      {"Branch", "BRANCH"}, {NULL, NULL}};
static const struct column rules[] = {
    {"name", "RULE"}, {"Allow", "ALLOW"}, {"Deny", "DENY"}, {NULL, NULL}};
static const struct column blocks[] = {
    {"Address", "ADDRESS"}, {"User", "USER"}, {"Until", "UNTIL"}, {NULL, NULL}};
static const struct column notes[] = {
    {"code", "REMARK"}, {"name", "RECORD"}, {"text", "TEXT"}, {NULL, NULL}};
static const struct column changes[] = {
    {"time", "TIME"},       {"uid", "UID"},   {"who", "WHO"},
    {"command", "COMMAND"}, {"kind", "KIND"}, {"name", "RECORD"},
    {"old", "OLD"},         {"new", "NEW"},   {NULL, NULL}};

static const struct view views[] = {
    {"policy get", "policies", "no policies: nobody may use XMPP", policies},
    {"user list", "users", "no users with settings of their own", users},
    {"rule list", "rules", "no rules: everybody may have all partners", rules},
    {"block list", "blocks", "no blocks", blocks},
    {"check", "notes", "nothing is wrong", notes},
    {"audit", "changes", "no changes yet", changes},
};

/* A cell holds a text: what is an object is shown as the JSON that it is. */
static void flatten(json_t *record)
{
    const char *key;
    json_t *value;

    json_object_foreach(record, key, value)
    {
        char *text = json_is_object(value) ? json_dumps(value, JSON_COMPACT) : NULL;

        if (text)
            json_object_set_new(record, key, json_string(text));
        free(text);
    }
}

static void show_list(const struct view *v, json_t *answer)
{
    json_t *list = json_object_get(answer, v->list);
    json_t *record;
    size_t i;

    json_array_foreach(list, i, record) flatten(record);
    if (json_array_size(list) == 0)
        puts(v->empty);
    else
        table_print(list, v->columns);
}

/* What was changed, and what there is to remark about it. */
static bool show_change(json_t *answer)
{
    char *name = table_text(json_object_get(answer, "name"));
    char *ignored = table_text(json_object_get(answer, "ignored"));

    if (json_object_get(answer, "name"))
        printf("%s: done\n", name ? name : "");
    if (json_array_size(json_object_get(answer, "ignored")) > 0)
        printf("done, but for what has no place here: %s\n", ignored ? ignored : "");
    else if (json_object_get(answer, "ignored"))
        puts("done");
    if (json_array_size(json_object_get(answer, "notes")) > 0)
        table_print(json_object_get(answer, "notes"), notes);
    free(name);
    free(ignored);
    return json_object_get(answer, "name") || json_object_get(answer, "ignored");
}

bool show_records(const char *command, json_t *answer)
{
    size_t i;

    for (i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        if (strcmp(views[i].command, command) == 0) {
            show_list(&views[i], answer);
            return true;
        }
    }
    return show_change(answer);
}

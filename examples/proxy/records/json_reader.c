/* json_reader.c - typed access to JSON records, with a sentence for everything amiss. */
#include "proxy/records/json_reader.h"

#include <stdio.h>
#include <string.h>

bool record_complain(const struct record *r, const char *field, const char *sentence)
{
    return complain(r->why, "%s: %s%sfield \"%.64s\" %s", r->file, r->name, *r->name ? ", " : "",
                    field, sentence);
}

bool record_open(const struct record *parent, json_t *value, const char *kind, size_t index,
                 const char *name_field, struct record *ret)
{
    const char *name = json_string_value(json_object_get(value, name_field));

    *ret = (struct record){.file = parent->file, .object = value, .why = parent->why};
    snprintf(ret->name, sizeof(ret->name), name ? "%s %zu (\"%.100s\")" : "%s %zu", kind, index + 1,
             name ? name : "");
    if (!json_is_object(value))
        return complain(parent->why, "%s: %s must be an object in braces", ret->file, ret->name);
    return true;
}

bool record_only(const struct record *r, const char *const *fields)
{
    const char *key;
    json_t *value;

    json_object_foreach(r->object, key, value)
    {
        const char *const *f = fields;

        while (*f && strcmp(*f, key) != 0)
            f++;
        if (!*f)
            return record_complain(r, key, "is not known here; correct its name or take it out");
    }
    return true;
}

bool record_string(const struct record *r, const char *field, const char **ret)
{
    json_t *value = json_object_get(r->object, field);

    if (!value)
        return true;
    if (!json_is_string(value))
        return record_complain(r, field, "must be text in quotes");
    *ret = json_string_value(value);
    return true;
}

bool record_bool(const struct record *r, const char *field, bool *ret)
{
    json_t *value = json_object_get(r->object, field);

    if (!value)
        return true;
    if (!json_is_boolean(value))
        return record_complain(r, field, "must be true or false");
    *ret = json_is_true(value);
    return true;
}

bool record_number(const struct record *r, const char *field, uint32_t *ret)
{
    json_t *value = json_object_get(r->object, field);

    if (!value)
        return true;
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > UINT32_MAX)
        return record_complain(r, field, "must be a whole number from 0 to 4294967295");
    *ret = (uint32_t)json_integer_value(value);
    return true;
}

bool record_word(const struct record *r, const char *field, const struct record_word *words,
                 int *ret)
{
    const struct record_word *w;
    const char *text = NULL;
    char sentence[256];
    size_t len;

    if (!record_string(r, field, &text))
        return false;
    if (!text)
        return true;
    for (w = words; w->word; w++) {
        if (strcmp(w->word, text) == 0) {
            *ret = w->value;
            return true;
        }
    }
    len = (size_t)snprintf(sentence, sizeof(sentence), "must be one of");
    for (w = words; w->word && len < sizeof(sentence); w++)
        len += (size_t)snprintf(sentence + len, sizeof(sentence) - len, "%s \"%s\"",
                                w == words ? "" : ",", w->word);
    return record_complain(r, field, sentence);
}

bool record_list(const struct record *r, const char *field, json_t **ret)
{
    *ret = json_object_get(r->object, field);
    if (*ret && !json_is_array(*ret))
        return record_complain(r, field, "must be a list in brackets");
    return true;
}

bool record_object(const struct record *r, const char *field, json_t **ret)
{
    *ret = json_object_get(r->object, field);
    if (*ret && !json_is_object(*ret))
        return record_complain(r, field, "must be an object in braces");
    return true;
}

bool record_text_at(const struct record *r, const char *field, size_t index, const char **ret)
{
    json_t *list;
    json_t *value;

    *ret = NULL;
    if (!record_list(r, field, &list))
        return false;
    value = json_array_get(list, index);
    if (!value)
        return true;
    if (!json_is_string(value))
        return record_complain(r, field, "must be a list of texts in quotes");
    *ret = json_string_value(value);
    return true;
}

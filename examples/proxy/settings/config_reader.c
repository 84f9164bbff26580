/* config_reader.c - typed access to a libconfig file, with a sentence for everything amiss. */
#include "proxy/settings/config_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that a configuration owns, as a list that is freed at once. */
struct config_memory {
    struct config_memory *next;
    max_align_t data[];
};

void *reader_alloc(struct reader *r, size_t count, size_t size)
{
    struct config_memory *m = NULL;

    if (count <= SIZE_MAX / 2 / size)
        m = calloc(1, sizeof(*m) + count * size);
    if (!m) {
        complain(r->why, "out of memory");
        return NULL;
    }
    m->next = r->config->memory;
    r->config->memory = m;
    return m->data;
}

char *reader_text(struct reader *r, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = reader_alloc(r, 1, size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    while (config->memory) {
        struct config_memory *m = config->memory;

        config->memory = m->next;
        free(m);
    }
    free(config);
}

bool reader_complain(struct reader *r, const config_setting_t *at, const char *field,
                     const char *sentence)
{
    const char *file = config_setting_source_file(at);
    unsigned line = config_setting_source_line(at);

    /* The outermost group has no line of its own. */
    return complain(r->why, "%s:%u: '%s' %s", file ? file : r->config->file, line ? line : 1, field,
                    sentence);
}

bool reader_only(struct reader *r, const config_setting_t *group, const char *const *fields)
{
    int count = config_setting_length(group);
    int i;

    for (i = 0; i < count; i++) {
        const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        const char *const *f = fields;

        while (*f && strcmp(*f, config_setting_name(s)) != 0)
            f++;
        if (!*f)
            return reader_complain(r, s, config_setting_name(s),
                                   "is not a known field here; correct its name or take it out");
    }
    return true;
}

bool reader_string(struct reader *r, const config_setting_t *group, const char *field,
                   const char **ret)
{
    const config_setting_t *s = config_setting_get_member(group, field);
    const char *text;

    if (!s)
        return true;
    text = config_setting_get_string(s);
    if (!text || !*text)
        return reader_complain(r, s, field, "must be text in quotes that is not empty");
    text = reader_text(r, text);
    if (text)
        *ret = text;
    return text != NULL;
}

bool reader_path(struct reader *r, const config_setting_t *group, const char *field,
                 const char **ret)
{
    const char *text = NULL;
    size_t size;
    char *path;

    if (!reader_string(r, group, field, &text))
        return false;
    if (!text)
        return true;
    if (text[0] == '/' || !*r->folder) {
        *ret = text;
        return true;
    }
    size = strlen(r->folder) + strlen(text) + 1;
    path = reader_alloc(r, 1, size);
    if (!path)
        return false;
    snprintf(path, size, "%s%s", r->folder, text);
    *ret = path;
    return true;
}

bool reader_bool(struct reader *r, const config_setting_t *group, const char *field, bool *ret)
{
    const config_setting_t *s = config_setting_get_member(group, field);

    if (!s)
        return true;
    if (config_setting_type(s) != CONFIG_TYPE_BOOL)
        return reader_complain(r, s, field, "must be true or false");
    *ret = config_setting_get_bool(s) != 0;
    return true;
}

bool reader_number(struct reader *r, const config_setting_t *group, const char *field,
                   int64_t least, int64_t most, int64_t *ret)
{
    const config_setting_t *s = config_setting_get_member(group, field);
    char sentence[96];
    int type;
    int64_t n;

    if (!s)
        return true;
    type = config_setting_type(s);
    n = config_setting_get_int64(s);
    if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || n < least || n > most) {
        snprintf(sentence, sizeof(sentence), "must be a whole number from %lld to %lld",
                 (long long)least, (long long)most);
        return reader_complain(r, s, field, sentence);
    }
    *ret = n;
    return true;
}

bool reader_list(struct reader *r, const config_setting_t *group, const char *field,
                 const config_setting_t **ret)
{
    const config_setting_t *s = config_setting_get_member(group, field);

    *ret = NULL;
    if (!s)
        return true;
    if (!config_setting_is_list(s) && !config_setting_is_array(s))
        return reader_complain(r, s, field, "must be a list in parentheses");
    if (config_setting_length(s) > CONFIG_LIST_MAX)
        return reader_complain(r, s, field, "has over 1024 entries; take some out");
    *ret = s;
    return true;
}

bool reader_group(struct reader *r, const config_setting_t *group, const char *field,
                  const config_setting_t **ret)
{
    const config_setting_t *s = config_setting_get_member(group, field);

    *ret = NULL;
    if (!s)
        return true;
    if (!config_setting_is_group(s))
        return reader_complain(r, s, field, "must be a group in braces");
    *ret = s;
    return true;
}

bool reader_needs(struct reader *r, const config_setting_t *group, const char *field,
                  const void *value, const char *advice)
{
    char sentence[256];

    if (value)
        return true;
    snprintf(sentence, sizeof(sentence), "is missing; %s", advice);
    return reader_complain(r, group, field, sentence);
}

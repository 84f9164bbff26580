/* config_reader.h - typed access to a libconfig file, with a sentence for everything amiss. */
#ifndef PROXY_SETTINGS_CONFIG_READER_H
#define PROXY_SETTINGS_CONFIG_READER_H

#include <libconfig.h>

#include "proxy/settings/config.h"

/* What the functions below share while one file is read. */
struct reader {
    struct config *config; /* owns all text that is handed out */
    const char *folder;    /* of the file, with its final '/'; "" for the working directory */
    struct complaint *why;
};

/* Memory that lives as long as the configuration, zeroed; NULL (and a complaint) if there is none.
 */
void *reader_alloc(struct reader *r, size_t count, size_t size);
char *reader_text(struct reader *r, const char *text);

/* Complains about a setting: "FILE:LINE: 'FIELD' SENTENCE". Always false. */
bool reader_complain(struct reader *r, const config_setting_t *at, const char *field,
                     const char *sentence);

/* Whether a group has only fields of the list (which ends with NULL). */
bool reader_only(struct reader *r, const config_setting_t *group, const char *const *fields);

/*
 * Optional fields: true also if there is none; *ret is then untouched. _path makes a relative path
 * one below the configuration file's folder.
 */
bool reader_string(struct reader *r, const config_setting_t *group, const char *field,
                   const char **ret);
bool reader_path(struct reader *r, const config_setting_t *group, const char *field,
                 const char **ret);
bool reader_bool(struct reader *r, const config_setting_t *group, const char *field, bool *ret);
bool reader_number(struct reader *r, const config_setting_t *group, const char *field,
                   int64_t least, int64_t most, int64_t *ret);
/* A list or array of at most CONFIG_LIST_MAX entries; *ret NULL if there is none. */
bool reader_list(struct reader *r, const config_setting_t *group, const char *field,
                 const config_setting_t **ret);
bool reader_group(struct reader *r, const config_setting_t *group, const char *field,
                  const config_setting_t **ret);

/* For a field that must be there: complains if it is NULL. */
bool reader_needs(struct reader *r, const config_setting_t *group, const char *field,
                  const void *value, const char *advice);

#endif

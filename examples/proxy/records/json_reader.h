/* json_reader.h - typed access to JSON records, with a sentence for everything amiss. */
#ifndef PROXY_RECORDS_JSON_READER_H
#define PROXY_RECORDS_JSON_READER_H

#include <jansson.h>
#include <stdint.h>

#include "proxy/settings/complaint.h"

/* One JSON object that is being read: values have no line numbers, so the record is named. */
struct record {
    const char *file;
    char name[160]; /* "partner 2 (\"fabrikam.example\")", or "" for the outermost object */
    json_t *object;
    struct complaint *why;
};

/* A word of a field and what it stands for; the list ends with the word NULL. */
struct record_word {
    const char *word;
    int value;
};

/* Complains: "FILE: RECORD: field "FIELD" SENTENCE". Always false. */
bool record_complain(const struct record *r, const char *field, const char *sentence);

/* Makes the record of one object in a list, or complains that it is none. index counts from 0. */
bool record_open(const struct record *parent, json_t *value, const char *kind, size_t index,
                 const char *name_field, struct record *ret);

/* Whether the record has only fields of the list (which ends with NULL). */
bool record_only(const struct record *r, const char *const *fields);

/* Optional fields: true also if there is none; *ret is then untouched. */
bool record_string(const struct record *r, const char *field, const char **ret);
bool record_bool(const struct record *r, const char *field, bool *ret);
bool record_number(const struct record *r, const char *field, uint32_t *ret);
bool record_word(const struct record *r, const char *field, const struct record_word *words,
                 int *ret);
bool record_list(const struct record *r, const char *field, json_t **ret);
bool record_object(const struct record *r, const char *field, json_t **ret);

/* A list of texts: the text at index, NULL past the end; complains about other types. */
bool record_text_at(const struct record *r, const char *field, size_t index, const char **ret);

#endif

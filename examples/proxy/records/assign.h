/* assign.h - FIELD=VALUE of a command line, put into a record of the partner file. */
#ifndef PROXY_RECORDS_ASSIGN_H
#define PROXY_RECORDS_ASSIGN_H

#include <jansson.h>

#include "proxy/settings/complaint.h"

enum assign_type {
    ASSIGN_TEXT,
    ASSIGN_TRUTH,  /* true or false, also True and False */
    ASSIGN_NUMBER, /* whole, not negative */
    ASSIGN_LIST,   /* texts with commas between them */
    ASSIGN_TEXTS,  /* an object of texts: FIELD.NAME=VALUE */
    ASSIGN_NUMBERS /* an object of numbers */
};

/* The field of a record; a list of them ends with the name NULL. */
struct assign_field {
    const char *name;
    enum assign_type type;
};

/* The fields that commands set: of a partner, a policy, a user, a rule. */
extern const struct assign_field assign_partner[];
extern const struct assign_field assign_policy[];
extern const struct assign_field assign_user[];
extern const struct assign_field assign_rule[];

/*
 * Sets one field: FIELD=VALUE; FIELD= takes the field out, so that it has its default again;
 * FIELD+=VALUE and FIELD-=VALUE add to a list and take out of it. Upper and lower case do not
 * matter in names. Whether a value fits is for partners_build() to say. False with a sentence.
 */
bool assign(json_t *record, const struct assign_field *fields, const char *text,
            struct complaint *why);

#endif

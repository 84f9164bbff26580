/* verbs.h - what can be asked of a running proxy: the proxy and xmppfedctl share this table.
 */
#ifndef PROXY_ADMIN_VERBS_H
#define PROXY_ADMIN_VERBS_H

#include <stdbool.h>
#include <stddef.h>

#define ADMIN_FIELDS_MAX 4

/*
 * A request is {"command": name, field: "text", ...}; all fields are texts, but for the list of
 * texts that takes the rest of a command line, and the document.
 */
struct admin_verb {
    const char *name; /* of one or two words */
    const char *fields[ADMIN_FIELDS_MAX];
    size_t field_count;
    size_t needed; /* the first so many must be there */
    const char *help;
    const char *rest; /* a list of FIELD=VALUE, or NULL */
    bool document;    /* takes one as JSON; the first field is the file that it is from */
};

/* Ends with the name NULL. */
extern const struct admin_verb admin_verbs[];

/* The verb of a name, or NULL. */
const struct admin_verb *admin_verb_find(const char *name);

#endif

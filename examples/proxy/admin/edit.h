/* edit.h - changes of the store by command: whole or not at all, and in force at once. */
#ifndef PROXY_ADMIN_EDIT_H
#define PROXY_ADMIN_EDIT_H

#include "proxy/admin/commands.h"
#include "proxy/records/assign.h"

/* Changes the rows as a command asks; false with a sentence if it cannot be done. */
typedef bool (*admin_edit_fn)(struct admin_call *call, json_t *rows);

/*
 * Does a change in one transaction: reads the rows, changes them, makes a policy of them, which
 * refuses what does not fit together, writes them with the audit, and puts the policy in force. The
 * answer gets "notes", the remarks on the record that the answer's "name" names. When it fails, the
 * store and what is in force are as they were.
 */
bool admin_edit(struct admin_call *call, admin_edit_fn change);

/* Sets all FIELD=VALUE of the command in a record. */
bool admin_assign(struct admin_call *call, const struct assign_field *fields, json_t *record);

/*
 * The record of a name in a table: the one that is there, or with make a new one, which has just
 * been put there; else complains that there is (make) or is not a record.
 */
json_t *admin_record(struct admin_call *call, json_t *rows, const char *table, const char *name,
                     bool make);
/* Takes a record out, or complains that there is none. */
bool admin_remove(struct admin_call *call, json_t *rows, const char *table, const char *name);

/* Reads the rows to show them; the caller owns them. */
bool admin_rows(struct admin_call *call, json_t **ret);

#endif

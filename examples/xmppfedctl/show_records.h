/* show_records.h - the records of the store and their changes, for people. */
#ifndef XMPPFEDCTL_SHOW_RECORDS_H
#define XMPPFEDCTL_SHOW_RECORDS_H

#include <jansson.h>
#include <stdbool.h>

/* Shows the answer to a command; false if it is none of those that are about records. */
bool show_records(const char *command, json_t *answer);

#endif

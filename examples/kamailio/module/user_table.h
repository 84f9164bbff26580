/* user_table.h - the table of users in Kamailio's database: who has which site, policy and group.
 */
#ifndef KAMAILIO_MODULE_USER_TABLE_H
#define KAMAILIO_MODULE_USER_TABLE_H

#include <jansson.h>

#include "kamailio/module/settings.h"
#include "proxy/settings/complaint.h"

/*
 * Reads the table of xmppfed-create.sql through the database module that db_url names: *ret is a
 * list as "Users" of a partner file (doc/proxy.md), the caller's. False with a sentence.
 */
bool user_table_read(const struct module_settings *settings, json_t **ret, struct complaint *why);

#endif

/* schema.h - the tables of the store, brought up to date step by step. */
#ifndef PROXY_STORE_SCHEMA_H
#define PROXY_STORE_SCHEMA_H

#include "proxy/store/database.h"

/*
 * Brings the tables up to the version of this program, each step in a transaction of its own; a
 * store of a newer program is refused.
 */
bool store_schema_upgrade(struct database *db, const char *name, struct complaint *why);

/* The version of the tables; 0 where there are none, or only those of before there were versions.
 */
bool store_schema_version(struct database *db, int *ret, struct complaint *why);

/* The version that this program works with. */
int store_schema_newest(void);

#endif

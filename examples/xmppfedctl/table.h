/* table.h - JSON for people: aligned columns, and names with values. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <jansson.h>

/* A column: the key in each object and its title. The key NULL ends a list. */
struct column {
    const char *key;
    const char *title;
};

/* Prints a list of objects as lines under titles. */
void table_print(json_t *list, const struct column *columns);
/* Prints what an object has of the columns, one "title  value" a line; empty values are left out.
 */
void table_print_fields(json_t *object, const struct column *columns);
/* A value as text, to be freed: lists joined by commas, control characters as '?'. */
char *table_text(json_t *value);

#endif

/* render.h - the tables of the state machine as text. */
#ifndef TESTS_TABLE_RENDER_H
#define TESTS_TABLE_RENDER_H

#include <stddef.h>

#include "negotiation/machine.h"

/* A growing text, freed with free(). */
struct text {
    char *data;
    size_t len;
    size_t size;
};

/* The rows of a role: state, event, need, bar, action, next, error; one row a line. */
void render_table(struct text *out, enum xfed_role role);
/* The document doc/states.md. */
void render_document(struct text *out);

#endif

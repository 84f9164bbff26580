/*
 * rows.c - which rows of the two tables a test program takes, for tests/table/rows.py.
 *
 * Programs linked with --wrap=xfed_table_find ask for their rows here. Each row that is taken for
 * the first time becomes a line "initiator 12" in the file that the environment names in TEST_ROWS.
 */
#include <stdio.h>
#include <stdlib.h>

#include "negotiation/machine.h"

/* The names that --wrap gives. */
const struct xfed_row *__real_xfed_table_find(enum xfed_role role, unsigned state, unsigned event,
                                              unsigned facts);
const struct xfed_row *__wrap_xfed_table_find(enum xfed_role role, unsigned state, unsigned event,
                                              unsigned facts);

enum { ROWS_MAX = 1024 };

static void note(enum xfed_role role, const struct xfed_row *row)
{
    static bool taken[2][ROWS_MAX];
    const struct xfed_table *table =
        role == XFED_INITIATOR ? &xfed_table_initiator : &xfed_table_receiver;
    size_t index = (size_t)(row - table->rows);
    const char *path = getenv("TEST_ROWS");
    FILE *f;

    if (!path || index >= ROWS_MAX || taken[role][index])
        return;
    taken[role][index] = true;
    f = fopen(path, "a");
    if (!f)
        return; /* rows.py will miss the row */
    fprintf(f, "%s %zu\n", role == XFED_INITIATOR ? "initiator" : "receiver", index);
    fclose(f);
}

const struct xfed_row *__wrap_xfed_table_find(enum xfed_role role, unsigned state, unsigned event,
                                              unsigned facts)
{
    const struct xfed_row *row = __real_xfed_table_find(role, state, event, facts);

    if (row)
        note(role, row);
    return row;
}

/* show.h - the answers of the proxy for people. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <jansson.h>

/* Prints the answer to a command; one that has no table of its own says "done". */
void show(const char *command, json_t *answer);

#endif

/* run.h - the parts of a plug-in, as they know each other. */
#ifndef TESTS_TWICE_RUN_H
#define TESTS_TWICE_RUN_H

#include "plugin.h"

/* The functions of struct twice_plugin. */
struct twice_run *twice_run_begin(const struct twice_pems *pems, const char *text);
bool twice_run_step(struct twice_run *run);
void twice_run_end(struct twice_run *run, struct twice_result *ret);
const char *twice_stumble(const struct twice_pems *pems);

#endif

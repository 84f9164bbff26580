/* plugin.c - what a plug-in shows to the program: everything else in it is hidden. */
#include <xmppfed/xmppfed.h>

#include "run.h"

extern const struct twice_plugin twice_plugin;

const struct twice_plugin twice_plugin = {
    .version = xmppfed_version,
    .begin = twice_run_begin,
    .step = twice_run_step,
    .end = twice_run_end,
    .stumble = twice_stumble,
};

/* process.h - the module's own process: the proxy's engine with the bridge as its host. */
#ifndef KAMAILIO_MODULE_PROCESS_H
#define KAMAILIO_MODULE_PROCESS_H

#include <stdbool.h>

#include "kamailio/module/settings.h"

/*
 * Runs until SIGTERM or SIGINT; settings are borrowed. False, after a sentence in Kamailio's log,
 * if it could not start. To be called after the fork: nothing is shared with other processes but
 * what crosses over.
 */
bool process_run(const struct module_settings *settings);

#endif

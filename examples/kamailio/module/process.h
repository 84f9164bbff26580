/* process.h - the module's own process: the proxy's engine with the bridge as its host. */
#ifndef KAMAILIO_MODULE_PROCESS_H
#define KAMAILIO_MODULE_PROCESS_H

#include "kamailio/module/settings.h"
#include "proxy/settings/complaint.h"

/*
 * Runs until SIGTERM or SIGINT; settings are borrowed. False, with a sentence, if it could not
 * start. To be called after the fork: nothing is shared with other processes but
 * what crosses over.
 */
bool process_run(const struct module_settings *settings, struct complaint *why);

#endif

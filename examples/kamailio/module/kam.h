/* kam.h - what the files that see Kamailio's types share; nobody else includes it. */
#ifndef KAMAILIO_MODULE_KAM_H
#define KAMAILIO_MODULE_KAM_H

#include <core/sr_module.h>
#include <modules/tm/tm_load.h>

#include "kamailio/module/settings.h"

extern struct tm_binds kam_tm;
extern struct module_settings kam_settings;

/*
 * What the script calls as xmppfed_take: hands the request over to our process and ends the script.
 * -1 when it could not be handed over: then the script answers.
 */
int kam_take(struct sip_msg *msg, char *unused1, char *unused2);

/*
 * What tm calls with the final response to a request of ours, in whatever process has it. Its
 * parameter is a crossing for a response, with the token, which it hands over.
 */
void kam_completed(struct cell *cell, int type, struct tmcb_params *params);

#endif

/* reload.h - reads the configuration and its files anew while the proxy runs. */
#ifndef PROXY_RELOAD_H
#define PROXY_RELOAD_H

#include "proxy/proxy.h"

/* Reads everything anew and puts it in force; on failure the old stays. The log gets a line. */
bool reload_files(struct proxy *p, struct complaint *why);

#endif

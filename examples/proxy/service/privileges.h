/* privileges.h - a proxy that was started as root becomes the user that its configuration names. */
#ifndef PROXY_SERVICE_PRIVILEGES_H
#define PROXY_SERVICE_PRIVILEGES_H

#include "proxy/proxy.h"

/*
 * Becomes 'user' and 'group' for good and checks that there is no way back; what was made as root
 * and will be needed afterwards is given to them first. Without 'user' nothing happens, but for a
 * line in the log if it is root. Files that a reload would not be able to read get a line each.
 */
bool privileges_drop(struct proxy *p, struct complaint *why);

#endif

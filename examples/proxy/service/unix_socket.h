/* unix_socket.h - a bound UNIX socket that only those may reach who should. */
#ifndef PROXY_SERVICE_UNIX_SOCKET_H
#define PROXY_SERVICE_UNIX_SOCKET_H

#include <sys/types.h>

/*
 * Binds a socket to a path, in place of one that a dead process left there, and gives it a mode. 0
 * with *ret, or an error of errno.
 */
int unix_socket_bind(const char *path, mode_t mode, int *ret);

#endif

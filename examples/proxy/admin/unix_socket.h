/* unix_socket.h - a listening UNIX socket that only those may reach who should. */
#ifndef PROXY_ADMIN_UNIX_SOCKET_H
#define PROXY_ADMIN_UNIX_SOCKET_H

#include <sys/types.h>
#include <uv.h>

/*
 * Binds a pipe to a path, in the place of a socket that a dead process left behind. Whoever mode
 * lets may connect, whatever the umask. 0, or an error of libuv.
 */
int unix_socket_bind(uv_pipe_t *pipe, const char *path, mode_t mode);

#endif

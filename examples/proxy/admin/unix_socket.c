/* unix_socket.c - a listening UNIX socket that only those may reach who should. */
#include "proxy/admin/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket that a dead process left behind would make the path unusable for ever. */
static void remove_stale(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct stat st;
    int fd;

    if (strlen(path) >= sizeof(at.sun_path) || stat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    memcpy(at.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 && errno == ECONNREFUSED)
        unlink(path);
    close(fd);
}

/* Nobody can connect before the mode is set, as nobody listens yet. */
int unix_socket_bind(uv_pipe_t *pipe, const char *path, mode_t mode)
{
    int rc;

    remove_stale(path);
    rc = uv_pipe_bind(pipe, path);
    if (rc == 0 && chmod(path, mode) < 0)
        rc = uv_translate_sys_error(errno);
    return rc;
}

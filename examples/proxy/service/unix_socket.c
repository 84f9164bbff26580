/* unix_socket.c - a bound UNIX socket that only those may reach who should. */
#include "proxy/service/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket that a dead process left behind would make the path unusable for ever. */
static void remove_stale(const struct sockaddr_un *at)
{
    struct stat st;
    int fd;

    if (stat(at->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 && errno == ECONNREFUSED)
        unlink(at->sun_path);
    close(fd);
}

/* Nobody can connect before the mode is set, as nobody listens yet. */
int unix_socket_bind(const char *path, mode_t mode, int *ret)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int error = 0;
    int fd;

    if (strlen(path) >= sizeof(at.sun_path))
        return ENAMETOOLONG;
    memcpy(at.sun_path, path, strlen(path) + 1);
    remove_stale(&at);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || chmod(path, mode) < 0) {
        error = errno;
        close(fd);
        return error;
    }
    *ret = fd;
    return 0;
}

/* kam_crossing.c - packets in Kamailio's shared memory, and the pipe that their addresses take. */
#include "kamailio/module/crossing.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <core/mem/shm_mem.h>

static int ends[2] = {-1, -1};

static bool prepare(int fd)
{
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

bool crossing_open(void)
{
    return pipe(ends) == 0 && prepare(ends[0]) && prepare(ends[1]);
}

int crossing_read_end(void)
{
    return ends[0];
}

struct crossing *crossing_new(enum crossing_kind kind, size_t uri_len, size_t len)
{
    struct crossing *c = shm_malloc(sizeof(*c) + uri_len + len + 1);

    if (!c)
        return NULL;
    *c = (struct crossing){.kind = kind, .uri_len = uri_len, .len = len};
    c->bytes[uri_len + len] = '\0';
    return c;
}

bool crossing_send(struct crossing *c, int patience)
{
    struct pollfd room = {.fd = ends[1], .events = POLLOUT};

    /* A pipe takes so few bytes whole or not at all (POSIX write(), PIPE_BUF). */
    return write(ends[1], &c, sizeof(c)) == (ssize_t)sizeof(c) ||
           (patience > 0 && poll(&room, 1, patience) > 0 &&
            write(ends[1], &c, sizeof(c)) == (ssize_t)sizeof(c));
}

struct crossing *crossing_receive(void)
{
    struct crossing *c;

    return read(ends[0], &c, sizeof(c)) == (ssize_t)sizeof(c) ? c : NULL;
}

void crossing_free(struct crossing *c)
{
    shm_free(c);
}

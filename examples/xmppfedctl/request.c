/* request.c - one question to a running proxy and its answer. */
#include "xmppfedctl/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* A diagnosis may take a minute. */
#define PATIENCE_SECONDS 75

static int dial(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    int fd;

    if (strlen(path) >= sizeof(at.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
        connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            return false;
        data += sent > 0 ? sent : 0;
        len -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

/* Hands the bytes of the answer to jansson, which stops at the end of the object. */
static size_t read_some(void *buffer, size_t size, void *user)
{
    const int *fd = user;
    ssize_t got;

    do
        got = recv(*fd, buffer, size, 0);
    while (got < 0 && errno == EINTR);
    return got < 0 ? (size_t)-1 : (size_t)got;
}

static json_t *ask(int fd, json_t *question)
{
    char *line = json_dumps(question, JSON_COMPACT);
    bool sent = line && send_all(fd, line, strlen(line)) && send_all(fd, "\n", 1);

    free(line);
    /* No more is asked: the proxy closes behind the answer. */
    if (!sent || shutdown(fd, SHUT_WR) < 0)
        return NULL;
    return json_load_callback(read_some, &fd, 0, NULL);
}

json_t *request(const char *path, json_t *question, char *why, size_t size)
{
    int fd = dial(path);
    json_t *answer;

    if (fd < 0) {
        snprintf(why, size,
                 "cannot reach the proxy at %s: %s; start it with 'admin' in its configuration, or "
                 "name its socket with --socket",
                 path, strerror(errno));
        return NULL;
    }
    answer = ask(fd, question);
    close(fd);
    if (json_is_object(answer))
        return answer;
    json_decref(answer);
    snprintf(why, size, "%s gave no answer; see the log of the proxy", path);
    return NULL;
}

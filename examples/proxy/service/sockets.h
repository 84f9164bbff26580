/*
 * sockets.h - the listening sockets: made here, or passed by who started the process.
 *
 * They are passed as sd_listen_fds_with_names(3) describes: from descriptor 3 on, LISTEN_FDS of
 * them, with the names of their roles in LISTEN_FDNAMES. A passed socket serves the entry of the
 * configuration that has its role and address; it makes no entry of its own.
 */
#ifndef PROXY_SERVICE_SOCKETS_H
#define PROXY_SERVICE_SOCKETS_H

#include <sys/types.h>

#include "proxy/settings/config.h"

enum socket_role {
    SOCKET_OUTSIDE,
    SOCKET_OUTSIDE_DIRECT,
    SOCKET_INSIDE,
    SOCKET_ADMIN,
    SOCKET_METRICS,
    SOCKET_HANDOVER,
    SOCKET_UNKNOWN
};

struct listening {
    enum socket_role role;
    int fd;
    bool is_used; /* an entry of the configuration has it */
    size_t entry; /* its place in outside.listen or inside.listen */
    char *path;   /* of a UNIX socket whose file is ours to remove; else NULL */
};

struct sockets {
    struct listening *list;
    size_t count;
    int handover;         /* the channel of the process before this one (successor.h), or -1 */
    bool has_predecessor; /* the sockets are from that */
};

/* Takes the sockets that were passed to this process, before it opens anything itself. */
bool sockets_inherit(struct sockets *s, struct complaint *why);
/*
 * Sees to it that each entry of the configuration has its socket, bound; it listens already only if
 * it was passed. What was passed and is in no entry is closed, with a line in the log.
 */
bool sockets_open(struct sockets *s, const struct config *c, const struct log *log,
                  struct complaint *why);
/* A copy of the socket of an entry, which the caller owns; -1 when no descriptor is to be had. */
int sockets_copy(const struct sockets *s, enum socket_role role, size_t entry);
/* The port that the socket of an entry is bound to; 0 for a UNIX socket. */
uint16_t sockets_port(const struct sockets *s, enum socket_role role, size_t entry);
/* Gives the files of UNIX sockets that were made here to another user and group. */
bool sockets_give(const struct sockets *s, uid_t uid, gid_t gid);
/* Closes those of one role and removes the files of those that were made here. */
void sockets_close(struct sockets *s, enum socket_role role);
/* "NAME:NAME:...:handover", the names of all and of a channel, as LISTEN_FDNAMES=; to be freed. */
char *sockets_names(const struct sockets *s);
/* Lets the files of UNIX sockets be: they are the successor's. */
void sockets_leave(struct sockets *s);
/* Closes all. */
void sockets_fini(struct sockets *s);

#endif

/* author.c - who is at the other end of a UNIX socket. */
#include "proxy/admin/author.h"

#include <asm/socket.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

/* What SO_PEERCRED gives (unix(7)); glibc names it only with extensions of its own. */
struct peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

bool author_of_socket(int fd, struct author *ret)
{
    struct peer peer;
    socklen_t size = sizeof(peer);
    struct passwd entry;
    struct passwd *found = NULL;
    char room[4096];

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || size != sizeof(peer))
        return false;
    *ret = (struct author){.uid = peer.uid};
    if (getpwuid_r(peer.uid, &entry, room, sizeof(room), &found) == 0 && found)
        snprintf(ret->name, sizeof(ret->name), "%s", entry.pw_name);
    return true;
}

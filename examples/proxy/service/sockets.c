/* sockets.c - the listening sockets: made here, or passed by who started the process. */
#include "proxy/service/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proxy/service/unix_socket.h"

#define FIRST_FD 3
#define ADDRESS_SIZE 128
/* Room for the longest name of a role with a colon. */
#define NAME_SIZE 16

/* An address of a family that we listen on. */
union address {
    struct sockaddr_storage storage;
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
};

static const char *const role_names[] = {"outside", "outside-direct", "inside",
                                         "admin",   "metrics",        "handover"};

/* ---- the list ---------------------------------------------------------------------------- */

/* Takes fd over, also on failure. */
static struct listening *add(struct sockets *s, enum socket_role role, int fd)
{
    struct listening *grown = realloc(s->list, (s->count + 1) * sizeof(*s->list));

    if (!grown) {
        close(fd);
        return NULL;
    }
    s->list = grown;
    grown += s->count++;
    *grown = (struct listening){.role = role, .fd = fd};
    return grown;
}

static void close_one(struct listening *l)
{
    if (l->fd >= 0)
        close(l->fd);
    if (l->path)
        unlink(l->path);
    free(l->path);
    l->fd = -1;
    l->path = NULL;
}

void sockets_close(struct sockets *s, enum socket_role role)
{
    size_t i;

    for (i = 0; i < s->count; i++)
        if (s->list[i].role == role)
            close_one(&s->list[i]);
}

void sockets_leave(struct sockets *s)
{
    size_t i;

    for (i = 0; i < s->count; i++) {
        free(s->list[i].path);
        s->list[i].path = NULL;
    }
}

void sockets_fini(struct sockets *s)
{
    size_t i;

    if (s->handover >= 0)
        close(s->handover);
    for (i = 0; i < s->count; i++)
        close_one(&s->list[i]);
    free(s->list);
    *s = (struct sockets){.handover = -1};
}

bool sockets_give(const struct sockets *s, uid_t uid, gid_t gid)
{
    size_t i;

    for (i = 0; i < s->count; i++)
        if (s->list[i].path && lchown(s->list[i].path, uid, gid) < 0)
            return false;
    return true;
}

/* ---- passed ones ------------------------------------------------------------------------- */

static enum socket_role role_of(const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < SOCKET_UNKNOWN; i++)
        if (strlen(role_names[i]) == len && memcmp(role_names[i], name, len) == 0)
            return (enum socket_role)i;
    return SOCKET_UNKNOWN;
}

/*
 * How many were passed to this very process. LISTEN_PID says that it is meant, but a predecessor
 * cannot know the number of a process that is not there yet; its channel says the same.
 */
static int passed(const char **ret_names)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    const char *last = names ? strrchr(names, ':') : NULL;
    bool is_handover = !pid && last && strcmp(last, ":handover") == 0;

    *ret_names = names;
    if (!count || (!is_handover && (!pid || strtoll(pid, NULL, 10) != (long long)getpid())))
        return 0;
    return (int)strtol(count, NULL, 10);
}

/* Puts a passed descriptor where it belongs; false when out of memory. */
static bool receive(struct sockets *s, enum socket_role role, int fd)
{
    if (role != SOCKET_HANDOVER || s->handover >= 0)
        return add(s, role, fd) != NULL;
    s->handover = fd;
    s->has_predecessor = true;
    return true;
}

bool sockets_inherit(struct sockets *s, struct complaint *why)
{
    const char *names;
    int count = passed(&names);
    struct stat st;
    int fd;

    s->handover = -1;
    for (fd = FIRST_FD; fd < FIRST_FD + count; fd++) {
        size_t len = names ? strcspn(names, ":") : 0;

        if (fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode) || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
            return complain(why,
                            "descriptor %d is no socket, though LISTEN_FDS is %d; let the service "
                            "manager set it, or unset it",
                            fd, count);
        if (!receive(s, role_of(names ? names : "", len), fd))
            return complain(why, "out of memory");
        if (names)
            names += len + (names[len] == ':');
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return true;
}

/* ---- addresses --------------------------------------------------------------------------- */

static socklen_t address_of(const struct config_listen *at, union address *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, at->address, &ret->v4.sin_addr) == 1) {
        ret->v4.sin_family = AF_INET;
        ret->v4.sin_port = htons(at->port);
        return sizeof(ret->v4);
    }
    if (inet_pton(AF_INET6, at->address, &ret->v6.sin6_addr) != 1)
        return 0;
    ret->v6.sin6_family = AF_INET6;
    ret->v6.sin6_port = htons(at->port);
    return sizeof(ret->v6);
}

/* Port 0 of an entry is any port. */
static bool is_bound_to(int fd, const struct config_listen *at)
{
    union address own;
    union address want;
    socklen_t len = sizeof(own);

    memset(&own, 0, sizeof(own));
    if (getsockname(fd, &own.any, &len) < 0)
        return false;
    if (at->path)
        return own.any.sa_family == AF_UNIX && strcmp(own.path.sun_path, at->path) == 0;
    if (address_of(at, &want) == 0 || own.any.sa_family != want.any.sa_family)
        return false;
    if (want.any.sa_family == AF_INET)
        return own.v4.sin_addr.s_addr == want.v4.sin_addr.s_addr &&
               (at->port == 0 || own.v4.sin_port == want.v4.sin_port);
    return memcmp(&own.v6.sin6_addr, &want.v6.sin6_addr, sizeof(want.v6.sin6_addr)) == 0 &&
           (at->port == 0 || own.v6.sin6_port == want.v6.sin6_port);
}

/* "ADDRESS port PORT" or the path that a socket is bound to, for people. */
static void show(int fd, char *ret, size_t size)
{
    union address own;
    socklen_t len = sizeof(own);
    char ip[INET6_ADDRSTRLEN] = "";

    memset(&own, 0, sizeof(own));
    if (getsockname(fd, &own.any, &len) < 0) {
        snprintf(ret, size, "no socket");
        return;
    }
    if (own.any.sa_family == AF_UNIX) {
        snprintf(ret, size, "%.*s", (int)sizeof(own.path.sun_path), own.path.sun_path);
    } else if (own.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &own.v4.sin_addr, ip, sizeof(ip));
        snprintf(ret, size, "%s port %u", ip, (unsigned)ntohs(own.v4.sin_port));
    } else {
        inet_ntop(AF_INET6, &own.v6.sin6_addr, ip, sizeof(ip));
        snprintf(ret, size, "%s port %u", ip, (unsigned)ntohs(own.v6.sin6_port));
    }
}

static void tell_unused(const struct listening *l, const struct log *log)
{
    char address[ADDRESS_SIZE];
    char text[ADDRESS_SIZE + 256];

    show(l->fd, address, sizeof(address));
    if (l->role >= SOCKET_HANDOVER)
        snprintf(text, sizeof(text),
                 "a socket on %s was passed under a name that is none of outside, outside-direct, "
                 "inside, admin and metrics; it is closed",
                 address);
    else
        snprintf(text, sizeof(text),
                 "a socket '%s' on %s was passed, and no entry of the configuration has that "
                 "address; it is closed",
                 role_names[l->role], address);
    log_event(log, EVENT_SOCKET_UNUSED, LOG_TEXT("text", text));
}

/* A predecessor passes what it has; that the configuration has changed since needs no words. */
static void close_unused(struct sockets *s, const struct log *log)
{
    size_t kept = 0;
    size_t i;

    for (i = 0; i < s->count; i++) {
        if (s->list[i].is_used) {
            s->list[kept++] = s->list[i];
            continue;
        }
        if (!s->has_predecessor)
            tell_unused(&s->list[i], log);
        close_one(&s->list[i]);
    }
    s->count = kept;
}

/* ---- new ones ---------------------------------------------------------------------------- */

/* An IPv6 address means IPv6 only, so that "::" and "0.0.0.0" can stand side by side. */
static int bind_tcp(const struct config_listen *at, int *ret)
{
    const int on = 1;
    union address to;
    socklen_t len = address_of(at, &to);
    int fd = len ? socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
    int error = 0;

    if (len == 0)
        return EINVAL;
    if (fd < 0)
        return errno;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        (to.any.sa_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
        bind(fd, &to.any, len) < 0) {
        error = errno;
        close(fd);
        return error;
    }
    *ret = fd;
    return 0;
}

/* The inside is for the user and the group of the proxy, the administration for the user alone. */
static mode_t mode_of(enum socket_role role)
{
    return role == SOCKET_ADMIN ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;
}

static int make(struct sockets *s, enum socket_role role, const struct config_listen *at,
                struct listening **ret)
{
    char *path = at->path ? strdup(at->path) : NULL;
    int fd = -1;
    int error = at->path && !path ? ENOMEM : 0;

    if (error == 0)
        error = path ? unix_socket_bind(path, mode_of(role), &fd) : bind_tcp(at, &fd);
    if (error == 0 && !(*ret = add(s, role, fd)))
        error = ENOMEM;
    if (error)
        free(path);
    else
        (*ret)->path = path;
    return error;
}

/* The file of a predecessor's UNIX socket is ours now; that of a service manager is not. */
static int inherit_path(const struct sockets *s, struct listening *l,
                        const struct config_listen *at)
{
    if (!s->has_predecessor || !at->path)
        return 0;
    l->path = strdup(at->path);
    return l->path ? 0 : ENOMEM;
}

/* Finds or makes the socket of an entry; 0 or an error of errno. */
static int take(struct sockets *s, enum socket_role role, const struct config_listen *at,
                size_t entry)
{
    struct listening *found = NULL;
    size_t i;
    int error;

    for (i = 0; i < s->count && !found; i++)
        if (!s->list[i].is_used && s->list[i].role == role && is_bound_to(s->list[i].fd, at))
            found = &s->list[i];
    error = found ? inherit_path(s, found, at) : make(s, role, at, &found);
    if (error)
        return error;
    found->is_used = true;
    found->entry = entry;
    return 0;
}

/* As take(), with a sentence. */
static bool open_entry(struct sockets *s, enum socket_role role, const struct config *c,
                       const struct config_listen *at, size_t entry, struct complaint *why)
{
    static const char *const fields[] = {"outside.listen", "outside.listen", "inside.listen",
                                         "admin.path", "metrics"};
    int error = take(s, role, at, entry);
    char port[16] = "";

    if (error == 0)
        return true;
    if (!at->path)
        snprintf(port, sizeof(port), " port %u", (unsigned)at->port);
    return complain(why, "%s: '%s': cannot listen on %s%s: %s; free it or change the entry",
                    c->file, fields[role], at->path ? at->path : at->address, port,
                    strerror(error));
}

bool sockets_open(struct sockets *s, const struct config *c, const struct log *log,
                  struct complaint *why)
{
    const struct config_listen admin = {.path = c->admin};
    bool ok = true;
    size_t i;

    for (i = 0; ok && i < c->outside_count; i++)
        ok = open_entry(s, c->outside[i].direct_tls ? SOCKET_OUTSIDE_DIRECT : SOCKET_OUTSIDE, c,
                        &c->outside[i], i, why);
    for (i = 0; ok && i < c->inside_count; i++)
        ok = open_entry(s, SOCKET_INSIDE, c, &c->inside[i], i, why);
    if (ok && c->admin)
        ok = open_entry(s, SOCKET_ADMIN, c, &admin, 0, why);
    if (ok && c->metrics)
        ok = open_entry(s, SOCKET_METRICS, c, c->metrics, 0, why);
    if (ok)
        close_unused(s, log);
    return ok;
}

static const struct listening *of_entry(const struct sockets *s, enum socket_role role,
                                        size_t entry)
{
    size_t i = 0;

    while (i < s->count && (!s->list[i].is_used || s->list[i].role != role ||
                            s->list[i].entry != entry || s->list[i].fd < 0))
        i++;
    return i < s->count ? &s->list[i] : NULL;
}

int sockets_copy(const struct sockets *s, enum socket_role role, size_t entry)
{
    const struct listening *l = of_entry(s, role, entry);

    return l ? fcntl(l->fd, F_DUPFD_CLOEXEC, FIRST_FD) : -1;
}

uint16_t sockets_port(const struct sockets *s, enum socket_role role, size_t entry)
{
    const struct listening *l = of_entry(s, role, entry);
    union address own;
    socklen_t len = sizeof(own);

    if (!l || getsockname(l->fd, &own.any, &len) < 0)
        return 0;
    if (own.any.sa_family == AF_INET)
        return ntohs(own.v4.sin_port);
    return own.any.sa_family == AF_INET6 ? ntohs(own.v6.sin6_port) : 0;
}

char *sockets_names(const struct sockets *s)
{
    static const char variable[] = "LISTEN_FDNAMES=";
    size_t size = sizeof(variable) + (s->count + 1) * NAME_SIZE;
    char *text = malloc(size);
    size_t used = 0;
    size_t i;

    if (!text)
        return NULL;
    used += (size_t)snprintf(text, size, "%s", variable);
    for (i = 0; i < s->count; i++)
        used += (size_t)snprintf(text + used, size - used, "%s:", role_names[s->list[i].role]);
    snprintf(text + used, size - used, "%s", role_names[SOCKET_HANDOVER]);
    return text;
}

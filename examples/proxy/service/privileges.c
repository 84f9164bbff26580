/* privileges.c - a proxy that was started as root becomes the user that its configuration names. */

/* For initgroups(), which is older than POSIX and not in it. */
#define _DEFAULT_SOURCE
#include "proxy/service/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "proxy/service/pid_file.h"

struct identity {
    const char *name;
    uid_t uid;
    gid_t gid;
};

/* ---- who --------------------------------------------------------------------------------- */

static bool find(const struct config *c, struct identity *ret, struct complaint *why)
{
    const struct passwd *user = getpwnam(c->user);
    const struct group *group = NULL;

    if (!user)
        return complain(why, "%s: 'user': there is no user %s; make it, or name another", c->file,
                        c->user);
    /* Its text is overwritten by the next look-up. */
    *ret = (struct identity){.name = c->user, .uid = user->pw_uid, .gid = user->pw_gid};
    if (c->group) {
        group = getgrnam(c->group);
        if (!group)
            return complain(why, "%s: 'group': there is no group %s; make it, or name another",
                            c->file, c->group);
        ret->gid = group->gr_gid;
    }
    if (ret->uid == 0 || ret->gid == 0)
        return complain(why, "%s: 'user' and 'group' must not be those of root; name others",
                        c->file);
    return true;
}

/* ---- becoming it ------------------------------------------------------------------------- */

/* The order matters: without the user id of root no group can be changed any more. */
static bool become(const struct identity *who)
{
    return initgroups(who->name, who->gid) == 0 && setgid(who->gid) == 0 && setuid(who->uid) == 0;
}

/* Whether the process is the user in every way, and cannot be root again. */
static bool is_for_good(const struct identity *who)
{
    return getuid() == who->uid && geteuid() == who->uid && getgid() == who->gid &&
           getegid() == who->gid && setuid(0) < 0 && setgid(0) < 0;
}

/* ---- what it may read -------------------------------------------------------------------- */

static void check_file(const struct proxy *p, const char *path)
{
    if (path && access(path, R_OK) < 0)
        log_event(&p->log, EVENT_UNREADABLE, LOG_TEXT("file", path),
                  LOG_TEXT("text", strerror(errno)));
}

static void check_files(const struct proxy *p)
{
    const struct config *c = p->loaded->config;
    size_t i;

    check_file(p, c->file);
    check_file(p, c->trust);
    check_file(p, c->crl);
    check_file(p, c->partners);
    check_file(p, c->dialback_secret);
    check_file(p, c->inside_certificate);
    check_file(p, c->inside_key);
    check_file(p, c->inside_trust);
    for (i = 0; i < c->domain_count; i++) {
        check_file(p, c->domains[i].certificate);
        check_file(p, c->domains[i].key);
    }
    for (i = 0; i < c->host_count; i++)
        check_file(p, c->hosts[i].secret);
}

bool privileges_drop(struct proxy *p, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    struct identity who;

    if (!c->user) {
        if (geteuid() == 0)
            log_event(&p->log, EVENT_RUNS_AS_ROOT, LOG_TEXT("file", c->file));
        return true;
    }
    if (!find(c, &who, why))
        return false;
    /* A service manager has done it already. */
    if (getuid() == who.uid && geteuid() == who.uid)
        return true;
    if (geteuid() != 0)
        return complain(why,
                        "%s: 'user': only root can become %s; start the proxy as root or as that "
                        "user",
                        c->file, c->user);
    if (!sockets_give(&p->sockets, who.uid, who.gid) ||
        (c->pid_file && !pid_file_give(c->pid_file, who.uid, who.gid)) || !become(&who))
        return complain(why,
                        "%s: 'user': cannot become %s: %s; see that nothing keeps root from it",
                        c->file, c->user, strerror(errno));
    if (!is_for_good(&who))
        return complain(why, "%s: 'user': the process is still more than %s; it does not go on",
                        c->file, c->user);
    check_files(p);
    return true;
}

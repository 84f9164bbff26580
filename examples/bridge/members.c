/* members.c - the bridges that share a ledger: their locks, and what the dead ones left. */
#include "bridge/members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000
#define MEMBERS_MAX 64
#define NAME_SIZE 128
#define PATH_SIZE 4096
/* A survivor that looks after us, since it has seen that our predecessor is gone, is soon done. */
#define LOCK_ATTEMPTS 40
#define LOCK_PAUSE_NS 50000000L

struct members {
    int lock;      /* ours; -1: none */
    uint64_t look; /* when the others are looked at again */
};

static const char tables[] = "CREATE TABLE IF NOT EXISTS members (name TEXT PRIMARY KEY)";

/* Takes the lock of a name without waiting: its descriptor, or -1 while somebody has it. */
static int take_lock(struct bridge *b, const char *name)
{
    char path[PATH_SIZE];
    int len = snprintf(path, sizeof(path), "%s.%s.lock", b->settings->ledger, name);
    int fd;

    if (len < 0 || (size_t)len >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool run_with_name(struct bridge *b, const char *sql, const char *name)
{
    struct query q;

    query_begin(&q, b->ledger, sql);
    query_string(&q, name);
    return query_run(&q);
}

static bool enter(struct bridge *b)
{
    static const char sql[] = "INSERT OR IGNORE INTO members VALUES (?1)";

    return run_with_name(b, sql, b->settings->member);
}

static bool lock_own(struct bridge *b, struct complaint *why)
{
    static const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    int i;

    for (i = 0; i < LOCK_ATTEMPTS && b->members->lock < 0; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        b->members->lock = take_lock(b, b->settings->member);
        if (b->members->lock < 0 && errno != EWOULDBLOCK)
            return complain(why, "%s.%s.lock cannot be locked: %s", b->settings->ledger,
                            b->settings->member, strerror(errno));
    }
    return b->members->lock >= 0 ||
           complain(why,
                    "another bridge with the ledger %s is called %s too: give each a name of its "
                    "own",
                    b->settings->ledger, b->settings->member);
}

bool members_new(struct bridge *b, struct complaint *why)
{
    const char *name = b->settings->member;

    b->members = calloc(1, sizeof(*b->members));
    if (!b->members)
        return complain(why, "%s", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    b->members->lock = -1;
    if (!*name || strlen(name) >= NAME_SIZE || strchr(name, '/'))
        return complain(why, "a bridge's name has 1 to %d characters, and no slash", NAME_SIZE - 1);
    /* What is in memory is nobody else's. */
    if (!b->settings->ledger)
        return true;
    return lock_own(b, why) && ((ledger_execute(b->ledger, tables) && enter(b)) ||
                                complain(why, "the ledger: %s", ledger_problem(b->ledger)));
}

void members_free(struct bridge *b)
{
    if (b->members && b->members->lock >= 0)
        close(b->members->lock);
    free(b->members);
    b->members = NULL;
}

/* Takes over what a member left whose lock we have. */
static void adopt(struct bridge *b, const char *name)
{
    static const char sql[] = "DELETE FROM members WHERE name = ?1";

    if (!ledger_begin(b->ledger))
        return;
    /* Another survivor may have done it since we looked. */
    if (!run_with_name(b, sql, name) || ledger_changes(b->ledger) == 0) {
        ledger_rollback(b->ledger);
        return;
    }
    if (ledger_finish(b->ledger, bridge_adopt(b, name)))
        bridge_tell(b, "the bridge %s is gone; what it had under way is ours now", name);
    else
        bridge_tell(b, "what the bridge %s left cannot be taken over: %s", name,
                    ledger_problem(b->ledger));
}

static size_t others(struct bridge *b, char ret[MEMBERS_MAX][NAME_SIZE])
{
    static const char sql[] = "SELECT name FROM members WHERE name <> ?1";
    struct query q;
    size_t n = 0;

    query_begin(&q, b->ledger, sql);
    query_string(&q, b->settings->member);
    while (n < MEMBERS_MAX && query_next(&q))
        snprintf(ret[n++], NAME_SIZE, "%s", query_text_at(&q, 0).data);
    query_end(&q);
    return n;
}

void members_tick(struct bridge *b)
{
    char names[MEMBERS_MAX][NAME_SIZE];
    size_t n;
    size_t i;

    if (!b->settings->ledger || b->members->look > b->now)
        return;
    b->members->look = b->now + SECOND;
    n = others(b, names);
    for (i = 0; i < n; i++) {
        int fd = take_lock(b, names[i]);

        if (fd < 0)
            continue;
        adopt(b, names[i]);
        close(fd);
    }
}

/* proxy.h - the running proxy: what its parts share. */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include <uv.h>
#include <xmppfed/uv.h>

#include "proxy/observe/bodies.h"
#include "proxy/observe/counters.h"
#include "proxy/observe/failures.h"
#include "proxy/settings/load.h"
#include "proxy/settings/name_servers.h"
#include "proxy/route.h"
#include "proxy/service/drain.h"
#include "proxy/service/sockets.h"
#include "proxy/service/waiting.h"
#include "proxy/store/store.h"

struct admin;
struct http;
struct im_tests;
struct inside;
struct local_host;
struct posh;
struct predecessor;
struct successor;
struct validator;

/* Room for all addresses of a side, as "ADDRESS:PORT,PATH". */
#define ADDRESS_LIST_SIZE 1024
/* 32 bytes as hexadecimal digits. */
#define PROXY_SECRET_SIZE 65

struct proxy {
    uv_loop_t *loop;
    struct log log;
    xmppfed_context *ctx;
    xmppfed_site *site;
    xmppfed_federation *fed;
    xmppfed_uv *edge;               /* the outside */
    struct posh *posh;              /* NULL: nothing is fetched */
    struct validator *validator;    /* NULL: DNSSEC is none of the proxy's business */
    struct sockets sockets;         /* where it listens, on all sides */
    struct inside *inside;          /* listeners and links of the hosts */
    const struct local_host *local; /* the host in this process; NULL: they all connect */
    struct admin *admin;            /* the administration socket; NULL: there is none */
    struct im_tests *im_tests;      /* NULL: there were none yet */
    struct http *http;              /* metrics; NULL: nobody may watch */
    struct counters counters;
    struct bodies bodies;
    struct route_table routes;
    char **argv;                     /* of this process, for the next */
    char secret[PROXY_SECRET_SIZE];  /* of the dialback keys, where the configuration has none */
    struct successor *successor;     /* NULL: nobody takes over */
    struct predecessor *predecessor; /* NULL: this process has taken over from nobody, lately */
    struct waiting_list waiting;     /* stanzas for hosts of the predecessor */
    struct waiting_list held;        /* those that nobody answers, for hosts that are not there */
    uv_timer_t held_timer;
    struct failures failures;
    struct name_servers name_servers; /* as at the start: a reload leaves them */
    struct store *store;
    uv_timer_t store_look;
    bool store_watched; /* the timer is to be closed */
    bool store_lost;    /* its server is gone */
    struct loaded *loaded;
    uv_timer_t heartbeat;
    bool pid_written;
    uint32_t connections_told;            /* for which file descriptors were last asked */
    unsigned recordings;                  /* files of them so far */
    char outside_list[ADDRESS_LIST_SIZE]; /* where it listens */
    char inside_list[ADDRESS_LIST_SIZE];
    char metrics_list[ADDRESS_LIST_SIZE];
    int64_t started_at; /* seconds since 1970 */
    int64_t loaded_at;
    uv_timer_t drain;
    bool draining;
    enum drain_phase drain_phase;
    uint64_t drain_until; /* of the loop's clock */
};

/*
 * Starts everything on a loop and takes over loaded, also on failure; then proxy_fini() is due. The
 * log, the counters, the passed sockets, argv and the local host are in p already.
 */
bool proxy_start(struct proxy *p, uv_loop_t *loop, xmppfed_context *ctx, struct loaded *loaded,
                 struct complaint *why);
/* Makes the policy of what the store holds, where no partner file has made it. */
bool proxy_read_policy(struct proxy *p, struct loaded *loaded, struct complaint *why);
/*
 * Puts a new configuration in force and takes it over, also on failure. What a running proxy cannot
 * change is refused as a whole; the old configuration then stays.
 */
bool proxy_reload(struct proxy *p, struct loaded *loaded, struct complaint *why);
/*
 * Puts another policy in force and takes it over, also on failure; the old one then stays. Streams
 * that it no longer allows are closed.
 */
bool proxy_set_policy(struct proxy *p, xmppfed_policy *policy, struct partner_trusts *trusts,
                      struct complaint *why);
/* Closes all that is open; the loop then runs out of work. drain.h is the gentle way there. */
void proxy_close(struct proxy *p);
/* Frees what is left once the loop has ended. */
void proxy_fini(struct proxy *p);

#endif

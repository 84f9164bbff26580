/* config.h - the proxy's configuration file, read and checked. */
#ifndef PROXY_SETTINGS_CONFIG_H
#define PROXY_SETTINGS_CONFIG_H

#include <stdint.h>

#include "proxy/settings/complaint.h"
#include "proxy/observe/log.h"

#define CONFIG_PORT_OUTSIDE 5269
#define CONFIG_PORT_DIRECT 5270
#define CONFIG_PORT_INSIDE 23456
#define CONFIG_PORT_METRICS 9569
#define CONFIG_LIST_MAX 1024

/* A hosted domain; the files are absolute or relative to the working directory. */
struct config_domain {
    const char *name;
    const char *certificate;
    const char *key;
    const char *ocsp; /* NULL: none */
};

/* Where to listen: an IP address with port, or the path of a UNIX socket. */
struct config_listen {
    const char *address;
    const char *path;
    uint16_t port;
    bool tls;        /* inside only */
    bool direct_tls; /* outside only: for direct TLS alone (XEP-0368) */
};

/* A host server that may connect inside. */
struct config_host {
    const char *name;   /* prepared */
    const char *secret; /* a file */
};

struct config_server {
    const char *address;
    uint16_t port;
};

/* All text belongs to the configuration and is freed with it. Optional text is NULL when absent. */
struct config {
    const char *file;
    struct config_domain *domains;
    size_t domain_count;
    const char *trust;
    const char *crl;
    const char *partners; /* NULL: they are in the store */
    const char *store;
    const char *dialback_secret;
    struct config_listen *outside;
    size_t outside_count;
    struct config_listen *inside;
    size_t inside_count;
    const char *inside_certificate;
    const char *inside_key;
    const char *inside_trust;
    struct config_host *hosts;
    size_t host_count;
    struct config_server *servers; /* of DNS */
    size_t server_count;
    bool dns_trusted;  /* they validate DNSSEC; all are on loopback */
    bool dns_validate; /* the proxy does, from root_anchor; servers, if any, hand on */
    const char *root_anchor;
    int64_t dns_cache;        /* answers kept */
    bool posh_enabled;        /* what partners publish over HTTPS is fetched */
    const char *posh_trust;   /* PEM file of web authorities; NULL: the system's */
    const char *posh_connect; /* as curl's CONNECT_TO wants it; NULL: where DNS says */
    enum log_format log_format;
    enum log_level log_level;
    const char *log_journal; /* where the journal listens */
    int64_t queue_seconds;
    int64_t queue_stanzas;
    int64_t queue_bytes;
    int64_t race_milliseconds; /* until the next server of a partner is tried beside one */
    int64_t return_seconds;    /* until a stream moves back to a better server */
    int64_t resume_seconds;    /* for which a lost stream may be gone on with; 0: none is */
    int64_t resume_sessions;   /* streams of partners that may be, at most */
    const char *pid_file;
    const char *user;              /* that root becomes; NULL: none */
    const char *group;             /* NULL: that of the user */
    const char *record;            /* folder for recordings of streams; NULL: none are made */
    const char *admin;             /* path of the administration socket */
    struct config_listen *metrics; /* NULL: there are none */
    struct config_memory *memory;
};

/* Reads a file. On failure why names the file, the line, the field and what to do. */
bool config_load(const char *path, struct config **ret, struct complaint *why);
/*
 * Whether host servers can connect. False with a sentence; then only a program with a host in its
 * own process may run with the configuration.
 */
bool config_has_inside(const struct config *config, struct complaint *why);
/* NULL is fine. */
void config_free(struct config *config);

#endif

/* name_servers.h - addresses of DNS servers: as text, and those of the system. */
#ifndef PROXY_SETTINGS_NAME_SERVERS_H
#define PROXY_SETTINGS_NAME_SERVERS_H

#include <sys/socket.h>

#include "proxy/settings/config_reader.h"

#define NAME_SERVERS_MAX 4

/* Those in force. */
struct name_servers {
    struct sockaddr_storage at[NAME_SERVERS_MAX];
    unsigned count;
    bool trusted; /* they validate DNSSEC, and nobody else is on the path */
};

/* Reads "ADDRESS", "ADDRESS:PORT", "[ADDRESS]" or "[ADDRESS]:PORT"; false if it is none of these.
 */
bool name_server_parse(struct reader *r, const char *text, struct config_server *ret);

/* The first servers of /etc/resolv.conf, or 127.0.0.1. False when out of memory. */
bool name_servers_of_system(struct reader *r, struct config_server servers[NAME_SERVERS_MAX],
                            size_t *ret_count);

/* Takes the servers of a configuration; false if one has no IP address. */
bool name_servers_take(const struct config *c, struct name_servers *ret);

#endif

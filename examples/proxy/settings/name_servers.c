/* name_servers.c - addresses of DNS servers: as text, and those of the system. */
#include "proxy/settings/name_servers.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "proxy/endpoint_text.h"

#define DNS_PORT 53
#define LINE_SIZE 512

bool name_server_parse(struct reader *r, const char *text, struct config_server *ret)
{
    char address[ENDPOINT_TEXT_SIZE];
    uint16_t port = DNS_PORT;

    if (!endpoint_text_split(text, address, &port))
        return false;
    ret->address = reader_text(r, address);
    ret->port = port;
    return ret->address != NULL;
}

bool name_servers_of_system(struct reader *r, struct config_server servers[NAME_SERVERS_MAX],
                            size_t *ret_count)
{
    static const char word[] = "nameserver";
    FILE *f = fopen("/etc/resolv.conf", "r");
    char line[LINE_SIZE];

    while (f && *ret_count < NAME_SERVERS_MAX && fgets(line, sizeof(line), f)) {
        char *value = line + sizeof(word) - 1;

        if (strncmp(line, word, sizeof(word) - 1) != 0 || (*value != ' ' && *value != '\t'))
            continue;
        value += strspn(value, " \t");
        value[strcspn(value, " \t\r\n#")] = '\0';
        if (name_server_parse(r, value, &servers[*ret_count]))
            ++*ret_count;
    }
    if (f)
        fclose(f);
    if (*ret_count > 0)
        return true;
    *ret_count = 1;
    return name_server_parse(r, "127.0.0.1", &servers[0]);
}

bool name_servers_take(const struct config *c, struct name_servers *ret)
{
    size_t i;

    *ret = (struct name_servers){.trusted = c->dns_trusted};
    for (i = 0; i < c->server_count && i < NAME_SERVERS_MAX; i++) {
        const struct config_server *s = &c->servers[i];

        if (endpoint_text_socket(s->address, s->port, &ret->at[i]) < 0)
            return false;
        ret->count++;
    }
    return true;
}

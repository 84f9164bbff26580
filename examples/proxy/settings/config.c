/* config.c - the proxy's configuration file, read and checked. */
#include "proxy/settings/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <xmppfed/address.h>

#include "proxy/settings/config_reader.h"
#include "proxy/store/database.h"
#include "proxy/endpoint_text.h"
#include "proxy/settings/name_servers.h"

/* ---- domains and hosts ------------------------------------------------------------------- */

/* Prepares a domain; the comparable form is what the rest of the program sees. */
static bool read_domain_name(struct reader *r, const config_setting_t *group, const char **ret)
{
    char prepared[XMPPFED_DOMAIN_SIZE];
    const char *name = NULL;

    if (!reader_string(r, group, "name", &name) ||
        !reader_needs(r, group, "name", name, "name the domain, as in \"contoso.example\""))
        return false;
    if (xmppfed_domain_prepare(name, prepared) < 0)
        return reader_complain(r, config_setting_get_member(group, "name"), "name",
                               "is not a domain; write one like \"contoso.example\"");
    *ret = reader_text(r, prepared);
    return *ret != NULL;
}

static const struct config_domain *find_domain(const struct config *config, const char *name)
{
    size_t i;

    for (i = 0; i < config->domain_count; i++)
        if (strcmp(config->domains[i].name, name) == 0)
            return &config->domains[i];
    return NULL;
}

static bool read_domain(struct reader *r, const config_setting_t *group)
{
    static const char *const fields[] = {"name", "certificate", "key", "ocsp", NULL};
    struct config *c = r->config;
    struct config_domain d = {0};

    if (!config_setting_is_group(group))
        return reader_complain(r, group, "domains", "must be a list of groups in braces");
    if (!reader_only(r, group, fields) || !read_domain_name(r, group, &d.name) ||
        !reader_path(r, group, "certificate", &d.certificate) ||
        !reader_path(r, group, "key", &d.key) || !reader_path(r, group, "ocsp", &d.ocsp) ||
        !reader_needs(r, group, "certificate", d.certificate, "name the PEM file of the chain") ||
        !reader_needs(r, group, "key", d.key, "name the PEM file of the key"))
        return false;
    if (find_domain(c, d.name))
        return reader_complain(r, group, "name", "is a domain that is listed twice; take one out");
    c->domains[c->domain_count++] = d;
    return true;
}

static bool read_domains(struct reader *r, const config_setting_t *root)
{
    const config_setting_t *list;
    int count;
    int i;

    if (!reader_list(r, root, "domains", &list) ||
        !reader_needs(r, root, "domains", list, "list at least one domain that is served here"))
        return false;
    count = config_setting_length(list);
    if (count == 0)
        return reader_complain(r, list, "domains", "is empty; list at least one domain");
    r->config->domains = reader_alloc(r, (size_t)count, sizeof(struct config_domain));
    if (!r->config->domains)
        return false;
    for (i = 0; i < count; i++)
        if (!read_domain(r, config_setting_get_elem(list, (unsigned)i)))
            return false;
    return true;
}

static bool read_host(struct reader *r, const config_setting_t *group)
{
    static const char *const fields[] = {"name", "secret", NULL};
    struct config *c = r->config;
    struct config_host h = {0};
    size_t i;

    if (!config_setting_is_group(group))
        return reader_complain(r, group, "hosts", "must be a list of groups in braces");
    if (!reader_only(r, group, fields) || !read_domain_name(r, group, &h.name) ||
        !reader_path(r, group, "secret", &h.secret) ||
        !reader_needs(r, group, "secret", h.secret, "name the file that holds the shared secret"))
        return false;
    if (!find_domain(c, h.name))
        return reader_complain(r, group, "name", "is not one of 'domains'; add it there");
    for (i = 0; i < c->host_count; i++)
        if (strcmp(c->hosts[i].name, h.name) == 0)
            return reader_complain(r, group, "name",
                                   "is a host that is listed twice; take one out");
    c->hosts[c->host_count++] = h;
    return true;
}

static bool read_hosts(struct reader *r, const config_setting_t *inside)
{
    const config_setting_t *list;
    int count;
    int i;

    if (!reader_list(r, inside, "hosts", &list) ||
        !reader_needs(r, inside, "hosts", list, "list the host servers that may connect inside"))
        return false;
    count = config_setting_length(list);
    if (count == 0)
        return reader_complain(r, list, "hosts", "is empty; list at least one host server");
    r->config->hosts = reader_alloc(r, (size_t)count, sizeof(struct config_host));
    if (!r->config->hosts)
        return false;
    for (i = 0; i < count; i++)
        if (!read_host(r, config_setting_get_elem(list, (unsigned)i)))
            return false;
    return true;
}

/* ---- listeners --------------------------------------------------------------------------- */

static bool is_loopback(const char *text)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (uv_ip4_addr(text, 0, &v4) == 0)
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    return uv_ip6_addr(text, 0, &v6) == 0 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

static bool read_address(struct reader *r, const config_setting_t *group, int64_t port,
                         struct config_listen *l)
{
    const config_setting_t *at = config_setting_get_member(group, "address");

    if (!reader_string(r, group, "address", &l->address) ||
        !reader_number(r, group, "port", 0, UINT16_MAX, &port))
        return false;
    l->port = (uint16_t)port;
    if (l->address && !endpoint_text_is_ip(l->address))
        return reader_complain(r, at, "address",
                               "is not an IP address; write one like \"0.0.0.0\" or \"::1\"");
    return true;
}

static bool read_outside_listen(struct reader *r, const config_setting_t *group,
                                struct config_listen *l)
{
    static const char *const fields[] = {"address", "port", "direct_tls", NULL};

    return reader_only(r, group, fields) && reader_bool(r, group, "direct_tls", &l->direct_tls) &&
           read_address(r, group, l->direct_tls ? CONFIG_PORT_DIRECT : CONFIG_PORT_OUTSIDE, l) &&
           reader_needs(r, group, "address", l->address, "name the IP address to listen on");
}

static bool read_inside_listen(struct reader *r, const config_setting_t *group,
                               struct config_listen *l)
{
    static const char *const fields[] = {"address", "port", "path", "tls", NULL};

    l->tls = true;
    if (!reader_only(r, group, fields) || !read_address(r, group, CONFIG_PORT_INSIDE, l) ||
        !reader_path(r, group, "path", &l->path) || !reader_bool(r, group, "tls", &l->tls))
        return false;
    if (!l->address == !l->path)
        return reader_complain(r, group, "listen",
                               "must have either 'address' or 'path' in each entry");
    if (!l->tls && l->address && !is_loopback(l->address))
        return reader_complain(
            r, group, "tls",
            "may be false only on a loopback address or a UNIX socket; set it to "
            "true or change 'address'");
    return true;
}

typedef bool (*read_listen_fn)(struct reader *r, const config_setting_t *group,
                               struct config_listen *l);

static bool read_listeners(struct reader *r, const config_setting_t *group, read_listen_fn read,
                           struct config_listen **ret, size_t *ret_count)
{
    const config_setting_t *list;
    int count;
    int i;

    if (!reader_list(r, group, "listen", &list) ||
        !reader_needs(r, group, "listen", list, "list at least one address to listen on"))
        return false;
    count = config_setting_length(list);
    if (count == 0)
        return reader_complain(r, list, "listen", "is empty; list at least one address");
    *ret = reader_alloc(r, (size_t)count, sizeof(struct config_listen));
    if (!*ret)
        return false;
    for (i = 0; i < count; i++) {
        const config_setting_t *entry = config_setting_get_elem(list, (unsigned)i);

        if (!config_setting_is_group(entry))
            return reader_complain(r, entry, "listen", "must be a list of groups in braces");
        if (!read(r, entry, &(*ret)[i]))
            return false;
        ++*ret_count;
    }
    return true;
}

static bool read_outside(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"listen", NULL};
    const config_setting_t *group;

    return reader_group(r, root, "outside", &group) &&
           reader_needs(r, root, "outside", group, "say where partners connect to") &&
           reader_only(r, group, fields) &&
           read_listeners(r, group, read_outside_listen, &r->config->outside,
                          &r->config->outside_count);
}

static bool needs_inside_tls(struct reader *r, const config_setting_t *group)
{
    struct config *c = r->config;
    bool tls = false;
    size_t i;

    for (i = 0; i < c->inside_count; i++)
        tls = tls || c->inside[i].tls;
    return !tls ||
           (reader_needs(r, group, "certificate", c->inside_certificate,
                         "a listener with TLS needs the PEM file of a chain") &&
            reader_needs(r, group, "key", c->inside_key,
                         "a listener with TLS needs the PEM file of a key") &&
            reader_needs(r, group, "trust", c->inside_trust,
                         "a listener with TLS needs the PEM anchors of the hosts' certificates"));
}

/* Whether it may be missing is for config_has_inside() to say. */
static bool read_inside(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"listen", "certificate", "key", "trust", "hosts", NULL};
    struct config *c = r->config;
    const config_setting_t *group;

    if (!reader_group(r, root, "inside", &group))
        return false;
    return !group || (reader_only(r, group, fields) &&
                      read_listeners(r, group, read_inside_listen, &c->inside, &c->inside_count) &&
                      reader_path(r, group, "certificate", &c->inside_certificate) &&
                      reader_path(r, group, "key", &c->inside_key) &&
                      reader_path(r, group, "trust", &c->inside_trust) &&
                      needs_inside_tls(r, group) && read_hosts(r, group));
}

bool config_has_inside(const struct config *c, struct complaint *why)
{
    return c->inside_count > 0 ||
           complain(why, "%s:1: 'inside' is missing; say where host servers connect to", c->file);
}

/* ---- the rest ---------------------------------------------------------------------------- */

static bool read_servers(struct reader *r, const config_setting_t *group)
{
    struct config *c = r->config;
    const config_setting_t *list = NULL;
    int count;
    int i;

    c->servers = reader_alloc(r, NAME_SERVERS_MAX, sizeof(struct config_server));
    if (!c->servers || (group && !reader_list(r, group, "servers", &list)))
        return false;
    if (!list)
        return c->dns_validate || name_servers_of_system(r, c->servers, &c->server_count);
    count = config_setting_length(list);
    if (count < 1 || count > NAME_SERVERS_MAX)
        return reader_complain(r, list, "servers", "must have 1 to 4 entries");
    for (i = 0; i < count; i++) {
        const char *text = config_setting_get_string_elem(list, i);

        if (!text || !name_server_parse(r, text, &c->servers[i]))
            return reader_complain(r, config_setting_get_elem(list, (unsigned)i), "servers",
                                   "must be IP addresses, as in \"127.0.0.1:53\" or \"[::1]:53\"");
        c->server_count++;
    }
    return true;
}

/* A validating server is believed only over a path that nobody else is on (RFC 6698 10.1.2). */
static bool check_trusted(struct reader *r, const config_setting_t *group)
{
    const struct config *c = r->config;
    size_t i;

    if (c->dns_trusted && c->dns_validate)
        return reader_complain(r, config_setting_get_member(group, "trusted"), "trusted",
                               "may not be true together with 'validate'; keep 'trusted' where the "
                               "name servers validate DNSSEC, else 'validate'");
    for (i = 0; i < c->server_count && c->dns_trusted; i++)
        if (!is_loopback(c->servers[i].address))
            return reader_complain(r, config_setting_get_member(group, "trusted"), "trusted",
                                   "may be true only where every name server is on loopback; run a "
                                   "validating one there, as unbound, and list it in 'servers'");
    return true;
}

static bool read_dns(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"servers",     "trusted", "validate",
                                         "root_anchor", "cache",   NULL};
    struct config *c = r->config;
    const config_setting_t *group;

    c->dns_cache = 4096;
    c->root_anchor = "/usr/share/dns/root.key";
    if (!reader_group(r, root, "dns", &group))
        return false;
    if (group &&
        (!reader_only(r, group, fields) || !reader_bool(r, group, "trusted", &c->dns_trusted) ||
         !reader_bool(r, group, "validate", &c->dns_validate) ||
         !reader_path(r, group, "root_anchor", &c->root_anchor) ||
         !reader_number(r, group, "cache", 0, 1000000, &c->dns_cache)))
        return false;
    return read_servers(r, group) && check_trusted(r, group);
}

/* A laboratory has its own web server: every fetch goes there, with names and checks as ever. */
static bool read_posh(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"enabled", "trust", "connect", NULL};
    struct config *c = r->config;
    const config_setting_t *group;
    const char *connect = NULL;
    char text[ENDPOINT_TEXT_SIZE + 16];
    struct config_server server;

    if (!reader_group(r, root, "posh", &group))
        return false;
    if (!group)
        return true;
    if (!reader_only(r, group, fields) || !reader_bool(r, group, "enabled", &c->posh_enabled) ||
        !reader_path(r, group, "trust", &c->posh_trust) ||
        !reader_string(r, group, "connect", &connect))
        return false;
    if (!connect)
        return true;
    if (!name_server_parse(r, connect, &server))
        return reader_complain(r, group, "connect", "must be as \"127.0.0.1:8443\"");
    snprintf(text, sizeof(text), strchr(server.address, ':') ? "::[%s]:%u" : "::%s:%u",
             server.address, (unsigned)server.port);
    c->posh_connect = reader_text(r, text);
    return c->posh_connect != NULL;
}

/* The place of a word in a list, or that of the NULL at its end. */
static size_t place_of(const char *const *words, const char *word)
{
    size_t i = 0;

    while (words[i] && strcmp(words[i], word) != 0)
        i++;
    return i;
}

static bool read_log(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"format", "level", "journal", NULL};
    static const char *const levels[] = {"debug", "info", "warning", "error", NULL};
    static const char *const formats[] = {"auto", "text", "json", "journal", NULL};
    struct config *c = r->config;
    const char *format = formats[0];
    const char *level = "info";
    const config_setting_t *group;
    size_t i;

    c->log_journal = JOURNAL_SOCKET;
    if (!reader_group(r, root, "log", &group))
        return false;
    if (group && (!reader_only(r, group, fields) || !reader_string(r, group, "format", &format) ||
                  !reader_string(r, group, "level", &level) ||
                  !reader_path(r, group, "journal", &c->log_journal)))
        return false;
    i = place_of(formats, format);
    if (!formats[i])
        return reader_complain(r, group, "format",
                               "must be \"auto\", \"text\", \"json\" or \"journal\"");
    c->log_format = (enum log_format)(LOG_FORMAT_AUTO + i);
    i = place_of(levels, level);
    if (!levels[i])
        return reader_complain(r, group, "level",
                               "must be \"debug\", \"info\", \"warning\" or \"error\"");
    c->log_level = (enum log_level)(LOG_LEVEL_DEBUG + i);
    return true;
}

static bool read_queue(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"seconds", "stanzas", "bytes", NULL};
    struct config *c = r->config;
    const config_setting_t *group;

    c->queue_seconds = 60;
    c->queue_stanzas = 1000;
    c->queue_bytes = 4 << 20;
    if (!reader_group(r, root, "queue", &group))
        return false;
    return !group || (reader_only(r, group, fields) &&
                      reader_number(r, group, "seconds", 1, 3600, &c->queue_seconds) &&
                      reader_number(r, group, "stanzas", 1, 100000, &c->queue_stanzas) &&
                      reader_number(r, group, "bytes", 64 << 10, 1 << 30, &c->queue_bytes));
}

/* How a partner's servers are tried. */
static bool read_dial(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"race_milliseconds", "return_seconds", NULL};
    struct config *c = r->config;
    const config_setting_t *group;

    c->race_milliseconds = 250;
    c->return_seconds = 600;
    if (!reader_group(r, root, "dial", &group))
        return false;
    return !group ||
           (reader_only(r, group, fields) &&
            reader_number(r, group, "race_milliseconds", 10, 15000, &c->race_milliseconds) &&
            reader_number(r, group, "return_seconds", 10, 86400, &c->return_seconds));
}

/* For how long lost streams are gone on with, and how many of partners (XEP-0198 5). */
static bool read_resume(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"seconds", "sessions", NULL};
    struct config *c = r->config;
    const config_setting_t *group;

    c->resume_seconds = 120;
    c->resume_sessions = 1000;
    if (!reader_group(r, root, "resume", &group))
        return false;
    return !group || (reader_only(r, group, fields) &&
                      reader_number(r, group, "seconds", 0, 3600, &c->resume_seconds) &&
                      reader_number(r, group, "sessions", 0, 100000, &c->resume_sessions));
}

static bool read_admin(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"path", NULL};
    struct config *c = r->config;
    const config_setting_t *group;

    if (!reader_group(r, root, "admin", &group))
        return false;
    return !group || (reader_only(r, group, fields) && reader_path(r, group, "path", &c->admin) &&
                      reader_needs(r, group, "path", c->admin, "name the socket to make"));
}

/* What can be seen there is for who runs the proxy, so that other addresses must be asked for. */
static bool read_metrics(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {"address", "port", "path", "anywhere", NULL};
    const config_setting_t *group;
    struct config_listen *l;
    bool anywhere = false;

    if (!reader_group(r, root, "metrics", &group))
        return false;
    if (!group)
        return true;
    l = reader_alloc(r, 1, sizeof(*l));
    if (!l || !reader_only(r, group, fields) || !read_address(r, group, CONFIG_PORT_METRICS, l) ||
        !reader_path(r, group, "path", &l->path) || !reader_bool(r, group, "anywhere", &anywhere))
        return false;
    if (!l->address == !l->path)
        return reader_complain(r, group, "metrics", "must have either 'address' or 'path'");
    if (l->address && !anywhere && !is_loopback(l->address))
        return reader_complain(r, group, "address",
                               "is no loopback address; change it, or say 'anywhere = true' where "
                               "a firewall keeps strangers out");
    r->config->metrics = l;
    return true;
}

/* The path of a file, relative as all are, or the address of a server. */
static bool read_store(struct reader *r, const config_setting_t *root)
{
    const char *text = "";

    if (!reader_string(r, root, "store", &text))
        return false;
    if (!database_is_server(text))
        return reader_path(r, root, "store", &r->config->store);
    r->config->store = text;
    return true;
}

static bool read_files(struct reader *r, const config_setting_t *root)
{
    struct config *c = r->config;

    return reader_path(r, root, "trust", &c->trust) && reader_path(r, root, "crl", &c->crl) &&
           reader_path(r, root, "partners", &c->partners) && read_store(r, root) &&
           reader_path(r, root, "dialback_secret", &c->dialback_secret) &&
           reader_path(r, root, "pid_file", &c->pid_file) &&
           reader_string(r, root, "user", &c->user) && reader_string(r, root, "group", &c->group) &&
           reader_path(r, root, "record", &c->record) &&
           reader_needs(r, root, "trust", c->trust, "name the PEM file of the trust anchors") &&
           reader_needs(r, root, "store", c->store,
                        "name the SQLite file or the PostgreSQL database");
}

static bool read_root(struct reader *r, const config_setting_t *root)
{
    static const char *const fields[] = {
        "domains", "trust", "crl",   "partners", "store",  "dialback_secret", "outside",
        "inside",  "dns",   "posh",  "log",      "queue",  "pid_file",        "admin",
        "record",  "user",  "group", "dial",     "resume", "metrics",         NULL};

    return reader_only(r, root, fields) && read_domains(r, root) && read_files(r, root) &&
           read_outside(r, root) && read_inside(r, root) && read_dns(r, root) &&
           read_posh(r, root) && read_log(r, root) && read_queue(r, root) && read_dial(r, root) &&
           read_resume(r, root) && read_admin(r, root) && read_metrics(r, root);
}

/* ---- the file ---------------------------------------------------------------------------- */

static bool parse(struct reader *r, config_t *file, const char *path)
{
    const char *at;

    config_set_include_dir(file, *r->folder ? r->folder : ".");
    if (config_read_file(file, path) == CONFIG_TRUE)
        return read_root(r, config_root_setting(file));
    if (config_error_type(file) == CONFIG_ERR_FILE_IO)
        return complain(r->why,
                        "%s: cannot read the configuration; name a file that this user may "
                        "read",
                        path);
    at = config_error_file(file);
    return complain(r->why, "%s:%d: %s; correct the line or the one before it", at ? at : path,
                    config_error_line(file), config_error_text(file));
}

/* The folder of a path with its final '/', or "". */
static char *folder_of(struct reader *r, const char *path)
{
    char *folder = reader_text(r, path);
    char *slash = folder ? strrchr(folder, '/') : NULL;

    if (folder)
        *(slash ? slash + 1 : folder) = '\0';
    return folder;
}

bool config_load(const char *path, struct config **ret, struct complaint *why)
{
    struct config *config = calloc(1, sizeof(*config));
    struct reader r = {.config = config, .why = why};
    config_t file;
    bool ok = false;

    if (!config)
        return complain(why, "out of memory");
    config_init(&file);
    r.folder = folder_of(&r, path);
    config->file = reader_text(&r, path);
    if (r.folder && config->file)
        ok = parse(&r, &file, path);
    config_destroy(&file);
    if (ok)
        *ret = config;
    else
        config_free(config);
    return ok;
}

/* server.c - the servers under test: starting, ending, and what they cost. */
#include "bench/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/fatal.h"
#include "bench/names.h"

#define NS_PER_SECOND INT64_C(1000000000)

/* The running server, for whatever way this program ends; 0 for none. */
static pid_t running;

/* ---- files ------------------------------------------------------------------------------- */

static void path_of(const struct place *p, const char *name, char ret[PATH_SIZE])
{
    snprintf(ret, PATH_SIZE, "%s/%s", p->folder, name);
}

static FILE *create(const struct place *p, const char *name)
{
    char path[PATH_SIZE];
    FILE *file;

    path_of(p, name, path);
    file = fopen(path, "w");
    if (!file)
        fatal_errno(path);
    /* Secrets are refused if others may read them. */
    fchmod(fileno(file), S_IRUSR | S_IWUSR);
    return file;
}

static void finish(FILE *file)
{
    if (fclose(file) != 0)
        fatal_errno("the proxy's files");
}

static void write_config(const struct place *p)
{
    FILE *f = create(p, "proxy.conf");

    fprintf(f,
            "domains = ( { name = \"%s\"; certificate = \"contoso.pem\"; key = \"contoso.key\"; } "
            ");\n"
            "trust = \"ca.pem\";\n"
            "partners = \"partners.json\";\n"
            "store = \"contacts.sqlite\";\n"
            "outside = { listen = ( { address = \"%s\"; port = %u; } ); };\n"
            "inside = {\n"
            "    listen = ( { path = \"inside.sock\"; tls = false; } );\n"
            "    hosts = ( { name = \"%s\"; secret = \"secret\"; } );\n"
            "};\n"
            "dns = { servers = ( \"%s:9\" ); };\n"
            "log = { level = \"warning\"; };\n",
            HOSTED_DOMAIN, LOOPBACK, (unsigned)p->port, HOSTED_DOMAIN, LOOPBACK);
    finish(f);
}

static void write_partners(const struct place *p)
{
    FILE *f = create(p, "partners.json");
    size_t i;

    fputs("{\"AllowFederatedUsers\": true,\n"
          " \"Gateway\": {\"ConnectionLimit\": 10000, \"PartnerConnectionLimit\": 10000},\n"
          " \"ExternalAccessPolicies\": [{\"Scope\": \"global\", \"EnableFederationAccess\": true,"
          " \"EnableXmppAccess\": true}],\n"
          " \"Partners\": [",
          f);
    for (i = 0; i < PARTNER_COUNT; i++)
        fprintf(f,
                "%s\n  {\"Domain\": \"" PARTNER_DOMAIN "\", \"PartnerType\": \"Federated\","
                " \"ConnectionLimit\": 10000}",
                i ? "," : "", i);
    fputs("]}\n", f);
    finish(f);
}

static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    inet_pton(AF_INET, LOOPBACK, &address.sin_addr);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, len) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0)
        fatal_errno("no free port");
    close(fd);
    return ntohs(address.sin_port);
}

static void stop_running(void)
{
    if (running)
        kill(running, SIGKILL);
}

void place_prepare(struct place *p)
{
    FILE *f;

    p->port = free_port();
    path_of(p, "inside.sock", p->inside);
    write_config(p);
    write_partners(p);
    f = create(p, "secret");
    fputs(HOST_SECRET "\n", f);
    finish(f);
    atexit(stop_running);
}

/* ---- processes --------------------------------------------------------------------------- */

static void run_proxy(const struct place *p)
{
    char config[PATH_SIZE];

    path_of(p, "proxy.conf", config);
    execl(p->proxy, p->proxy, config, (char *)NULL);
    fatal_errno(p->proxy);
}

static void run_relay(const struct place *p, enum target target)
{
    char certificate[PATH_SIZE];
    char key[PATH_SIZE];
    char trust[PATH_SIZE];
    char port[8];

    path_of(p, "contoso.pem", certificate);
    path_of(p, "contoso.key", key);
    path_of(p, "ca.pem", trust);
    snprintf(port, sizeof(port), "%u", (unsigned)p->port);
    if (target == TARGET_EXPAT)
        execl(p->relay, p->relay, "--expat", port, p->inside, certificate, key, trust,
              (char *)NULL);
    else
        execl(p->relay, p->relay, port, p->inside, certificate, key, trust, (char *)NULL);
    fatal_errno(p->relay);
}

void server_start(const struct place *p, enum target target, struct server *ret)
{
    /* A socket that a killed server has left would be taken for the new one's. */
    unlink(p->inside);
    fflush(stdout);
    running = fork();
    if (running < 0)
        fatal_errno("fork");
    if (running == 0) {
        if (target == TARGET_PROXY)
            run_proxy(p);
        run_relay(p, target);
    }
    ret->pid = running;
    if (clock_getcpuclockid(ret->pid, &ret->clock) != 0)
        fatal("the CPU time of the server cannot be read");
}

void server_stop(struct server *s)
{
    /* What a server does on its way out is not measured, so it need not be orderly. */
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    running = 0;
}

/* ---- costs ------------------------------------------------------------------------------- */

int64_t server_cpu(const struct server *s)
{
    struct timespec t;

    if (clock_gettime(s->clock, &t) < 0)
        fatal("the server has ended");
    return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

long server_memory(const struct server *s)
{
    char path[PATH_SIZE];
    char line[256];
    long kib = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/status", (long)s->pid);
    file = fopen(path, "r");
    if (!file)
        fatal("the server has ended");
    while (kib < 0 && fgets(line, sizeof(line), file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    fclose(file);
    return kib;
}

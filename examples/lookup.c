/*
 * lookup.c - prints what would be dialled for a domain, in order, with proof and why.
 *
 * It shows the resolver on its own: the library says which messages to send and reads the answers,
 * this program has the sockets.
 *
 *     lookup DOMAIN [--server ADDRESS[:PORT]]... [--trusted | --validate ANCHORS]
 *
 * Without --server those of /etc/resolv.conf are asked. --trusted says that they validate DNSSEC
 * and that nobody can change what they say on its way here; with --validate this program validates
 * what they say, from the trust anchors in that file (libxmppfed-unbound). The exit status is 0 if
 * there is something to dial, 1 if not, 2 for trouble of our own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <xmppfed/xmppfed.h>
#ifdef HAVE_UNBOUND
#include <xmppfed/unbound.h>
#endif

enum { SERVERS = 3, QUERIES = 64, TCP_SECONDS = 4, HEX_SHOWN = 16 };

#define USAGE "usage: lookup DOMAIN [--server ADDRESS[:PORT]]... [--trusted | --validate ANCHORS]"

struct server {
    char text[64]; /* of the address */
    uint16_t port;
    struct sockaddr_storage address;
    socklen_t len;
};

/* A message on its way over UDP. */
struct query {
    int fd; /* -1: none */
    uint64_t token;
};

struct program {
    const char *domain;
    bool trusted;
    const char *anchors;               /* NULL: this program does not validate */
    struct xmppfed_unbound *validator; /* NULL: queries go to the servers themselves */
    struct server servers[SERVERS];
    unsigned server_count;
    struct query queries[QUERIES];
    xmppfed_resolver *resolver;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "lookup: %s: %s\n", what, why);
    exit(2);
}

/* The library never reads a clock: any that does not run backwards will do. */
static xmppfed_time now(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (xmppfed_time)t.tv_sec * 1000 + (xmppfed_time)t.tv_nsec / 1000000;
}

/* ---- name servers ------------------------------------------------------------------------ */

/* Adds "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353"; false if it is none.
 */
static bool add_server(struct program *p, const char *text)
{
    struct server *s = &p->servers[p->server_count];
    struct sockaddr_in *v4 = (struct sockaddr_in *)&s->address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&s->address;
    unsigned port = 53;
    char *address;
    char end;

    if (p->server_count == SERVERS)
        return false;
    address = s->text;
    memset(s, 0, sizeof(*s));
    if (sscanf(text, "[%63[0-9a-fA-F:.]]:%u%c", address, &port, &end) != 2 &&
        sscanf(text, "%63[0-9.]:%u%c", address, &port, &end) != 2)
        snprintf(address, sizeof(s->text), "%s", text);
    s->port = (uint16_t)port;
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        s->len = sizeof(*v4);
    } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        s->len = sizeof(*v6);
    } else {
        return false;
    }
    p->server_count++;
    return port > 0 && port < 65536;
}

static void read_resolv_conf(struct program *p)
{
    FILE *file = fopen("/etc/resolv.conf", "r");
    char line[256];
    char address[64];

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, " nameserver %63s", address) == 1)
            (void)add_server(p, address);
    }
    if (file)
        fclose(file);
}

/* ---- validation -------------------------------------------------------------------------- */

#ifdef HAVE_UNBOUND
static void on_validated(uint64_t token, const uint8_t *data, size_t len, void *user)
{
    struct program *p = user;

    (void)xmppfed_resolver_answer(p->resolver, token, data, len, now());
}

/* From here on the servers are believed nothing that the anchors do not prove. */
static void start_validator(struct program *p)
{
    xmppfed_problem why;

    if (xmppfed_unbound_new(on_validated, p, &p->validator) < 0)
        fail("start", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    if (xmppfed_unbound_add_anchors(p->validator, p->anchors, &why) < 0)
        fail("--validate", why.text);
    for (unsigned i = 0; i < p->server_count; i++) {
        if (xmppfed_unbound_add_server(p->validator, p->servers[i].text, p->servers[i].port) < 0)
            fail(p->servers[i].text, "the validator does not take this server");
    }
    if (xmppfed_unbound_start(p->validator, &why) < 0)
        fail("--validate", why.text);
    p->trusted = true;
}

static void validate(struct program *p, const xmppfed_dns_query *q)
{
    if (xmppfed_unbound_ask(p->validator, q) < 0)
        xmppfed_resolver_failed(p->resolver, q->token, now());
}

static int validator_fd(const struct program *p)
{
    return p->validator ? xmppfed_unbound_fd(p->validator) : -1;
}

static void process_validated(struct program *p)
{
    xmppfed_unbound_process(p->validator);
}

static void stop_validator(struct program *p)
{
    xmppfed_unbound_free(p->validator);
}
#else
static void start_validator(struct program *p)
{
    fail(p->anchors, "this lookup was built without libunbound; ask a validating server instead");
}

static void validate(struct program *p, const xmppfed_dns_query *q)
{
    xmppfed_resolver_failed(p->resolver, q->token, now());
}

static int validator_fd(const struct program *p)
{
    (void)p;
    return -1;
}

static void process_validated(struct program *p)
{
    (void)p;
}

static void stop_validator(struct program *p)
{
    (void)p;
}
#endif

/* ---- messages ---------------------------------------------------------------------------- */

static struct query *free_query(struct program *p)
{
    for (size_t i = 0; i < QUERIES; i++) {
        if (p->queries[i].fd < 0)
            return &p->queries[i];
    }
    return NULL;
}

/* A new socket has a port of the kernel's random choice, and hears only whom it is connected to. */
static int open_socket(const struct server *s, int type)
{
    struct timeval patience = {.tv_sec = TCP_SECONDS};
    int fd = socket(s->address.ss_family, type, 0);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(fd, (const struct sockaddr *)&s->address, s->len) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Over TCP a message has its length before it (RFC 1035 4.2.2); the answer's is ret_len. */
static bool talk_over_tcp(int fd, const xmppfed_dns_query *q, uint8_t *answer, size_t *ret_len)
{
    uint8_t prefix[2] = {(uint8_t)(q->len >> 8), (uint8_t)q->len};

    if (send(fd, prefix, 2, MSG_NOSIGNAL) != 2 ||
        send(fd, q->data, q->len, MSG_NOSIGNAL) != (ssize_t)q->len ||
        recv(fd, prefix, 2, MSG_WAITALL) != 2)
        return false;
    *ret_len = (size_t)prefix[0] << 8 | prefix[1];
    return recv(fd, answer, *ret_len, MSG_WAITALL) == (ssize_t)*ret_len;
}

/* Few answers need TCP, so that one is waited for. */
static void ask_over_tcp(struct program *p, const struct server *s, const xmppfed_dns_query *q)
{
    static uint8_t answer[65536];
    int fd = open_socket(s, SOCK_STREAM);
    size_t len = 0;

    if (fd >= 0 && talk_over_tcp(fd, q, answer, &len))
        (void)xmppfed_resolver_answer(p->resolver, q->token, answer, len, now());
    else
        xmppfed_resolver_failed(p->resolver, q->token, now());
    if (fd >= 0)
        close(fd);
}

static void ask(struct program *p, const xmppfed_dns_query *q)
{
    const struct server *s = &p->servers[q->server % p->server_count];
    struct query *slot = free_query(p);

    if (p->validator) {
        validate(p, q);
        return;
    }
    if (q->tcp) {
        ask_over_tcp(p, s, q);
        return;
    }
    if (slot)
        slot->fd = open_socket(s, SOCK_DGRAM);
    if (!slot || slot->fd < 0 || send(slot->fd, q->data, q->len, 0) != (ssize_t)q->len) {
        xmppfed_resolver_failed(p->resolver, q->token, now());
        return;
    }
    slot->token = q->token;
}

/* Reads what has arrived for a query; an error is that nobody listens there. */
static void receive(struct program *p, struct query *slot)
{
    uint8_t answer[4096];
    ssize_t len = recv(slot->fd, answer, sizeof(answer), 0);

    if (len >= 0)
        (void)xmppfed_resolver_answer(p->resolver, slot->token, answer, (size_t)len, now());
    else
        xmppfed_resolver_failed(p->resolver, slot->token, now());
    close(slot->fd);
    slot->fd = -1;
}

/* Waits for an answer, or for the time at which the resolver wants to be called. */
static void wait_for_answers(struct program *p)
{
    struct pollfd fds[QUERIES + 1];
    xmppfed_time deadline = xmppfed_resolver_deadline(p->resolver);
    xmppfed_time present = now();
    int timeout = 0; /* of poll(); a result is there already if there is no deadline */

    if (deadline != XMPPFED_TIME_NEVER && deadline > present)
        timeout = (int)(deadline - present); /* 15 s at most */
    for (size_t i = 0; i < QUERIES; i++)
        fds[i] = (struct pollfd){.fd = p->queries[i].fd, .events = POLLIN};
    fds[QUERIES] = (struct pollfd){.fd = validator_fd(p), .events = POLLIN};
    if (poll(fds, QUERIES + 1, timeout) > 0) {
        if (fds[QUERIES].revents)
            process_validated(p);
        for (size_t i = 0; i < QUERIES; i++) {
            if (p->queries[i].fd >= 0 && fds[i].revents)
                receive(p, &p->queries[i]);
        }
    }
    xmppfed_resolver_tick(p->resolver, now());
}

/* ---- the result -------------------------------------------------------------------------- */

/* One word for what a certificate there must show. */
static const char *proof_word(const xmppfed_endpoint *e)
{
    if (e->tlsa_count > 0)
        return "dane";
    if (e->secure == XMPPFED_SECURE_ALL)
        return "dnssec";
    return e->secure & XMPPFED_SECURE_NAME ? "name" : "none";
}

static void print_tlsa(const xmppfed_tlsa *t)
{
    printf("     TLSA %u %u %u ", (unsigned)t->usage, (unsigned)t->selector, (unsigned)t->matching);
    for (size_t i = 0; i < t->data.len && i < HEX_SHOWN; i++)
        printf("%02x", (unsigned)(unsigned char)t->data.data[i]);
    printf("%s of %s\n", t->data.len > HEX_SHOWN ? "..." : "", t->base);
}

static void print_why(const struct program *p, const xmppfed_dns_result *found,
                      const xmppfed_endpoint *e)
{
    if (!p->trusted)
        puts("     the certificate must be for the domain: these name servers prove nothing");
    else if (e->secure & XMPPFED_SECURE_NAME)
        puts("     the certificate may be for the domain or for this host: DNSSEC proves that the "
             "domain uses it");
    else
        puts("     the certificate must be for the domain: that it uses this host is not signed");
    if ((e->secure & XMPPFED_SECURE_NAME) && !(e->secure & XMPPFED_SECURE_ADDRESS))
        puts("     no TLSA records were asked for: the address is not signed");
    else if (e->secure == XMPPFED_SECURE_ALL && e->tlsa_count == 0)
        puts("     DNSSEC proves that there are no TLSA records");
    for (size_t i = 0; i < e->tlsa_count; i++)
        print_tlsa(&found->tlsa[e->tlsa_first + i]);
}

static int print_result(const struct program *p, const xmppfed_dns_result *found)
{
    if (found->code < 0)
        printf("nothing to dial: %s (%s)\n", found->text, xmppfed_error_name(found->code));
    for (size_t i = 0; i < found->count; i++) {
        const xmppfed_endpoint *e = &found->endpoints[i];

        printf("%2zu. %s %s port %u %s, priority %u weight %u, proof: %s\n", i + 1, e->host,
               e->address, (unsigned)e->port, e->direct_tls ? "direct TLS" : "STARTTLS",
               (unsigned)e->priority, (unsigned)e->weight, proof_word(e));
        print_why(p, found, e);
    }
    if (found->left_out[0])
        printf("left out: %s\n", found->left_out);
    if (found->count > 0)
        printf("good for %lu s%s\n", (unsigned long)found->ttl,
               found->stale ? ", though some of it is past its time" : "");
    return found->code < 0 ? 1 : 0;
}

static int look_up(struct program *p)
{
    const xmppfed_dns_result *found = NULL;
    xmppfed_dns_query q;
    uint64_t id;
    int rc = xmppfed_resolver_start(p->resolver, p->domain, now(), &id);

    if (rc < 0)
        fail(p->domain, xmppfed_error_sentence(rc));
    while (xmppfed_resolver_next_result(p->resolver, &found) == 0) {
        while ((rc = xmppfed_resolver_next_query(p->resolver, now(), &q)) == 1)
            ask(p, &q);
        if (rc < 0)
            fail(p->domain, xmppfed_error_sentence(rc));
        wait_for_answers(p);
    }
    return print_result(p, found);
}

static void read_arguments(struct program *p, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trusted") == 0)
            p->trusted = true;
        else if (strcmp(argv[i], "--validate") == 0 && i + 1 < argc)
            p->anchors = argv[++i];
        else if (strcmp(argv[i], "--server") == 0 && i + 1 < argc) {
            if (!add_server(p, argv[++i]))
                fail(argv[i], "not the address of a name server, or one too many");
        } else if (argv[i][0] != '-' && !p->domain)
            p->domain = argv[i];
        else
            fail(argv[i], USAGE);
    }
    if (!p->domain)
        fail("no domain", USAGE);
    if (p->server_count == 0)
        read_resolv_conf(p);
    if (p->server_count == 0)
        fail("no name server", "name one with --server");
}

int main(int argc, char **argv)
{
    struct program p = {.domain = NULL};
    xmppfed_context *ctx = NULL;
    int status;

    for (size_t i = 0; i < QUERIES; i++)
        p.queries[i].fd = -1;
    read_arguments(&p, argc, argv);
    if (xmppfed_context_new(NULL, &ctx) < 0 || xmppfed_resolver_new(ctx, &p.resolver) < 0)
        fail("start", xmppfed_error_sentence(XMPPFED_ERR_NOMEM));
    if (p.anchors)
        start_validator(&p);
    xmppfed_resolver_set_trusted(p.resolver, p.trusted);
    status = look_up(&p);
    for (size_t i = 0; i < QUERIES; i++) {
        if (p.queries[i].fd >= 0)
            close(p.queries[i].fd);
    }
    stop_validator(&p);
    xmppfed_resolver_free(p.resolver);
    xmppfed_context_unref(ctx);
    return status;
}

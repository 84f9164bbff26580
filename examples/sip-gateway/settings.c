/* settings.c - the command line of the gateway: options, their defaults, and what must be there. */
#include "sip-gateway/settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRACE_DEFAULT 5
/* The SIP side gives up after 32 s (RFC 3261 17.1.2.2, timer F). */
#define GRACE_MAX 25
#define LIMIT_DEFAULT 1000
#define LIMIT_MAX 100000
#define WATCHES_DEFAULT 10000
#define WATCHES_MAX 1000000
#define NAME_SIZE 128
/* For the port. */
#define NAME_ROOM 8

static const char usage[] =
    "Usage: sip-gateway --domain DOMAIN --secret-file FILE --connect ADDRESS:PORT|PATH\n"
    "                   --sip-listen URI --sip-next-hop URI --sip-allow ADDRESS [OPTIONS]\n"
    "\n"
    "Translates between SIP and XMPP: a component of xmppfed-proxy on one side, SIP on the other.\n"
    "\n"
    "  --domain DOMAIN      the domain of the SIP users\n"
    "  --secret-file FILE   the file with the secret shared with the proxy\n"
    "  --connect WHERE      the proxy's inside listener: ADDRESS:PORT or the path of a socket\n"
    "  --tls-ca FILE        use mutual TLS with the proxy and trust these PEM anchors\n"
    "  --tls-cert FILE      the PEM certificate to show\n"
    "  --tls-key FILE       its PEM key\n"
    "  --sip-listen URI     where SIP is spoken: \"sip:192.0.2.1:5062;transport=udp\"\n"
    "  --sip-next-hop URI   the SIP server that gets all requests: \"sip:192.0.2.2:5060\"\n"
    "  --sip-allow ADDRESS  an IP address that may send requests (may be repeated)\n"
    "  --sip-domain DOMAIN  the users' domain in SIP, if it is another one\n"
    "  --sip-contact URI    where requests within dialogs come (default: as --sip-listen)\n"
    "  --ledger FILE        where is kept what is under way, shared by the gateways of a host\n"
    "                       (default: in memory, and a gateway that is killed forgets it)\n"
    "  --name NAME          which of those it is (default: host name and port)\n"
    "  --grace SECONDS      how long an error from XMPP is waited for (default 5, at most 25)\n"
    "  --limit COUNT        messages under way at one time (default 1000)\n"
    "  --watch-limit COUNT  watches at one time (default 10000)\n"
    "  --no-acks            the server on the other side does not acknowledge stanzas\n"
    "  --sip-trace          write what SIP says to stderr\n"
    "  --help               print this text and end\n";

/* Reads a number in 1..max. */
static bool read_number(const char *text, unsigned long max, unsigned *ret)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || value < 1 || value > max)
        return false;
    *ret = (unsigned)value;
    return true;
}

static bool set_option(struct settings *s, int option, const char *value)
{
    switch (option) {
    case 'g':
        return read_number(value, GRACE_MAX, &s->grace);
    case 'l':
        return read_number(value, LIMIT_MAX, &s->limit);
    case 'w':
        return read_number(value, WATCHES_MAX, &s->watch_limit);
    case 'n':
        s->acks = false;
        return true;
    case 't':
        s->sip_trace = true;
        return true;
    case 'a':
        if (s->allowed_count == SETTINGS_ALLOWED)
            return false;
        s->allowed[s->allowed_count++] = value;
        return true;
    default:
        return false;
    }
}

/* Where an option is nothing but text: its place, or NULL. */
static const char **text_option(struct settings *s, int option)
{
    const struct {
        int option;
        const char **place;
    } places[] = {
        {'d', &s->domain},      {'s', &s->secret_file},  {'c', &s->connect},
        {'A', &s->tls_ca},      {'C', &s->tls_cert},     {'K', &s->tls_key},
        {'L', &s->sip_listen},  {'N', &s->sip_next_hop}, {'D', &s->sip_domain},
        {'T', &s->sip_contact}, {'F', &s->ledger},       {'M', &s->name},
    };
    size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (places[i].option == option)
            return places[i].place;
    return NULL;
}

static bool complete(const struct settings *s)
{
    return s->domain && s->secret_file && s->connect && s->sip_listen && s->sip_next_hop &&
           s->allowed_count > 0 && !s->tls_ca == !s->tls_cert && !s->tls_ca == !s->tls_key;
}

/* "host:5062": the same after a restart, another one for each gateway. */
static const char *default_name(const char *sip_listen)
{
    static char name[NAME_SIZE];
    const char *port = strrchr(sip_listen, ':');
    size_t len;

    if (gethostname(name, sizeof(name)) < 0)
        snprintf(name, sizeof(name), "gateway");
    name[sizeof(name) - NAME_ROOM] = '\0';
    len = strlen(name);
    port = port ? port + 1 : "";
    snprintf(name + len, sizeof(name) - len, ":%.*s", (int)strspn(port, "0123456789"), port);
    return name;
}

static void set_defaults(struct settings *s)
{
    if (!s->sip_domain)
        s->sip_domain = s->domain;
    if (!s->sip_contact)
        s->sip_contact = s->sip_listen;
    if (!s->name)
        s->name = default_name(s->sip_listen);
}

enum settings_result settings_read(int argc, char **argv, struct settings *ret)
{
    static const struct option options[] = {{"domain", required_argument, NULL, 'd'},
                                            {"secret-file", required_argument, NULL, 's'},
                                            {"connect", required_argument, NULL, 'c'},
                                            {"tls-ca", required_argument, NULL, 'A'},
                                            {"tls-cert", required_argument, NULL, 'C'},
                                            {"tls-key", required_argument, NULL, 'K'},
                                            {"sip-listen", required_argument, NULL, 'L'},
                                            {"sip-next-hop", required_argument, NULL, 'N'},
                                            {"sip-allow", required_argument, NULL, 'a'},
                                            {"sip-domain", required_argument, NULL, 'D'},
                                            {"sip-contact", required_argument, NULL, 'T'},
                                            {"ledger", required_argument, NULL, 'F'},
                                            {"name", required_argument, NULL, 'M'},
                                            {"watch-limit", required_argument, NULL, 'w'},
                                            {"no-acks", no_argument, NULL, 'n'},
                                            {"sip-trace", no_argument, NULL, 't'},
                                            {"grace", required_argument, NULL, 'g'},
                                            {"limit", required_argument, NULL, 'l'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct settings s = {.grace = GRACE_DEFAULT,
                         .limit = LIMIT_DEFAULT,
                         .watch_limit = WATCHES_DEFAULT,
                         .acks = true};
    bool ok = true;
    int o;

    while (ok && (o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        const char **place = text_option(&s, o);

        if (o == 'h')
            return fputs(usage, stdout) < 0 ? SETTINGS_WRONG : SETTINGS_HELP;
        if (place)
            *place = optarg;
        else
            ok = set_option(&s, o, optarg);
    }
    if (!ok || optind < argc || !complete(&s)) {
        fputs(usage, stderr);
        return SETTINGS_WRONG;
    }
    set_defaults(&s);
    *ret = s;
    return SETTINGS_RUN;
}

/* options.c - the options of the command line. */
#include "xmppfedctl/options.h"

#include <getopt.h>
#include <stdlib.h>

#define DEFAULT_SOCKET "/run/xmppfed/admin.sock"
/* Above all characters, so that no option is taken for a short one. */
#define FIRST 256

enum {
    SOCKET = FIRST,
    JSON,
    VERSION,
    HELP,
    CONFIG, /* from here on those of certificates */
    KEY,
    TRUST,
    OUT,
    KEY_TYPE,
    ORGANIZATION,
    UNIT,
    COUNTRY,
    STATE,
    LOCALITY,
    NO_SIP,
    SRV_NAMES,
    CLIENT_AUTH,
    FORCE
};

static const struct option table[] = {{"socket", required_argument, NULL, SOCKET},
                                      {"json", no_argument, NULL, JSON},
                                      {"version", no_argument, NULL, VERSION},
                                      {"help", no_argument, NULL, HELP},
                                      {"config", required_argument, NULL, CONFIG},
                                      {"key", required_argument, NULL, KEY},
                                      {"trust", required_argument, NULL, TRUST},
                                      {"out", required_argument, NULL, OUT},
                                      {"key-type", required_argument, NULL, KEY_TYPE},
                                      {"organization", required_argument, NULL, ORGANIZATION},
                                      {"unit", required_argument, NULL, UNIT},
                                      {"country", required_argument, NULL, COUNTRY},
                                      {"state", required_argument, NULL, STATE},
                                      {"locality", required_argument, NULL, LOCALITY},
                                      {"no-sip", no_argument, NULL, NO_SIP},
                                      {"srv-names", no_argument, NULL, SRV_NAMES},
                                      {"client-auth", no_argument, NULL, CLIENT_AUTH},
                                      {"force", no_argument, NULL, FORCE},
                                      {NULL, 0, NULL, 0}};

/* Where the text of an option goes; NULL: it is a switch. */
static const char **text_of(struct options *o, int option)
{
    struct cert_options *c = &o->cert;
    const char **const texts[] = {
        [SOCKET - FIRST] = &o->socket,
        [CONFIG - FIRST] = &c->config,
        [KEY - FIRST] = &c->key,
        [TRUST - FIRST] = &c->trust,
        [OUT - FIRST] = &c->out,
        [KEY_TYPE - FIRST] = &c->key_type,
        [ORGANIZATION - FIRST] = &c->organization,
        [UNIT - FIRST] = &c->unit,
        [COUNTRY - FIRST] = &c->country,
        [STATE - FIRST] = &c->state,
        [LOCALITY - FIRST] = &c->locality,
        [FORCE - FIRST] = NULL,
    };

    return texts[option - FIRST];
}

static void set_switch(struct options *o, int option)
{
    struct cert_options *c = &o->cert;
    bool *const switches[] = {
        [JSON - FIRST] = &o->json,           [VERSION - FIRST] = &o->version,
        [HELP - FIRST] = &o->help,           [NO_SIP - FIRST] = &c->no_sip,
        [SRV_NAMES - FIRST] = &c->srv_names, [CLIENT_AUTH - FIRST] = &c->client_auth,
        [FORCE - FIRST] = &c->force,
    };

    *switches[option - FIRST] = true;
}

bool options_read(int argc, char **argv, struct options *ret)
{
    struct options o = {.socket = getenv("XMPPFED_ADMIN")};
    int index = 0;
    int option;

    while ((option = getopt_long(argc, argv, "", table, &index)) != -1) {
        if (option == '?') {
            fputs("xmppfedctl: see xmppfedctl --help\n", stderr);
            return false;
        }
        if (option >= CONFIG)
            o.of_cert = table[index].name;
        if (text_of(&o, option))
            *text_of(&o, option) = optarg;
        else
            set_switch(&o, option);
    }
    if (!o.socket || !*o.socket)
        o.socket = DEFAULT_SOCKET;
    *ret = o;
    return true;
}

void options_print(FILE *out)
{
    fputs("  --socket PATH  the administration socket; default $XMPPFED_ADMIN,\n"
          "                 else " DEFAULT_SOCKET "\n"
          "  --json         print the answer as JSON\n"
          "  --version      print the version and end\n"
          "  --help         print this text and end\n\n"
          "With the commands \"cert\", which ask no proxy:\n\n"
          "  --config FILE  the domains of a configuration of the proxy\n"
          "  --key FILE     check: the key; default the same name with .key, else the same file\n"
          "  --trust FILE   check: authorities in PEM; default those of the system\n"
          "  --out PATH     request: write PATH.key and PATH.csr; default the first domain\n"
          "  --key-type TYPE\n"
          "                 request: ecdsa256 (default), ecdsa384, rsa2048, rsa3072, rsa4096\n"
          "  --organization, --unit, --country, --state, --locality TEXT\n"
          "                 request: the subject\n"
          "  --no-sip       request: without the names sip.DOMAIN\n"
          "  --srv-names    request: with SRV names, which few authorities sign\n"
          "  --client-auth  request: ask for the purpose clientAuth, too\n"
          "  --force        request: replace files that are there\n",
          out);
}

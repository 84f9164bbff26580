/* options.h - the options of the command line. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "xmppfedctl/cert.h"

struct options {
    const char *socket;
    bool json;
    bool version;
    bool help;
    struct cert_options cert;
    const char
        *of_cert; /* the last option that only the commands about certificates take, or NULL */
};

/* Reads them; optind is then at the command. False, with a message of its own, if one is wrong. */
bool options_read(int argc, char **argv, struct options *ret);
/* Prints what --help says of them. */
void options_print(FILE *out);

#endif

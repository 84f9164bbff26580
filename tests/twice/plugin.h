/* plugin.h - what the program asks of a plug-in that has the library within itself. */
#ifndef TESTS_TWICE_PLUGIN_H
#define TESTS_TWICE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>

/* Certificates and keys in PEM, NUL-terminated. */
struct twice_pems {
    char *ca;
    char *contoso;
    char *contoso_key;
    char *fabrikam;
    char *fabrikam_key;
};

/* How a negotiation ended. */
struct twice_result {
    char trouble[320];  /* what went wrong first, "" for nothing */
    char text[128];     /* the message that arrived */
    char proof[16];     /* how its sender was proved */
    char tls[16];       /* the version */
    char outcome[16];   /* what its sender was told */
    char stream_id[64]; /* drawn at random by who accepted */
    size_t steps;       /* how often there was something to do */
    size_t held;        /* blocks of the plug-in's allocator that were not given back */
};

/* Two servers that federate in memory. */
struct twice_run;

/*
 * A plug-in exports one of these as "twice_plugin".
 *
 * version: text of its copy of the library, at an address that no other copy has.
 * begin: two servers, of which one is to say text to the other; NULL without memory.
 * step: does a little of what is to be done; false if there is nothing left.
 * end: frees the run and tells how it ended.
 * stumble: lets the libraries underneath fail on hostile input; "" or what did not fail.
 */
struct twice_plugin {
    const char *(*version)(void);
    struct twice_run *(*begin)(const struct twice_pems *pems, const char *text);
    bool (*step)(struct twice_run *run);
    void (*end)(struct twice_run *run, struct twice_result *ret);
    const char *(*stumble)(const struct twice_pems *pems);
};

#endif

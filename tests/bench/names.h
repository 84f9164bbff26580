/* names.h - what the benchmark's programs and their files have in common. */
#ifndef BENCH_NAMES_H
#define BENCH_NAMES_H

#define LOOPBACK "127.0.0.1"

/* The domain behind the server under test, and the partners' ("partner0.example" ...). */
#define HOSTED_DOMAIN "contoso.example"
#define PARTNER_DOMAIN "partner%zu.example"
#define PARTNER_COUNT 10
#define HOST_SECRET "benchmark"

/*
 * One protocol, cipher and group for everybody, so that all servers do the same arithmetic; with
 * ECDHE-PSK sessions are resumed with fresh keys (lib/tls/priority.c).
 */
#define PRIORITY                                                                      \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-X25519" \
    ":+ECDHE-PSK"

#endif

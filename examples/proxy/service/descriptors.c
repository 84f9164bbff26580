/* descriptors.c - as many file descriptors as the policy promises connections. */
#include "proxy/service/descriptors.h"

#include <stdio.h>
#include <sys/resource.h>

/* Beside the connections: links of hosts and clients, DNS, fetches, the store, listeners, files. */
#define OTHERS 512

void descriptors_provide(struct proxy *p)
{
    uint32_t connections =
        xmppfed_policy_gateway(p->loaded->policy, XMPPFED_GATEWAY_CONNECTION_LIMIT);
    rlim_t need = (rlim_t)connections + OTHERS;
    struct rlimit limit;
    char text[256];

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= need || connections == p->connections_told)
        return;
    p->connections_told = connections;
    limit.rlim_cur =
        limit.rlim_max == RLIM_INFINITY || limit.rlim_max > need ? need : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        (void)!getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= need)
        return;
    snprintf(
        text, sizeof(text),
        "ConnectionLimit %u needs %llu file descriptors, and this process may open %llu: raise "
        "LimitNOFILE of its unit, or \"ulimit -Hn\" where it is started, or lower "
        "ConnectionLimit",
        (unsigned)connections, (unsigned long long)need, (unsigned long long)limit.rlim_cur);
    log_event(&p->log, EVENT_DESCRIPTORS_SHORT, LOG_NUMBER("needed", need),
              LOG_NUMBER("allowed", limit.rlim_cur), LOG_TEXT("text", text));
}

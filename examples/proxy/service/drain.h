/*
 * drain.h - the ways in which a proxy comes to its end.
 *
 * Quiet: nobody is listened to any more, and what stands goes on. Leaving: a successor is there,
 * and the hosts are sent to it. Closing: queues are emptied and streams closed. Each goes over into
 * closing, and that into the end of the loop.
 */
#ifndef PROXY_SERVICE_DRAIN_H
#define PROXY_SERVICE_DRAIN_H

#include <stdint.h>

struct proxy;

enum drain_phase { DRAIN_NONE, DRAIN_QUIET, DRAIN_LEAVING, DRAIN_CLOSING };

/* Listens no more, and closes once no stream is left or the seconds are over. */
void drain_quiet(struct proxy *p, uint32_t seconds);
/* Leaves listeners and hosts to the successor, then closes. */
void drain_leave(struct proxy *p);
/* Closes, within ten seconds; at once if it does so already. */
void drain_close(struct proxy *p);

#endif

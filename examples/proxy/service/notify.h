/*
 * notify.h - tells the service manager how the proxy is, if there is one: sd_notify(3).
 *
 * The protocol is a datagram of lines to the socket that NOTIFY_SOCKET names, and its manual page
 * promises that it stays so: it needs no library.
 */
#ifndef PROXY_SERVICE_NOTIFY_H
#define PROXY_SERVICE_NOTIFY_H

#include <stdint.h>

/* Sends lines of NAME=VALUE, made as printf() does; without a manager nothing happens. */
void notify(const char *format, ...);
/* Tells that a reload has begun, and since when; READY=1 tells its end. */
void notify_reloading(void);
/* How often the manager wants to hear WATCHDOG=1, in milliseconds; 0: it does not care. */
uint64_t notify_watchdog_ms(void);

#endif

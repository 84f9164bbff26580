/* notify.h - tells the service manager how far the proxy is, if there is one. */
#ifndef PROXY_NOTIFY_H
#define PROXY_NOTIFY_H

/* Tells that all listeners are up, and that the end has begun. */
void notify_ready(void);
void notify_stopping(void);

#endif

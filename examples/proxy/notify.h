/* notify.h - tells the service manager how far the proxy is, if there is one. */
#ifndef PROXY_NOTIFY_H
#define PROXY_NOTIFY_H

void notify_ready(void);
void notify_stopping(void);

#endif

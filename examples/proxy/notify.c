/* notify.c - tells the service manager how far the proxy is, if there is one. */
#include "proxy/notify.h"

#ifdef HAVE_LIBSYSTEMD

#include <systemd/sd-daemon.h>

void notify_ready(void)
{
    sd_notify(0, "READY=1");
}

void notify_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

#else

void notify_ready(void)
{
}

void notify_stopping(void)
{
}

#endif

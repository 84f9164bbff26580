/* notify.c - tells the service manager how the proxy is, if there is one: sd_notify(3). */
#include "proxy/service/notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define TEXT_SIZE 512

/* The address of the manager; its length, or 0 when there is none. */
static socklen_t manager(struct sockaddr_un *ret)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t len = path ? strlen(path) : 0;

    if (len == 0 || len >= sizeof(ret->sun_path))
        return 0;
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(ret->sun_path, path, len);
    /* Linux has names of sockets that are in no file system; they begin with a NUL. */
    if (path[0] == '@')
        ret->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

void notify(const char *format, ...)
{
    struct sockaddr_un to;
    socklen_t to_len = manager(&to);
    char text[TEXT_SIZE];
    va_list arguments;
    int len;
    int fd;

    if (to_len == 0)
        return;
    va_start(arguments, format);
    len = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    /* A manager that does not listen finds out by its own timeouts. */
    if (len > 0 && (size_t)len < sizeof(text))
        (void)!sendto(fd, text, (size_t)len, 0, (const struct sockaddr *)&to, to_len);
    close(fd);
}

void notify_reloading(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    notify("RELOADING=1\nMONOTONIC_USEC=%lld",
           (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

/* sd_watchdog_enabled(3): where WATCHDOG_PID is set it names the process that is meant. */
uint64_t notify_watchdog_ms(void)
{
    const char *period = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");

    if (!period || (pid && strtoll(pid, NULL, 10) != (long long)getpid()))
        return 0;
    return strtoull(period, NULL, 10) / 1000;
}

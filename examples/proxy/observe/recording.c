/* recording.c - files of how streams were negotiated, for who must find out why one was not. */
#include "proxy/observe/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* A peer chose the domain: what is in a file name must be harmless there. */
static void name_file(char *ret, size_t size, const char *folder, const xmppfed_event *ev)
{
    const char *remote = xmppfed_event_remote(ev);
    const char *direction = xmppfed_event_direction(ev) == XMPPFED_INBOUND ? "in" : "out";

    if (strspn(remote, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen(remote) || !*remote)
        remote = "unnamed";
    snprintf(ret, size, "%s/%08llu-%s-%s.xt", folder, (unsigned long long)xmppfed_event_link(ev),
             direction, remote);
}

static bool write_file(const char *path, xmppfed_slice text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0;

    while (ok && text.len > 0) {
        ssize_t n = write(fd, text.data, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0;
        if (ok) {
            text.data += n;
            text.len -= (size_t)n;
        }
    }
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    return ok;
}

void recording_write(struct proxy *p, const xmppfed_event *ev)
{
    const char *folder = p->loaded->config->record;
    xmppfed_slice text = xmppfed_federation_recording(p->fed, xmppfed_event_link(ev));
    char path[PATH_SIZE];

    if (!folder || text.len == 0 || p->recordings == RECORDING_FILES)
        return;
    name_file(path, sizeof(path), folder, ev);
    if (!write_file(path, text)) {
        log_event(&p->log, EVENT_RECORD_FAILED, LOG_TEXT("file", path),
                  LOG_TEXT("text", strerror(errno)));
        return;
    }
    log_event(&p->log, EVENT_RECORDED, LOG_TEXT("file", path));
    if (++p->recordings == RECORDING_FILES)
        log_event(&p->log, EVENT_RECORD_FULL, LOG_NUMBER("files", RECORDING_FILES));
}

/*
 * journal.h - lines of the log with their fields for systemd's journal, in its native protocol:
 * a datagram a line, https://systemd.io/JOURNAL_NATIVE_PROTOCOL/.
 *
 * Each has MESSAGE, PRIORITY, SYSLOG_IDENTIFIER and MESSAGE_ID, which is that of the event;
 * XMPPFED_EVENT; XMPPFED_DOMAIN where it is about one; and XMPPFED_ with each field of the event in
 * capitals.
 */
#ifndef PROXY_OBSERVE_JOURNAL_H
#define PROXY_OBSERVE_JOURNAL_H

#include <stdbool.h>
#include <sys/un.h>

#include "proxy/observe/events.h"

struct log_field;

/* Where the journal listens. */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
/* Bytes of a field beyond which it is cut, so that a datagram takes all of them. */
#define JOURNAL_FIELD_MAX 16384

/* Each line is addressed anew, so that a journal that was started anew gets the next one. */
struct journal {
    int fd; /* 0: there is none */
    struct sockaddr_un to;
};

/* Makes a socket for the journal at a path. False, and no journal, if that cannot be. */
bool journal_open(struct journal *j, const char *path);
/* Safe on a zeroed one. */
void journal_close(struct journal *j);
/* Whether a descriptor is what JOURNAL_STREAM says that systemd has opened (systemd.exec(5)). */
bool journal_has(int fd);
/* Sends a line; false if it could not be sent. Fields may be NULL. */
bool journal_send(const struct journal *j, const struct event_row *row,
                  const struct log_field *fields);

#endif

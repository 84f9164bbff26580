/* journal.c - lines of the log with their fields for systemd's journal, in its native protocol. */
#include "proxy/observe/journal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/addresses.h"
#include "proxy/observe/log.h"

bool journal_open(struct journal *j, const char *path)
{
    *j = (struct journal){.to = {.sun_family = AF_UNIX}};
    if (strlen(path) >= sizeof(j->to.sun_path))
        return false;
    memcpy(j->to.sun_path, path, strlen(path) + 1);
    /* A journal that does not read must not hold the loop up. */
    j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (j->fd <= 0)
        j->fd = 0;
    return j->fd > 0;
}

void journal_close(struct journal *j)
{
    if (j->fd > 0)
        close(j->fd);
    j->fd = 0;
}

bool journal_has(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[64];
    struct stat st;

    if (!stream || fstat(fd, &st) < 0)
        return false;
    snprintf(own, sizeof(own), "%" PRIuMAX ":%" PRIuMAX, (uintmax_t)st.st_dev,
             (uintmax_t)st.st_ino);
    return strcmp(stream, own) == 0;
}

/* syslog(3)'s, which the journal takes over. */
static int priority_of(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return 3;
    case LOG_LEVEL_WARNING:
        return 4;
    case LOG_LEVEL_INFO:
        return 6;
    case LOG_LEVEL_DEBUG:
        break;
    }
    return 7;
}

/* A field with its length before its value: whatever is in it, it ends there and forges no other.
 */
static void put(FILE *out, const char *prefix, const char *key, const char *value, size_t len)
{
    int i;

    fputs(prefix, out);
    for (; *key; key++)
        fputc(toupper((unsigned char)*key), out);
    fputc('\n', out);
    if (len > JOURNAL_FIELD_MAX)
        len = JOURNAL_FIELD_MAX;
    for (i = 0; i < 64; i += 8)
        fputc((int)((uint64_t)len >> i & 0xff), out);
    fwrite(value, 1, len, out);
    fputc('\n', out);
}

static void put_text(FILE *out, const char *prefix, const char *key, const char *value)
{
    put(out, prefix, key, value, strlen(value));
}

static void put_number(FILE *out, const char *prefix, const char *key, int64_t value)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRId64, value);
    put_text(out, prefix, key, text);
}

/* What people see of a line. */
static void put_message(FILE *out, const struct event_row *row, const struct log_field *fields)
{
    char *text = NULL;
    size_t len = 0;
    FILE *line = open_memstream(&text, &len);

    if (line)
        log_write_fields(line, row, fields);
    if (line && fclose(line) == 0)
        put(out, "", "MESSAGE", text, len);
    else
        put_text(out, "", "MESSAGE", row->code);
    free(text);
}

static void put_fields(FILE *out, const struct log_field *f)
{
    for (; f && f->key; f++) {
        if (!f->text) {
            put_number(out, "XMPPFED_", f->key, f->number);
            continue;
        }
        if (!*f->text)
            continue;
        put_text(out, "XMPPFED_", f->key, f->text);
        /* One name for the domain of whoever is at the other end, to look for. */
        if (strcmp(f->key, "remote") == 0)
            put(out, "XMPPFED_", "domain", address_domain(f->text),
                strcspn(address_domain(f->text), "/"));
    }
}

bool journal_send(const struct journal *j, const struct event_row *row,
                  const struct log_field *fields)
{
    char *datagram = NULL;
    size_t len = 0;
    FILE *out = j->fd > 0 ? open_memstream(&datagram, &len) : NULL;
    bool sent;

    if (!out)
        return false;
    put_message(out, row, fields);
    put_number(out, "", "PRIORITY", priority_of(row->level));
    put_text(out, "", "SYSLOG_IDENTIFIER", "xmppfed-proxy");
    put_text(out, "", "MESSAGE_ID", row->id);
    put_text(out, "XMPPFED_", "EVENT", row->code);
    put_fields(out, fields);
    sent = fclose(out) == 0 && sendto(j->fd, datagram, len, MSG_NOSIGNAL,
                                      (const struct sockaddr *)&j->to, sizeof(j->to)) > 0;
    free(datagram);
    return sent;
}

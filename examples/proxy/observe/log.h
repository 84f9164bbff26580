/*
 * log.h - structured log lines, each an event of the table events.def.
 *
 * Text:  2026-01-31T12:00:00Z info event=STREAM_UP local=contoso.example remote=fabrikam.example
 * JSON:
 * {"time":"2026-01-31T12:00:00Z","level":"info","event":"STREAM_UP","local":"contoso.example"}
 * Values are escaped, so that nothing a peer wrote can forge a line. Message bodies and secrets are
 * never values.
 */
#ifndef PROXY_OBSERVE_LOG_H
#define PROXY_OBSERVE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "proxy/observe/events.h"
#include "proxy/observe/journal.h"

enum log_format {
    LOG_FORMAT_AUTO, /* the journal where that reads stderr, else text */
    LOG_FORMAT_TEXT,
    LOG_FORMAT_JSON,
    LOG_FORMAT_JOURNAL
};

struct log {
    FILE *out;
    struct journal journal; /* for LOG_FORMAT_JOURNAL; lines that it does not take go to out */
    enum log_format format;
    enum log_level level; /* the lowest that is written */
    uint64_t *counts;     /* EVENT_COUNT of them: how often each came, written or not; or NULL */
};

/* A key with its value: text if it is not NULL, else number. The key NULL ends a list. */
struct log_field {
    const char *key;
    const char *text;
    int64_t number;
};

#define LOG_TEXT(k, v)          \
    {                           \
        .key = (k), .text = (v) \
    }
#define LOG_NUMBER(k, v)                   \
    {                                      \
        .key = (k), .number = (int64_t)(v) \
    }
/* log_event(log, EVENT_READY, LOG_TEXT("outside", list)); the fields are those of the table. */
#define log_event(log, event, ...) \
    log_write(log, event, (const struct log_field[]){__VA_ARGS__, {.key = NULL}})

/* Writes one line; what the macro log_event() expands to. An empty text value is left out, and
 * fields may be NULL. */
void log_write(const struct log *log, enum event_code event, const struct log_field *fields);
/* Sets how lines are written from now on; journal is where the journal listens. */
void log_configure(struct log *log, enum log_format format, enum log_level level,
                   const char *journal);
/* The text of a line from "event=" on. */
void log_write_fields(FILE *out, const struct event_row *row, const struct log_field *fields);

#endif

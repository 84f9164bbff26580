/*
 * log.h - structured log lines with stable event names.
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

enum log_level { LOG_LEVEL_DEBUG = 1, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT = 1, LOG_FORMAT_JSON };

struct log {
    FILE *out;
    enum log_format format;
    enum log_level level; /* the lowest that is written */
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
/* The first field of each line. */
#define LOG_EVENT(name) LOG_TEXT("event", name)
/* log_event(log, LOG_LEVEL_INFO, LOG_EVENT("READY"), LOG_TEXT("outside", list)); */
#define log_event(log, level, ...) \
    log_write(log, level, (const struct log_field[]){__VA_ARGS__, {.key = NULL}})

/* Writes one line; what the macro log_event() expands to. An empty text value is left out. */
void log_write(const struct log *log, enum log_level level, const struct log_field *fields);

#endif

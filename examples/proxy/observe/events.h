/* events.h - all that the log can say, from the one table events.def. */
#ifndef PROXY_OBSERVE_EVENTS_H
#define PROXY_OBSERVE_EVENTS_H

enum log_level { LOG_LEVEL_DEBUG = 1, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

enum event_code {
#define X(code, level, fields, meaning, action, id) EVENT_##code,
#include "proxy/observe/events.def"
#undef X
    EVENT_COUNT
};

struct event_row {
    const char *code;
    enum log_level level;
    const char *id; /* 128 bits in hexadecimal digits, of which journald makes MESSAGE_ID */
};

/* What the table says of an event. */
const struct event_row *event_row(enum event_code event);

#endif

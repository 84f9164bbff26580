/* events.c - all that the log can say, from the one table events.def. */
#include "proxy/observe/events.h"

static const struct event_row rows[EVENT_COUNT] = {
#define X(code, level, fields, meaning, action, id) {#code, LOG_LEVEL_##level, id},
#include "proxy/observe/events.def"
#undef X
};

const struct event_row *event_row(enum event_code event)
{
    return &rows[event];
}

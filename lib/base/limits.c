/* limits.c - the table of limits: names, defaults and ranges. */
#include "base/limits.h"

#include <stdbool.h>

static const struct {
    const char *name;
    const char *text;
    uint64_t before;
    uint64_t after;
    uint64_t min;
    uint64_t max;
    int error;
} rows[XFED_LIMIT_COUNT] = {
#define ROW(name, before, after, min, max, error, text) \
    [XMPPFED_LIMIT_##name] = {#name, text, before, after, min, max, XMPPFED_##error},
    XMPPFED_LIMIT_MAP(ROW)
#undef ROW
};

static bool known(int limit)
{
    return limit > XMPPFED_LIMIT_NONE && limit < XFED_LIMIT_COUNT;
}

const char *xmppfed_limit_name(int limit)
{
    return known(limit) ? rows[limit].name : "UNKNOWN";
}

const char *xmppfed_limit_text(int limit)
{
    return known(limit) ? rows[limit].text : "";
}

uint64_t xmppfed_limit_default(int limit, int when)
{
    if (!known(limit))
        return 0;
    if (when == XMPPFED_LIMIT_BEFORE)
        return rows[limit].before;
    return when == XMPPFED_LIMIT_AFTER ? rows[limit].after : 0;
}

int xmppfed_limit_error(int limit)
{
    return known(limit) ? rows[limit].error : 0;
}

void xfed_limits_init(struct xfed_limits *l, int when)
{
    for (int i = 0; i < XFED_LIMIT_COUNT; i++)
        l->values[i] = xmppfed_limit_default(i, when);
}

int xfed_limits_set(struct xfed_limits *l, int limit, int when, uint64_t value)
{
    if (xmppfed_limit_default(limit, when) == 0 || value < rows[limit].min ||
        value > rows[limit].max)
        return XMPPFED_ERR_ARGUMENT;
    l->values[limit] = value;
    return 0;
}

/* diagnose.c - the command that diagnoses a partner. */
#include <stdlib.h>

#include "proxy/admin/commands.h"
#include "proxy/diagnose/diagnose.h"

/* A diagnosis whose report is awaited. */
struct waiting {
    struct admin_later *later;
    struct diagnosis *diagnosis;
};

static void on_report(json_t *report, void *user)
{
    struct waiting *w = user;

    admin_later_end(w->later, report);
    free(w);
}

static void cancel(void *job)
{
    struct waiting *w = job;

    diagnose_cancel(w->diagnosis);
    free(w);
}

bool admin_seconds(struct admin_call *call, const char *text, unsigned max, unsigned *ret)
{
    char *end;
    unsigned long value;

    if (!text)
        return true;
    value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value < 1 || value > max)
        return complain(&call->why, "\"%.32s\" is not a number of seconds from 1 to %u", text, max);
    *ret = (unsigned)value;
    return true;
}

bool admin_diagnose(struct admin_call *call)
{
    unsigned seconds = DIAGNOSE_SECONDS;
    struct waiting *w;

    if (!admin_seconds(call, call->fields[2], DIAGNOSE_SECONDS_MAX, &seconds))
        return false;
    w = calloc(1, sizeof(*w));
    if (!w)
        return complain(&call->why, "out of memory");
    w->later = call->later;
    w->diagnosis = diagnose_start(call->proxy, call->fields[0], call->fields[1], seconds, on_report,
                                  w, &call->why);
    if (!w->diagnosis) {
        free(w);
        return false;
    }
    admin_later_begin(call->later, cancel, w);
    return true;
}

/* complaint.h - one sentence that says what is wrong, where, and what to do. */
#ifndef PROXY_SETTINGS_COMPLAINT_H
#define PROXY_SETTINGS_COMPLAINT_H

#include <stdbool.h>
#include <xmppfed/common.h>

struct complaint {
    char text[1024];
};

/* Fills in the sentence and returns false, so that callers can write "return complain(...)". */
bool complain(struct complaint *why, const char *format, ...) XMPPFED_PRINTF(2, 3);

#endif

/* fault.h - filling in an xmppfed_problem, kept on the object that failed. */
#ifndef XFED_BASE_FAULT_H
#define XFED_BASE_FAULT_H

#include <xmppfed/error.h>

/*
 * Records a code with a sentence that a person can act on (what, which domain, which step, what to
 * do) and returns the code, so that callers can write "return xfed_fault_set(...)". fault may be
 * NULL. The format is ours, peers' bytes come in as arguments and are cut, never trusted.
 */
int xfed_fault_set(xmppfed_problem *fault, int code, const char *format, ...) XMPPFED_PRINTF(3, 4);

/* Records the general sentence of the code. */
int xfed_fault_code(xmppfed_problem *fault, int code);

#endif

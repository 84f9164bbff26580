/* neighbour.h - code of the program itself that uses libxml2 and GnuTLS beside the plug-ins. */
#ifndef TESTS_TWICE_NEIGHBOUR_H
#define TESTS_TWICE_NEIGHBOUR_H

#include <stdatomic.h>

/* How often the program's handlers were called, by whomever, in any thread. */
struct neighbour_heard {
    atomic_uint xml_error;  /* generic and structured */
    atomic_uint xml_loader; /* of external entities */
    atomic_uint xml_node;   /* a node was made */
    atomic_uint tls_log;
    atomic_uint tls_audit; /* of the program's sessions, or of none */
    atomic_uint tls_audit_of_others;
};
extern struct neighbour_heard neighbour_heard;

/*
 * begin: sets handlers and defaults of the library's globals. step: some work of its own, which
 * fails the test unless it goes as ever. check: fails the test if a setting has changed. end: ends
 * the work, sees that the handlers still hear, and puts the globals back.
 */
void neighbour_xml_begin(void);
void neighbour_xml_step(void);
void neighbour_xml_check(void);
void neighbour_xml_end(void);

void neighbour_tls_begin(void);
void neighbour_tls_step(void);
void neighbour_tls_check(void);
void neighbour_tls_end(void);

#endif

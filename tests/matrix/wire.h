/*
 * wire.h - the refusals that the two connections of a test say to each other, inside TLS too.
 *
 * The linker puts us between the connection and its writer (--wrap=xfed_connection_write), so that
 * what is seen is what is sent, before it is encrypted.
 */
#ifndef TESTS_MATRIX_WIRE_H
#define TESTS_MATRIX_WIRE_H

#include "connection/connection.h"

/* Forgets what was said. */
void wire_clear(void);
/*
 * Every refusal since then, as "receiver: stream error policy-violation", with "; " between them;
 * "" for none. Borrowed until wire_clear().
 */
const char *wire_refusals(void);

#endif

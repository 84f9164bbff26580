/* grids.h - the oracle's answers as text: tests/table/expected/matrix, one file a certificate. */
#ifndef TESTS_MATRIX_GRIDS_H
#define TESTS_MATRIX_GRIDS_H

#include "oracle.h"

/* The name of a certificate's file, and in sentences. */
const char *grids_certificate(enum oracle_certificate certificate);
/* The setting of a question, "we dial, STARTTLS, eku server, as documented", into size bytes. */
void grids_setting(const struct oracle_question *q, char *ret, unsigned size);
/* The text of a certificate's file; free() it. */
char *grids_text(enum oracle_certificate certificate);

#endif

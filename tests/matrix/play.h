/* play.h - two real engines, with real TLS and SASL, play one question of the oracle in memory. */
#ifndef TESTS_MATRIX_PLAY_H
#define TESTS_MATRIX_PLAY_H

#include "oracle.h"
#include <stddef.h>

struct stage;

/* The sites of both sides and, as they are needed, the policies of all records. */
struct stage *stage_open(void);
void stage_close(struct stage *s);

/* What came of it. */
struct played {
    enum oracle_outcome outcome;
    char wire[512];  /* as in oracle.h; more than one refusal is more than the oracle allows */
    bool looked_up;  /* our end has asked for evidence */
    char fault[384]; /* what no outcome may show: two ends that disagree, a stanza that got lost */
};

/* Plays a question whose records a policy may hold. */
void stage_play(struct stage *s, const struct oracle_question *q, struct played *ret);
/* What the policy builder says of our record. */
int stage_record(struct stage *s, unsigned row, bool strict, enum oracle_dane dane);

#endif

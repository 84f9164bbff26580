/*
 * oracle.h - what the standards make of two records, a certificate and a way to connect.
 *
 * Written from the documents alone: nothing of lib/ is called, so that a mistake there has no twin
 * here. Rows are those of the documented matrix of Lync Server 2013, 1 to 18.
 */
#ifndef TESTS_MATRIX_ORACLE_H
#define TESTS_MATRIX_ORACLE_H

#include <stdbool.h>

#define ORACLE_ROWS 18

/*
 * What the peer shows. Our own certificate is always good, for both purposes. TLSA records are
 * those of the peer's server: we have them when we dial it, and ask for them when it dials us.
 */
enum oracle_certificate {
    ORACLE_GOOD,
    ORACLE_SERVER_ONLY, /* extended key usage serverAuth alone */
    ORACLE_CLIENT_ONLY, /* clientAuth alone */
    ORACLE_SELF_SIGNED,
    ORACLE_EXPIRED,
    ORACLE_WRONG_NAME,
    ORACLE_UNKNOWN_CA,
    ORACLE_NONE,
    ORACLE_DANE_GOOD,     /* self-signed, and the DANE-EE record is its own */
    ORACLE_DANE_BAD,      /* good, but the DANE-EE record is of another key */
    ORACLE_DANE_STRANGER, /* self-signed, and the DANE-EE record is of another key */
    ORACLE_CERTIFICATES
};

/* The rule of our record about the key usage of the peer's certificate. */
enum oracle_eku { ORACLE_EKU_SERVER, ORACLE_EKU_ANY, ORACLE_EKU_STRICT_ROLE, ORACLE_EKUS };

/* What our record makes of the peer's TLSA records. */
enum oracle_dane {
    ORACLE_DANE_OPPORTUNISTIC,
    ORACLE_DANE_REQUIRED,
    ORACLE_DANE_OFF,
    ORACLE_DANE_RULES
};

struct oracle_question {
    enum oracle_certificate certificate;
    bool peer_dials; /* else we do */
    bool direct;     /* direct TLS (XEP-0368), else STARTTLS */
    enum oracle_eku eku;
    enum oracle_dane dane;
    bool strict;       /* our reading of "SASL Required" */
    unsigned our_row;  /* our record for the peer */
    unsigned peer_row; /* its record for us; it reads it as documented */
};

enum oracle_outcome {
    ORACLE_EXTERNAL,
    ORACLE_DANE, /* EXTERNAL; the peer is proved by its TLSA record, we are by PKIX */
    ORACLE_DIALBACK_TLS,
    ORACLE_DIALBACK_TCP,
    ORACLE_REFUSED,
    ORACLE_RECORD_E1, /* a record that no policy may hold */
    ORACLE_RECORD_E2,
    ORACLE_RECORD_D1
};

/* One way for it to end; static. */
struct oracle_answer {
    char letter; /* in tests/table/expected/matrix */
    enum oracle_outcome outcome;
    const char *wire;   /* the error and who says it, "" if none is sent */
    const char *clause; /* which says so */
};

/* The answer to a question. */
const struct oracle_answer *oracle_ask(const struct oracle_question *q);
/* Whether we, being dialled, ask for TLSA records of the peer's domain before we answer it. */
bool oracle_looks_up(const struct oracle_question *q);
/* Why no policy may hold a record, or NULL if it may. */
const struct oracle_answer *oracle_record(unsigned row, bool strict, enum oracle_dane dane);
/* All answers in the order of the legend, or NULL behind the last. */
const struct oracle_answer *oracle_answer(unsigned index);

#endif

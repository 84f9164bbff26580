/* matrix.h - the documented negotiation matrix: 18 rows, five of them not valid. */
#ifndef XFED_POLICY_MATRIX_H
#define XFED_POLICY_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

struct xfed_matrix_row {
    unsigned number;  /* 1..18 as documented */
    uint32_t methods; /* OR of enum xmppfed_method; 0: not valid */
    bool e1, e2;      /* why it is not valid */
    bool w1, w2;      /* what is worth a warning */
};

/* The row for three settings; strict takes "SASL Required" literally (rows 3 and 5). */
struct xfed_matrix_row xfed_matrix(int tls, int sasl, bool dialback, bool strict);

#endif

/* matrix.c - the documented negotiation matrix as data, row for row. */
#include "policy/matrix.h"

#include <stddef.h>
#include <xmppfed/policy.h>

#define S XMPPFED_METHOD_EXTERNAL
#define TLS_DB XMPPFED_METHOD_DIALBACK_TLS
#define TCP_DB XMPPFED_METHOD_DIALBACK_TCP

/*
 * The table of "Negotiation settings for XMPP federated partners" (Lync Server 2013), in its order:
 * SASL, then TLS, then dialback true before false. One thing differs: row 12 is documented with the
 * text of W2, but what is wrong there is E1.
 */
static const struct xfed_matrix_row documented[] = {
    /* SASL Required; TLS Required, Optional, Not supported */
    {.number = 1, .methods = S, .w1 = true},
    {.number = 2, .methods = S},
    {.number = 3, .methods = S | TLS_DB | TCP_DB, .w2 = true},
    {.number = 4, .methods = S, .w2 = true},
    {.number = 5, .methods = TCP_DB, .w2 = true},
    {.number = 6, .e1 = true},
    /* SASL Optional */
    {.number = 7, .methods = S | TLS_DB},
    {.number = 8, .methods = S},
    {.number = 9, .methods = S | TLS_DB | TCP_DB, .w2 = true},
    {.number = 10, .methods = S, .w2 = true},
    {.number = 11, .methods = TCP_DB, .w2 = true},
    {.number = 12, .e1 = true},
    /* SASL Not supported */
    {.number = 13, .methods = TLS_DB},
    {.number = 14, .e2 = true},
    {.number = 15, .methods = TLS_DB | TCP_DB},
    {.number = 16, .e2 = true},
    {.number = 17, .methods = TCP_DB},
    {.number = 18, .e2 = true},
};

/* What the strict reading makes of the two rows in which dialback stands in for a required SASL. */
static const struct xfed_matrix_row strict_row_3 = {.number = 3, .methods = S, .w2 = true};
static const struct xfed_matrix_row strict_row_5 = {.number = 5, .e1 = true};

struct xfed_matrix_row xfed_matrix(int tls, int sasl, bool dialback, bool strict)
{
    size_t index = ((size_t)sasl - XMPPFED_REQUIRED) * 6 + ((size_t)tls - XMPPFED_REQUIRED) * 2 +
                   (dialback ? 0 : 1);

    if (strict && documented[index].number == 3)
        return strict_row_3;
    if (strict && documented[index].number == 5)
        return strict_row_5;
    return documented[index];
}

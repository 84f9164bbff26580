/* test_matrix.c - the 18 documented rows, and the formula that must give the same. */
#include "fixture.h"
#include "policy/matrix.h"

#define REQ XMPPFED_REQUIRED
#define OPT XMPPFED_OPTIONAL
#define NOT XMPPFED_NOT_SUPPORTED
#define S XMPPFED_METHOD_EXTERNAL
#define T XMPPFED_METHOD_DIALBACK_TLS
#define C XMPPFED_METHOD_DIALBACK_TCP

static const struct row {
    unsigned number;
    int tls, sasl;
    bool dialback;
    uint32_t methods;
    const char *remark;
    uint32_t strict_methods;
} rows[] = {
    {1, REQ, REQ, true, S, "W1", S},
    {2, REQ, REQ, false, S, "", S},
    {3, OPT, REQ, true, S | T | C, "W2", S},
    {4, OPT, REQ, false, S, "W2", S},
    {5, NOT, REQ, true, C, "W2", 0},
    {6, NOT, REQ, false, 0, "E1", 0},
    {7, REQ, OPT, true, S | T, "", S | T},
    {8, REQ, OPT, false, S, "", S},
    {9, OPT, OPT, true, S | T | C, "W2", S | T | C},
    {10, OPT, OPT, false, S, "W2", S},
    {11, NOT, OPT, true, C, "W2", C},
    {12, NOT, OPT, false, 0, "E1", 0},
    {13, REQ, NOT, true, T, "", T},
    {14, REQ, NOT, false, 0, "E2", 0},
    {15, OPT, NOT, true, T | C, "", T | C},
    {16, OPT, NOT, false, 0, "E2", 0},
    {17, NOT, NOT, true, C, "", C},
    {18, NOT, NOT, false, 0, "E2", 0},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const char *remark_of(const struct xfed_matrix_row *m)
{
    assert_true(m->e1 + m->e2 + m->w1 + m->w2 <= 1);
    return m->e1 ? "E1" : m->e2 ? "E2" : m->w1 ? "W1" : m->w2 ? "W2" : "";
}

static void test_documented_rows(void **state)
{
    (void)state;
    assert_int_equal(ROW_COUNT, 18);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *r = &rows[i];
        struct xfed_matrix_row m = xfed_matrix(r->tls, r->sasl, r->dialback, false);

        if (m.number != r->number || m.methods != r->methods ||
            strcmp(remark_of(&m), r->remark) != 0)
            fail_msg("row %u: got number %u, methods %u, remark '%s'", r->number, m.number,
                     m.methods, remark_of(&m));
    }
}

static void test_strict_changes_rows_3_and_5(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *r = &rows[i];
        struct xfed_matrix_row m = xfed_matrix(r->tls, r->sasl, r->dialback, true);
        const char *remark = r->number == 5 ? "E1" : r->remark;

        if (m.number != r->number || m.methods != r->strict_methods ||
            strcmp(remark_of(&m), remark) != 0)
            fail_msg("row %u: got number %u, methods %u, remark '%s'", r->number, m.number,
                     m.methods, remark_of(&m));
    }
}

static void test_formula_gives_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *r = &rows[i];
        struct xfed_matrix_row m = xfed_matrix(r->tls, r->sasl, r->dialback, false);
        bool both = r->tls == REQ && r->sasl == REQ;
        uint32_t methods = 0;

        if (r->tls != NOT && r->sasl != NOT)
            methods |= S;
        if (r->dialback && r->tls != NOT && !both)
            methods |= T;
        if (r->dialback && r->tls != REQ)
            methods |= C;
        if (m.methods != methods || m.e1 != (methods == 0 && r->sasl != NOT) ||
            m.e2 != (methods == 0 && r->sasl == NOT) || m.w1 != (both && r->dialback) ||
            m.w2 != (methods != 0 && r->tls != REQ && r->sasl != NOT))
            fail_msg("row %u: the table and the formula differ", r->number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented_rows),
        cmocka_unit_test(test_strict_changes_rows_3_and_5),
        cmocka_unit_test(test_formula_gives_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

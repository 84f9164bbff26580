/* cost.h - the bound on work and memory that test_cost.c holds and doc/limits.md publishes. */
#ifndef TESTS_LIMITS_COST_H
#define TESTS_LIMITS_COST_H

enum {
    COST_CALLS_AN_ELEMENT = 40, /* allocations; it has a parser of its own, whatever its size */
    COST_KIB_AN_ELEMENT = 24,   /* allocated */
    COST_BYTES_A_CALL = 2,      /* further allocations: one for so many bytes of input */
    COST_BYTES_A_BYTE = 192,    /* further bytes allocated, for a byte of input */
    COST_HELD_KIB = 24,         /* held at a time, while an element is parsed */
    COST_HELD_A_BYTE = 96       /* and for each byte of that element */
};

#endif

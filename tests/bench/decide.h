/* decide.h - what a policy decision costs by the number of partners. */
#ifndef BENCH_DECIDE_H
#define BENCH_DECIDE_H

#include <stddef.h>

struct decision_cost {
    double warm_ns;   /* the same few partners again and again */
    double random_ns; /* each time another one of all */
};

/* Builds a policy with so many partners and asks it. Ends the program on failure. */
struct decision_cost decide_measure(size_t partners);

#endif

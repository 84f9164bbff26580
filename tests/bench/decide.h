/* decide.h - what a policy decision costs by the size of the world. */
#ifndef BENCH_DECIDE_H
#define BENCH_DECIDE_H

#include <stddef.h>

struct decision_size {
    size_t partners;
    size_t grants;   /* users with a site, a policy, a rule and a block each */
    size_t contacts; /* pairs whose state the host looks up */
};

struct decision_cost {
    double warm_ns;   /* the same few partners again and again */
    double random_ns; /* each time another one of all */
};

/* Builds a policy of that size and asks it. Ends the program on failure. */
struct decision_cost decide_measure(const struct decision_size *size);

#endif

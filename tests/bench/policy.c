/*
 * policy.c - what a policy decision costs in a small world and in a large one, in one run.
 *
 * Usage: bench-policy REPETITIONS
 *
 * Small is ten partners, grants and contacts; large is 100 000 partners, as many grants with a
 * site, a policy, a rule and a block each, and a million contacts, whose states the host looks up.
 * Warm asks about the same ten pairs again and again, random about any: then the look-ups miss the
 * CPU's caches, which is the price of the memory and not of the algorithm.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/decide.h"
#include "bench/median.h"

#define REPETITIONS_MAX 99
#define TARGET_NS 1000

static const struct decision_size small = {.partners = 10, .grants = 10, .contacts = 10};
static const struct decision_size large = {
    .partners = 100000, .grants = 100000, .contacts = 1000000};

static void print_row(const char *name, double *few, double *many, size_t count)
{
    double a = median(few, count);
    double b = median(many, count);

    printf("%-28s %8.0f ns %8.0f ns   ratio %.2f   %s\n", name, a, b, b / a,
           b < TARGET_NS ? "under 1 us" : "MISSED: 1 us");
}

int main(int argc, char **argv)
{
    double few[2][REPETITIONS_MAX];
    double many[2][REPETITIONS_MAX];
    long repetitions = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    long i;

    if (repetitions < 1 || repetitions > REPETITIONS_MAX) {
        fputs("Usage: bench-policy REPETITIONS\n", stderr);
        return 2;
    }
    for (i = 0; i < repetitions; i++) {
        struct decision_cost cost = decide_measure(&small);

        few[0][i] = cost.warm_ns;
        few[1][i] = cost.random_ns;
        cost = decide_measure(&large);
        many[0][i] = cost.warm_ns;
        many[1][i] = cost.random_ns;
    }
    printf("%-28s %11s %11s\n", "A policy decision", "small", "large");
    print_row("the same ten pairs", few[0], many[0], (size_t)repetitions);
    print_row("any pair (caches cold)", few[1], many[1], (size_t)repetitions);
    return EXIT_SUCCESS;
}

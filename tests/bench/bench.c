/*
 * bench.c - measures xmppfed-proxy against a bare relay, in one run on one machine.
 *
 * Only the CPU time and memory of the server count; this program is the partners outside and the
 * host server inside at the same time. Each measurement has a server of its own, and the servers
 * take turns, so that what else goes on in the machine meets all of them. tools/bench runs it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/decide.h"
#include "bench/fatal.h"
#include "bench/load.h"
#include "bench/report.h"

#define SETUPS 1000
#define STORM 2000
#define LATENCY_STANZAS 5000
#define FEW_PARTNERS 10
#define MANY_PARTNERS 100000

static const struct traffic batches = {.streams = 10, .batch = 8, .window = 80, .total = 200000};
static const struct traffic singles = {.streams = 500, .batch = 1, .window = 128, .total = 60000};

/* Thousands of connections need as many files, here and in the server. */
static void allow_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        fatal_errno("the limit of open files");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 2 * STORM)
        fatal("a process may open too few files here; 'ulimit -Hn' must be 4000 or more");
}

static void measure_server(const struct place *place, const struct partners *partners,
                           enum target target, struct report *report)
{
    report_add(report, MEASURE_BATCHES, target, load_traffic(place, partners, target, &batches));
    report_add(report, MEASURE_SINGLES, target, load_traffic(place, partners, target, &singles));
    report_add(report, MEASURE_LATENCY, target,
               load_latency(place, partners, target, LATENCY_STANZAS));
    if (target != TARGET_EXPAT) {
        struct setup_cost cost = load_setup(place, partners, target, SETUPS);

        report_add(report, MEASURE_SETUP, target, cost.us);
        report_add(report, MEASURE_MEMORY, target, cost.kib);
        report_add(report, MEASURE_STORM, target, load_storm(place, partners, target, STORM));
    }
}

static void measure_decisions(enum target column, size_t partners, struct report *report)
{
    const struct decision_size size = {.partners = partners, .grants = 1, .contacts = partners};
    struct decision_cost cost = decide_measure(&size);

    report_add(report, MEASURE_DECISION_WARM, column, cost.warm_ns);
    report_add(report, MEASURE_DECISION_RANDOM, column, cost.random_ns);
}

int main(int argc, char **argv)
{
    static struct report report;
    struct partners partners;
    struct place place;
    long repetitions;
    long i;
    int target;

    repetitions = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
    if (repetitions < 1 || repetitions > REPETITIONS_MAX) {
        fputs("Usage: bench RELAY PROXY FOLDER REPETITIONS\n", stderr);
        return 2;
    }
    place = (struct place){.relay = argv[1], .proxy = argv[2], .folder = argv[3]};
    signal(SIGPIPE, SIG_IGN);
    allow_files();
    partners_load(place.folder, &partners);
    place_prepare(&place);
    for (i = 0; i < repetitions; i++) {
        for (target = 0; target < TARGET_COUNT; target++)
            measure_server(&place, &partners, (enum target)target, &report);
        measure_decisions(TARGET_FEW, FEW_PARTNERS, &report);
        measure_decisions(TARGET_MANY, MANY_PARTNERS, &report);
    }
    report_print(&report);
    partners_fini(&partners);
    return EXIT_SUCCESS;
}

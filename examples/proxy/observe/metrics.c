/* metrics.c - the state of the proxy and its counters as Prometheus reads them. */
#include "proxy/observe/metrics.h"

#include <stdlib.h>

#include "proxy/observe/exposition.h"
#include "proxy/observe/health.h"
#include "proxy/observe/http.h"
#include "proxy/records/words.h"

#define VALUES(...)       \
    (const char *const[]) \
    {                     \
        __VA_ARGS__       \
    }

/* A metric of one sample without labels. */
static void write_one(FILE *out, enum metric metric, uint64_t value)
{
    exposition_begin(out, metric);
    exposition_sample(out, metric, NULL, value);
}

/* ---- the program ------------------------------------------------------------------------- */

static void write_program(FILE *out, const struct proxy *p)
{
    size_t i;

    exposition_begin(out, METRIC_build_info);
    exposition_sample(out, METRIC_build_info, VALUES(xmppfed_version()), 1);
    write_one(out, METRIC_start_timestamp_seconds, (uint64_t)p->started_at);
    write_one(out, METRIC_loaded_timestamp_seconds, (uint64_t)p->loaded_at);
    write_one(out, METRIC_ready, health_ready(p, NULL));
    exposition_begin(out, METRIC_loop_delay_seconds);
    exposition_seconds(out, METRIC_loop_delay_seconds, NULL, http_delay(p->http));
    write_one(out, METRIC_memory_bytes, xmppfed_context_memory_used(p->ctx));
    exposition_begin(out, METRIC_events_total);
    for (i = 0; i < EVENT_COUNT; i++)
        exposition_sample(out, METRIC_events_total, VALUES(event_row((enum event_code)i)->code),
                          p->counters.events[i]);
}

/* ---- streams ----------------------------------------------------------------------------- */

enum { LINK_STATES = 5 };

/* The links of a moment, counted. */
struct link_census {
    uint64_t links[DIRECTIONS][LINK_STATES]; /* by enum xmppfed_link_state */
    uint64_t streams[DIRECTIONS][METHODS][TLS_VERSIONS];
    uint64_t longest_queue;
};

static void count_link(const xmppfed_link_info *info, struct link_census *census)
{
    size_t d = info->direction == XMPPFED_INBOUND ? 0 : 1;

    if (info->queued > census->longest_queue)
        census->longest_queue = info->queued;
    if (info->state > 0 && info->state < LINK_STATES)
        census->links[d][info->state]++;
    if (info->state == XMPPFED_LINK_UP && info->proof && info->proof->kind >= 0 &&
        info->proof->kind < METHODS)
        census->streams[d][info->proof->kind][place_of_tls(info->proof->tls_version)]++;
}

static bool take_census(const struct proxy *p, struct link_census *census)
{
    size_t max = xmppfed_federation_links(p->fed);
    uint64_t *links = calloc(max + 1, sizeof(*links));
    size_t count = links ? xmppfed_federation_list_links(p->fed, links, max) : 0;
    size_t i;

    for (i = 0; i < count; i++) {
        xmppfed_link_info info = {.size = sizeof(info)};

        if (xmppfed_federation_link_info(p->fed, links[i], &info) == 0)
            count_link(&info, census);
    }
    free(links);
    return links != NULL;
}

static void write_links(FILE *out, const struct link_census *census)
{
    static const char *const states[LINK_STATES] = {NULL, "dialling", "negotiating", "up",
                                                    "closing"};
    size_t d;
    size_t i;

    exposition_begin(out, METRIC_links);
    for (d = 0; d < DIRECTIONS; d++)
        for (i = 1; i < LINK_STATES; i++)
            exposition_sample(out, METRIC_links, VALUES(label_directions[d], states[i]),
                              census->links[d][i]);
    write_one(out, METRIC_longest_queue_stanzas, census->longest_queue);
}

/* Dialback over TCP has no TLS, and all other proofs have: only such pairs are shown. */
static void write_by_proof(FILE *out, enum metric metric,
                           const uint64_t counts[DIRECTIONS][METHODS][TLS_VERSIONS])
{
    size_t d;
    size_t method;
    size_t tls;

    exposition_begin(out, metric);
    for (d = 0; d < DIRECTIONS; d++)
        for (method = 1; method < METHODS; method++)
            for (tls = 0; tls < TLS_VERSIONS; tls++)
                if ((method == XMPPFED_PROOF_DIALBACK_TCP) == (tls == 0))
                    exposition_sample(out, metric,
                                      VALUES(label_directions[d], xmppfed_proof_name((int)method),
                                             label_tls_versions[tls]),
                                      counts[d][method][tls]);
}

/* From the first cause on that the metric can have. */
static void write_by_cause(FILE *out, enum metric metric, size_t first,
                           const uint64_t counts[DIRECTIONS][CAUSE_COUNT])
{
    size_t d;
    size_t i;

    exposition_begin(out, metric);
    for (d = 0; d < DIRECTIONS; d++)
        for (i = first; i < CAUSE_COUNT; i++)
            exposition_sample(out, metric, VALUES(label_directions[d], label_causes[i]),
                              counts[d][i]);
}

static void write_lookups(FILE *out, const struct proxy *p)
{
    static const int codes[] = {0,
                                XMPPFED_ERR_DNS_NO_DOMAIN,
                                XMPPFED_ERR_DNS_NO_SERVICE,
                                XMPPFED_ERR_DNS_SERVER_FAILURE,
                                XMPPFED_ERR_DNS_TIMEOUT,
                                XMPPFED_ERR_DNS_MALFORMED,
                                XMPPFED_ERR_DNS_BOGUS};
    size_t i;

    exposition_begin(out, METRIC_lookups_total);
    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        exposition_sample(out, METRIC_lookups_total,
                          VALUES(codes[i] < 0 ? xmppfed_error_name(codes[i]) : label_causes[0]),
                          xmppfed_federation_looked_up(p->fed, codes[i]));
}

static void write_times(FILE *out, enum metric metric, const struct histogram times[DIRECTIONS])
{
    size_t d;

    exposition_begin(out, metric);
    for (d = 0; d < DIRECTIONS; d++)
        exposition_histogram(out, metric, &label_directions[d], &times[d]);
}

static void write_streams(FILE *out, const struct proxy *p, const struct link_census *census)
{
    write_links(out, census);
    write_by_proof(out, METRIC_streams, census->streams);
    write_by_proof(out, METRIC_pairs_proved_total, p->counters.proved);
    write_by_cause(out, METRIC_stream_failures_total, CAUSE_NONE + 1, p->counters.failed);
    write_by_cause(out, METRIC_stream_ends_total, CAUSE_NONE, p->counters.ended);
    write_lookups(out, p);
    write_times(out, METRIC_stream_setup_seconds, p->counters.setup);
}

/* ---- stanzas ----------------------------------------------------------------------------- */

static void write_decisions(FILE *out, const struct proxy *p)
{
    static const char *const decisions[] = {
        [XMPPFED_VERDICT_ALLOW] = "allow", [XMPPFED_VERDICT_REFUSE] = "refuse"};
    const struct record_word *kind;
    int direction;
    int verdict;

    exposition_begin(out, METRIC_stanzas_total);
    for (direction = XMPPFED_INBOUND; direction <= XMPPFED_OUTBOUND; direction++)
        for (kind = words_action; kind->word; kind++)
            for (verdict = XMPPFED_VERDICT_ALLOW; verdict <= XMPPFED_VERDICT_REFUSE; verdict++)
                exposition_sample(
                    out, METRIC_stanzas_total,
                    VALUES(label_directions[direction - XMPPFED_INBOUND], kind->word,
                           decisions[verdict]),
                    xmppfed_federation_decided(p->fed, direction, kind->value, verdict));
}

static void write_stanzas(FILE *out, const struct proxy *p)
{
    size_t d;
    size_t i;

    write_decisions(out, p);
    write_times(out, METRIC_decision_seconds, p->counters.decision);
    exposition_begin(out, METRIC_outcomes_total);
    for (i = 1; i <= OUTCOMES; i++)
        exposition_sample(out, METRIC_outcomes_total, VALUES(xmppfed_outcome_name((int)i)),
                          p->counters.outcomes[i]);
    exposition_begin(out, METRIC_bounces_total);
    for (d = 0; d < DIRECTIONS; d++)
        for (i = 0; i < CONDITIONS; i++)
            exposition_sample(out, METRIC_bounces_total,
                              VALUES(label_directions[d], label_conditions[i]),
                              p->counters.bounces[d][i]);
    write_one(out, METRIC_queued_stanzas, xmppfed_federation_queued(p->fed));
}

/* ---- what is configured ------------------------------------------------------------------ */

static void write_domains(FILE *out, const struct proxy *p)
{
    const struct config *c = p->loaded->config;
    size_t i;

    exposition_begin(out, METRIC_hosts);
    for (i = 0; i < c->host_count; i++)
        exposition_sample(out, METRIC_hosts, VALUES(c->hosts[i].name),
                          health_hosts(p, c->hosts[i].name));
    exposition_begin(out, METRIC_certificate_expiry_timestamp_seconds);
    for (i = 0; i < c->domain_count; i++) {
        xmppfed_certificate own = {.size = sizeof(own)};

        if (xmppfed_credentials_certificate(p->loaded->domains[i], &own) == 0)
            exposition_sample(out, METRIC_certificate_expiry_timestamp_seconds,
                              VALUES(c->domains[i].name),
                              own.not_after > 0 ? (uint64_t)own.not_after : 0);
    }
}

static void write_partners(FILE *out, const struct proxy *p)
{
    xmppfed_partner_info info = {.size = sizeof(info)};
    const struct record_word *rule;
    uint64_t counts[XMPPFED_EKU_STRICT_ROLE + 1] = {0};
    size_t i;

    for (i = 0; xmppfed_policy_partner(p->loaded->policy, i, &info) == 0; i++)
        if (info.eku >= 0 && info.eku <= XMPPFED_EKU_STRICT_ROLE)
            counts[info.eku]++;
    exposition_begin(out, METRIC_partners);
    for (rule = words_eku; rule->word; rule++)
        exposition_sample(out, METRIC_partners, VALUES(rule->word), counts[rule->value]);
}

char *metrics_text(const struct proxy *p, size_t *ret_len)
{
    struct link_census census = {.longest_queue = 0};
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_len);
    bool ok;

    if (!out)
        return NULL;
    ok = take_census(p, &census);
    write_program(out, p);
    write_streams(out, p, &census);
    write_stanzas(out, p);
    write_domains(out, p);
    write_partners(out, p);
    write_one(out, METRIC_store_reachable, !p->store_lost);
    if (fclose(out) == 0 && ok)
        return text;
    free(text);
    return NULL;
}

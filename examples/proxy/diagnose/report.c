/* report.c - evidence of a diagnosis as steps: passed, failed or skipped, and advice. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proxy/admin/commands.h"
#include "proxy/diagnose/diagnose.h"
#include "proxy/records/words.h"

#define SEEN_SIZE 1200

enum result { RESULT_PASS, RESULT_FAIL, RESULT_SKIP };

/* The report as it grows. */
struct report {
    json_t *steps;
    const struct diagnose_evidence *e;
    const xmppfed_endpoint *server; /* of the steps that are added; NULL: of no server */
    enum diagnose_step ended;       /* where the stream to that server ended; STEP_COUNT: open */
    bool failed;                    /* some step has failed, of this server or here */
    json_t *of_server;              /* the failed step that tells most of this server */
    json_t *of_servers;             /* ... and of the server that came furthest */
    enum diagnose_step furthest;
    json_t *of_partner; /* failed steps of no server */
    json_t *of_own;
    json_t *of_srv;
};

/* What a step shows. Without advice that of the table is taken. */
struct finding {
    enum diagnose_step step;
    enum result result;
    int code;
    const char *condition;
    const char *advice;
};

static json_t *server_text(const xmppfed_endpoint *e)
{
    bool v6 = strchr(e->address, ':') != NULL;

    return json_sprintf("%s %s%s%s:%u%s", e->host, v6 ? "[" : "", e->address, v6 ? "]" : "",
                        (unsigned)e->port, e->direct_tls ? " direct TLS" : "");
}

static const char *code_name(int code)
{
    if (code == 0)
        return "";
    return code <= -100 && strcmp(xmppfed_error_name(code), "UNKNOWN") != 0
               ? xmppfed_error_name(code)
               : uv_err_name(code);
}

/* Keeps the step that says most: where the stream ended, else the first that failed. */
static void note_failure(struct report *r, enum diagnose_step at, json_t *step)
{
    r->failed = true;
    if (at == STEP_PARTNER)
        r->of_partner = step;
    else if (at == STEP_OWN_CERTIFICATE)
        r->of_own = step;
    else if (at == STEP_SRV)
        r->of_srv = step;
    else if (!r->of_server || (at == r->ended && at != STEP_ROW))
        r->of_server = step;
}

XMPPFED_PRINTF(3, 4)
static void add(struct report *r, const struct finding *f, const char *format, ...)
{
    static const char *const results[] = {"pass", "fail", "skip"};
    json_t *step = json_object();
    char seen[SEEN_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(seen, sizeof(seen), format, arguments);
    va_end(arguments);
    admin_put(step, "step", json_string(diagnose_step_name(f->step)));
    if (r->server)
        admin_put(step, "server", server_text(r->server));
    admin_put(step, "result", json_string(results[f->result]));
    admin_put(step, "seen", admin_text(seen));
    if (f->code < 0)
        admin_put(step, "code", json_string(code_name(f->code)));
    if (f->advice)
        admin_put(step, "advice", admin_text(f->advice));
    else if (f->result == RESULT_FAIL)
        admin_put(step, "advice",
                  json_string(diagnose_advice(f->step, f->code, f->condition ? f->condition : "")));
    if (json_array_append_new(r->steps, step) == 0 && f->result == RESULT_FAIL)
        note_failure(r, f->step, step);
}

#define PASS(r, at, ...) add(r, &(struct finding){.step = (at), .result = RESULT_PASS}, __VA_ARGS__)
#define SKIP(r, at, ...) add(r, &(struct finding){.step = (at), .result = RESULT_SKIP}, __VA_ARGS__)
#define FAIL(r, at, why, ...) \
    add(r, &(struct finding){.step = (at), .result = RESULT_FAIL, .code = (why)}, __VA_ARGS__)

/*
 * A sentence of the library says what is wrong and, behind its last semicolon, what to do: the two
 * become what was seen and the advice.
 */
static void add_sentence(struct report *r, enum diagnose_step step, enum result result,
                         const xmppfed_problem *what)
{
    struct finding f = {.step = step, .result = result, .code = what->code};
    char seen[sizeof(what->text)];
    char advice[sizeof(what->text)];
    char *behind = NULL;
    char *p;

    snprintf(seen, sizeof(seen), "%s", what->text);
    for (p = strstr(seen, "; "); p; p = strstr(p + 1, "; "))
        behind = p;
    if (behind) {
        *behind = '\0';
        snprintf(advice, sizeof(advice), "%s", behind + 2);
        f.advice = advice;
    }
    add(r, &f, "%s", seen);
}

/* ---- here -------------------------------------------------------------------------------- */

static void methods_text(uint32_t methods, char *ret, size_t size)
{
    const struct record_word *w;
    size_t used = 0;

    *ret = '\0';
    for (w = words_method; w->word && used < size; w++)
        if (methods & (uint32_t)w->value)
            used += (size_t)snprintf(ret + used, size - used, "%s%s", used ? ", " : "", w->word);
    if (used == 0)
        snprintf(ret, size, "none");
}

static void report_partner(struct report *r)
{
    const struct diagnose_evidence *e = r->e;
    char methods[64];

    methods_text(e->partner.methods, methods, sizeof(methods));
    if (!e->federation)
        FAIL(r, STEP_PARTNER, XMPPFED_ERR_POLICY_REFUSED, "federation is switched off");
    else if (e->partner_code < 0)
        FAIL(r, STEP_PARTNER, e->partner_code, "%s is in no partner record", e->domain);
    else if (e->connections >= e->partner.connection_limit)
        FAIL(r, STEP_PARTNER, XMPPFED_ERR_LIMIT_CONNECTIONS,
             "%zu connections are open and the record allows %u", e->connections,
             (unsigned)e->partner.connection_limit);
    else
        PASS(r, STEP_PARTNER, "record of %s, row %u: %s",
             *e->partner.domain ? e->partner.domain : "open federation", (unsigned)e->partner.row,
             methods);
}

static void report_own_certificate(struct report *r)
{
    const struct diagnose_evidence *e = r->e;
    xmppfed_certificate own = {.size = sizeof(own)};
    xmppfed_problem problem;

    if (!e->own) {
        FAIL(r, STEP_OWN_CERTIFICATE, XMPPFED_ERR_TLS_UNAVAILABLE, "%s has no certificate",
             e->local);
    } else if (xmppfed_credentials_check(e->own, e->local, e->unix_seconds, &problem) < 0) {
        add_sentence(r, STEP_OWN_CERTIFICATE, RESULT_FAIL, &problem);
    } else if (xmppfed_credentials_finding(e->own, e->local, e->unix_seconds, 0, &problem) == 1) {
        add_sentence(r, STEP_OWN_CERTIFICATE, RESULT_PASS, &problem);
    } else {
        (void)!xmppfed_credentials_certificate(e->own, &own);
        PASS(r, STEP_OWN_CERTIFICATE, "%s of %s", own.names, own.issuer);
    }
}

static void report_srv(struct report *r)
{
    const struct diagnose_evidence *e = r->e;
    const char *left_out = e->dns && e->dns->left_out ? e->dns->left_out : "";
    bool secure = e->server_count > 0 && (e->servers[0].secure & XMPPFED_SECURE_NAME);

    if (e->fixed)
        SKIP(r, STEP_SRV, "the record names %zu addresses", e->server_count);
    else if (e->dns_code < 0)
        FAIL(r, STEP_SRV, e->dns_code, "%s", e->dns_text);
    else
        PASS(r, STEP_SRV, "%zu addresses%s%s%s%s", e->server_count,
             secure ? ", proved by DNSSEC" : "", e->dns && e->dns->tlsa_count ? ", TLSA" : "",
             *left_out ? "; left out: " : "", left_out);
}

/* ---- a server ---------------------------------------------------------------------------- */

static bool allows(const struct report *r, uint32_t methods)
{
    return (r->e->partner.methods & methods) != 0;
}

static bool tls_is_up(const struct attempt_seen *s)
{
    return *s->tls_version != '\0';
}

static bool is_of_certificate(int code)
{
    return code == XMPPFED_ERR_TLS_CERTIFICATE || code == XMPPFED_ERR_TLS_IDENTITY ||
           code == XMPPFED_ERR_TLS_PIN || code == XMPPFED_ERR_TLS_REVOKED ||
           code == XMPPFED_ERR_TLS_STAPLE;
}

/* Why a stream ended; a time that ran out is as the stream's own timeout. */
static int code_of(const struct attempt_seen *s)
{
    return s->timed_out ? XMPPFED_ERR_TIMEOUT_ESTABLISH : s->code;
}

static const char *text_of(const struct attempt_seen *s)
{
    return s->timed_out ? "no end in the time that there was" : s->text;
}

/* At which step a stream ended that did not come up. */
static enum diagnose_step failed_step(const struct attempt_seen *s)
{
    if (is_of_certificate(s->code))
        return STEP_CERTIFICATE;
    if (s->code == XMPPFED_ERR_TLS_UNAVAILABLE || s->code == XMPPFED_ERR_TLS_VERSION)
        return STEP_TLS;
    if (s->code == XMPPFED_ERR_POLICY_NO_METHOD)
        return STEP_ROW;
    switch (s->stage) {
    case XMPPFED_STAGE_STARTTLS:
    case XMPPFED_STAGE_HANDSHAKE:
        return STEP_TLS;
    case XMPPFED_STAGE_SASL:
        return STEP_SASL;
    case XMPPFED_STAGE_DIALBACK:
        return STEP_DIALBACK;
    default:
        return STEP_STREAM;
    }
}

/* Fails a step as the stream ended. */
static void fail_as_seen(struct report *r, enum diagnose_step step, const struct attempt_seen *s)
{
    const struct finding f = {
        .step = step, .result = RESULT_FAIL, .code = code_of(s), .condition = s->condition};

    add(r, &f, "%s%s%s (waited for: %s)", text_of(s), *s->condition ? ": " : "", s->condition,
        s->waiting);
}

static bool report_tcp(struct report *r, const struct attempt_seen *s)
{
    int code = s->timed_out ? UV_ETIMEDOUT : s->socket;

    if (s->tcp)
        PASS(r, STEP_TCP, "connected in %u ms", (unsigned)s->connect_ms);
    else
        FAIL(r, STEP_TCP, code, "%s", uv_strerror(code));
    return s->tcp;
}

static void report_stream(struct report *r, const struct attempt_seen *s, enum diagnose_step failed)
{
    if (failed == STEP_STREAM)
        fail_as_seen(r, STEP_STREAM, s);
    else
        PASS(r, STEP_STREAM, "it speaks XMPP%s%s%s%s",
             s->offers_scram ? ", SCRAM-SHA-256-PLUS" : "", s->offers_external ? ", EXTERNAL" : "",
             s->offers_dialback ? ", dialback" : "",
             !tls_is_up(s) && s->offers_tls ? ", STARTTLS" : "");
}

static void report_tls(struct report *r, const struct attempt_seen *s, enum diagnose_step failed)
{
    if (failed == STEP_TLS)
        fail_as_seen(r, STEP_TLS, s);
    else if (tls_is_up(s))
        PASS(r, STEP_TLS, "%s, %s", s->tls_version, s->cipher);
    else if (failed == STEP_STREAM)
        SKIP(r, STEP_TLS, "not reached");
    else
        SKIP(r, STEP_TLS, "%s",
             s->offers_tls ? "the record turns it off" : "the server does not offer it");
}

/* What the certificate says; the verdict is told beside it. */
static void describe(const xmppfed_certificate *c, char *ret, size_t size)
{
    json_t *until = admin_time(c->not_after);

    snprintf(ret, size, "%s of %s until %s%s%s", *c->names ? c->names : "no names", c->issuer,
             json_string_value(until) ? json_string_value(until) : "?",
             c->for_server ? ", serverAuth" : "", c->for_client ? ", clientAuth" : "");
    json_decref(until);
}

static void report_certificate(struct report *r, const struct attempt_seen *s,
                               enum diagnose_step failed)
{
    char text[900];

    describe(&s->certificate, text, sizeof(text));
    if (!tls_is_up(s) && failed != STEP_CERTIFICATE) {
        SKIP(r, STEP_CERTIFICATE, "%s", "without TLS there is none");
    } else if (!s->has_certificate) {
        FAIL(r, STEP_CERTIFICATE, s->code, "the server sent none");
    } else if (s->proof != XMPPFED_PROOF_NONE) {
        PASS(r, STEP_CERTIFICATE, "%s (%s)", text, xmppfed_proof_name(s->proof));
    } else if (failed == STEP_CERTIFICATE || allows(r, XMPPFED_METHOD_EXTERNAL)) {
        add_sentence(r, STEP_CERTIFICATE, RESULT_FAIL, &s->verdict);
    } else {
        SKIP(r, STEP_CERTIFICATE, "the row does not ask for it: %s", text);
    }
}

/* ---- the two proofs ---------------------------------------------------------------------- */

static bool by_sasl(const struct attempt_seen *s)
{
    return s->up_proof == XMPPFED_PROOF_PKIX || s->up_proof == XMPPFED_PROOF_DANE ||
           s->up_proof == XMPPFED_PROOF_SHARED_SECRET;
}

/* Why no mechanism was tried. */
static void report_no_sasl(struct report *r, const struct attempt_seen *s,
                           enum diagnose_step failed)
{
    bool scram = allows(r, XMPPFED_METHOD_SCRAM);

    if (!scram && !allows(r, XMPPFED_METHOD_EXTERNAL))
        SKIP(r, STEP_SASL, "the row does not allow it");
    else if (!tls_is_up(s) || failed == STEP_STREAM)
        SKIP(r, STEP_SASL, "not reached");
    else if (scram && !allows(r, XMPPFED_METHOD_EXTERNAL) && !s->offers_scram)
        FAIL(r, STEP_SASL, XMPPFED_ERR_SASL_MUTUAL, "the server does not offer SCRAM-SHA-256-PLUS");
    else if (!allows(r, XMPPFED_METHOD_EXTERNAL))
        SKIP(r, STEP_SASL, "not tried");
    else if (s->proof == XMPPFED_PROOF_NONE)
        SKIP(r, STEP_SASL, "not tried: the certificate of the server proves nothing");
    else if (!s->offers_external)
        FAIL(r, STEP_SASL, XMPPFED_ERR_SASL_MECHANISM, "the server does not offer EXTERNAL");
    else
        SKIP(r, STEP_SASL, "not tried");
}

static void report_sasl(struct report *r, const struct attempt_seen *s, enum diagnose_step failed)
{
    bool scram = s->tried & XMPPFED_METHOD_SCRAM;
    const struct finding refused = {
        .step = STEP_SASL,
        .result = RESULT_FAIL,
        .code = scram ? XMPPFED_ERR_SASL_MUTUAL : XMPPFED_ERR_SASL_REFUSED,
        .condition = s->condition,
    };
    bool tried = scram || (s->tried & XMPPFED_METHOD_EXTERNAL);
    const char *mechanism = scram ? "SCRAM-SHA-256-PLUS" : "EXTERNAL";

    if (failed == STEP_SASL && s->code != XMPPFED_ERR_SASL_REFUSED)
        fail_as_seen(r, STEP_SASL, s);
    else if (failed == STEP_SASL || (tried && s->stage == XMPPFED_STAGE_DIALBACK) ||
             (tried && s->up && !by_sasl(s)))
        add(r, &refused, "%s was refused%s%s", mechanism, *s->condition ? ": " : "", s->condition);
    else if (tried)
        PASS(r, STEP_SASL, "%s was accepted", mechanism);
    else
        report_no_sasl(r, s, failed);
}

static void report_dialback(struct report *r, const struct attempt_seen *s,
                            enum diagnose_step failed)
{
    uint32_t methods = tls_is_up(s) ? XMPPFED_METHOD_DIALBACK_TLS : XMPPFED_METHOD_DIALBACK_TCP;

    if (failed == STEP_DIALBACK)
        fail_as_seen(r, STEP_DIALBACK, s);
    else if (s->up && !by_sasl(s))
        PASS(r, STEP_DIALBACK, "the partner has checked our key%s",
             tls_is_up(s) ? "" : ", without TLS");
    else if (!allows(r, methods))
        SKIP(r, STEP_DIALBACK, "the row does not allow it");
    else if (s->up)
        SKIP(r, STEP_DIALBACK, "not needed");
    else if (failed == STEP_ROW && !s->offers_dialback)
        FAIL(r, STEP_DIALBACK, XMPPFED_ERR_POLICY_NO_METHOD, "the server does not offer it");
    else
        SKIP(r, STEP_DIALBACK, "not reached");
}

static void report_row(struct report *r, const struct attempt_seen *s, enum diagnose_step failed)
{
    char methods[64];

    methods_text(r->e->partner.methods, methods, sizeof(methods));
    if (s->up)
        PASS(r, STEP_ROW, "row %u allows %s; proved by %s", (unsigned)r->e->partner.row, methods,
             xmppfed_proof_name(s->up_proof));
    else if (failed == STEP_ROW)
        FAIL(r, STEP_ROW, s->code, "row %u allows %s: %s", (unsigned)r->e->partner.row, methods,
             s->text);
    else
        SKIP(r, STEP_ROW, "row %u allows %s", (unsigned)r->e->partner.row, methods);
}

static void skip_from(struct report *r, enum diagnose_step step)
{
    for (; step < STEP_COUNT; step++)
        SKIP(r, step, "not reached");
}

/* True if it would carry stanzas. */
static bool report_server(struct report *r, size_t i)
{
    const struct attempt_seen *s = &r->e->seen[i];
    enum diagnose_step failed = s->up ? STEP_COUNT : s->tcp ? failed_step(s) : STEP_TCP;

    r->server = &r->e->servers[i];
    r->ended = failed;
    r->failed = false;
    r->of_server = NULL;
    if (!report_tcp(r, s) || s->stage == 0) {
        /* Without a stage our own record lets no stream begin, which is told already. */
        skip_from(r, STEP_STREAM);
    } else {
        report_stream(r, s, failed);
        report_tls(r, s, failed);
        report_certificate(r, s, failed);
        report_sasl(r, s, failed);
        report_dialback(r, s, failed);
        report_row(r, s, failed);
    }
    if (r->of_server && (!r->of_servers || r->ended > r->furthest)) {
        r->of_servers = r->of_server;
        r->furthest = r->ended;
    }
    r->server = NULL;
    return s->up;
}

/* ---- the whole --------------------------------------------------------------------------- */

/* A certificate of ours that proves nothing explains what a server refuses, but not that none can
 * be reached. */
static json_t *decisive(const struct report *r)
{
    if (r->of_partner)
        return r->of_partner;
    if (r->of_srv)
        return r->of_srv;
    if (r->of_own && (!r->of_servers || r->furthest >= STEP_TLS))
        return r->of_own;
    return r->of_servers;
}

static json_t *conclude(struct report *r, bool up, bool all_well)
{
    const struct diagnose_evidence *e = r->e;
    json_t *step = decisive(r);
    json_t *report = json_object();

    admin_put(report, "domain", json_string(e->domain));
    admin_put(report, "local", json_string(e->local));
    admin_put(report, "result", json_string(!up ? "fail" : all_well ? "pass" : "warning"));
    if (step) {
        admin_put(report, "failed", json_incref(json_object_get(step, "step")));
        admin_put(report, "advice", json_incref(json_object_get(step, "advice")));
    }
    admin_put(report, "milliseconds", json_integer((json_int_t)e->milliseconds));
    admin_put(report, "steps", json_incref(r->steps));
    return report;
}

json_t *diagnose_report(const struct diagnose_evidence *e)
{
    struct report r = {.steps = json_array(), .e = e};
    json_t *report;
    bool all_well;
    bool up = false;
    size_t i;

    report_partner(&r);
    report_own_certificate(&r);
    report_srv(&r);
    all_well = !r.failed;
    for (i = 0; i < e->seen_count; i++) {
        up = report_server(&r, i) || up;
        all_well = all_well && !r.failed;
    }
    if (e->seen_count == 0)
        skip_from(&r, STEP_TCP);
    report = conclude(&r, up, all_well);
    json_decref(r.steps);
    return report;
}

/* fake_ports.c - what a negotiation asks of TLS, SASL and its stream, answered as a test likes. */
#include "support/fake_ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/memory.h"

static void note(struct fake_ports *f, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void note(struct fake_ports *f, const char *format, ...)
{
    size_t used = strlen(f->log);
    va_list args;

    va_start(args, format);
    vsnprintf(f->log + used, sizeof(f->log) - used, format, args);
    va_end(args);
    used = strlen(f->log);
    snprintf(f->log + used, sizeof(f->log) - used, "\n");
}

static bool usable(void *user, const char *local, bool server)
{
    const struct fake_ports *f = user;

    (void)local;
    return server ? f->can_serve : f->can_dial;
}

static int tls_start(void *user, const char *local, const char *remote, bool server)
{
    struct fake_ports *f = user;

    note(f, "tls %s %s %s", server ? "server" : "client", local, remote);
    return f->tls_start_rc;
}

static enum xfed_certificate prove(void *user, const char *domain,
                                   const struct xfed_partner *partner, xmppfed_problem *why)
{
    struct fake_ports *f = user;

    f->proofs_asked++;
    f->proved_eku = partner->eku;
    if (f->bound && partner->dane != XMPPFED_DANE_OFF && f->prove_rc == 0)
        return XFED_CERTIFICATE_DANE;
    if (f->prove_rc == 0)
        return XFED_CERTIFICATE_PKIX;
    (void)xfed_fault_set(why, f->prove_rc, "the certificate is not for %s", domain);
    return f->bound && partner->dane != XMPPFED_DANE_OFF ? XFED_CERTIFICATE_REFUTED
                                                         : XFED_CERTIFICATE_FAILS;
}

static bool proves_other(void *user, const char *domain, const struct xfed_partner *partner,
                         struct xfed_pair_proof *proof)
{
    struct fake_ports *f = user;

    (void)partner;
    f->others_asked++;
    proof->valid = f->proved_other && strcmp(f->proved_other, domain) == 0;
    return proof->valid;
}

static bool bound(void *user, const struct xfed_partner *partner)
{
    const struct fake_ports *f = user;

    return f->bound && partner->dane != XMPPFED_DANE_OFF;
}

static uint32_t evidence(void *user, const char *domain, const struct xfed_partner *partner)
{
    const struct fake_ports *f = user;

    (void)domain;
    return partner->dane != XMPPFED_DANE_OFF ? f->evidence : 0;
}

static uint64_t epoch(void *user)
{
    const struct fake_ports *f = user;

    return f->epoch;
}

static int version(void *user)
{
    const struct fake_ports *f = user;

    return f->tls_version;
}

static int sasl_secret(void *user, const struct xfed_partner *partner, xmppfed_problem *why)
{
    const struct fake_ports *f = user;

    return f->secret_rc < 0
               ? xfed_fault_set(why, f->secret_rc, "there is no secret for %s", partner->domain)
               : 0;
}

static int sasl_start(void *user, int method, bool initiator, const char *domain)
{
    struct fake_ports *f = user;

    note(f, "sasl %s%s %s", method == XMPPFED_METHOD_SCRAM ? "scram " : "",
         initiator ? "initiator" : "receiver", domain);
    return f->sasl_start_rc;
}

static int sasl_step(void *user, const char *text, char **ret_text)
{
    struct fake_ports *f = user;

    note(f, "step '%s'", text ? text : "-");
    if (f->sasl_step_rc >= 0 && f->sasl_text)
        *ret_text = xfed_strdup(f->ctx, f->sasl_text);
    return f->sasl_step_rc;
}

static void sasl_end(void *user)
{
    note(user, "sasl end");
}

static bool hosts(void *user, const char *domain)
{
    const struct fake_ports *f = user;

    for (size_t i = 0; i < FAKE_DOMAINS && f->hosted[i]; i++)
        if (strcmp(f->hosted[i], domain) == 0)
            return true;
    return false;
}

static const struct xfed_partner *partner(void *user, const char *domain)
{
    const struct fake_ports *f = user;

    for (size_t i = 0; i < FAKE_PARTNERS && f->partners[i].domain; i++)
        if (strcmp(f->partners[i].domain, domain) == 0)
            return &f->partners[i];
    return NULL;
}

static xmppfed_slice secret(void *user)
{
    (void)user;
    return xmppfed_slice_of("a secret of the tests");
}

static int new_id(void *user, char *ret, size_t size)
{
    struct fake_ports *f = user;

    snprintf(ret, size, "id%u", ++f->ids);
    return 0;
}

static void limits(void *user, struct xfed_stream_features *offer)
{
    const struct fake_ports *f = user;

    offer->max_bytes = f->max_bytes;
}

static int send_header(void *user, const char *from, const char *to, const char *id)
{
    struct fake_ports *f = user;

    note(f, "header %s %s %s", from, to, id ? id : "-");
    return f->send_header_rc;
}

static int send(void *user, const xmppfed_element *e)
{
    struct fake_ports *f = user;
    char *text = NULL;
    size_t len;

    assert_int_equal(xmppfed_element_write(e, XMPPFED_NS_SERVER, &text, &len), 0);
    note(f, "send %s", text);
    xmppfed_element_free_text(f->ctx, text);
    return f->send_rc;
}

static int restart(void *user)
{
    struct fake_ports *f = user;

    note(f, "restart");
    return f->restart_rc;
}

static int up(void *user, const char *local, const char *remote, int method)
{
    struct fake_ports *f = user;

    note(f, "up %s %s %d", local, remote, method);
    return f->up_rc;
}

static int can_verify(void *user)
{
    note(user, "can verify");
    return 0;
}

static int pair_refused(void *user, const char *local, const char *remote, int code,
                        const char *condition)
{
    note(user, "refused %s %s %s %s", local, remote, xmppfed_error_name(code), condition);
    return 0;
}

static int check(void *user, const char *local, const char *remote, const char *id, const char *key)
{
    struct fake_ports *f = user;

    note(f, "check %s %s %s %s", local, remote, id, key);
    return f->check_rc;
}

static int evidence_wanted(void *user, const char *local, const char *remote, uint32_t kinds)
{
    note(user, "evidence %s %s %u", local, remote, (unsigned)kinds);
    return 0;
}

static int verify_answer(void *user, const struct xfed_dialback_message *answer)
{
    note(user, "answer %s %s %s %d", answer->to, answer->from, answer->id, answer->verdict);
    return 0;
}

static int stanza(void *user, const struct xfed_input *in)
{
    note(user, "stanza %s %s", in->local, in->remote);
    return 0;
}

static const struct xfed_tls_port tls_port = {usable, tls_start, prove, proves_other,
                                              bound,  evidence,  epoch, version};
static const struct xfed_sasl_port sasl_port = {sasl_secret, sasl_start, sasl_step, sasl_end};
static const struct xfed_stream_port stream_port = {
    .hosts = hosts,
    .partner = partner,
    .secret = secret,
    .new_id = new_id,
    .limits = limits,
    .send_header = send_header,
    .send = send,
    .restart = restart,
    .up = up,
    .can_verify = can_verify,
    .pair_refused = pair_refused,
    .check = check,
    .evidence_wanted = evidence_wanted,
    .verify_answer = verify_answer,
    .stanza = stanza,
};

void fake_ports_init(struct fake_ports *f, xmppfed_context *ctx)
{
    *f = (struct fake_ports){
        .ctx = ctx,
        .can_serve = true,
        .can_dial = true,
        .prove_rc = XMPPFED_ERR_TLS_CERTIFICATE,
        .sasl_step_rc = 1,
    };
}

struct xfed_partner *fake_ports_partner(struct fake_ports *f, const char *domain, uint32_t methods)
{
    const uint32_t with_tls =
        XMPPFED_METHOD_SCRAM | XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS;
    size_t at = 0;

    while (at < FAKE_PARTNERS && f->partners[at].domain)
        at++;
    assert_true(at < FAKE_PARTNERS);
    f->partners[at] = (struct xfed_partner){
        .domain = domain,
        .tls = methods & with_tls ? XMPPFED_OPTIONAL : XMPPFED_NOT_SUPPORTED,
        .methods = methods,
        .bidi = XMPPFED_BIDI_NEVER,
    };
    return &f->partners[at];
}

void fake_ports_host(struct fake_ports *f, const char *domain)
{
    size_t at = 0;

    while (at < FAKE_DOMAINS && f->hosted[at])
        at++;
    assert_true(at < FAKE_DOMAINS);
    f->hosted[at] = domain;
}

struct xfed_ports fake_ports(struct fake_ports *f)
{
    return (struct xfed_ports){&tls_port, &sasl_port, &stream_port, f};
}

void fake_ports_expect(struct fake_ports *f, const char *log)
{
    assert_string_equal(f->log, log);
    f->log[0] = '\0';
}

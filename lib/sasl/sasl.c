/*
 * sasl.c - SASL exchanges over libgsasl, behind an allow-list of mechanisms.
 *
 * libgsasl runs the mechanism; what it may run, and whom it may let in, is decided here. Its own
 * list of mechanisms holds PLAIN, LOGIN and ANONYMOUS and is never looked at. It gets raw bytes:
 * its base64 lets non-zero trailing bits pass, and it cannot tell an empty payload from none.
 */
#include "sasl/sasl.h"

#include "base/memory.h"
#include "base/slice.h"
#include "crypto/base64.h"

#include <gsasl.h>
#include <stdio.h>
#include <string.h>
#include <xmppfed/address.h>

/* More than any mechanism needs; a peer that wants more is playing for time. */
#define MAX_STEPS 8
/* Names are at most 255 octets long; the rest of a message needs less than 300. */
#define MAX_PAYLOAD 1024

static const struct {
    enum xfed_sasl_mechanism mechanism;
    const char *name;
} mechanisms[] = {
    {XFED_SASL_EXTERNAL, "EXTERNAL"},
    {XFED_SASL_SCRAM, "SCRAM-SHA-256-PLUS"},
};

/*
 * One libgsasl handle an exchange: it costs 10 microseconds and 13 KiB for as long as the exchange
 * lasts, and spares us a handle that threads and contexts would share.
 */
struct xfed_sasl {
    xmppfed_context *ctx;
    Gsasl *library;
    Gsasl_session *session;
    enum xfed_sasl_mechanism mechanism;
    bool receives;
    char domain[XMPPFED_DOMAIN_SIZE]; /* of the initiating side, which is to be proved */
    char *output;                     /* libgsasl's, of the last step */
    unsigned steps;
    int verdict; /* why the callback refused, or 0 */
    int error;   /* sticky: an exchange that failed stays failed */
    bool begun;  /* receiving side of SCRAM: the first message was read */
    bool done;
    /* Of SCRAM; the first two of its initiating side, the third of the other. */
    char secret[XFED_SCRAM_SECRET_MAX];
    size_t secret_len;
    struct xfed_scram_verifier verifier;
    uint8_t binding[XFED_SCRAM_BINDING_SIZE];
};

const char *xfed_sasl_name(enum xfed_sasl_mechanism m)
{
    for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
        if (mechanisms[i].mechanism == m)
            return mechanisms[i].name;
    }
    return NULL;
}

enum xfed_sasl_mechanism xfed_sasl_find(const char *name)
{
    for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
        if (xfed_text_equal(mechanisms[i].name, name))
            return mechanisms[i].mechanism;
    }
    return XFED_SASL_NONE;
}

/*
 * Whether the peer may act as authzid: nobody but the domain that its certificate proved. None or
 * an empty one stands for the stream's 'from', which is that domain (RFC 6120 6.3.8, XEP-0178 3).
 */
static bool may_act_as(const struct xfed_sasl *s, const char *authzid)
{
    char domain[XMPPFED_DOMAIN_SIZE];

    if (!authzid || *authzid == '\0')
        return true;
    return xmppfed_domain_prepare(authzid, domain) == 0 && xfed_text_equal(domain, s->domain);
}

/* ---- what libgsasl asks -------------------------------------------------------------------- */

static int give_text(struct xfed_sasl *s, Gsasl_session *session, Gsasl_property property,
                     const char *text)
{
    if (gsasl_property_set(session, property, text) == GSASL_OK)
        return GSASL_OK;
    s->verdict = XMPPFED_ERR_NOMEM;
    return GSASL_MALLOC_ERROR;
}

static int give_octets(struct xfed_sasl *s, Gsasl_session *session, Gsasl_property property,
                       const uint8_t *octets, size_t len)
{
    char *text;
    int rc = xfed_base64_encode(s->ctx, xfed_slice((const char *)octets, len), &text);

    if (rc < 0) {
        s->verdict = rc;
        return GSASL_MALLOC_ERROR;
    }
    rc = give_text(s, session, property, text);
    xfed_wipe(text, strlen(text));
    xfed_free(s->ctx, text);
    return rc;
}

/* By now the salt and the iterations of the other side are known; only good ones are worked with.
 */
static int give_salted_secret(struct xfed_sasl *s, Gsasl_session *session)
{
    const char *salt = gsasl_property_fast(session, GSASL_SCRAM_SALT);
    const char *iterations = gsasl_property_fast(session, GSASL_SCRAM_ITER);
    uint8_t salted[XFED_SHA256_SIZE];
    char text[XFED_SHA256_HEX_SIZE];
    int rc;

    if (!salt || !iterations)
        return GSASL_NO_CALLBACK;
    rc = xfed_scram_salt_secret(s->ctx, xfed_slice(s->secret, s->secret_len), salt, iterations,
                                salted);
    if (rc < 0) {
        s->verdict = rc;
        return GSASL_AUTHENTICATION_ERROR;
    }
    xfed_hex(salted, sizeof(salted), text);
    rc = give_text(s, session, GSASL_SCRAM_SALTED_PASSWORD, text);
    xfed_wipe(salted, sizeof(salted));
    xfed_wipe(text, sizeof(text));
    return rc;
}

static int give_iterations(struct xfed_sasl *s, Gsasl_session *session)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", XFED_SCRAM_ITERATIONS);
    return give_text(s, session, GSASL_SCRAM_ITER, text);
}

static int on_scram(struct xfed_sasl *s, Gsasl_session *session, Gsasl_property property)
{
    const struct xfed_scram_verifier *v = &s->verifier;

    if (property == GSASL_CB_TLS_EXPORTER)
        return give_octets(s, session, property, s->binding, sizeof(s->binding));
    if (!s->receives && property == GSASL_AUTHID)
        return give_text(s, session, property, s->domain);
    if (!s->receives && property == GSASL_SCRAM_SALTED_PASSWORD)
        return give_salted_secret(s, session);
    if (s->receives && property == GSASL_SCRAM_ITER)
        return give_iterations(s, session);
    if (s->receives && property == GSASL_SCRAM_SALT)
        return give_octets(s, session, property, v->salt, sizeof(v->salt));
    if (s->receives && property == GSASL_SCRAM_STOREDKEY)
        return give_octets(s, session, property, v->stored_key, sizeof(v->stored_key));
    if (s->receives && property == GSASL_SCRAM_SERVERKEY)
        return give_octets(s, session, property, v->server_key, sizeof(v->server_key));
    return GSASL_NO_CALLBACK;
}

static int on_external(struct xfed_sasl *s, Gsasl_session *session, Gsasl_property property)
{
    if (!s->receives || property != GSASL_VALIDATE_EXTERNAL)
        return GSASL_NO_CALLBACK;
    if (may_act_as(s, gsasl_property_fast(session, GSASL_AUTHZID)))
        return GSASL_OK;
    s->verdict = XMPPFED_ERR_SASL_AUTHZID;
    return GSASL_AUTHENTICATION_ERROR;
}

/* What has no answer here has none: neither passwords nor names of other mechanisms. */
static int on_question(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    struct xfed_sasl *s = gsasl_callback_hook_get(library);

    return s->mechanism == XFED_SASL_SCRAM ? on_scram(s, session, property)
                                           : on_external(s, session, property);
}

/* ---- beginning and end --------------------------------------------------------------------- */

/* An exchange with its libgsasl handle, and no session yet. */
static int exchange_new(xmppfed_context *ctx, enum xfed_sasl_mechanism m, bool receives,
                        const char *domain, struct xfed_sasl **ret)
{
    struct xfed_sasl *s = xfed_zalloc(ctx, sizeof(*s));

    if (!s)
        return XMPPFED_ERR_NOMEM;
    s->ctx = ctx;
    s->mechanism = m;
    s->receives = receives;
    if (!xfed_text_copy(s->domain, sizeof(s->domain), domain)) {
        xfed_free(ctx, s);
        return XMPPFED_ERR_SASL_MECHANISM;
    }
    if (gsasl_init(&s->library) != GSASL_OK) {
        xfed_free(ctx, s);
        return XMPPFED_ERR_NOMEM;
    }
    /* Of the handle, not of the session: SCRAM asks before there is a session to hang it on. */
    gsasl_callback_hook_set(s->library, s);
    gsasl_callback_set(s->library, on_question);
    *ret = s;
    return 0;
}

/* Begins the session of an exchange that has all it needs, or frees it. */
static int start(struct xfed_sasl *s, struct xfed_sasl **ret)
{
    const char *name = xfed_sasl_name(s->mechanism);
    int rc = s->receives ? gsasl_server_start(s->library, name, &s->session)
                         : gsasl_client_start(s->library, name, &s->session);

    if (rc != GSASL_OK) {
        xfed_sasl_free(s);
        return rc == GSASL_UNKNOWN_MECHANISM ? XMPPFED_ERR_SASL_MECHANISM : XMPPFED_ERR_NOMEM;
    }
    *ret = s;
    return 0;
}

int xfed_sasl_external_initiator(xmppfed_context *ctx, const char *authzid, struct xfed_sasl **ret)
{
    struct xfed_sasl *s;
    int rc = exchange_new(ctx, XFED_SASL_EXTERNAL, false, "", &s);

    if (rc == 0)
        rc = start(s, &s);
    if (rc == 0 && authzid && gsasl_property_set(s->session, GSASL_AUTHZID, authzid) != GSASL_OK) {
        xfed_sasl_free(s);
        rc = XMPPFED_ERR_NOMEM;
    }
    if (rc == 0)
        *ret = s;
    return rc;
}

int xfed_sasl_external_receiver(xmppfed_context *ctx, const char *proved, struct xfed_sasl **ret)
{
    struct xfed_sasl *s;
    int rc;

    /* EXTERNAL without a proof would let in whoever asks: there is no such exchange. */
    if (!proved || *proved == '\0')
        return XMPPFED_ERR_SASL_MECHANISM;
    rc = exchange_new(ctx, XFED_SASL_EXTERNAL, true, proved, &s);
    return rc < 0 ? rc : start(s, ret);
}

int xfed_sasl_scram_initiator(xmppfed_context *ctx, const char *own, xmppfed_slice secret,
                              const uint8_t binding[XFED_SCRAM_BINDING_SIZE],
                              struct xfed_sasl **ret)
{
    struct xfed_sasl *s;
    int rc;

    if (!own || *own == '\0' || !xfed_scram_secret_fits(secret))
        return XMPPFED_ERR_SASL_MECHANISM;
    rc = exchange_new(ctx, XFED_SASL_SCRAM, false, own, &s);
    if (rc < 0)
        return rc;
    memcpy(s->secret, secret.data, secret.len);
    s->secret_len = secret.len;
    memcpy(s->binding, binding, sizeof(s->binding));
    return start(s, ret);
}

int xfed_sasl_scram_receiver(xmppfed_context *ctx, const char *from,
                             const struct xfed_scram_verifier *verifier,
                             const uint8_t binding[XFED_SCRAM_BINDING_SIZE], struct xfed_sasl **ret)
{
    struct xfed_sasl *s;
    int rc;

    if (!from || *from == '\0' || !verifier)
        return XMPPFED_ERR_SASL_MECHANISM;
    rc = exchange_new(ctx, XFED_SASL_SCRAM, true, from, &s);
    if (rc < 0)
        return rc;
    s->verifier = *verifier;
    memcpy(s->binding, binding, sizeof(s->binding));
    return start(s, ret);
}

/* libgsasl frees its copies as they are; what it calls constant is its own memory. */
static void wipe_property(Gsasl_session *session, Gsasl_property property)
{
    char *text = (char *)(uintptr_t)gsasl_property_fast(session, property);

    if (text)
        xfed_wipe(text, strlen(text));
}

void xfed_sasl_free(struct xfed_sasl *s)
{
    xmppfed_context *ctx;

    if (!s)
        return;
    gsasl_free(s->output);
    if (s->session) {
        wipe_property(s->session, GSASL_SCRAM_SALTED_PASSWORD);
        wipe_property(s->session, GSASL_SCRAM_STOREDKEY);
        wipe_property(s->session, GSASL_SCRAM_SERVERKEY);
        gsasl_finish(s->session);
    }
    gsasl_done(s->library);
    ctx = s->ctx;
    xfed_wipe(s, sizeof(*s));
    xfed_free(ctx, s);
}

/* ---- steps --------------------------------------------------------------------------------- */

/* What a step that failed means to our caller. */
static int step_error(const struct xfed_sasl *s, int rc)
{
    if (s->verdict)
        return s->verdict;
    switch (rc) {
    case GSASL_MALLOC_ERROR:
        return XMPPFED_ERR_NOMEM;
    case GSASL_MECHANISM_PARSE_ERROR: /* a NUL within the authzid, for one */
        return XMPPFED_ERR_SASL_MALFORMED;
    default:
        return XMPPFED_ERR_SASL_REFUSED;
    }
}

/*
 * What libgsasl would let pass in a first message of SCRAM, or work with for longer than we like;
 * none, to which the answer is an empty challenge, is not read yet.
 */
static int check_input(struct xfed_sasl *s, xmppfed_slice input)
{
    if (input.len > MAX_PAYLOAD)
        return XMPPFED_ERR_SASL_MALFORMED;
    if (s->mechanism != XFED_SASL_SCRAM || !s->receives || s->begun || input.len == 0)
        return 0;
    s->begun = true;
    return xfed_scram_check_first(input, s->domain);
}

int xfed_sasl_step(struct xfed_sasl *s, xmppfed_slice input, xmppfed_slice *ret_output)
{
    size_t len = 0;
    int rc;

    if (s->error)
        return s->error;
    if (s->done || ++s->steps > MAX_STEPS)
        return s->error = XMPPFED_ERR_SASL_REFUSED;
    rc = check_input(s, input);
    if (rc < 0)
        return s->error = rc;
    gsasl_free(s->output);
    s->output = NULL;
    /* Only <auth/> can come without a payload: a <response/> without text is an empty response. */
    if (!input.data && s->steps > 1)
        input = xfed_slice("", 0);
    rc = gsasl_step(s->session, input.data, input.len, &s->output, &len);
    if (rc != GSASL_OK && rc != GSASL_NEEDS_MORE)
        return s->error = step_error(s, rc);

    *ret_output = xfed_slice(s->output, len);
    if (rc == GSASL_NEEDS_MORE) {
        /* libgsasl has no bytes for an empty challenge, but it has to be sent all the same. */
        if (!ret_output->data)
            *ret_output = xfed_slice("", 0);
        return XFED_SASL_CONTINUE;
    }
    s->done = true;
    return XFED_SASL_DONE;
}

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

#include <gsasl.h>
#include <xmppfed/address.h>

/* More than any mechanism needs; a peer that wants more is playing for time. */
#define MAX_STEPS 8

static const struct {
    enum xfed_sasl_mechanism mechanism;
    const char *name;
} mechanisms[] = {
    {XFED_SASL_EXTERNAL, "EXTERNAL"},
};

/*
 * One libgsasl handle an exchange: it costs 10 microseconds and 13 KiB for as long as the exchange
 * lasts, and spares us a handle that threads and contexts would share.
 */
struct xfed_sasl {
    xmppfed_context *ctx;
    Gsasl *library;
    Gsasl_session *session;
    char proved[XMPPFED_DOMAIN_SIZE]; /* receiving side only */
    char *output;                     /* libgsasl's, of the last step */
    unsigned steps;
    int verdict; /* why the callback refused, or 0 */
    int error;   /* sticky: an exchange that failed stays failed */
    bool done;
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
    return xmppfed_domain_prepare(authzid, domain) == 0 && xfed_text_equal(domain, s->proved);
}

/* libgsasl asks: of all its questions only this one has an answer. */
static int on_question(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    struct xfed_sasl *s = gsasl_session_hook_get(session);

    (void)library;
    if (!s || s->proved[0] == '\0' || property != GSASL_VALIDATE_EXTERNAL)
        return GSASL_NO_CALLBACK;
    if (may_act_as(s, gsasl_property_fast(session, GSASL_AUTHZID)))
        return GSASL_OK;
    s->verdict = XMPPFED_ERR_SASL_AUTHZID;
    return GSASL_AUTHENTICATION_ERROR;
}

/* An exchange with its libgsasl handle, and no session yet. */
static int exchange_new(xmppfed_context *ctx, struct xfed_sasl **ret)
{
    struct xfed_sasl *s = xfed_zalloc(ctx, sizeof(*s));

    if (!s)
        return XMPPFED_ERR_NOMEM;
    s->ctx = ctx;
    if (gsasl_init(&s->library) != GSASL_OK) {
        xfed_free(ctx, s);
        return XMPPFED_ERR_NOMEM;
    }
    gsasl_callback_set(s->library, on_question);
    *ret = s;
    return 0;
}

/* What a failure to start a session means to our caller. */
static int start_error(int rc)
{
    return rc == GSASL_UNKNOWN_MECHANISM ? XMPPFED_ERR_SASL_MECHANISM : XMPPFED_ERR_NOMEM;
}

int xfed_sasl_initiator_new(xmppfed_context *ctx, enum xfed_sasl_mechanism m, const char *authzid,
                            struct xfed_sasl **ret)
{
    const char *name = xfed_sasl_name(m);
    struct xfed_sasl *s;
    int rc;

    if (!name)
        return XMPPFED_ERR_SASL_MECHANISM;
    rc = exchange_new(ctx, &s);
    if (rc < 0)
        return rc;
    rc = gsasl_client_start(s->library, name, &s->session);
    if (rc == GSASL_OK && authzid)
        rc = gsasl_property_set(s->session, GSASL_AUTHZID, authzid);
    if (rc != GSASL_OK) {
        xfed_sasl_free(s);
        return start_error(rc);
    }
    gsasl_session_hook_set(s->session, s);
    *ret = s;
    return 0;
}

int xfed_sasl_receiver_new(xmppfed_context *ctx, enum xfed_sasl_mechanism m, const char *proved,
                           struct xfed_sasl **ret)
{
    const char *name = xfed_sasl_name(m);
    struct xfed_sasl *s;
    int rc;

    /* EXTERNAL without a proof would let in whoever asks: there is no such exchange. */
    if (!name || !proved || *proved == '\0')
        return XMPPFED_ERR_SASL_MECHANISM;
    rc = exchange_new(ctx, &s);
    if (rc < 0)
        return rc;
    if (!xfed_text_copy(s->proved, sizeof(s->proved), proved)) {
        xfed_sasl_free(s);
        return XMPPFED_ERR_SASL_MECHANISM;
    }
    rc = gsasl_server_start(s->library, name, &s->session);
    if (rc != GSASL_OK) {
        xfed_sasl_free(s);
        return start_error(rc);
    }
    gsasl_session_hook_set(s->session, s);
    *ret = s;
    return 0;
}

void xfed_sasl_free(struct xfed_sasl *s)
{
    if (!s)
        return;
    gsasl_free(s->output);
    if (s->session)
        gsasl_finish(s->session);
    gsasl_done(s->library);
    xfed_free(s->ctx, s);
}

/* What a step that failed means to our caller. */
static int step_error(const struct xfed_sasl *s, int rc)
{
    switch (rc) {
    case GSASL_MALLOC_ERROR:
        return XMPPFED_ERR_NOMEM;
    case GSASL_MECHANISM_PARSE_ERROR: /* a NUL within the authzid, for one */
        return XMPPFED_ERR_SASL_MALFORMED;
    default:
        return s->verdict ? s->verdict : XMPPFED_ERR_SASL_REFUSED;
    }
}

int xfed_sasl_step(struct xfed_sasl *s, xmppfed_slice input, xmppfed_slice *ret_output)
{
    size_t len = 0;
    int rc;

    if (s->error)
        return s->error;
    if (s->done || ++s->steps > MAX_STEPS)
        return s->error = XMPPFED_ERR_SASL_REFUSED;
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

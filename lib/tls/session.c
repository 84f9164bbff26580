/* session.c - one TLS session over memory: handshake, reading, writing, closing. */
#include "tls/session_state.h"

#include <gnutls/crypto.h>
#include <limits.h>
#include <string.h>

#include "address/domain.h"
#include "base/fault.h"
#include "base/slice.h"
#include "tls/credentials.h"

enum {
    /* What a peer may send as one handshake message; bounds memory before authentication. */
    HANDSHAKE_MESSAGE_MAX = 64 * 1024,
    /* Header, explicit nonce, content type, tag and the padding to come: more than any AEAD adds.
     */
    RECORD_OVERHEAD = 64,
    /* Seconds for which a ticket is good; GnuTLS goes by the clock of the machine here. */
    TICKET_TIME = 6 * 60 * 60
};

/* TLS 1.2 sends its tickets in the clear and has no fresh keys in what follows: never. */
static unsigned int session_flags(bool is_server, bool tickets)
{
    unsigned int flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS_TLS12;

    if (!tickets)
        flags |= GNUTLS_NO_TICKETS;
    /* A client sends its certificate whatever authorities the server names: it may use dialback. */
    return flags | (is_server ? GNUTLS_SERVER : GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT);
}

static int set_server_name(xmppfed_tls_session *s, const char *server_name)
{
    char prepared[XMPPFED_DOMAIN_SIZE];

    if (xmppfed_domain_prepare(server_name, prepared) < 0)
        return XMPPFED_ERR_ARGUMENT;
    s->server_name = xfed_strdup(s->ctx, prepared);
    if (!s->server_name)
        return XMPPFED_ERR_NOMEM;
    /* RFC 6066 3: literal addresses are no server names. */
    if (xfed_domain_is_ip(prepared))
        return 0;
    if (gnutls_server_name_set(s->gnutls, GNUTLS_NAME_DNS, prepared, strlen(prepared)) < 0)
        return XMPPFED_ERR_NOMEM;
    return 0;
}

/* Makes the GnuTLS session and everything about it that does not depend on the peer. */
static int set_up(xmppfed_tls_session *s, struct xfed_account *account, bool tickets)
{
    if (gnutls_init(&s->gnutls, session_flags(s->is_server, tickets)) < 0) {
        s->gnutls = NULL;
        return XMPPFED_ERR_NOMEM;
    }
    xfed_tls_transport_init(&s->transport, account, s->gnutls);
    if (gnutls_priority_set(s->gnutls, s->credentials->priority) < 0 ||
        gnutls_credentials_set(s->gnutls, GNUTLS_CRD_CERTIFICATE, s->credentials->certificate) < 0)
        return XMPPFED_ERR_NOMEM;
    /* The host's timers rule; GnuTLS would read a clock. */
    gnutls_handshake_set_timeout(s->gnutls, GNUTLS_INDEFINITE_TIMEOUT);
    gnutls_handshake_set_max_packet_length(s->gnutls, HANDSHAKE_MESSAGE_MAX);
    if (s->is_server) {
        /* Asked for, not required, and from any authority: dialback needs none. */
        gnutls_certificate_server_set_request(s->gnutls, GNUTLS_CERT_REQUEST);
        gnutls_certificate_send_x509_rdn_sequence(s->gnutls, 1);
    }
    return 0;
}

/* account NULL: one of the session's own. */
static int create(xmppfed_context *ctx, struct xfed_account *account, int role,
                  xmppfed_credentials *credentials, const char *server_name,
                  xmppfed_tls_session **ret)
{
    xmppfed_tls_session *s;
    int rc;

    if (!ret || (role != XMPPFED_TLS_CLIENT && role != XMPPFED_TLS_SERVER))
        return XMPPFED_ERR_ARGUMENT;
    if (role == XMPPFED_TLS_SERVER && (!credentials || credentials->chain_count == 0))
        return XMPPFED_ERR_TLS_CREDENTIALS;
    s = xfed_zalloc(ctx, sizeof(*s));
    if (!s)
        return XMPPFED_ERR_NOMEM;
    s->ctx = xmppfed_context_ref(ctx);
    s->is_server = role == XMPPFED_TLS_SERVER;
    xfed_account_init(&s->own_account, ctx, SIZE_MAX);
    rc = 0;
    s->credentials = xmppfed_credentials_ref(credentials);
    if (!s->credentials)
        rc = xfed_tls_credentials_new_empty(ctx, &s->credentials);
    if (rc == 0)
        rc = set_up(s, account ? account : &s->own_account, account && !s->is_server);
    if (rc == 0 && server_name && !s->is_server)
        rc = set_server_name(s, server_name);
    if (rc < 0) {
        xmppfed_tls_session_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

int xfed_tls_session_new(struct xfed_account *account, int role, xmppfed_credentials *credentials,
                         const char *server_name, xmppfed_tls_session **ret)
{
    return create(account->ctx, account, role, credentials, server_name, ret);
}

int xmppfed_tls_session_new(xmppfed_context *ctx, int role, xmppfed_credentials *credentials,
                            const char *server_name, xmppfed_tls_session **ret)
{
    return ctx ? create(ctx, NULL, role, credentials, server_name, ret) : XMPPFED_ERR_ARGUMENT;
}

int xfed_tls_ticket_key_new(uint8_t ret[XFED_TLS_TICKET_KEY_SIZE])
{
    return gnutls_rnd(GNUTLS_RND_KEY, ret, XFED_TLS_TICKET_KEY_SIZE) < 0 ? XMPPFED_ERR_INTERNAL : 0;
}

int xfed_tls_session_set_tickets(xmppfed_tls_session *s,
                                 const uint8_t key[XFED_TLS_TICKET_KEY_SIZE])
{
    /* GnuTLS's inputs are not const, but it does not write to them. */
    const gnutls_datum_t borrowed = {(unsigned char *)(uintptr_t)key, XFED_TLS_TICKET_KEY_SIZE};

    gnutls_db_set_cache_expiration(s->gnutls, TICKET_TIME);
    return gnutls_session_ticket_enable_server(s->gnutls, &borrowed) < 0 ? XMPPFED_ERR_NOMEM : 0;
}

void xfed_tls_session_offer(xmppfed_tls_session *s, xmppfed_slice saved)
{
    if (!s->is_server)
        (void)gnutls_session_set_data(s->gnutls, saved.data, saved.len);
}

int xfed_tls_session_save(xmppfed_tls_session *s, char **ret, size_t *ret_len)
{
    gnutls_datum_t data = {NULL, 0};
    char *copy = NULL;
    bool fits;

    /* Asked for without a ticket GnuTLS would give something that no server takes. */
    if (s->is_server || s->failed || xfed_tls_session_version(s) != XMPPFED_TLS_1_3 ||
        !(gnutls_session_get_flags(s->gnutls) & GNUTLS_SFLAGS_SESSION_TICKET))
        return 0;
    if (gnutls_session_get_data2(s->gnutls, &data) < 0)
        return XMPPFED_ERR_NOMEM;
    fits = data.size <= XFED_TLS_SAVED_MAX;
    if (fits)
        copy = xfed_alloc(s->ctx, data.size);
    if (copy) {
        memcpy(copy, data.data, data.size);
        *ret = copy;
        *ret_len = data.size;
    }
    gnutls_memset(data.data, 0, data.size);
    gnutls_free(data.data);
    if (!fits)
        return 0;
    return copy ? 1 : XMPPFED_ERR_NOMEM;
}

/* Takes the identity of the name that the client asks for (RFC 6066 3). */
static int on_client_hello(gnutls_session_t gnutls)
{
    xmppfed_tls_session *s = gnutls_session_get_ptr(gnutls);
    char name[XMPPFED_DOMAIN_SIZE];
    char prepared[XMPPFED_DOMAIN_SIZE];
    size_t len = sizeof(name);
    unsigned int type;
    struct xfed_tls_identity picked = {NULL, NULL};
    int rc = gnutls_server_name_get(gnutls, name, &len, &type, 0);

    if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return 0;
    if (rc < 0 || xmppfed_domain_prepare(name, prepared) < 0)
        return GNUTLS_E_UNRECOGNIZED_NAME;
    if (!s->pick(s->pick_user, prepared, &picked) || picked.credentials->chain_count == 0)
        return GNUTLS_E_UNRECOGNIZED_NAME;
    rc = gnutls_credentials_set(gnutls, GNUTLS_CRD_CERTIFICATE, picked.credentials->certificate);
    if (rc < 0)
        return rc;
    xmppfed_credentials_ref(picked.credentials);
    xmppfed_credentials_unref(s->credentials);
    s->credentials = picked.credentials;
    /* Each domain has a key of its own: nobody resumes for one what was shown to another. */
    if (picked.ticket_key && xfed_tls_session_set_tickets(s, picked.ticket_key) < 0)
        return GNUTLS_E_MEMORY_ERROR;
    return 0;
}

int xfed_tls_session_set_direct(xmppfed_tls_session *s, xfed_tls_pick_fn pick, void *user)
{
    static const char protocol[] = "xmpp-server";
    /* GnuTLS's inputs are not const, but it does not write to them. */
    const gnutls_datum_t offer = {(unsigned char *)(uintptr_t)protocol, sizeof(protocol) - 1};

    /*
     * On a server: mandatory means that a client which asks by ALPN for others only is refused, so
     * that nothing meant for another protocol is ever read as XMPP (RFC 7301 3.2).
     */
    if (gnutls_alpn_set_protocols(s->gnutls, &offer, 1, s->is_server ? GNUTLS_ALPN_MANDATORY : 0) <
        0)
        return XMPPFED_ERR_NOMEM;
    if (!s->is_server || !pick)
        return 0;
    s->pick = pick;
    s->pick_user = user;
    gnutls_session_set_ptr(s->gnutls, s);
    gnutls_handshake_set_post_client_hello_function(s->gnutls, on_client_hello);
    return 0;
}

void xmppfed_tls_session_free(xmppfed_tls_session *s)
{
    xmppfed_context *ctx;

    if (!s)
        return;
    ctx = s->ctx;
    if (s->gnutls) {
        gnutls_deinit(s->gnutls);
        xfed_tls_transport_fini(&s->transport);
    }
    xmppfed_credentials_unref(s->credentials);
    xfed_free(ctx, s->server_name);
    xfed_free(ctx, s);
    xmppfed_context_unref(ctx);
}

size_t xfed_tls_session_waiting(const xmppfed_tls_session *s)
{
    return xfed_buffer_length(&s->transport.input);
}

int xmppfed_tls_session_feed(xmppfed_tls_session *s, const void *data, size_t len)
{
    if (!s || (!data && len > 0))
        return XMPPFED_ERR_ARGUMENT;
    /* Nobody will read what comes after the end (RFC 8446 6.1). */
    if (s->failed || s->close_received)
        return 0;
    return xfed_buffer_append(&s->transport.input, data, len);
}

/*
 * Whether a call that GnuTLS left with rc is to be repeated at once: it stopped for a reason that
 * asks for nothing (a warning alert, a key update) and some input was used up meanwhile.
 */
static bool go_on(const xmppfed_tls_session *s, ssize_t rc, size_t input_before)
{
    if (rc != GNUTLS_E_AGAIN && rc != GNUTLS_E_INTERRUPTED && rc != GNUTLS_E_WARNING_ALERT_RECEIVED)
        return false;
    return !s->transport.starved && xfed_buffer_length(&s->transport.input) < input_before;
}

/* Whether GnuTLS only waits for more input. */
static bool waits(ssize_t rc)
{
    return rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED ||
           rc == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

/*
 * Whether the server has ended the session by an alert about our certificate (RFC 8446 6.2). In TLS
 * 1.3 it comes encrypted, after our Finished; in TLS 1.2 it comes before, and from anybody.
 */
static bool is_refusal(const xmppfed_tls_session *s)
{
    static const gnutls_alert_description_t alerts[] = {
        GNUTLS_A_BAD_CERTIFICATE,     GNUTLS_A_UNSUPPORTED_CERTIFICATE,
        GNUTLS_A_CERTIFICATE_REVOKED, GNUTLS_A_CERTIFICATE_EXPIRED,
        GNUTLS_A_CERTIFICATE_UNKNOWN, GNUTLS_A_UNKNOWN_CA,
        GNUTLS_A_ACCESS_DENIED};
    gnutls_alert_description_t alert = gnutls_alert_get(s->gnutls);

    if (s->is_server || !s->established)
        return false;
    for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
        if (alert == alerts[i])
            return true;
    return false;
}

bool xfed_tls_session_refused(const xmppfed_tls_session *s)
{
    return s->refused;
}

const char *xfed_tls_session_alert(const xmppfed_tls_session *s)
{
    return s->alert;
}

static void take_alert(xmppfed_tls_session *s)
{
    const char *name = gnutls_alert_get_name(gnutls_alert_get(s->gnutls));

    s->refused = is_refusal(s);
    s->alert = name ? name : "unknown";
}

/* Ends the session for good, telling the peer why where TLS has an alert for it. */
static int fail(xmppfed_tls_session *s, int code, ssize_t gnutls_code)
{
    if (s->transport.error < 0)
        code = s->transport.error;
    else if (gnutls_code == GNUTLS_E_FATAL_ALERT_RECEIVED)
        take_alert(s);
    else
        (void)gnutls_alert_send_appropriate(s->gnutls, (int)gnutls_code);
    s->failed = code;
    xfed_buffer_clear(&s->transport.input);
    return code;
}

/* What a GnuTLS error means to the person who has to do something about it. */
static const char *explain(const xmppfed_tls_session *s, ssize_t gnutls_code)
{
    switch (gnutls_code) {
    case GNUTLS_E_UNEXPECTED_PACKET:
    case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
    case GNUTLS_E_RECORD_OVERFLOW:
        return "what came is not TLS; check the port";
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
        return "no common version; the peer must support TLS 1.2 or 1.3";
    case GNUTLS_E_NO_CIPHER_SUITES:
        return "no common cipher; the peer must support ECDHE with AES-GCM or ChaCha20-Poly1305";
    case GNUTLS_E_SAFE_RENEGOTIATION_FAILED:
    case GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED:
        return "the peer lacks secure renegotiation (RFC 5746); it must be updated";
    case GNUTLS_E_NO_APPLICATION_PROTOCOL:
        return "it asks by ALPN for another protocol than xmpp-server; check its port";
    case GNUTLS_E_UNRECOGNIZED_NAME:
        return "it asks by SNI for a domain that has no certificate here";
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        return s->alert;
    default:
        return gnutls_strerror((int)gnutls_code);
    }
}

static int fail_handshake(xmppfed_tls_session *s, ssize_t gnutls_code, xmppfed_problem *why)
{
    int code = fail(s, XMPPFED_ERR_TLS_HANDSHAKE, gnutls_code);
    const char *text = explain(s, gnutls_code);

    if (code != XMPPFED_ERR_TLS_HANDSHAKE)
        return xfed_fault_code(why, code);
    return xfed_fault_set(why, code, "TLS handshake with %s failed: %s%s",
                          s->server_name ? s->server_name : "the peer",
                          gnutls_code == GNUTLS_E_FATAL_ALERT_RECEIVED ? "it refused with alert "
                                                                       : "",
                          text ? text : "unknown");
}

/*
 * A server that renegotiates without RFC 5746 may take what an attacker said first for ours. As a
 * server we never renegotiate, so that a client need not know it; TLS 1.3 cannot.
 */
static bool could_be_spliced(const xmppfed_tls_session *s)
{
    return !s->is_server && gnutls_protocol_get_version(s->gnutls) == GNUTLS_TLS1_2 &&
           !gnutls_safe_renegotiation_status(s->gnutls);
}

int xmppfed_tls_session_handshake(xmppfed_tls_session *s, xmppfed_problem *why)
{
    size_t before;
    int rc;

    if (!s)
        return xfed_fault_code(why, XMPPFED_ERR_ARGUMENT);
    if (s->established)
        return 1;
    if (s->failed)
        return xfed_fault_code(why, s->failed);
    do {
        before = xfed_buffer_length(&s->transport.input);
        s->transport.starved = false;
        rc = gnutls_handshake(s->gnutls);
    } while (go_on(s, rc, before));
    if (rc == GNUTLS_E_SUCCESS && could_be_spliced(s))
        rc = GNUTLS_E_UNSAFE_RENEGOTIATION_DENIED;
    if (s->transport.error < 0 || (rc < 0 && !waits(rc)))
        return fail_handshake(s, rc, why);
    if (rc < 0)
        return 0;
    s->established = true;
    return 1;
}

int xmppfed_tls_session_read(xmppfed_tls_session *s, void *ret, size_t size)
{
    size_t before;
    ssize_t n;

    if (!s || (!ret && size > 0))
        return XMPPFED_ERR_ARGUMENT;
    if (!s->established)
        return XMPPFED_ERR_STATE;
    if (s->failed)
        return s->failed;
    if (s->close_received)
        return XMPPFED_ERR_TLS_CLOSED;
    if (size == 0)
        return 0;
    if (size > INT_MAX)
        size = INT_MAX;
    do {
        before = xfed_buffer_length(&s->transport.input);
        s->transport.starved = false;
        n = gnutls_record_recv(s->gnutls, ret, size);
    } while (go_on(s, n, before));
    /* A renegotiation shows as GNUTLS_E_REHANDSHAKE, which GnuTLS leaves to us to refuse. */
    if (s->transport.error < 0 || (n < 0 && !waits(n)))
        return fail(s, XMPPFED_ERR_TLS_RECORD, n);
    if (n < 0)
        return 0;
    if (n == 0) {
        s->close_received = true;
        xfed_buffer_clear(&s->transport.input);
        return XMPPFED_ERR_TLS_CLOSED;
    }
    return (int)n;
}

/* Whether the output has room for len bytes of text as records. */
static bool output_has_room(const xmppfed_tls_session *s, size_t len)
{
    size_t room = XFED_TLS_OUTPUT_MAX - xfed_buffer_length(&s->transport.output);
    size_t records;

    if (len > room)
        return false;
    /* A peer may have asked for small records (RFC 8449). */
    records = len / gnutls_record_get_max_size(s->gnutls) + 1;
    return records * RECORD_OVERHEAD <= room - len;
}

int xmppfed_tls_session_write(xmppfed_tls_session *s, const void *data, size_t len)
{
    const char *at = data;

    if (!s || (!data && len > 0))
        return XMPPFED_ERR_ARGUMENT;
    if (!s->established || s->close_sent)
        return XMPPFED_ERR_STATE;
    if (s->failed)
        return s->failed;
    /* Looked at before, so that a refused write leaves nothing behind and may be repeated. */
    if (!output_has_room(s, len))
        return XMPPFED_ERR_LIMIT_SIZE;
    while (len > 0) {
        ssize_t n = gnutls_record_send(s->gnutls, at, len);

        if (n <= 0)
            return fail(s, XMPPFED_ERR_TLS_RECORD, n);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

void xmppfed_tls_session_close(xmppfed_tls_session *s)
{
    if (!s || !s->established || s->close_sent || s->failed)
        return;
    s->close_sent = true;
    /* Only this side: waiting for the answer is the connection's choice (RFC 8446 6.1). */
    (void)gnutls_bye(s->gnutls, GNUTLS_SHUT_WR);
    if (s->transport.error < 0)
        s->failed = s->transport.error;
}

xmppfed_slice xmppfed_tls_session_output(const xmppfed_tls_session *s)
{
    return s ? xfed_buffer_bytes(&s->transport.output) : xfed_slice(NULL, 0);
}

void xmppfed_tls_session_sent(xmppfed_tls_session *s, size_t len)
{
    size_t held;

    if (!s)
        return;
    held = xfed_buffer_length(&s->transport.output);
    xfed_buffer_consume(&s->transport.output, len < held ? len : held);
}

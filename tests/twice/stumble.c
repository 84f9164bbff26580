/* stumble.c - input at which libxml2 and GnuTLS fail inside the library. */
#include "run.h"

#include <string.h>
#include <xmppfed/xmppfed.h>

/* Well-formed to the gate; that the prefix is not declared is known to libxml2 alone. */
static bool xml_is_refused(xmppfed_context *ctx)
{
    static const char input[] =
        "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
        "version='1.0'><no:prefix/>";
    xmppfed_stream_item item;
    xmppfed_stream *stream;
    int rc = xmppfed_stream_new(ctx, "jabber:server", &stream);

    if (rc < 0)
        return false;
    rc = xmppfed_stream_feed(stream, input, sizeof(input) - 1);
    while (rc >= 0 && (rc = xmppfed_stream_next(stream, &item)) == 1)
        xmppfed_element_free(item.element);
    xmppfed_stream_free(stream);
    return rc == XMPPFED_ERR_XML_NOT_WELL_FORMED;
}

static bool certificate_is_refused(xmppfed_context *ctx)
{
    static const char input[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    xmppfed_trust *trust;

    return xmppfed_trust_new(ctx, (xmppfed_slice){input, sizeof(input) - 1},
                             (xmppfed_slice){NULL, 0}, NULL, &trust) == XMPPFED_ERR_TLS_CREDENTIALS;
}

static bool handshake_is_refused(xmppfed_context *ctx, const struct twice_pems *pems)
{
    static const char input[] = "GET / HTTP/1.1\r\nHost: contoso.example\r\n\r\n";
    xmppfed_credentials *own = NULL;
    xmppfed_tls_session *session = NULL;
    bool refused = false;

    if (xmppfed_credentials_new(ctx, (xmppfed_slice){pems->contoso, strlen(pems->contoso)},
                                (xmppfed_slice){pems->contoso_key, strlen(pems->contoso_key)}, NULL,
                                &own) == 0 &&
        xmppfed_tls_session_new(ctx, XMPPFED_TLS_SERVER, own, NULL, &session) == 0 &&
        xmppfed_tls_session_feed(session, input, sizeof(input) - 1) == 0)
        refused = xmppfed_tls_session_handshake(session, NULL) == XMPPFED_ERR_TLS_HANDSHAKE;
    xmppfed_tls_session_free(session);
    xmppfed_credentials_unref(own);
    return refused;
}

const char *twice_stumble(const struct twice_pems *pems)
{
    const char *trouble = "";
    xmppfed_context *ctx;

    if (xmppfed_context_new(NULL, &ctx) < 0)
        return "no context";
    if (!xml_is_refused(ctx))
        trouble = "XML was not refused";
    else if (!certificate_is_refused(ctx))
        trouble = "a certificate was not refused";
    else if (!handshake_is_refused(ctx, pems))
        trouble = "a handshake was not refused";
    xmppfed_context_unref(ctx);
    return trouble;
}

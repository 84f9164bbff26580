/* failure.c - what a failed attempt to reach a partner means for those who wait. */
#include "federation/failure.h"

#include "base/slice.h"

#include <xmppfed/error.h>

bool xfed_failure_is_final(int code)
{
    switch (code) {
    case XMPPFED_ERR_DNS_NO_DOMAIN:
    case XMPPFED_ERR_DNS_NO_SERVICE:
        return true;
    case XMPPFED_ERR_TLS_CLOSED: /* the transport broke, which says nothing about the peer */
    case XMPPFED_ERR_TLS_TRUNCATED:
        return false;
    default:
        break;
    }
    switch (xmppfed_error_class(code)) {
    case XMPPFED_CLASS_TLS:
    case XMPPFED_CLASS_SASL:
    case XMPPFED_CLASS_DIALBACK:
    case XMPPFED_CLASS_POLICY:
        return true;
    default:
        return false;
    }
}

bool xfed_failure_is_of_server(int code)
{
    switch (code) {
    case XMPPFED_ERR_NOMEM:
    case XMPPFED_ERR_SHUTDOWN:
    case XMPPFED_ERR_LIMIT_CONNECTIONS:
    case XMPPFED_ERR_LIMIT_MEMORY:
        return false;
    default:
        return xmppfed_error_class(code) != XMPPFED_CLASS_POLICY;
    }
}

const char *xfed_failure_stanza_condition(int code)
{
    if (code == XMPPFED_ERR_DNS_NO_DOMAIN || code == XMPPFED_ERR_DNS_NO_SERVICE)
        return "remote-server-not-found";
    /* The key is ours: what is wrong with it is our servers' fault (XEP-0220 2.1.1). */
    if (code == XMPPFED_ERR_DIALBACK_INVALID)
        return "internal-server-error";
    return "remote-server-timeout";
}

const char *xfed_failure_dialback_condition(int code, const char *peer_condition)
{
    if (code == XMPPFED_ERR_STREAM_ERROR_RECEIVED &&
        xfed_text_equal(peer_condition, "host-unknown"))
        return "remote-server-not-found";
    if (code == XMPPFED_ERR_DIAL_FAILED)
        return "remote-connection-failed";
    if (code == XMPPFED_ERR_TIMEOUT_ESTABLISH || code == XMPPFED_ERR_TIMEOUT_IDLE ||
        code == XMPPFED_ERR_DNS_TIMEOUT)
        return "remote-server-timeout";
    if (code == XMPPFED_ERR_LIMIT_PENDING || code == XMPPFED_ERR_LIMIT_CONNECTIONS ||
        code == XMPPFED_ERR_LIMIT_MEMORY || code == XMPPFED_ERR_NOMEM)
        return "resource-constraint";
    if (xmppfed_error_class(code) == XMPPFED_CLASS_DNS)
        return "remote-server-not-found";
    return "remote-connection-failed";
}

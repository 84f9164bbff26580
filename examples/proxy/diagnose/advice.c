/* advice.c - what to do about each step of a diagnosis that failed. */
#include <string.h>

#include "proxy/diagnose/diagnose.h"

static const char *const names[STEP_COUNT] = {
    [STEP_PARTNER] = "partner", [STEP_OWN_CERTIFICATE] = "own-certificate",
    [STEP_SRV] = "srv",         [STEP_TCP] = "tcp",
    [STEP_STREAM] = "stream",   [STEP_TLS] = "tls",
    [STEP_SASL] = "sasl",       [STEP_CERTIFICATE] = "certificate",
    [STEP_ROW] = "row",         [STEP_DIALBACK] = "dialback",
};

/*
 * The first row that fits holds. condition "" fits any; code 0 fits any, and stands last among the
 * rows of its step.
 */
static const struct row {
    enum diagnose_step step;
    int code;
    const char *condition;
    const char *advice;
} rows[] = {
    {STEP_PARTNER, XMPPFED_ERR_POLICY_UNKNOWN_PARTNER, "",
     "Add a record for the domain to the partner file and reload, or correct the domain."},
    {STEP_PARTNER, XMPPFED_ERR_POLICY_REFUSED, "",
     "Set AllowFederatedUsers to true in the partner file and reload."},
    {STEP_PARTNER, XMPPFED_ERR_LIMIT_CONNECTIONS, "",
     "Raise ConnectionLimit of the record, or close some of its streams with 'streams close'."},
    {STEP_PARTNER, 0, "", "Correct the record of the domain in the partner file and reload."},

    {STEP_OWN_CERTIFICATE, XMPPFED_ERR_TLS_UNAVAILABLE, "",
     "Give the domain a certificate in the configuration, one that names it as dNSName."},
    {STEP_OWN_CERTIFICATE, 0, "",
     "Get a certificate that names the domain as dNSName; 'xmppfed-proxy --check' says whether "
     "it will do."},

    {STEP_SRV, XMPPFED_ERR_DNS_NO_DOMAIN, "",
     "Check the spelling of the domain; if it is right, its operator must publish an SRV record "
     "_xmpp-server._tcp, or name its servers in the record by ProxyFqdn or Addresses."},
    {STEP_SRV, XMPPFED_ERR_DNS_NO_SERVICE, "",
     "The domain offers no XMPP federation: ask its operator; if there is a server all the same, "
     "name it in the record by ProxyFqdn or Addresses."},
    {STEP_SRV, XMPPFED_ERR_DNS_SERVER_FAILURE, "",
     "The name servers of the domain are broken or cannot be reached: ask its operator, and try "
     "the look-up with another resolver to see on which side it is."},
    {STEP_SRV, XMPPFED_ERR_DNS_TIMEOUT, "",
     "Check dns.servers in the configuration, and that a firewall lets port 53 pass by UDP and "
     "TCP."},
    {STEP_SRV, XMPPFED_ERR_DNS_BOGUS, "",
     "The DNSSEC signatures of the domain are wrong or have expired: its operator must sign the "
     "zone anew. Do not turn validation off: somebody may be forging answers."},
    {STEP_SRV, 0, "", "Ask the operator of the domain to correct its records in DNS."},

    {STEP_TCP, UV_ECONNREFUSED, "",
     "Nothing listens there: the server is down or has moved. Its operator must start it or "
     "correct the SRV record."},
    {STEP_TCP, UV_ETIMEDOUT, "",
     "No answer: a firewall drops the packets. Let connections out to this port here, and ask the "
     "operator to let them in there."},
    {STEP_TCP, 0, "",
     "There is no way to this address from here: check routes, and IPv6 if it is such an address."},

    {STEP_STREAM, XMPPFED_ERR_TIMEOUT_ESTABLISH, "",
     "The server accepts connections and says nothing: it is overloaded, or the port is for "
     "something else. Ask its operator, and check that SRV names the port for servers."},
    {STEP_STREAM, XMPPFED_ERR_STREAM_ERROR_RECEIVED, "host-unknown",
     "The server does not serve this domain: the SRV record leads to the wrong server, or its "
     "operator has not set the domain up."},
    {STEP_STREAM, XMPPFED_ERR_STREAM_ERROR_RECEIVED, "resource-constraint",
     "The partner takes no more connections from here: its operator must raise the limit; 'streams "
     "list' shows how many are open."},
    {STEP_STREAM, XMPPFED_ERR_STREAM_ERROR_RECEIVED, "policy-violation",
     "The partner's policy refuses us: its operator must permit our domain, or raise a limit."},
    {STEP_STREAM, XMPPFED_ERR_STREAM_ERROR_RECEIVED, "not-authorized",
     "The partner does not permit our domain: its operator must list it."},
    {STEP_STREAM, XMPPFED_ERR_STREAM_ERROR_RECEIVED, "",
     "The partner's server refused the stream: its log says why."},
    {STEP_STREAM, XMPPFED_ERR_STREAM_CLOSED, "",
     "The server closes the connection at once: it or a firewall before it does not admit us. Its "
     "log says why."},
    {STEP_STREAM, 0, "",
     "What answers there is no XMPP server for servers: check port and target of the SRV record."},

    {STEP_TLS, XMPPFED_ERR_TLS_UNAVAILABLE, "",
     "The server offers no TLS, which the record requires: its operator must give it a "
     "certificate. Only if dialback over plain TCP is good enough, set TlsNegotiation to "
     "Optional."},
    {STEP_TLS, XMPPFED_ERR_TLS_VERSION, "",
     "Its operator must enable TLS 1.3, or lower TlsMinimum in the record."},
    {STEP_TLS, XMPPFED_ERR_TIMEOUT_ESTABLISH, "",
     "The handshake does not end: something between the two filters TLS, or the server hangs. Ask "
     "its operator."},
    {STEP_TLS, 0, "",
     "The two have no version or cipher in common, or it refused our certificate: TLS 1.2 with an "
     "AEAD cipher is the least. Its operator must update the server; its log says what it "
     "refused."},

    {STEP_CERTIFICATE, 0, "", "Its operator must install a certificate that proves the domain."},

    {STEP_SASL, XMPPFED_ERR_SASL_MECHANISM, "",
     "The server does not offer EXTERNAL: it does not believe our certificate, or asks for none. "
     "Its operator must trust our authority and ask for certificates, or let dialback stand in: "
     "SupportDialbackNegotiation in the record."},
    {STEP_SASL, XMPPFED_ERR_SASL_MUTUAL, "",
     "The record has a shared secret, and the two sides do not have the same: it belongs into the "
     "record of each for the domain of the other. The server must have TLS 1.3 as well."},
    {STEP_SASL, XMPPFED_ERR_SASL_REFUSED, "",
     "The partner refused our certificate: it must name our domain and lead to an authority that "
     "the partner trusts; some ask for the clientAuth purpose. 'xmppfed-proxy --check' says "
     "what they will miss in ours."},
    {STEP_SASL, 0, "", "The server did not finish the SASL exchange; its log says why."},

    {STEP_DIALBACK, XMPPFED_ERR_DIALBACK_INVALID, "",
     "The partner asked a server for our domain that does not know our key: our SRV record must "
     "lead to this proxy, and all edges of a pool must share dialback_secret."},
    {STEP_DIALBACK, XMPPFED_ERR_DIALBACK_REFUSED, "",
     "The partner could not check our key: our SRV record must lead to this proxy, port 5269 must "
     "be open inward, and the certificate here must please the partner."},
    {STEP_DIALBACK, XMPPFED_ERR_TIMEOUT_ESTABLISH, "",
     "The partner does not finish checking our key: most often it cannot reach us. Check our SRV "
     "record and that port 5269 is open inward."},
    {STEP_DIALBACK, XMPPFED_ERR_POLICY_NO_METHOD, "",
     "The server does not offer dialback: its operator must enable it, or a certificate must prove "
     "both sides."},
    {STEP_DIALBACK, 0, "", "The server broke the dialback off; its log says why."},

    {STEP_ROW, 0, "",
     "No method that the row allows is left with this server: enable one that it offers, see the "
     "matrix in the manual, or ask its operator to enable one of ours."},
};

const char *diagnose_step_name(enum diagnose_step step)
{
    return names[step];
}

const char *diagnose_advice(enum diagnose_step step, int code, const char *condition)
{
    const struct row *r;

    for (r = rows; r < rows + sizeof(rows) / sizeof(rows[0]); r++)
        if (r->step == step && (r->code == 0 || r->code == code) &&
            (!*r->condition || strcmp(r->condition, condition) == 0))
            return r->advice;
    return "";
}

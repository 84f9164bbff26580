/*
 * xmppfed/error.h - every error the library can return, in one table.
 *
 * Purpose: a call that can fail returns 0 (or a count) on success and one of these negative codes
 * otherwise. Codes come in bands by class, so that a host may branch coarsely. The sentence that
 * names the domain and the step is in the xmppfed_problem that the call fills in or in the text of
 * an event, never in a global.
 *
 *     int rc = xmppfed_site_set_domain(site, "contoso.example", credentials);
 *     if (rc < 0)
 *         fprintf(stderr, "%s: %s\n", xmppfed_error_name(rc), xmppfed_error_sentence(rc));
 *
 * Columns: name, value, the stream error condition of RFC 6120 4.9.3 that tells the peer ("" where
 * no peer is to be told), and the general sentence.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#ifndef XMPPFED_ERROR_H
#define XMPPFED_ERROR_H

#include <xmppfed/common.h>

XMPPFED_BEGIN_DECLS

#define XMPPFED_ERROR_MAP(X)                                                                       \
    /* -1xx: the host called wrongly */                                                            \
    X(ARGUMENT, -100, "", "an argument is missing or out of range")                                \
    X(STATE, -101, "", "the call is not possible in the present state of the object")              \
    X(UNKNOWN_HANDLE, -102, "", "no such link, token or domain")                                   \
    X(DUPLICATE, -103, "", "the name is already in use")                                           \
    X(ADDRESS, -110, "improper-addressing", "the address is malformed")                            \
    /* -2xx: XML and streams */                                                                    \
    X(XML_NOT_WELL_FORMED, -200, "not-well-formed", "the XML is not well-formed")                  \
    X(XML_RESTRICTED, -201, "restricted-xml", "the XML uses a feature that XMPP forbids")          \
    X(XML_ENCODING, -202, "unsupported-encoding", "the stream is not valid UTF-8")                 \
    X(XML_BAD_PREFIX, -203, "bad-namespace-prefix", "the stream header has a wrong prefix")        \
    X(STREAM_NAMESPACE, -210, "invalid-namespace", "the stream or content namespace is wrong")     \
    X(STREAM_VERSION, -211, "unsupported-version", "the stream version is not supported")          \
    X(STREAM_HOST_UNKNOWN, -212, "host-unknown", "the domain asked for is not served here")        \
    X(STREAM_ADDRESSING, -213, "improper-addressing", "a 'from' or 'to' is missing or changed")    \
    X(STREAM_INVALID_FROM, -214, "invalid-from", "a 'from' is not a domain proved on this stream") \
    X(STREAM_UNEXPECTED, -215, "unsupported-stanza-type", "an element was not allowed here")       \
    X(STREAM_NOT_AUTHORIZED, -216, "not-authorized", "a stanza came before authentication")        \
    X(STREAM_ERROR_RECEIVED, -217, "", "the peer ended the stream with an error")                  \
    X(STREAM_CLOSED, -218, "", "the stream is closed")                                             \
    X(STREAM_LEFTOVER, -219, "policy-violation", "bytes followed an element that must be last")    \
    X(STREAM_FEATURE, -220, "unsupported-feature", "the peer demands a feature that is not known") \
    X(STREAM_ACK_MALFORMED, -230, "invalid-xml", "a stream management element lacks something")    \
    X(STREAM_ACK_TOO_HIGH, -231, "undefined-condition", "more was acknowledged than was sent")     \
    X(STREAM_UNACKNOWLEDGED, -232, "", "the stream was lost: delivery is unknown")                 \
    X(STREAM_REPLACED, -233, "conflict", "another stream goes on with the session")                \
    /* -3xx: TLS */                                                                                \
    X(TLS_HANDSHAKE, -300, "", "the TLS handshake failed")                                         \
    X(TLS_CERTIFICATE, -301, "policy-violation", "the peer's certificate was not accepted")        \
    X(TLS_IDENTITY, -302, "policy-violation", "the peer's certificate is for another domain")      \
    X(TLS_CREDENTIALS, -303, "internal-server-error", "a certificate or key could not be used")    \
    X(TLS_CLOSED, -304, "", "the TLS session is closed")                                           \
    X(TLS_TRUNCATED, -305, "", "the connection was cut without a TLS close")                       \
    X(TLS_UNAVAILABLE, -306, "policy-violation", "TLS is required and was not used or offered")    \
    X(TLS_RECORD, -307, "", "a TLS record could not be read")                                      \
    X(TLS_PIN, -308, "not-authorized", "the peer's key is not one that its record pins")           \
    X(TLS_VERSION, -309, "policy-violation", "the TLS version is below the partner's minimum")     \
    X(TLS_REVOKED, -310, "policy-violation", "the peer's certificate was revoked")                 \
    X(TLS_STAPLE, -311, "policy-violation", "the peer's certificate lacks the OCSP response due")  \
    /* -4xx: SASL */                                                                               \
    X(SASL_MALFORMED, -400, "not-authorized", "a SASL message is malformed")                       \
    X(SASL_MECHANISM, -401, "not-authorized", "the SASL mechanism was not offered")                \
    X(SASL_REFUSED, -402, "", "SASL authentication was refused")                                   \
    X(SASL_AUTHZID, -403, "not-authorized", "the SASL authorization identity is another domain")   \
    X(SASL_TRIES, -404, "policy-violation", "SASL was tried too often on one stream")              \
    X(SASL_MUTUAL, -405, "not-authorized", "the peer did not prove that it knows the shared secret") \
    /* -5xx: server dialback */                                                                    \
    X(DIALBACK_INVALID, -500, "not-authorized", "the dialback key is not valid")                   \
    X(DIALBACK_REFUSED, -501, "", "the peer answered the dialback request with an error")          \
    X(DIALBACK_MALFORMED, -502, "invalid-xml", "a dialback element lacks what it must carry")      \
    /* -6xx: DNS */                                                                                \
    X(DNS_NO_DOMAIN, -600, "", "the domain does not exist")                                        \
    X(DNS_NO_SERVICE, -601, "", "the domain says that it offers no XMPP federation")               \
    X(DNS_SERVER_FAILURE, -602, "", "the name servers failed")                                     \
    X(DNS_TIMEOUT, -603, "", "the name servers did not answer in time")                            \
    X(DNS_MALFORMED, -604, "", "a DNS message could not be read")                                  \
    X(DNS_BOGUS, -605, "", "the answer is bogus: its DNSSEC signatures do not prove it")           \
    X(DIAL_FAILED, -610, "", "no address of the partner accepted a connection")                    \
    /* -7xx: policy */                                                                             \
    X(POLICY_UNKNOWN_PARTNER, -700, "policy-violation", "the domain is not a listed partner")      \
    X(POLICY_REFUSED, -701, "policy-violation", "the partner policy refuses this")                 \
    X(POLICY_NO_METHOD, -702, "policy-violation", "no allowed way to prove the domain is left")    \
    X(POLICY_RECORD, -703, "", "a policy record is not valid")                                     \
    X(POLICY_RECORD_E1, -704, "", "SASL needs TLS: raise TlsNegotiation or allow dialback")        \
    X(POLICY_RECORD_E2, -705, "", "neither SASL nor dialback is enabled: enable one")              \
    X(POLICY_RECORD_PLAINTEXT, -706, "", "a method without TLS needs allow-plaintext")             \
    /* -8xx: limits and time */                                                                    \
    X(LIMIT_SIZE, -800, "policy-violation", "an element is larger than the limit")                 \
    X(LIMIT_SHAPE, -801, "policy-violation", "an element is deeper or wider than the limit")       \
    X(LIMIT_MEMORY, -802, "resource-constraint", "the memory account is used up")                  \
    X(LIMIT_CONNECTIONS, -803, "resource-constraint", "too many connections")                      \
    X(LIMIT_QUEUE, -804, "resource-constraint", "the queue for this partner is full")              \
    X(LIMIT_PENDING, -805, "resource-constraint", "too many requests wait for an answer")          \
    X(LIMIT_UNITS, -806, "policy-violation", "too many elements before authentication")            \
    X(TIMEOUT_ESTABLISH, -810, "connection-timeout", "the stream was not set up in time")          \
    X(TIMEOUT_IDLE, -811, "connection-timeout", "the stream was idle for too long")                \
    X(TIMEOUT_QUEUE, -812, "", "a stanza waited too long for a connection")                        \
    X(TIMEOUT_UNIT, -813, "connection-timeout", "an element was not completed in time")            \
    X(TIMEOUT_ACK, -815, "connection-timeout", "stanzas were not acknowledged in time")            \
    X(TIMEOUT_PING, -816, "connection-timeout", "nothing came in time after a ping")               \
    X(SHUTDOWN, -820, "system-shutdown", "the service is shutting down")                           \
    /* -9xx: fatal for the object */                                                               \
    X(NOMEM, -900, "resource-constraint", "out of memory")                                         \
    X(INTERNAL, -901, "internal-server-error", "a state that must not happen was reached")

/* The codes themselves, as XMPPFED_ERR_<name>. New ones may be added; branch by class on those. */
enum xmppfed_error_code {
    XMPPFED_OK = 0,
#define XMPPFED_ERROR_ENUM(name, value, condition, sentence) XMPPFED_ERR_##name = (value),
    XMPPFED_ERROR_MAP(XMPPFED_ERROR_ENUM)
#undef XMPPFED_ERROR_ENUM
        XMPPFED_ERR_LAST = -1000
};

/* The classes: the hundreds of the codes. */
enum xmppfed_error_class {
    XMPPFED_CLASS_NONE = 0,
    XMPPFED_CLASS_CALLER = 1,
    XMPPFED_CLASS_STREAM = 2,
    XMPPFED_CLASS_TLS = 3,
    XMPPFED_CLASS_SASL = 4,
    XMPPFED_CLASS_DIALBACK = 5,
    XMPPFED_CLASS_DNS = 6,
    XMPPFED_CLASS_POLICY = 7,
    XMPPFED_CLASS_LIMIT = 8,
    XMPPFED_CLASS_FATAL = 9
};

/*
 * An error with the sentence that says what failed, for which domain, at which step and what to do.
 * Calls that load something fill one in when given; pass NULL not to care. May be copied freely.
 */
typedef struct xmppfed_problem {
    int code; /* 0: none */
    char text[384];
} xmppfed_problem;

/*
 * The stable name of a code, for example "TLS_IDENTITY"; "UNKNOWN" for a code of a newer library.
 * Ownership: static. Threads: any. Errors: none.
 */
XMPPFED_API const char *xmppfed_error_name(int code);

/*
 * One general sentence for a code, without domain or step; those are on the failing object.
 * Ownership: static. Threads: any. Errors: none.
 */
XMPPFED_API const char *xmppfed_error_sentence(int code);

/*
 * The stream error condition (RFC 6120 4.9.3) by which a peer is told, or "" if it is told nothing.
 * Ownership: static. Threads: any. Errors: none.
 */
XMPPFED_API const char *xmppfed_error_condition(int code);

/*
 * The class of a code, one of enum xmppfed_error_class; XMPPFED_CLASS_NONE for 0 and above.
 * Threads: any. Errors: none.
 */
XMPPFED_API int xmppfed_error_class(int code);

XMPPFED_END_DECLS

#endif

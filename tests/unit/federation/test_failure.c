/* test_failure.c - what a failed attempt means for those who wait. */
#include "support.h"

#include <stdbool.h>

#include "federation/failure.h"

static void test_rows(void **state)
{
    static const struct {
        const char *name;
        int code;
        bool final;
        const char *stanza;
        const char *dialback;
    } rows[] = {
        {"no domain", XMPPFED_ERR_DNS_NO_DOMAIN, true, "remote-server-not-found",
         "remote-server-not-found"},
        {"no service", XMPPFED_ERR_DNS_NO_SERVICE, true, "remote-server-not-found",
         "remote-server-not-found"},
        {"server failure", XMPPFED_ERR_DNS_SERVER_FAILURE, false, "remote-server-timeout",
         "remote-server-not-found"},
        {"bogus answer", XMPPFED_ERR_DNS_BOGUS, false, "remote-server-timeout",
         "remote-server-not-found"},
        {"no DNS answer", XMPPFED_ERR_DNS_TIMEOUT, false, "remote-server-timeout",
         "remote-server-timeout"},
        {"refused connection", XMPPFED_ERR_DIAL_FAILED, false, "remote-server-timeout",
         "remote-connection-failed"},
        {"wrong name", XMPPFED_ERR_TLS_IDENTITY, true, "remote-server-timeout",
         "remote-connection-failed"},
        {"bad certificate", XMPPFED_ERR_TLS_CERTIFICATE, true, "remote-server-timeout",
         "remote-connection-failed"},
        {"cut inside TLS", XMPPFED_ERR_TLS_TRUNCATED, false, "remote-server-timeout",
         "remote-connection-failed"},
        {"EXTERNAL refused", XMPPFED_ERR_SASL_REFUSED, true, "remote-server-timeout",
         "remote-connection-failed"},
        {"key refused", XMPPFED_ERR_DIALBACK_INVALID, true, "internal-server-error",
         "remote-connection-failed"},
        {"no method", XMPPFED_ERR_POLICY_NO_METHOD, true, "remote-server-timeout",
         "remote-connection-failed"},
        {"stream error", XMPPFED_ERR_STREAM_ERROR_RECEIVED, false, "remote-server-timeout",
         "remote-connection-failed"},
        {"slow", XMPPFED_ERR_TIMEOUT_ESTABLISH, false, "remote-server-timeout",
         "remote-server-timeout"},
        {"full", XMPPFED_ERR_LIMIT_CONNECTIONS, false, "remote-server-timeout",
         "resource-constraint"},
        {"no memory", XMPPFED_ERR_NOMEM, false, "remote-server-timeout", "resource-constraint"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (xfed_failure_is_final(rows[i].code) != rows[i].final)
            fail_msg("%s: final", rows[i].name);
        if (strcmp(xfed_failure_stanza_condition(rows[i].code), rows[i].stanza) != 0)
            fail_msg("%s: stanza", rows[i].name);
        if (strcmp(xfed_failure_dialback_condition(rows[i].code, ""), rows[i].dialback) != 0)
            fail_msg("%s: dialback", rows[i].name);
    }
}

/* XEP-0220 2.5: an authoritative server that does not know its domain is none. */
static void test_stream_errors_of_the_authority(void **state)
{
    static const struct {
        int code;
        const char *peer;
        const char *condition;
    } rows[] = {
        {XMPPFED_ERR_STREAM_ERROR_RECEIVED, "host-unknown", "remote-server-not-found"},
        {XMPPFED_ERR_STREAM_ERROR_RECEIVED, "host-gone", "remote-connection-failed"},
        {XMPPFED_ERR_STREAM_ERROR_RECEIVED, "", "remote-connection-failed"},
        {XMPPFED_ERR_TIMEOUT_ESTABLISH, "host-unknown", "remote-server-timeout"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(xfed_failure_dialback_condition(rows[i].code, rows[i].peer),
                   rows[i].condition) != 0)
            fail_msg("%d %s", rows[i].code, rows[i].peer);
}

/* What was short on our side must not make us avoid a server. */
static void test_whose_failure(void **state)
{
    static const int of_server[] = {XMPPFED_ERR_DIAL_FAILED, XMPPFED_ERR_TLS_IDENTITY,
                                    XMPPFED_ERR_STREAM_ERROR_RECEIVED,
                                    XMPPFED_ERR_TIMEOUT_ESTABLISH, XMPPFED_ERR_SASL_REFUSED};
    static const int ours[] = {XMPPFED_ERR_NOMEM, XMPPFED_ERR_LIMIT_CONNECTIONS,
                               XMPPFED_ERR_LIMIT_MEMORY, XMPPFED_ERR_SHUTDOWN,
                               XMPPFED_ERR_POLICY_UNKNOWN_PARTNER};
    (void)state;

    for (size_t i = 0; i < sizeof(of_server) / sizeof(of_server[0]); i++)
        assert_true(xfed_failure_is_of_server(of_server[i]));
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_false(xfed_failure_is_of_server(ours[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_stream_errors_of_the_authority),
                                       cmocka_unit_test(test_whose_failure)};

    return cmocka_run_group_tests_name("federation/failure", tests, NULL, NULL);
}

/* test_endpoint_text.c - addresses with ports, as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/endpoint_text.h"

#define NO_PORT 7777

static const struct {
    const char *text;
    const char *address; /* NULL: refused */
    uint16_t port;
} rows[] = {
    {.text = "192.0.2.1:5269", .address = "192.0.2.1", .port = 5269},
    {.text = "192.0.2.1", .address = "192.0.2.1", .port = NO_PORT},
    {.text = "[2001:db8::1]:5269", .address = "2001:db8::1", .port = 5269},
    {.text = "[::1]", .address = "::1", .port = NO_PORT},
    {.text = "2001:db8::1", .address = "2001:db8::1", .port = NO_PORT},
    {.text = "192.0.2.1:65535", .address = "192.0.2.1", .port = 65535},
    {.text = "192.0.2.1:65536"},
    {.text = "192.0.2.1:0"},
    {.text = "192.0.2.1:"},
    {.text = "192.0.2.1:000080"},
    {.text = "192.0.2.1:x"},
    {.text = "[::1"},
    {.text = "[::1]5269"},
    {.text = "192.0.2.256"},
    {.text = "name.example:5269"},
    {.text = ""},
    {.text = ":5269"},
    {.text = "11111111111111111111111111111111111111111111111111111111"},
};

static void split(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char address[ENDPOINT_TEXT_SIZE];
        uint16_t port = NO_PORT;
        bool ok = endpoint_text_split(rows[i].text, address, &port);

        print_message("# row '%s'\n", rows[i].text);
        assert_int_equal(ok, rows[i].address != NULL);
        if (!ok)
            continue;
        assert_string_equal(address, rows[i].address);
        assert_int_equal(port, rows[i].port);
    }
}

/* What has a colon is of IPv6, and a port does not belong to an address. */
static void socket_address(void **state)
{
    struct sockaddr_storage at;

    (void)state;
    assert_int_equal(endpoint_text_socket("192.0.2.1", 5269, &at), 0);
    assert_int_equal(at.ss_family, AF_INET);
    assert_int_equal(ntohs(((struct sockaddr_in *)&at)->sin_port), 5269);
    assert_int_equal(endpoint_text_socket("2001:db8::1", 53, &at), 0);
    assert_int_equal(at.ss_family, AF_INET6);
    assert_int_equal(ntohs(((struct sockaddr_in6 *)&at)->sin6_port), 53);
    assert_true(endpoint_text_socket("name.example", 53, &at) < 0);
    assert_true(endpoint_text_is_ip("::1"));
    assert_false(endpoint_text_is_ip("[::1]"));
    assert_false(endpoint_text_is_ip("192.0.2.1:53"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(split), cmocka_unit_test(socket_address)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

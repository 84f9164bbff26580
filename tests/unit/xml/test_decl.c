/* test_decl.c - the XML declaration: its length, or why it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <xmppfed/error.h>

#include "xml/decl.h"

struct row {
    const char *in;
    size_t len;
    int error;
};

static void test_rows(void **state)
{
    enum { BAD = XMPPFED_ERR_XML_NOT_WELL_FORMED, ENCODING = XMPPFED_ERR_XML_ENCODING };
    static const struct row rows[] = {
        {.in = "", .len = 0},
        {.in = "<a>", .len = 0},
        {.in = " <?xml version='1.0'?>", .len = 0},
        {.in = "<?xml version='1.0'?><a>", .len = 21},
        {.in = "<?xml\tversion=\"1.12\"\n?>", .len = 23},
        {.in = "<?xml version='1.0' encoding='utf-8'?>", .len = 38},
        {.in = "<?xml version='1.0' encoding='UTF-8' standalone='no'?>", .len = 54},
        {.in = "<?xml version='1.0' standalone='yes' ?>", .len = 39},
        {.in = "<?xmlversion='1.0'?>", .error = BAD},
        {.in = "<?xml version='1.'?>", .error = BAD},
        {.in = "<?xml version='1.x'?>", .error = BAD},
        {.in = "<?xml version='10'?>", .error = BAD},
        {.in = "<?xml version='1.0\"?>", .error = BAD},
        {.in = "<?xml version '1.0'?>", .error = BAD},
        {.in = "<?xml version=", .error = BAD},
        {.in = "<?xml version='1.0'", .error = BAD},
        {.in = "<?xml version='1.0'encoding='utf-8'?>", .error = BAD},
        {.in = "<?xml version='1.0' encoding='-'?>", .error = BAD},
        {.in = "<?xml version='1.0' encoding='a b'?>", .error = BAD},
        {.in = "<?xml version='1.0' encoding='utf8'?>", .error = ENCODING},
        {.in = "<?xml version='1.0' encoding='utf-16'?>", .error = ENCODING},
        {.in = "<?xml version='1.0' encoding='utf-8x'?>", .error = ENCODING},
        {.in = "<?xml version='1.0' encoding='latin1' x='y'?>", .error = BAD},
        {.in = "<?xml version='1.0' standalone='NO'?>", .error = BAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        /* Exactly so many bytes, so that a sanitizer sees a step too far. */
        size_t size = strlen(rows[i].in);
        char *exact = malloc(size ? size : 1);
        assert_non_null(exact);
        if (size > 0)
            memcpy(exact, rows[i].in, size);
        size_t len = 999;
        int rc = xfed_xml_decl_read((xmppfed_slice){exact, size}, &len);
        free(exact);
        if (rc != rows[i].error || len != (rc == 0 ? rows[i].len : 999))
            fail_msg("%s: %d, %zu", rows[i].in, rc, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_date.c - times in files: what is one, and what it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/records/date.h"

static const struct {
    const char *text;
    int64_t seconds; /* 0: is refused */
} rows[] = {
    {"1970-01-01T00:00:01Z", 1},
    {"2000-03-01T00:00:00Z", 951868800},
    {"2026-11-21T00:30:15Z", 1795221015},
    {"2028-02-29T23:59:59Z", 1835481599},
    {"1970-01-01T00:00:00Z", 0},
    {"2027-02-29T00:00:00Z", 0},
    {"2026-13-01T00:00:00Z", 0},
    {"2026-00-01T00:00:00Z", 0},
    {"2026-01-32T00:00:00Z", 0},
    {"2026-01-01T24:00:00Z", 0},
    {"2026-01-01T00:60:00Z", 0},
    {"2026-01-01T00:00:00", 0},
    {"2026-01-01T00:00:00+", 0},
    {"2026-01-01 00:00:00Z", 0},
    {"2026-1-01T000:00:00Z", 0},
    {"1969-12-31T23:59:59Z", 0},
    {"tomorrow", 0},
    {"", 0},
};

static void test_rows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t seconds = 0;

        if (date_read(rows[i].text, &seconds) != (rows[i].seconds > 0) ||
            (rows[i].seconds > 0 && seconds != rows[i].seconds))
            fail_msg("%s: %lld", rows[i].text, (long long)seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests_name("proxy/date", tests, NULL, NULL);
}

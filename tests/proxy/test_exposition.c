/* test_exposition.c - numbers in Prometheus' text format, and the buckets of a histogram. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "proxy/observe/exposition.h"

static const uint64_t bounds[HISTOGRAM_BOUNDS] = {1,     10,    100,    1000,    2000,    10000,
                                                  20000, 30000, 100000, 1000000, 2500000, 60000000};

struct page {
    FILE *out;
    char *text;
    size_t size;
};

static void page_begin(struct page *page)
{
    page->out = open_memstream(&page->text, &page->size);
    assert_non_null(page->out);
}

static void page_expect(struct page *page, const char *expected)
{
    fclose(page->out);
    assert_string_equal(page->text, expected);
    free(page->text);
}

static void labels_are_escaped(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *shown;
    } rows[] = {
        {"plain", "0.1.0", "0.1.0"},       {"empty", "", ""},
        {"quote", "a\"b", "a\\\"b"},       {"backslash", "a\\b", "a\\\\b"},
        {"new line", "a\nb 1", "a\\nb 1"}, {"UTF-8", "b\xc3\xbc", "b\xc3\xbc"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct page page;
        char expected[128];

        print_message("# %s\n", rows[i].name);
        page_begin(&page);
        exposition_sample(page.out, METRIC_build_info, &rows[i].value, 1);
        snprintf(expected, sizeof(expected), "xmppfed_build_info{version=\"%s\"} 1\n",
                 rows[i].shown);
        page_expect(&page, expected);
    }
}

static void lines_of_a_metric(void **state)
{
    static const char *const values[] = {"in", "up"};
    struct page page;

    (void)state;
    page_begin(&page);
    exposition_begin(page.out, METRIC_links);
    exposition_sample(page.out, METRIC_links, values, UINT64_MAX);
    exposition_sample(page.out, METRIC_ready, NULL, 0);
    page_expect(&page, "# HELP xmppfed_links Connections to partners by who dialled and how far "
                       "they are\n"
                       "# TYPE xmppfed_links gauge\n"
                       "xmppfed_links{direction=\"in\",state=\"up\"} 18446744073709551615\n"
                       "xmppfed_ready 0\n");
}

static void seconds_have_the_digits_they_need(void **state)
{
    static const struct {
        uint64_t micros;
        const char *shown;
    } rows[] = {{0, "0"},           {1, "0.000001"},
                {10, "0.00001"},    {250000, "0.25"},
                {1000000, "1"},     {1000001, "1.000001"},
                {60500000, "60.5"}, {UINT64_MAX, "18446744073709.551615"}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct page page;
        char expected[128];

        print_message("# %s\n", rows[i].shown);
        page_begin(&page);
        exposition_seconds(page.out, METRIC_loop_delay_seconds, NULL, rows[i].micros);
        snprintf(expected, sizeof(expected), "xmppfed_loop_delay_seconds %s\n", rows[i].shown);
        page_expect(&page, expected);
    }
}

/* A time belongs into the first bucket whose bound is not below it. */
static void times_fall_into_buckets(void **state)
{
    static const struct {
        uint64_t micros;
        size_t bucket;
    } rows[] = {{0, 0},    {1, 0},    {2, 1},         {10, 1},        {11, 2},
                {1000, 3}, {1001, 4}, {60000000, 11}, {60000001, 12}, {3600000000, 12}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct histogram h = {.bounds = bounds};
        size_t b;

        print_message("# %llu\n", (unsigned long long)rows[i].micros);
        histogram_add(&h, rows[i].micros);
        for (b = 0; b <= HISTOGRAM_BOUNDS; b++)
            assert_int_equal(h.counts[b], b == rows[i].bucket);
        assert_int_equal(h.sum, rows[i].micros);
    }
}

static void buckets_add_up(void **state)
{
    static const char *const values[] = {"out"};
    struct histogram h = {.bounds = bounds};
    const char *line;
    struct page page;

    (void)state;
    histogram_add(&h, 5);
    histogram_add(&h, 7);
    histogram_add(&h, 2500000);
    histogram_add(&h, 90000000);
    page_begin(&page);
    exposition_histogram(page.out, METRIC_decision_seconds, values, &h);
    fclose(page.out);
    line = "xmppfed_decision_seconds_bucket{direction=\"out\",le=\"0.000001\"} 0\n"
           "xmppfed_decision_seconds_bucket{direction=\"out\",le=\"0.00001\"} 2\n";
    assert_memory_equal(page.text, line, strlen(line));
    line = "xmppfed_decision_seconds_bucket{direction=\"out\",le=\"1\"} 2\n"
           "xmppfed_decision_seconds_bucket{direction=\"out\",le=\"2.5\"} 3\n"
           "xmppfed_decision_seconds_bucket{direction=\"out\",le=\"60\"} 3\n"
           "xmppfed_decision_seconds_bucket{direction=\"out\",le=\"+Inf\"} 4\n"
           "xmppfed_decision_seconds_sum{direction=\"out\"} 92.500012\n"
           "xmppfed_decision_seconds_count{direction=\"out\"} 4\n";
    assert_string_equal(page.text + strlen(page.text) - strlen(line), line);
    free(page.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(lines_of_a_metric),
        cmocka_unit_test(seconds_have_the_digits_they_need),
        cmocka_unit_test(times_fall_into_buckets),
        cmocka_unit_test(buckets_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

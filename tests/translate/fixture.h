/* fixture.h - what every test of translations includes: cmocka, a setup, texts that are compared.
 */
#ifndef TESTS_TRANSLATE_FIXTURE_H
#define TESTS_TRANSLATE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "support/context.h"
#include "support/parse_xml.h"
#include "translate/translate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A setup and a place for texts, for the whole of one test. */
struct fixture {
    struct translate_setup setup;
    struct translate_text text;
    struct translate_problem problem;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The test whose state is a fixture. */
#define fixture_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

/* Fails the test with the row's name unless the slice is the text. */
void expect_text(const char *row, const char *what, xmppfed_slice got, const char *want);
/* Fails it unless the tree, written in jabber:server, is the XML, and frees the tree. */
void expect_xml(const char *row, xmppfed_element *got, const char *want);
/* Fails it unless rc is the code; shows the problem. */
void expect_code(const char *row, const struct translate_problem *problem, int rc, int want);

#endif

/* test_answer.c - the messages around libunbound: questions read, answers that fit them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "unbound/answer.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Two octets of id, flags with RD, one question: an A record of "Ab.c". */
#define HEADER "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
#define NAME \
    "\x02"   \
    "Ab\x01" \
    "c\x00"
#define QUESTION NAME "\x00\x01\x00\x01"
/* What libunbound says of it: id 0, small letters, AD, one answer. */
#define FOUND                                          \
    "\x00\x00\x81\xa0\x00\x01\x00\x01\x00\x00\x00\x00" \
    "\x02"                                             \
    "ab\x01"                                           \
    "c\x00\x00\x01\x00\x01"                            \
    "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"

static struct xfed_unbound_question question_of(const char *data, size_t len)
{
    struct xfed_unbound_question q;

    assert_true(xfed_unbound_read_question((const uint8_t *)data, len, &q));
    return q;
}

static void reads_a_question(void **state)
{
    static const char query[] = HEADER QUESTION;
    struct xfed_unbound_question q = question_of(query, sizeof(query) - 1);

    (void)state;
    assert_int_equal(q.id, 0x1234);
    assert_true(q.wants_recursion);
    assert_false(q.unchecked);
    assert_int_equal(q.type, 1);
    assert_int_equal(q.class_code, 1);
    assert_int_equal(q.wire_len, sizeof(QUESTION) - 1);
    assert_memory_equal(q.wire, QUESTION, q.wire_len);
    assert_string_equal(q.name, "Ab.c.");
}

static void escapes_what_is_no_letter(void **state)
{
    static const char odd[] = HEADER "\x03"
                                     ".\x00\xff\x00\x00\x21\x00\x01";
    static const char root[] = HEADER "\x00\x00\x02\x00\x01";

    (void)state;
    assert_string_equal(question_of(odd, sizeof(odd) - 1).name, "\\046\\000\\255.");
    assert_string_equal(question_of(root, sizeof(root) - 1).name, ".");
}

/* The longest name there can be, all of it escaped, has room. */
static void longest_name_fits(void **state)
{
    uint8_t query[XFED_UNBOUND_HEADER_SIZE + XFED_UNBOUND_QUESTION] = {0, 0, 0, 0, 0, 1};
    struct xfed_unbound_question q;
    size_t at = XFED_UNBOUND_HEADER_SIZE;

    (void)state;
    for (unsigned label = 0; label < 4; label++) {
        size_t len = label < 3 ? 63 : 61;

        query[at] = (uint8_t)len;
        memset(query + at + 1, '.', len);
        at += 1 + len;
    }
    assert_int_equal(at + 1 - XFED_UNBOUND_HEADER_SIZE, XFED_UNBOUND_WIRE_NAME);
    assert_true(xfed_unbound_read_question(query, sizeof(query), &q));
    assert_int_equal(q.wire_len, XFED_UNBOUND_QUESTION);
    assert_int_equal(strlen(q.name), 4 * (3 * 63 + 61) + 4);
    query[at] = 1; /* one octet more */
    assert_false(xfed_unbound_read_question(query, sizeof(query), &q));
}

static void refuses_what_is_no_question(void **state)
{
    static const struct {
        const char *name;
        const char *data;
        size_t len;
    } rows[] = {
#define ROW(title, bytes) {.name = (title), .data = (bytes), .len = sizeof(bytes) - 1}
        ROW("an answer", "\x12\x34\x81\x00\x00\x01\x00\x00\x00\x00\x00\x00" QUESTION),
        ROW("another operation", "\x12\x34\x29\x00\x00\x01\x00\x00\x00\x00\x00\x00" QUESTION),
        ROW("no question", "\x12\x34\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00" QUESTION),
        ROW("two questions", "\x12\x34\x01\x00\x00\x02\x00\x00\x00\x00\x00\x00" QUESTION),
        ROW("a pointer", HEADER "\xc0\x0c\x00\x01\x00\x01"),
        ROW("a pointer behind a label", HEADER "\x01"
                                               "a\xc0\x0c\x00\x01\x00\x01"),
#undef ROW
    };
    struct xfed_unbound_question q;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (xfed_unbound_read_question((const uint8_t *)rows[i].data, rows[i].len, &q))
            fail_msg("%s was read", rows[i].name);
    }
}

/* Each message that is cut off, in memory of just its size. */
static void refuses_every_beginning(void **state)
{
    static const char query[] = HEADER QUESTION;
    struct xfed_unbound_question q;

    (void)state;
    for (size_t len = 0; len < sizeof(query) - 1; len++) {
        uint8_t *part = malloc(len + 1);

        assert_non_null(part);
        memcpy(part + 1, query, len);
        if (xfed_unbound_read_question(part + 1, len, &q))
            fail_msg("%zu octets were read", len);
        free(part);
    }
}

struct answer_row {
    const char *name;
    const char *query;  /* NULL: the usual one */
    const char *packet; /* NULL: none */
    size_t packet_len;
    unsigned rcode;
    bool secure;
    bool bogus;
    size_t max; /* 0: enough */
    const char *wanted;
    size_t wanted_len;
};

#define CD_QUERY "\x12\x34\x01\x10\x00\x01\x00\x00\x00\x00\x00\x00" QUESTION
#define RECORD "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"
#define ONE "\x00\x01\x00\x01\x00\x00\x00\x00"
#define NONE "\x00\x01\x00\x00\x00\x00\x00\x00"
#define PACKET(bytes) .packet = (bytes), .packet_len = sizeof(bytes) - 1
#define WANTED(bytes) .wanted = (bytes), .wanted_len = sizeof(bytes) - 1

static const struct answer_row answer_rows[] = {
    {"secure", PACKET(FOUND), .secure = true, WANTED("\x12\x34\x81\xa0" ONE QUESTION RECORD)},
    {"insecure, whatever the packet says", PACKET(FOUND),
     WANTED("\x12\x34\x81\x80" ONE QUESTION RECORD)},
    {"secure, of a query with CD", .query = CD_QUERY, PACKET(FOUND), .secure = true,
     WANTED("\x12\x34\x81\xb0" ONE QUESTION RECORD)},
    {"bogus", PACKET(FOUND), .bogus = true, WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"bogus is never secure", PACKET(FOUND), .bogus = true, .secure = true,
     WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"bogus, of a query with CD", .query = CD_QUERY, PACKET(FOUND), .bogus = true,
     WANTED("\x12\x34\x81\x90" NONE QUESTION)},
    {"no packet", .packet = NULL, WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"no packet, never secure", .secure = true, WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"no packet but a code", .rcode = 5, WANTED("\x12\x34\x81\x85" NONE QUESTION)},
    {"no domain, proved", PACKET("\0\0\x81\xa3" NONE QUESTION), .rcode = 3, .secure = true,
     WANTED("\x12\x34\x81\xa3" NONE QUESTION)},
    {"another question",
     PACKET("\0\0\x81\xa0" ONE "\x02"
            "ax\x01"
            "c\x00\x00\x01\x00\x01" RECORD),
     .secure = true, WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"a packet without question", PACKET("\0\0\x81\xa0\0\0\0\1\0\0\0\0" QUESTION RECORD),
     .secure = true, WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"a packet that is cut off",
     PACKET("\0\0\x81\xa0" ONE "\x02"
            "ab"),
     .secure = true, WANTED("\x12\x34\x81\x82" NONE QUESTION)},
    {"just not too long", PACKET(FOUND), .max = sizeof(FOUND) - 1,
     WANTED("\x12\x34\x81\x80" ONE QUESTION RECORD)},
    {"too long", PACKET(FOUND), .secure = true, .max = sizeof(FOUND) - 2,
     WANTED("\x12\x34\x83\x80" NONE QUESTION)},
};

static void answers_fit_the_question(void **state)
{
    static const char usual[] = HEADER QUESTION;

    (void)state;
    for (size_t i = 0; i < COUNT(answer_rows); i++) {
        const struct answer_row *row = &answer_rows[i];
        struct xfed_unbound_question q =
            question_of(row->query ? row->query : usual, sizeof(usual) - 1);
        struct xfed_unbound_found found = {.rcode = row->rcode,
                                           .secure = row->secure,
                                           .bogus = row->bogus,
                                           .packet = (const uint8_t *)row->packet,
                                           .len = row->packet_len};
        uint8_t answer[XFED_UNBOUND_HEADER_SIZE + XFED_UNBOUND_QUESTION];
        size_t len = xfed_unbound_write_answer(&q, &found, row->max ? row->max : 4096, answer);

        if (len != row->wanted_len || memcmp(answer, row->wanted, len) != 0)
            fail_msg("%s: %zu octets, flags %02x %02x", row->name, len, (unsigned)answer[2],
                     (unsigned)answer[3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_question),        cmocka_unit_test(escapes_what_is_no_letter),
        cmocka_unit_test(longest_name_fits),       cmocka_unit_test(refuses_what_is_no_question),
        cmocka_unit_test(refuses_every_beginning), cmocka_unit_test(answers_fit_the_question),
    };

    return cmocka_run_group_tests_name("unbound answer", tests, NULL, NULL);
}

/* test_journal.c - lines for systemd's journal: their fields, and what happens without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proxy/observe/log.h"

/* A journal that keeps the last datagram. */
struct fixture {
    char folder[32];
    char path[64];
    int fd;
    char data[262144];
    size_t len;
};

static void listen_at(struct fixture *f)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    memcpy(at.sun_path, f->path, strlen(f->path) + 1);
    f->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(f->fd >= 0);
    assert_int_equal(bind(f->fd, (const struct sockaddr *)&at, sizeof(at)), 0);
}

static void stop(struct fixture *f)
{
    close(f->fd);
    unlink(f->path);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    snprintf(f->folder, sizeof(f->folder), "/tmp/journal-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof(f->path), "%s/socket", f->folder);
    listen_at(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    stop(f);
    rmdir(f->folder);
    free(f);
    return 0;
}

/* Takes a datagram; false if there is none. */
static bool take(struct fixture *f)
{
    ssize_t len = recv(f->fd, f->data, sizeof(f->data), 0);

    f->len = len > 0 ? (size_t)len : 0;
    return len > 0;
}

/* A field by its number, as name and value; false past the last. Fails on bytes that are none. */
static bool field(const struct fixture *f, size_t number, char name[64], char value[32768])
{
    size_t at = 0;

    for (;;) {
        const char *end;
        uint64_t len = 0;
        size_t i;

        if (at == f->len)
            return false;
        end = memchr(f->data + at, '\n', f->len - at);
        assert_non_null(end);
        snprintf(name, 64, "%.*s", (int)(end - (f->data + at)), f->data + at);
        at = (size_t)(end - f->data) + 1;
        for (i = 8; i-- > 0;)
            len = len << 8 | (unsigned char)f->data[at + i];
        at += 8;
        assert_true(len < f->len - at);
        snprintf(value, 32768, "%.*s", (int)len, f->data + at);
        at += (size_t)len;
        assert_int_equal(f->data[at++], '\n');
        if (number-- == 0)
            return true;
    }
}

static void expect(const struct fixture *f, const char *const (*wanted)[2])
{
    char name[64];
    static char value[32768];
    size_t i;

    for (i = 0; wanted[i][0]; i++) {
        assert_true(field(f, i, name, value));
        assert_string_equal(name, wanted[i][0]);
        assert_string_equal(value, wanted[i][1]);
    }
    assert_false(field(f, i, name, value));
}

/* A log whose lines that the journal does not take go to text. */
struct text_log {
    struct log log;
    char *text;
    size_t size;
};

static void text_log_init(struct text_log *l, const struct fixture *f, enum log_format format)
{
    *l = (struct text_log){.text = NULL};
    l->log.out = open_memstream(&l->text, &l->size);
    assert_non_null(l->log.out);
    log_configure(&l->log, format, LOG_LEVEL_INFO, f->path);
}

static void text_log_fini(struct text_log *l)
{
    journal_close(&l->log.journal);
    fclose(l->log.out);
    free(l->text);
}

static void fields_of_a_line(void **state)
{
    static const char *const wanted[][2] = {
        {"MESSAGE", "event=UNDELIVERED local=a@contoso.example remote=b@fabrikam.example/x "
                    "code=\"A B\" text=\"no\\u000aXMPPFED_EVENT=FORGED\""},
        {"PRIORITY", "6"},
        {"SYSLOG_IDENTIFIER", "xmppfed-proxy"},
        {"MESSAGE_ID", "fe8ccb3982eb44f9a1793e848ec832fb"},
        {"XMPPFED_EVENT", "UNDELIVERED"},
        {"XMPPFED_LOCAL", "a@contoso.example"},
        {"XMPPFED_REMOTE", "b@fabrikam.example/x"},
        {"XMPPFED_DOMAIN", "fabrikam.example"},
        {"XMPPFED_CODE", "A B"},
        {"XMPPFED_TEXT", "no\nXMPPFED_EVENT=FORGED"},
        {NULL, NULL}};
    struct fixture *f = *state;
    struct text_log l;

    text_log_init(&l, f, LOG_FORMAT_JOURNAL);
    log_event(&l.log, EVENT_UNDELIVERED, LOG_TEXT("outcome", ""),
              LOG_TEXT("local", "a@contoso.example"), LOG_TEXT("remote", "b@fabrikam.example/x"),
              LOG_TEXT("code", "A B"), LOG_TEXT("text", "no\nXMPPFED_EVENT=FORGED"));
    assert_true(take(f));
    expect(f, wanted);
    fflush(l.log.out);
    assert_int_equal(l.size, 0);
    text_log_fini(&l);
}

static void levels_and_numbers(void **state)
{
    static const char *const ready[][2] = {{"MESSAGE", "event=RECORD_FULL files=7"},
                                           {"PRIORITY", "4"},
                                           {"SYSLOG_IDENTIFIER", "xmppfed-proxy"},
                                           {"MESSAGE_ID", "ac98b6af4865471e928ddfffce96a34a"},
                                           {"XMPPFED_EVENT", "RECORD_FULL"},
                                           {"XMPPFED_FILES", "7"},
                                           {NULL, NULL}};
    static const char *const back[][2] = {
        {"MESSAGE", "event=STORE_BACK"},        {"PRIORITY", "6"},
        {"SYSLOG_IDENTIFIER", "xmppfed-proxy"}, {"MESSAGE_ID", "9526d5d5771a4441b97f44d522e6bb08"},
        {"XMPPFED_EVENT", "STORE_BACK"},        {NULL, NULL}};
    struct fixture *f = *state;
    struct text_log l;

    text_log_init(&l, f, LOG_FORMAT_JOURNAL);
    log_event(&l.log, EVENT_RECORD_FULL, LOG_NUMBER("files", 7));
    assert_true(take(f));
    expect(f, ready);
    log_write(&l.log, EVENT_STORE_BACK, NULL);
    assert_true(take(f));
    expect(f, back);
    log_event(&l.log, EVENT_STANZA, LOG_TEXT("kind", "message"));
    assert_false(take(f)); /* debug is below the level */
    text_log_fini(&l);
}

static void a_long_value_is_cut(void **state)
{
    static char value[JOURNAL_FIELD_MAX * 2];
    static char shown[32768];
    struct fixture *f = *state;
    struct text_log l;
    char name[64];

    memset(value, 'x', sizeof(value) - 1);
    text_log_init(&l, f, LOG_FORMAT_JOURNAL);
    log_event(&l.log, EVENT_BODY, LOG_TEXT("from", value), LOG_TEXT("to", value),
              LOG_TEXT("body", value));
    assert_true(take(f));
    assert_true(field(f, 0, name, shown));
    assert_int_equal(strlen(shown), JOURNAL_FIELD_MAX);
    assert_true(field(f, 7, name, shown));
    assert_string_equal(name, "XMPPFED_BODY");
    assert_int_equal(strlen(shown), JOURNAL_FIELD_MAX);
    text_log_fini(&l);
}

/* A journal that is gone loses nothing, and one that comes back gets the next line. */
static void without_a_journal(void **state)
{
    struct fixture *f = *state;
    struct text_log l;

    text_log_init(&l, f, LOG_FORMAT_JOURNAL);
    stop(f);
    log_event(&l.log, EVENT_STORE_LOST, LOG_TEXT("text", "gone"));
    assert_non_null(l.text);
    assert_string_equal(strchr(l.text, 'Z'), "Z error event=STORE_LOST text=gone\n");
    listen_at(f);
    log_write(&l.log, EVENT_STORE_BACK, NULL);
    assert_true(take(f));
    assert_null(strstr(l.text, "STORE_BACK"));
    text_log_fini(&l);
}

/* What JOURNAL_STREAM names, and nothing else, is the journal's. */
static void who_reads(void **state)
{
    char own[64];
    struct stat st;
    struct log log = {.out = tmpfile()};
    struct fixture *f = *state;

    assert_non_null(log.out);
    assert_int_equal(fstat(fileno(log.out), &st), 0);
    unsetenv("JOURNAL_STREAM");
    assert_false(journal_has(fileno(log.out)));
    log_configure(&log, LOG_FORMAT_AUTO, LOG_LEVEL_INFO, f->path);
    assert_int_equal(log.format, LOG_FORMAT_TEXT);
    setenv("JOURNAL_STREAM", "1:2", 1);
    assert_false(journal_has(fileno(log.out)));
    snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", own, 1);
    assert_true(journal_has(fileno(log.out)));
    assert_false(journal_has(-1));
    log_configure(&log, LOG_FORMAT_AUTO, LOG_LEVEL_INFO, f->path);
    assert_int_equal(log.format, LOG_FORMAT_JOURNAL);
    log_configure(&log, LOG_FORMAT_TEXT, LOG_LEVEL_INFO, f->path);
    assert_int_equal(log.format, LOG_FORMAT_TEXT);
    assert_int_equal(log.journal.fd, 0);
    log_configure(&log, LOG_FORMAT_JOURNAL, LOG_LEVEL_INFO,
                  "/a/path/that/is/longer/than/the/address/of/a/unix/socket/may/be/in/this/"
                  "operating/system/which/has/108/bytes");
    assert_int_equal(log.format, LOG_FORMAT_TEXT);
    unsetenv("JOURNAL_STREAM");
    journal_close(&log.journal);
    fclose(log.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_of_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(levels_and_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_value_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_journal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_reads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

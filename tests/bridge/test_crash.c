/* test_crash.c - the process dies at every step: nothing is sent twice, and every sender is told.
 */
#include "bridge/fixture.h"

#include <stdlib.h>

/* One message, and what is known of it in the end. */
struct watched {
    const char *name;
    const char *sent; /* the line with which it is sent */
    int handle;       /* from SIP: of its request; 0: from XMPP */
    const char *told; /* from XMPP: the line that tells its sender of a failure */
};

static const struct watched messages[] = {
    {"accepted", "xmpp <message*<body>one</body>*", 1, NULL},
    {"refused", "xmpp <message*<body>two</body>*", 2, NULL},
    {"refused late", "xmpp <message*<body>three</body>*", 3, NULL},
    {"taken", "sip MESSAGE * alpha", 0, "xmpp <message*id='a'*type='error'*"},
    {"not taken", "sip MESSAGE * beta", 0, "xmpp <message*id='b'*type='error'*"},
};

static void send_error(struct fixture *f, size_t index)
{
    char xml[512];

    snprintf(xml, sizeof(xml),
             "<message type='error' id='%s' from='" BOB "' to='" ALICE "'><error type='cancel'>"
             "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
             f->ids[index]);
    fixture_stanza(f, xml);
}

static void send_stanza(struct fixture *f, const char *id, const char *body)
{
    char xml[256];

    snprintf(xml, sizeof(xml),
             "<message id='%s' from='" BOB "' to='" ALICE "'><body>%s</body></message>", id, body);
    fixture_stanza(f, xml);
}

/* The story; a response goes to whoever lives, as those of a server's dead child would. */
static bool play_step(struct fixture *f, size_t step)
{
    switch (step) {
    case 0:
        fixture_message(f, 1, "one", ALICE, BOB, "one");
        return true;
    case 1:
        fixture_message(f, 2, "two", ALICE, BOB, "two");
        return true;
    case 2:
        fixture_message(f, 3, "three", ALICE, BOB, "three");
        return true;
    case 3:
        send_stanza(f, "a", "alpha");
        return true;
    case 4:
        send_stanza(f, "b", "beta");
        return true;
    case 5:
        send_error(f, 1);
        return true;
    case 6:
        fixture_response(f, 0, 200);
        return true;
    case 7:
        fixture_response(f, 1, 404);
        return true;
    case 8:
        fixture_wait(f, 2200);
        return true;
    case 9:
        send_error(f, 2);
        return true;
    case 10:
        if (f->request_count > 2)
            fixture_response(f, 2, 200);
        return true;
    default:
        return false;
    }
}

/* What the sender of a message from SIP was told: a status, or 0 for nothing yet. */
static int answer_to(const struct fixture *f, int handle)
{
    char pattern[32];
    const char *found;

    snprintf(pattern, sizeof(pattern), "answer %d ", handle);
    found = strstr(f->out, pattern);
    return found ? (int)strtol(found + strlen(pattern), NULL, 10) : 0;
}

static const char *const calls[] = {"one", "two", "three"};

static void check(struct fixture *f, size_t step, const struct watched *m)
{
    size_t sent = count_lines(f, m->sent);

    if (sent != 1)
        fail_msg("died after step %zu: %s was sent %zu times", step, m->name, sent);
    if (!m->handle && strcmp(m->name, "taken") == 0 && step >= 6)
        assert_int_equal(count_lines(f, m->told), 0);
    else if (!m->handle && count_lines(f, m->told) == 0)
        fail_msg("died after step %zu: the sender of \"%s\" was not told", step, m->name);
}

/* Whoever got no answer repeats his request, and must get one, without a second delivery. */
static void repeat(struct fixture *f, size_t step)
{
    for (int handle = 1; handle <= 3; handle++) {
        int first = answer_to(f, handle);
        int again;

        fixture_message(f, (uintptr_t)(10 + handle), calls[handle - 1], ALICE, BOB,
                        calls[handle - 1]);
        again = answer_to(f, 10 + handle);
        if (again == 0 || (first != 0 && again != first) || (first == 0 && again != 480))
            fail_msg("died after step %zu: %s was answered %d, then %d", step, calls[handle - 1],
                     first, again);
    }
}

/* In the middle of the story the process dies; the story goes on with another one. */
static void test_dies(void **state)
{
    (void)state;
    for (size_t death = 4; death <= 10; death++) {
        void *inner = NULL;
        struct fixture *f;

        fixture_setup(&inner);
        f = inner;
        fixture_on_disk(f);
        for (size_t step = 0; play_step(f, step); step++) {
            if (step == death)
                fixture_crash(f, true);
        }
        fixture_wait(f, 100);
        repeat(f, death);
        for (size_t i = 0; i < COUNT(messages); i++)
            check(f, death, &messages[i]);
        fixture_wait(f, 2100);
        /* One who was told 202 and whose message failed has learnt it. */
        if (answer_to(f, 3) == 202 && count_lines(f, "sip MESSAGE *not delivered*") != 1)
            fail_msg("died after step %zu: the late error was not told", death);
        fixture_teardown(&inner);
    }
}

/* ---- after each call of a port ----------------------------------------------------------- */

static void copy_file(const char *from, const char *to, const char *suffix)
{
    char path[256];
    char bytes[4096];
    size_t len;
    FILE *in;
    FILE *out;

    snprintf(path, sizeof(path), "%s%s", from, suffix);
    in = fopen(path, "rb");
    assert_non_null(in);
    snprintf(path, sizeof(path), "%s%s", to, suffix);
    out = fopen(path, "wb");
    assert_non_null(out);
    while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0)
        assert_int_equal(fwrite(bytes, 1, len, out), len);
    fclose(in);
    fclose(out);
}

/* The process dies right now: the next one has the file as it is, and is asked again. */
static void die_now(struct fixture *f, void *user)
{
    size_t *deaths = user;
    void *state = NULL;
    struct fixture *next;

    fixture_setup(&state);
    next = state;
    copy_file(f->ledger, next->ledger, "");
    copy_file(f->ledger, next->ledger, "-wal");
    next->settings.ledger = next->ledger;
    fixture_crash(next, true);
    for (int i = 0; i < 3; i++)
        if (count_lines(f, messages[i].sent) > 0)
            fixture_message(next, (uintptr_t)(1 + i), calls[i], ALICE, BOB, calls[i]);
    fixture_wait(next, 200);
    for (size_t i = 0; i < COUNT(messages); i++) {
        const struct watched *m = &messages[i];

        if (count_lines(f, m->sent) == 0)
            continue;
        if (count_lines(next, m->sent) > 0)
            fail_msg("died at call %zu: %s was sent again", *deaths, m->name);
        if (m->handle && answer_to(f, m->handle) != 0 &&
            answer_to(next, m->handle) != answer_to(f, m->handle))
            fail_msg("died at call %zu: %s was answered otherwise", *deaths, m->name);
        if (strcmp(m->name, "not taken") == 0 &&
            count_lines(f, m->told) + count_lines(next, m->told) == 0)
            fail_msg("died at call %zu: the sender of \"%s\" was not told", *deaths, m->name);
    }
    fixture_teardown(&state);
    ++*deaths;
}

static void test_dies_within(void **state)
{
    struct fixture *f = *state;
    size_t deaths = 0;

    fixture_on_disk(f);
    f->on_port = die_now;
    f->on_port_user = &deaths;
    for (size_t step = 0; play_step(f, step); step++)
        continue;
    /* Five messages, three answers, an error and a notice. */
    assert_int_equal(deaths, 10);
}

/* It dies while the link is down, with reports waiting; they go out by the next one, each once. */
static void test_dies_without_link(void **state)
{
    struct fixture *f = *state;

    fixture_on_disk(f);
    send_stanza(f, "a", "alpha");
    send_stanza(f, "b", "beta");
    fixture_link(f, false);
    fixture_response(f, 1, 404);
    fixture_crash(f, false);
    fixture_wait(f, 200);
    fixture_crash(f, false);
    fixture_wait(f, 200);
    assert_int_equal(count_lines(f, "xmpp *"), 0);
    fixture_link(f, true);
    fixture_wait(f, 200);
    assert_int_equal(count_lines(f, messages[3].told), 1);
    assert_int_equal(count_lines(f, messages[4].told), 1);
    assert_int_equal(count_lines(f, "xmpp *"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dies),
        fixture_test(test_dies_within),
        fixture_test(test_dies_without_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_pace.c - bytes that wait, elements of a stranger, the slow drip, and how fast a peer may be.
 */
#include "unit/connection/fixture.h"

#define VERIFY "<db:verify from='fabrikam.example' to='contoso.example' id='x'>k</db:verify>"

static void set(struct fixture *f, int limit, int when, uint64_t value)
{
    assert_int_equal(xmppfed_site_set_limit(f->site, limit, when, value), 0);
}

static void open_for(struct fixture *f, int when)
{
    fixture_open_receiver(f);
    if (when == XMPPFED_LIMIT_AFTER)
        fixture_bring_up(f);
}

/* Works on all that was fed, at the present time; the code of STREAM_DOWN, or 0. */
static int work(struct fixture *f)
{
    const xmppfed_event *ev;
    int code = 0;

    while ((ev = fixture_next(f)) != NULL)
        if (xmppfed_event_kind(ev) == XMPPFED_EVENT_STREAM_DOWN)
            code = xmppfed_event_code(ev);
    return code;
}

static int receive(struct fixture *f, const char *bytes)
{
    assert_int_equal(xmppfed_connection_feed(f->c, bytes, strlen(bytes)), 0);
    return work(f);
}

/* Feeds that much white space, as fast as it is taken at once; then works on it. */
static void receive_space(struct fixture *f, size_t count)
{
    static char space[16384];

    memset(space, ' ', sizeof(space));
    while (count > 0) {
        size_t piece = count < sizeof(space) ? count : sizeof(space);

        assert_int_equal(xmppfed_connection_feed(f->c, space, piece), 0);
        assert_int_equal(work(f), 0);
        count -= piece;
    }
}

/* ---- PENDING_BYTES and BUFFER_BYTES ------------------------------------------------------ */

static void test_pending(void **state)
{
    static char space[262144 + 1];

    (void)state;
    memset(space, ' ', sizeof(space));
    for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
        struct fixture f;
        size_t max;

        open_for(&f, when);
        max = (size_t)xmppfed_site_limit(f.site, XMPPFED_LIMIT_PENDING_BYTES, when);
        assert_int_equal(xmppfed_connection_feed(f.c, space, max + 1), XMPPFED_ERR_LIMIT_SIZE);
        assert_int_equal(xmppfed_connection_feed(f.c, space, max), 0);
        assert_int_equal(xmppfed_connection_feed(f.c, space, 1), XMPPFED_ERR_LIMIT_SIZE);
        /* An option that was lowered below what waits is no reason to take more. */
        set(&f, XMPPFED_LIMIT_PENDING_BYTES, when, max - 1000);
        assert_int_equal(xmppfed_connection_feed(f.c, space, 1), XMPPFED_ERR_LIMIT_SIZE);
        fixture_close(&f);
    }
}

static void test_buffers(void **state)
{
    (void)state;
    for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
        uint64_t max = xmppfed_limit_default(XMPPFED_LIMIT_BUFFER_BYTES, when);
        struct fixture f;
        size_t left;

        open_for(&f, when);
        assert_int_equal(f.c->account.limit, max);
        left = (size_t)max - f.c->account.used;
        assert_int_equal(xfed_account_take(&f.c->account, left + 1), XMPPFED_ERR_LIMIT_MEMORY);
        assert_int_equal(xfed_account_take(&f.c->account, left), 0);
        assert_int_equal(xmppfed_connection_feed(f.c, "<a>", 3), XMPPFED_ERR_LIMIT_MEMORY);
        xfed_account_give(&f.c->account, left);
        fixture_close(&f);
    }
}

static void test_buffers_option(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    set(&f, XMPPFED_LIMIT_BUFFER_BYTES, XMPPFED_LIMIT_BEFORE, 300000);
    set(&f, XMPPFED_LIMIT_BUFFER_BYTES, XMPPFED_LIMIT_AFTER, 600000);
    assert_int_equal(xmppfed_connection_new_receiver(f.site, f.now, &f.c), 0);
    assert_int_equal(f.c->account.limit, 300000);
    fixture_bring_up(&f);
    assert_int_equal(f.c->account.limit, 600000);
    fixture_close(&f);
}

/* ---- UNITS ------------------------------------------------------------------------------- */

static int send_units(struct fixture *f, uint64_t count)
{
    int code = 0;

    for (uint64_t i = 0; i < count && code == 0; i++) {
        f->now += 100;
        code = receive(f, VERIFY);
        assert_true(fixture_sent(f, i + 1 < count || code == 0 ? "db:verify" : "stream:error"));
    }
    return code;
}

static void test_units(void **state)
{
    static const uint64_t values[] = {0, 16, 40};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct fixture f;
        uint64_t max = values[i] ? values[i] : xmppfed_limit_default(XMPPFED_LIMIT_UNITS, 1);

        fixture_open_receiver(&f);
        set(&f, XMPPFED_LIMIT_UNITS, XMPPFED_LIMIT_BEFORE, max);
        assert_int_equal(receive(&f, HEADER), 0);
        assert_int_equal(send_units(&f, max), 0);
        assert_int_equal(send_units(&f, 1), XMPPFED_ERR_LIMIT_UNITS);
        fixture_close(&f);
    }
}

/* A partner has no such limit: its elements are its business, at its rate. */
static void test_units_of_a_partner(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    set(&f, XMPPFED_LIMIT_UNITS, XMPPFED_LIMIT_BEFORE, 16);
    fixture_bring_up(&f);
    assert_int_equal(send_units(&f, 300), 0);
    fixture_close(&f);
}

/* ---- UNIT_MILLISECONDS ------------------------------------------------------------------- */

/* One byte a second does not keep an element alive for ever. */
static void test_slow_drip(void **state)
{
    (void)state;
    for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
        uint64_t max = xmppfed_limit_default(XMPPFED_LIMIT_UNIT_MILLISECONDS, when);
        struct fixture f;
        xmppfed_time end;

        open_for(&f, when);
        assert_int_equal(receive(&f, when == XMPPFED_LIMIT_AFTER ? " <a>" : " <stream:stream "), 0);
        end = f.now + max;
        while (f.now + 1000 < end) {
            f.now += 1000;
            assert_int_equal(receive(&f, " "), 0);
        }
        assert_int_equal(xmppfed_connection_deadline(f.c), end);
        xmppfed_connection_tick(f.c, end - 1);
        assert_int_equal(work(&f), 0);
        xmppfed_connection_tick(f.c, end);
        f.now = end;
        assert_int_equal(work(&f), XMPPFED_ERR_TIMEOUT_UNIT);
        assert_true(fixture_sent(&f, "<connection-timeout "));
        fixture_close(&f);
    }
}

/* What is complete in time is not counted with what follows. */
static void test_slow_but_complete(void **state)
{
    struct fixture f;

    (void)state;
    open_for(&f, XMPPFED_LIMIT_AFTER);
    set(&f, XMPPFED_LIMIT_UNIT_MILLISECONDS, XMPPFED_LIMIT_AFTER, 1000);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(receive(&f, "<db:verify from='fabrikam.example' to='contoso.example' "),
                         0);
        f.now += 999;
        xmppfed_connection_tick(f.c, f.now);
        assert_int_equal(receive(&f, "id='x'>k</db:verify> "), 0);
        assert_true(xmppfed_connection_deadline(f.c) > f.now + 1000);
        assert_true(fixture_sent(&f, "<db:verify "));
    }
    fixture_close(&f);
}

/* ---- rates ------------------------------------------------------------------------------- */

/* The burst is read at once; the byte after it waits, without an event and without an end. */
static void test_burst_of_bytes(void **state)
{
    (void)state;
    for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
        const uint64_t rate = 2000;
        const uint64_t burst = 20000;
        struct fixture f;
        xmppfed_time ready;

        open_for(&f, when);
        set(&f, XMPPFED_LIMIT_RATE_BYTES, when, rate);
        set(&f, XMPPFED_LIMIT_BURST_BYTES, when, burst);
        f.now += 3600; /* what came before is forgotten */
        receive_space(&f, burst);
        assert_int_equal(xfed_buffer_length(&f.c->in), 0);
        receive_space(&f, 1);
        assert_int_equal(xfed_buffer_length(&f.c->in), 1);
        assert_false(xmppfed_connection_wants_input(f.c));
        ready = xmppfed_connection_deadline(f.c);
        assert_in_range(ready, f.now + 1, f.now + 1000);
        xmppfed_connection_tick(f.c, f.now = ready);
        assert_int_equal(work(&f), 0);
        assert_int_equal(xfed_buffer_length(&f.c->in), 0);
        fixture_close(&f);
    }
}

static void test_burst_of_units(void **state)
{
    (void)state;
    for (int when = XMPPFED_LIMIT_BEFORE; when <= XMPPFED_LIMIT_AFTER; when++) {
        struct fixture f;
        unsigned waits = 0;

        open_for(&f, when);
        if (when == XMPPFED_LIMIT_BEFORE)
            assert_int_equal(receive(&f, HEADER), 0);
        set(&f, XMPPFED_LIMIT_RATE_UNITS, when, 2);
        set(&f, XMPPFED_LIMIT_BURST_UNITS, when, 5);
        f.now += 10000;
        for (int i = 0; i < 15; i++) {
            assert_int_equal(receive(&f, VERIFY), 0);
            if (i < 5)
                assert_int_equal(xfed_buffer_length(&f.c->in), 0);
            while (xfed_buffer_length(&f.c->in) > 0) {
                assert_false(xmppfed_connection_wants_input(f.c));
                f.now = xmppfed_connection_deadline(f.c);
                xmppfed_connection_tick(f.c, f.now);
                assert_int_equal(work(&f), 0);
                waits++;
            }
        }
        assert_int_equal(waits, 10);
        /* Ten elements at two a second. */
        assert_in_range(f.now, 1000 + 10000 + 4500, 1000 + 10000 + 5500);
        fixture_close(&f);
    }
}

/* Whatever a peer does, in the long run it gets no more than its rate. */
static void test_long_run(void **state)
{
    struct fixture f;
    uint64_t taken = 0;
    uint64_t before;

    (void)state;
    open_for(&f, XMPPFED_LIMIT_AFTER);
    set(&f, XMPPFED_LIMIT_RATE_BYTES, XMPPFED_LIMIT_AFTER, 5000);
    set(&f, XMPPFED_LIMIT_BURST_BYTES, XMPPFED_LIMIT_AFTER, 16384);
    before = xfed_reader_offset(f.c->reader);
    for (int i = 0; i < 200; i++) {
        if (xmppfed_connection_wants_input(f.c))
            receive_space(&f, 3000);
        f.now += 100;
        xmppfed_connection_tick(f.c, f.now);
        assert_int_equal(work(&f), 0);
    }
    taken = xfed_reader_offset(f.c->reader) - before;
    /* Twenty seconds, the burst, and the last piece, which was begun within it. */
    assert_in_range(taken, 100000, 100000 + 16384 + 3000);
    fixture_close(&f);
}

/* While we do not read, the peer cannot complete anything: that time is not its own. */
static void test_waiting_is_no_drip(void **state)
{
    struct fixture f;
    const uint64_t begun = 1000;

    (void)state;
    open_for(&f, XMPPFED_LIMIT_AFTER);
    f.now = begun;
    set(&f, XMPPFED_LIMIT_RATE_BYTES, XMPPFED_LIMIT_AFTER, 1024);
    set(&f, XMPPFED_LIMIT_BURST_BYTES, XMPPFED_LIMIT_AFTER, 16384);
    set(&f, XMPPFED_LIMIT_UNIT_MILLISECONDS, XMPPFED_LIMIT_AFTER, 5000);
    f.now += 60000;
    assert_int_equal(receive(&f, "<message from='a@fabrikam.example' to='b@contoso.example'>"), 0);
    for (int i = 0; i < 6; i++) {
        receive_space(&f, 10000);
        while (xfed_buffer_length(&f.c->in) > 0) {
            f.now = xmppfed_connection_deadline(f.c);
            xmppfed_connection_tick(f.c, f.now);
            assert_int_equal(work(&f), 0);
        }
    }
    /* Forty-odd kilobytes at one a second: much longer than five seconds. */
    assert_true(f.now > begun + 60000 + 20000);
    fixture_close(&f);
}

/* A peer that has just proved itself begins with a full burst. */
static void test_proof_forgives(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open_receiver(&f);
    set(&f, XMPPFED_LIMIT_RATE_UNITS, XMPPFED_LIMIT_BEFORE, 1);
    set(&f, XMPPFED_LIMIT_BURST_UNITS, XMPPFED_LIMIT_BEFORE, 1);
    fixture_bring_up(&f);
    assert_true(xmppfed_connection_wants_input(f.c));
    assert_int_equal(receive(&f, VERIFY), 0);
    assert_int_equal(xfed_buffer_length(&f.c->in), 0);
    fixture_close(&f);
}

static void test_wants_input(void **state)
{
    struct fixture f;

    (void)state;
    assert_false(xmppfed_connection_wants_input(NULL));
    fixture_open_receiver(&f);
    assert_true(xmppfed_connection_wants_input(f.c));
    xmppfed_connection_close(f.c, 0, NULL);
    assert_true(xmppfed_connection_wants_input(f.c));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pending),
        cmocka_unit_test(test_buffers),
        cmocka_unit_test(test_buffers_option),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_units_of_a_partner),
        cmocka_unit_test(test_slow_drip),
        cmocka_unit_test(test_slow_but_complete),
        cmocka_unit_test(test_burst_of_bytes),
        cmocka_unit_test(test_burst_of_units),
        cmocka_unit_test(test_long_run),
        cmocka_unit_test(test_waiting_is_no_drip),
        cmocka_unit_test(test_proof_forgives),
        cmocka_unit_test(test_wants_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_cost.c - what hostile input of every known shape costs, by counting and not by the clock.
 *
 * The bound: for each byte that comes in, and for each element that is completed, a constant number
 * of allocations and of bytes allocated, in our own code and in libxml2. The parser is called once
 * an element, when it is complete, so that the way in which the bytes come in pieces costs nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/xmlmemory.h>

#include "limits/cost.h"
#include "stream/reader.h"
#include "support/alloc_count.h"
#include "xml/gate.h"
#include "xml/gate_state.h"

#define HEADER \
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>"

/* ---- counting what libxml2 asks for ------------------------------------------------------ */

static struct alloc_count parser;
static xmppfed_allocator parser_allocator;

static void *parser_malloc(size_t size)
{
    return parser_allocator.malloc_fn(size, parser_allocator.user);
}

static void *parser_realloc(void *old, size_t size)
{
    return parser_allocator.realloc_fn(old, size, parser_allocator.user);
}

static void parser_free(void *old)
{
    parser_allocator.free_fn(old, parser_allocator.user);
}

static char *parser_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = parser_malloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

/* ---- shapes: each writes bytes for ever, some at a time ---------------------------------- */

enum { PIECE = 4096 };

struct source {
    uint64_t seed;
    size_t at; /* how often it was asked */
    char piece[PIECE];
};

static char letter(struct source *s)
{
    s->seed = s->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (char)('a' + (s->seed >> 33) % 26);
}

/* A name that was never seen before: dictionaries of parsers do not forget. */
static size_t put_name(struct source *s, char *to)
{
    for (int i = 0; i < 12; i++)
        to[i] = letter(s);
    return 12;
}

static size_t random_names(struct source *s)
{
    size_t len = 0;

    memcpy(s->piece, "<", 1);
    len += 1;
    len += put_name(s, s->piece + len);
    s->piece[len++] = ' ';
    len += put_name(s, s->piece + len);
    memcpy(s->piece + len, "='1'/>", 6);
    return len + 6;
}

static size_t many_attributes(struct source *s)
{
    if (s->at == 0)
        return (size_t)snprintf(s->piece, PIECE, "<a");
    return (size_t)snprintf(s->piece, PIECE, " b%zu='1'", s->at % 20000);
}

static size_t endless_attribute(struct source *s)
{
    if (s->at == 0)
        return (size_t)snprintf(s->piece, PIECE, "<a b='");
    s->piece[0] = '>';
    return 1;
}

static size_t endless_name(struct source *s)
{
    s->piece[0] = s->at == 0 ? '<' : 'a';
    return 1;
}

static size_t levels(struct source *s)
{
    return (size_t)snprintf(s->piece, PIECE, "<a>");
}

static size_t wide(struct source *s)
{
    return (size_t)snprintf(s->piece, PIECE, s->at == 0 ? "<r>" : "<a/>");
}

static size_t references(struct source *s)
{
    return (size_t)snprintf(s->piece, PIECE, s->at == 0 ? "<r>" : "&#x1F600;&lt;");
}

static size_t namespaces(struct source *s)
{
    return s->at == 0 ? (size_t)snprintf(s->piece, PIECE, "<r>")
                      : (size_t)snprintf(s->piece, PIECE, "<a xmlns:n%zu='u%zu'/>", s->at, s->at);
}

static size_t endless_text(struct source *s)
{
    if (s->at == 0)
        return (size_t)snprintf(s->piece, PIECE, "<r>");
    memset(s->piece, 'x', PIECE);
    return PIECE;
}

static size_t small_elements(struct source *s)
{
    return (size_t)snprintf(s->piece, PIECE, "<a/>");
}

static size_t messages(struct source *s)
{
    return (size_t)snprintf(s->piece, PIECE,
                            "<message from='a@fabrikam.example/%zu' to='b@contoso.example' "
                            "type='chat'><body>Hello there</body></message>",
                            s->at);
}

/* As large a tree as few bytes can make, within the limits of a stranger. */
static size_t dear_elements(struct source *s)
{
    size_t len = (size_t)snprintf(s->piece, PIECE, "<r");

    for (char name = 'a'; name <= 'z'; name++)
        len += (size_t)snprintf(s->piece + len, PIECE - len, " %c=''", name);
    len += (size_t)snprintf(s->piece + len, PIECE - len, ">");
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(s->piece + len, PIECE - len, "<a/>x");
    return len + (size_t)snprintf(s->piece + len, PIECE - len, "</r>");
}

static size_t white_space(struct source *s)
{
    memset(s->piece, ' ', PIECE);
    return PIECE;
}

static const struct shape {
    const char *name;
    size_t (*next)(struct source *s);
    size_t bytes; /* how many are tried */
    size_t cut;   /* bytes handed over at a time; 0: as they come */
    int error;    /* how it ends; 0: it may go on for ever */
} shapes[] = {
    {"random names", random_names, 1000000, 0, 0},
    {"20 000 attributes", many_attributes, 400000, 0, XMPPFED_ERR_LIMIT_SHAPE},
    {"20 000 attributes, byte by byte", many_attributes, 400000, 1, XMPPFED_ERR_LIMIT_SHAPE},
    {"an endless attribute, byte by byte", endless_attribute, 1000000, 1, XMPPFED_ERR_LIMIT_SIZE},
    {"an endless name", endless_name, 1000000, 1, XMPPFED_ERR_LIMIT_SHAPE},
    {"2 000 000 levels", levels, 6000000, 0, XMPPFED_ERR_LIMIT_SHAPE},
    {"endless children", wide, 6000000, 0, XMPPFED_ERR_LIMIT_SHAPE},
    {"endless references", references, 6000000, 0, XMPPFED_ERR_LIMIT_SIZE},
    {"endless namespaces", namespaces, 6000000, 0, XMPPFED_ERR_LIMIT_SHAPE},
    {"an endless text", endless_text, 6000000, 0, XMPPFED_ERR_LIMIT_SIZE},
    {"the smallest of elements", small_elements, 400000, 0, 0},
    {"the dearest of elements", dear_elements, 2000000, 0, 0},
    {"messages", messages, 2000000, 0, 0},
    {"messages, byte by byte", messages, 500000, 1, 0},
    {"white space", white_space, 6000000, 0, 0},
};

/* ---- playing them ------------------------------------------------------------------------ */

struct run {
    struct alloc_count memory;
    xmppfed_context *ctx;
    struct xfed_account account;
    struct xfed_reader *reader;
    size_t bytes;
    size_t elements;
    size_t begun;   /* where the element in progress begins */
    size_t largest; /* the longest so far */
};

/* Hands over bytes; 0 or the error that ends the stream. */
static int take(struct run *run, const char *data, size_t len)
{
    while (len > 0) {
        size_t calls = parser.calls;
        xmppfed_element *e = NULL;
        size_t used = 0;
        int rc = xfed_reader_feed(run->reader, data, len, &used, &e);

        if (rc < 0)
            return rc;
        /* Nothing is parsed before it is complete. */
        assert_true(rc != XFED_READER_MORE || parser.calls == calls);
        run->elements += rc == XFED_READER_ELEMENT;
        run->bytes += used;
        if (run->bytes - run->begun > run->largest)
            run->largest = run->bytes - run->begun;
        if (rc == XFED_READER_ELEMENT)
            run->begun = run->bytes;
        xmppfed_element_free(e);
        data += used;
        len -= used;
    }
    return 0;
}

static int take_in_cuts(struct run *run, const struct shape *shape, const char *data, size_t len)
{
    size_t cut = shape->cut ? shape->cut : len;
    int rc = 0;

    for (size_t at = 0; at < len && rc == 0; at += cut)
        rc = take(run, data + at, len - at < cut ? len - at : cut);
    return rc;
}

static void begin(struct run *run, const struct xfed_xml_limits *limits)
{
    xmppfed_allocator allocator;

    memset(run, 0, sizeof(*run));
    allocator = alloc_count_allocator(&run->memory);
    assert_int_equal(xmppfed_context_new(&allocator, &run->ctx), 0);
    xfed_account_init(&run->account, run->ctx, SIZE_MAX);
    run->reader = xfed_reader_new(&run->account, limits);
    assert_non_null(run->reader);
    assert_int_equal(take(run, HEADER, strlen(HEADER)), 0);
    run->bytes = 0;
    run->begun = 0;
    run->largest = 0;
    run->memory.calls = 0;
    run->memory.total = 0;
    run->memory.most = run->memory.live;
    parser.calls = 0;
    parser.total = 0;
    parser.most = parser.live;
}

static void end(struct run *run)
{
    xfed_reader_free(run->reader);
    xmppfed_context_unref(run->ctx);
    assert_int_equal(run->memory.live, 0);
}

static void check(const struct run *run, const char *name)
{
    double elements = (double)run->elements + 1; /* one may be unfinished */
    double calls = (double)(run->memory.calls + parser.calls);
    double total = (double)(run->memory.total + parser.total);
    size_t held = run->memory.most + parser.most - parser.live;

    print_message("# %s: %zu bytes, %zu elements; %.0f allocations of %.0f bytes, %zu held\n", name,
                  run->bytes, run->elements, calls, total, held);
    if (calls > COST_CALLS_AN_ELEMENT * elements + (double)run->bytes / COST_BYTES_A_CALL)
        fail_msg("%s: too many allocations", name);
    if (total > COST_KIB_AN_ELEMENT * 1024 * elements + COST_BYTES_A_BYTE * (double)run->bytes)
        fail_msg("%s: too many bytes allocated", name);
    if (held > COST_HELD_KIB * 1024 + COST_HELD_A_BYTE * run->largest)
        fail_msg("%s: too many bytes held", name);
}

static void play(const struct shape *shape, const struct xfed_xml_limits *limits)
{
    struct source source = {.seed = 42};
    struct run run;
    int rc = 0;

    begin(&run, limits);
    while (rc == 0 && run.bytes < shape->bytes) {
        size_t len = shape->next(&source);

        rc = take_in_cuts(&run, shape, source.piece, len);
        source.at++;
    }
    if (rc != shape->error)
        fail_msg("%s ends with %s", shape->name, xmppfed_error_name(rc));
    check(&run, shape->name);
    end(&run);
}

static void test_strangers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        play(&shapes[i], &xfed_xml_limits_before);
}

static void test_partners(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        play(&shapes[i], &xfed_xml_limits_after);
}

/* ---- a stream without end ---------------------------------------------------------------- */

/*
 * 192 MiB through the gate alone, past the 4 GiB where a counter of 32 bits would begin anew. Each
 * element leaves the gate as it found it, with the same number of allocations, so that 5 GiB are no
 * more than 5 GiB divided by 192 MiB of this.
 */
static void test_endless_stream(void **state)
{
    static char block[1024 * 1024];
    struct alloc_count memory = {0};
    xmppfed_allocator allocator = alloc_count_allocator(&memory);
    struct source source = {.seed = 42};
    struct xfed_account account;
    uint64_t fed = 0;
    xmppfed_context *ctx;
    struct xfed_gate *g;
    size_t idle;
    size_t calls;
    size_t elements = 0;
    size_t len = 0;
    size_t used;

    (void)state;
    assert_int_equal(xmppfed_context_new(&allocator, &ctx), 0);
    xfed_account_init(&account, ctx, SIZE_MAX);
    g = xfed_gate_new(&account, &xfed_xml_limits_after);
    assert_non_null(g);
    assert_int_equal(xfed_gate_feed(g, HEADER, strlen(HEADER), &used), XFED_GATE_HEADER);
    assert_int_equal(xfed_gate_feed(g, NULL, 0, &used), XFED_GATE_MORE);
    for (source.at = 0; len + 256 < sizeof(block); source.at++) {
        size_t more = messages(&source);

        memcpy(block + len, source.piece, more);
        len += more;
    }
    g->offset = UINT32_MAX - 96 * UINT64_C(1024) * 1024;
    idle = memory.live;
    calls = memory.calls;
    memory.most = memory.live;
    for (int i = 0; i < 192; i++) {
        for (size_t at = 0; at < len; at += used) {
            int rc = xfed_gate_feed(g, block + at, len - at, &used);

            assert_in_range(rc, XFED_GATE_MORE, XFED_GATE_UNIT);
            elements += rc == XFED_GATE_UNIT;
        }
        fed += len;
        assert_int_equal(xfed_gate_feed(g, NULL, 0, &used), XFED_GATE_MORE);
        assert_int_equal(memory.live, idle);
    }
    assert_int_equal(elements, 192 * source.at);
    assert_true(xfed_gate_offset(g) == UINT32_MAX - 96 * UINT64_C(1024) * 1024 + fed);
    assert_in_range(memory.calls - calls, elements, 4 * elements);
    assert_in_range(memory.most - idle, 1, 1024);
    xfed_gate_free(g);
    xmppfed_context_unref(ctx);
    assert_int_equal(memory.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_partners),
        cmocka_unit_test(test_endless_stream),
    };

    parser_allocator = alloc_count_allocator(&parser);
    if (xmlMemSetup(parser_free, parser_malloc, parser_realloc, parser_strdup) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

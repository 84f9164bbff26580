/*
 * xml.c - what a stanza costs in the XML and stream layers, beside a plain Expat of the same bytes.
 *
 *     bench-xml [REPETITIONS]          (medians are printed)
 *
 * Expat runs with namespaces and with handlers that do nothing: it cuts no stanzas, builds no trees
 * and knows no limits. All get the same stream in pieces of a TLS record.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <expat.h>

#include "bench/fatal.h"
#include "bench/median.h"
#include "stream/reader.h"
#include "support/alloc_count.h"
#include "xml/gate.h"
#include "xml/writer.h"

enum { STANZAS = 100000, PIECE = 16384, STANZA_MAX = 512, REPETITIONS = 5, REPETITIONS_MAX = 50 };

#define HEADER                                                                           \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "                         \
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' " \
    "from='contoso.example' to='fabrikam.example' id='0123456789abcdef' version='1.0'>"

/* The stream that everybody reads. */
struct traffic {
    char *bytes;
    size_t len;
};

/* What a way of reading it found; all must have seen the same. */
struct found {
    size_t stanzas;
    size_t bytes;
};

typedef struct found (*way)(xmppfed_context *ctx, const struct traffic *t);

/* ---- the stream ---------------------------------------------------------------------------- */

/* Seven of ten stanzas are messages, two are presence, one is an iq. */
static int write_stanza(char *to, size_t i)
{
    static const char from_to[] = "from='romeo@contoso.example/orchard' "
                                  "to='juliet@fabrikam.example/balcony'";

    if (i % 10 == 9)
        return snprintf(to, STANZA_MAX,
                        "<iq %s type='get' id='%zu'><query "
                        "xmlns='http://jabber.org/protocol/disco#info'/></iq>",
                        from_to, i);
    if (i % 10 >= 7)
        return snprintf(to, STANZA_MAX,
                        "<presence %s><show>away</show><status>Back at six &amp; a half</status>"
                        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' "
                        "node='http://contoso.example/' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>"
                        "</presence>",
                        from_to);
    return snprintf(
        to, STANZA_MAX,
        "<message %s type='chat' id='%zu' xml:lang='en'><body>Art thou not Romeo, and a "
        "Montague?</body><active xmlns='http://jabber.org/protocol/chatstates'/>"
        "<request xmlns='urn:xmpp:receipts'/></message>",
        from_to, i);
}

static struct traffic make_traffic(void)
{
    struct traffic t = {.bytes = malloc((size_t)STANZAS * STANZA_MAX)};

    if (!t.bytes)
        fatal("out of memory");
    t.len = (size_t)snprintf(t.bytes, STANZA_MAX, HEADER);
    for (size_t i = 0; i < STANZAS; i++)
        t.len += (size_t)write_stanza(t.bytes + t.len, i);
    return t;
}

static size_t piece_at(const struct traffic *t, size_t at)
{
    return t->len - at < PIECE ? t->len - at : PIECE;
}

/* ---- the ways of reading it ---------------------------------------------------------------- */

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    int *depth = user;

    (void)name;
    (void)attributes;
    ++*depth;
}

struct expat_state {
    int depth; /* first: on_start knows no more */
    struct found found;
};

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct expat_state *s = user;

    (void)name;
    if (--s->depth == 1)
        s->found.stanzas++;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    (void)user;
    (void)text;
    (void)len;
}

static struct found read_expat(xmppfed_context *ctx, const struct traffic *t)
{
    struct expat_state s = {0};
    XML_Parser p = XML_ParserCreateNS(NULL, ' ');

    (void)ctx;
    if (!p)
        fatal("out of memory");
    XML_SetUserData(p, &s);
    XML_SetElementHandler(p, on_start, on_end);
    XML_SetCharacterDataHandler(p, on_text);
    for (size_t at = 0; at < t->len; at += piece_at(t, at))
        if (XML_Parse(p, t->bytes + at, (int)piece_at(t, at), 0) != XML_STATUS_OK)
            fatal("Expat: %s", XML_ErrorString(XML_GetErrorCode(p)));
    XML_ParserFree(p);
    s.found.bytes = t->len;
    return s.found;
}

static struct found read_gate(xmppfed_context *ctx, const struct traffic *t)
{
    struct found found = {0};
    struct xfed_account account;
    struct xfed_gate *g;

    xfed_account_init(&account, ctx, SIZE_MAX);
    g = xfed_gate_new(&account, &xfed_xml_limits_after);
    if (!g)
        fatal("out of memory");
    while (found.bytes < t->len) {
        size_t end = (found.bytes / PIECE + 1) * PIECE;
        size_t used;
        int rc = xfed_gate_feed(g, t->bytes + found.bytes,
                                (end < t->len ? end : t->len) - found.bytes, &used);

        if (rc < 0)
            fatal("gate: %s", xmppfed_error_name(rc));
        found.stanzas += rc == XFED_GATE_UNIT;
        found.bytes += used;
    }
    xfed_gate_free(g);
    return found;
}

static struct found read_trees(xmppfed_context *ctx, const struct traffic *t, bool write)
{
    struct found found = {0};
    struct xfed_account account;
    struct xfed_buffer out;
    struct xfed_reader *r;

    xfed_account_init(&account, ctx, SIZE_MAX);
    xfed_buffer_init(&out, &account, SIZE_MAX);
    r = xfed_reader_new(&account, &xfed_xml_limits_after);
    if (!r)
        fatal("out of memory");
    while (found.bytes < t->len) {
        size_t end = (found.bytes / PIECE + 1) * PIECE;
        xmppfed_element *e = NULL;
        size_t used;
        int rc = xfed_reader_feed(r, t->bytes + found.bytes,
                                  (end < t->len ? end : t->len) - found.bytes, &used, &e);

        if (rc < 0)
            fatal("reader: %s", xmppfed_error_name(rc));
        found.stanzas += rc == XFED_READER_ELEMENT;
        found.bytes += used;
        if (write && rc == XFED_READER_ELEMENT && xfed_xml_write(&out, e, "jabber:server") < 0)
            fatal("the writer failed");
        if (xfed_buffer_length(&out) >= PIECE)
            xfed_buffer_clear(&out); /* as if a record had been sent */
        xmppfed_element_free(e);
    }
    xfed_buffer_fini(&out);
    xfed_reader_free(r);
    return found;
}

static struct found read_only(xmppfed_context *ctx, const struct traffic *t)
{
    return read_trees(ctx, t, false);
}

static struct found read_and_write(xmppfed_context *ctx, const struct traffic *t)
{
    return read_trees(ctx, t, true);
}

/* ---- measuring ----------------------------------------------------------------------------- */

static double cpu_seconds(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
        fatal_errno("clock");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double measure(xmppfed_context *ctx, way read, const struct traffic *t)
{
    double begun = cpu_seconds();
    struct found found = read(ctx, t);

    if (found.stanzas != STANZAS || found.bytes != t->len)
        fatal("%zu stanzas in %zu bytes were found", found.stanzas, found.bytes);
    return cpu_seconds() - begun;
}

/* Bytes that an idle stream holds between two stanzas. */
static size_t idle_bytes(const struct traffic *t)
{
    struct alloc_count memory = {0};
    xmppfed_allocator allocator = alloc_count_allocator(&memory);
    struct xfed_account account;
    struct xfed_reader *r;
    xmppfed_context *ctx;
    size_t before;
    size_t held;
    size_t at = 0;

    if (xmppfed_context_new(&allocator, &ctx) < 0)
        fatal("out of memory");
    before = memory.live;
    xfed_account_init(&account, ctx, SIZE_MAX);
    r = xfed_reader_new(&account, &xfed_xml_limits_before);
    for (int items = 0; r && items < 100; items++) {
        xmppfed_element *e = NULL;
        size_t used;

        if (xfed_reader_feed(r, t->bytes + at, STANZA_MAX, &used, &e) <= 0)
            fatal("the stream cannot be read");
        xmppfed_element_free(e);
        at += used;
    }
    held = memory.live - before;
    xfed_reader_free(r);
    xmppfed_context_unref(ctx);
    return held;
}

static void report(const char *name, double seconds, double yardstick, const struct traffic *t)
{
    printf("%-28s %10.0f %10.2f %8.1f %8.2f\n", name, STANZAS / seconds, seconds * 1e6 / STANZAS,
           (double)t->len / seconds / 1e6, seconds / yardstick);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        way read;
    } ways[] = {
        {"Expat, namespaces, no tree", read_expat},
        {"gate alone", read_gate},
        {"gate + parse + tree", read_only},
        {"gate + parse + tree + write", read_and_write},
    };
    enum { WAYS = sizeof(ways) / sizeof(ways[0]) };
    double seconds[WAYS][REPETITIONS_MAX];
    struct traffic t = make_traffic();
    long repetitions = argc > 1 ? strtol(argv[1], NULL, 10) : REPETITIONS;
    double yardstick = 0;
    xmppfed_context *ctx;

    if (repetitions < 1 || repetitions > REPETITIONS_MAX)
        fatal("1 to %d repetitions", REPETITIONS_MAX);
    if (xmppfed_context_new(NULL, &ctx) < 0)
        fatal("out of memory");
    for (long n = 0; n < repetitions; n++)
        for (size_t i = 0; i < WAYS; i++)
            seconds[i][n] = measure(ctx, ways[i].read, &t);
    printf("%d stanzas of %.0f bytes, pieces of %d, median of %ld\n\n", STANZAS,
           (double)t.len / STANZAS, PIECE, repetitions);
    printf("%-28s %10s %10s %8s %8s\n", "", "stanzas/s", "us/stanza", "MB/s", "x Expat");
    for (size_t i = 0; i < WAYS; i++) {
        double middle = median(seconds[i], (size_t)repetitions);

        yardstick = i == 0 ? middle : yardstick;
        report(ways[i].name, middle, yardstick, &t);
    }
    printf("\nIdle stream, gate + reader + scope: %zu bytes (target: under 512)\n", idle_bytes(&t));
    xmppfed_context_unref(ctx);
    free(t.bytes);
    return 0;
}

/*
 * differential.c - gate and libxml2 against Expat: the same units and content, or both refuse.
 *
 * Input: a byte that chooses the pieces (fuzz.h), and the stream. Both sides get the same pieces.
 * Where they differ the difference must be one of the explained ones, each of which has a clause in
 * doc/fuzzing.md; any other ends the process.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "base/utf8.h"
#include "expat_side.h"
#include "fuzz.h"
#include "stream/reader.h"
#include "xml/names.h"

/* So large that no limit is met: limits are what gate.c is for. */
static const struct xfed_xml_limits boundless = {
    .header_bytes = 1 << 24,
    .unit_bytes = 1 << 24,
    .depth = 1 << 24,
    .elements = 1 << 24,
    .attributes = 1 << 24,
    .namespaces = 1 << 24,
    .name_bytes = 1 << 24,
    .attribute_bytes = 1 << 24,
};

/* Our side: what was read so far. */
struct our_side {
    struct xfed_account account;
    struct xfed_reader *reader;
    struct xfed_buffer log; /* of whole items, as in expat_side.h */
    int code;               /* of the refusal, or 0 */
    uint64_t refused_at;    /* bytes read up to it */
    bool closed;
};

/* Why the two may say different things; the clauses are in doc/fuzzing.md. */
enum explanation {
    SAME,
    UNFINISHED, /* Expat judges a token when it is whole, the gate at the first wrong character */
    CHARACTER,  /* the gate judges a character when it is whole, Expat at its first byte */
    REFERENCE,  /* a colon in the name of an entity: for the gate still a name, and none of the five
                 */
    NAMESPACE,  /* we judge namespaces when the unit is whole, Expat at the tag */
    NAMES,      /* Expat knows the names of the fourth edition, we those of the fifth */
    MARK,       /* Expat takes a byte order mark or UTF-16 */
    FEATURE,    /* Expat takes what RFC 6120 forbids: the enum expat_feature says what */
    UNEXPLAINED
};

static const char *const explanations[UNEXPLAINED + 1] = {
    [SAME] = "the same",
    [UNFINISHED] = "unfinished token",
    [CHARACTER] = "unfinished character",
    [REFERENCE] = "colon in an unfinished reference",
    [NAMESPACE] = "namespace in an unfinished unit",
    [NAMES] = "names of the fifth edition",
    [MARK] = "byte order mark or UTF-16",
    [FEATURE] = "forbidden by RFC 6120",
    [UNEXPLAINED] = "unexplained",
};

static unsigned long counts[UNEXPLAINED + 1];

static void print_counts(void)
{
    for (int i = 0; i <= UNEXPLAINED; i++)
        fprintf(stderr, "%12lu %s\n", counts[i], explanations[i]);
}

/* ---- our side ---------------------------------------------------------------------------- */

static void note_item(struct our_side *us, int kind, xmppfed_element *e)
{
    const char letter = kind == XFED_READER_HEADER ? 'H' : kind == XFED_READER_ELEMENT ? 'U' : 'C';

    FUZZ_CHECK(xfed_buffer_append(&us->log, &letter, 1) == 0);
    if (e)
        dump_tree(&us->log, e);
    xmppfed_element_free(e);
    us->closed = kind == XFED_READER_CLOSE;
}

static void our_feed(struct our_side *us, xmppfed_slice piece)
{
    while (piece.len > 0 && us->code == 0 && !us->closed) {
        xmppfed_element *e = NULL;
        size_t used = 0;
        int rc = xfed_reader_feed(us->reader, piece.data, piece.len, &used, &e);

        if (rc < 0) {
            us->code = rc;
            us->refused_at = xfed_reader_offset(us->reader);
        } else if (rc != XFED_READER_MORE) {
            note_item(us, rc, e);
        }
        piece = (xmppfed_slice){piece.data + used, piece.len - used};
    }
}

/* ---- comparing --------------------------------------------------------------------------- */

/* Bytes that make Expat choose an encoding before anything was declared (RFC 6120 11.6). */
static bool begins_with_mark(xmppfed_slice bytes)
{
    static const char *const marks[] = {"\xEF\xBB\xBF", "\xFE\xFF", "\xFF\xFE"};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (bytes.len >= strlen(marks[i]) && memcmp(bytes.data, marks[i], strlen(marks[i])) == 0)
            return true;
    /* A NUL among the first two bytes is read as UTF-16 without a mark. */
    return bytes.len >= 2 && (bytes.data[0] == '\0' || bytes.data[1] == '\0');
}

/* What the character is at which Expat stumbled: CHARACTER, NAMES, or SAME for any other. */
static enum explanation judge_character(xmppfed_slice bytes, const struct expat_side *them)
{
    struct xfed_utf8 utf8 = {0};
    enum xfed_utf8_step step = XFED_UTF8_MORE;

    if (them->error != XML_ERROR_INVALID_TOKEN || them->error_at >= bytes.len ||
        (uint8_t)bytes.data[them->error_at] < 0x80)
        return SAME;
    for (uint64_t i = them->error_at; i < bytes.len && step == XFED_UTF8_MORE; i++)
        step = xfed_utf8_feed(&utf8, (uint8_t)bytes.data[i]);
    if (step == XFED_UTF8_MORE)
        return CHARACTER;
    return step == XFED_UTF8_CODE && xfed_xml_is_name_char(utf8.code) ? NAMES : SAME;
}

/* Whether Expat stumbled over a colon between "&" and ";". */
static bool is_colon_in_reference(xmppfed_slice bytes, const struct expat_side *them)
{
    uint64_t at = them->error_at;

    if (them->error != XML_ERROR_INVALID_TOKEN || at >= bytes.len || bytes.data[at] != ':')
        return false;
    while (at > 0 && bytes.data[at - 1] != '&' && !strchr("<>;'\" =", bytes.data[at - 1]))
        at--;
    return at > 0 && bytes.data[at - 1] == '&';
}

static bool is_namespace_error(enum XML_Error error)
{
    return error == XML_ERROR_UNBOUND_PREFIX || error == XML_ERROR_DUPLICATE_ATTRIBUTE ||
           error == XML_ERROR_RESERVED_PREFIX_XML || error == XML_ERROR_RESERVED_PREFIX_XMLNS ||
           error == XML_ERROR_RESERVED_NAMESPACE_URI || error == XML_ERROR_UNDECLARING_PREFIX;
}

/* Whether we have all the items that Expat has, and perhaps more. */
static bool begins_with(const struct xfed_buffer *ours, const struct xfed_buffer *theirs)
{
    xmppfed_slice all = xfed_buffer_bytes(ours);
    xmppfed_slice first = xfed_buffer_bytes(theirs);

    return first.len <= all.len && xfed_slice_equal(xfed_slice(all.data, first.len), first);
}

static enum explanation compare(const struct our_side *us, const struct expat_side *them,
                                xmppfed_slice bytes)
{
    bool same_items = xfed_slice_equal(xfed_buffer_bytes(&us->log), xfed_buffer_bytes(&them->log));
    bool at_feature = them->feature && us->code < 0 && us->refused_at > them->feature_at &&
                      us->refused_at <= them->done;

    if (us->code < 0 && us->refused_at <= 3 && begins_with_mark(bytes))
        return MARK;
    if (judge_character(bytes, them) == NAMES)
        return begins_with(&us->log, &them->log) ? NAMES : UNEXPLAINED;
    if (!same_items || us->closed != them->closed)
        return UNEXPLAINED;
    if (them->feature)
        return at_feature ? FEATURE : UNEXPLAINED;
    if (us->code < 0 && them->error)
        return them->done < us->refused_at ? SAME : UNEXPLAINED;
    if (us->code < 0)
        return them->done < us->refused_at ? UNFINISHED : UNEXPLAINED;
    if (!them->error)
        return SAME;
    if (judge_character(bytes, them) == CHARACTER)
        return CHARACTER;
    if (is_colon_in_reference(bytes, them) && xfed_reader_pending(us->reader))
        return REFERENCE;
    return is_namespace_error(them->error) && xfed_reader_pending(us->reader) ? NAMESPACE
                                                                              : UNEXPLAINED;
}

static void show_log(const char *who, const struct xfed_buffer *log)
{
    xmppfed_slice bytes = xfed_buffer_bytes(log);

    fprintf(stderr, "%s: ", who);
    for (size_t i = 0; i < bytes.len; i++)
        fputc(bytes.data[i] ? bytes.data[i] : '|', stderr);
    fputc('\n', stderr);
}

static void show(const struct our_side *us, const struct expat_side *them)
{
    fprintf(stderr, "we: %s at %" PRIu64 "%s\n", us->code < 0 ? xmppfed_error_name(us->code) : "-",
            us->refused_at, us->closed ? ", closed" : "");
    fprintf(stderr, "Expat: %s at %" PRIu64 ", feature %d at %" PRIu64 ", done %" PRIu64 "%s\n",
            them->error ? XML_ErrorString(them->error) : "-", them->error_at, them->feature,
            them->feature_at, them->done, them->closed ? ", closed" : "");
    show_log("our items", &us->log);
    show_log("Expat's items", &them->log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool registered;
    struct fuzz_input in = fuzz_input(data, size);
    struct fuzz_cut cut = fuzz_cut(fuzz_byte(&in));
    xmppfed_slice bytes = {in.data, in.len};
    xmppfed_slice rest = bytes;
    xmppfed_slice piece;
    xmppfed_context *ctx = fuzz_context();
    struct our_side us = {.code = 0};
    struct expat_side *them = expat_side_new(ctx, bytes);
    enum explanation why;

    if (!registered)
        registered = atexit(print_counts) == 0;
    xfed_account_init(&us.account, ctx, SIZE_MAX);
    xfed_buffer_init(&us.log, &us.account, SIZE_MAX);
    us.reader = xfed_reader_new(&us.account, &boundless);
    FUZZ_CHECK(us.reader);
    while (fuzz_piece(&cut, &rest, &piece)) {
        our_feed(&us, piece);
        expat_side_feed(them, piece);
    }
    why = compare(&us, them, bytes);
    counts[why]++;
    if (why == UNEXPLAINED)
        show(&us, them);
    FUZZ_CHECK(why != UNEXPLAINED);
    FUZZ_CHECK(us.code == 0 || xmppfed_error_class(us.code) == XMPPFED_CLASS_STREAM);
    xfed_reader_free(us.reader);
    xfed_buffer_fini(&us.log);
    expat_side_free(them);
    fuzz_context_end(ctx);
    return 0;
}

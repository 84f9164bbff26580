/*
 * test_round_trip.c - XMPP to SIP and back at random: what the RFCs say survives, does.
 *
 * Messages keep addresses, id, thread, subject, language and body (RFC 7572 tables 1 and 2), chat
 * states what table 4 of RFC 7573 leaves of them, presence keeps addresses, availability, show,
 * note, language and priority (RFC 8048 tables 1 and 2). The seed of a failing run is in its
 * message.
 */
#include "translate/fixture.h"

#include <xmppfed/address.h>

#include "support/test_random.h"
#include "translate/address.h"
#include "translate/composing.h"
#include "translate/message.h"
#include "translate/presence.h"

enum { RUNS = 3000 };

struct random {
    uint64_t state;
    uint64_t seed;
};

static unsigned below(struct random *r, unsigned limit)
{
    uint32_t value;

    assert_int_equal(test_random(&value, sizeof(value), &r->state), 0);
    return value % limit;
}

static const char *pick(struct random *r, const char *const *texts, unsigned count)
{
    return texts[below(r, count)];
}

/* A text of up to max pieces; each alphabet is a list of characters in UTF-8. */
static void write_text(struct random *r, const char *const *alphabet, unsigned count, unsigned max,
                       char *ret, size_t size)
{
    unsigned pieces = 1 + below(r, max);
    size_t at = 0;

    for (unsigned i = 0; i < pieces && at + 8 < size; i++)
        at += (size_t)snprintf(ret + at, size - at, "%s", pick(r, alphabet, count));
    ret[at] = '\0';
}

/* Characters that are special in one of the two worlds, and some that are not. */
static const char *const locals[] = {
    "a",     "b",    "z",    "0",    "9",    "-",      ".",    "_",        "~",
    "!",     "$",    "(",    ")",    "*",    "+",      ",",    ";",        "=",
    "?",     "#",    "%",    "[",    "]",    "^",      "`",    "{",        "|",
    "}",     "\\",   "\\26", "\\27", "\\2f", "\\5c26", "\\3a", "\xc3\xbc", "\xe4\xb8\xad",
    "\\22x", "\\40",
};
static const char *const anything[] = {
    "a",
    "B",
    "0",
    " ",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "/",
    "@",
    ":",
    ";",
    "%",
    "%41",
    "=",
    ",",
    "?",
    "#",
    "\xc3\xbc",
    "\xe4\xb8\xad",
    "\xf0\x9f\x98\x80",
    "\\",
    "_",
    "_20",
    "ID-",
    "thread:",
    "[",
    "]",
};
static const char *const lines[] = {"\n", "\t", "x", "<b>", "&amp;", " ", "\xc3\xa9", "]]>", "-"};
static const char *const languages[] = {"en", "de-AT", "zh-Hant-TW", "cs"};
static const char *const domains[] = {"example.com", "xn--bcher-kva.example", "a.b.example",
                                      "[2001:db8::1]"};

/* An address that is prepared already: only such can come back the same. */
static void write_jid(struct random *r, char *ret, size_t size)
{
    char local[128], resource[128], raw[512], prepared[XMPPFED_BARE_SIZE];

    do {
        write_text(r, locals, COUNT(locals), 8, local, sizeof(local));
        snprintf(raw, sizeof(raw), "%s@%s", local, pick(r, domains, COUNT(domains)));
    } while (xmppfed_jid_prepare_bare(raw, XMPPFED_LENIENT, prepared) < 0);
    write_text(r, anything, COUNT(anything), 8, resource, sizeof(resource));
    if (below(r, 2))
        snprintf(ret, size, "%s/%s", prepared, resource);
    else
        snprintf(ret, size, "%s", prepared);
}

static void add_child(xmppfed_element *e, const char *name, const char *words)
{
    xmppfed_element_add_text(xmppfed_element_add_child(e, name, XMPPFED_NS_SERVER), words);
}

/* A text without blanks at its ends, where a header would lose them. */
static void write_line(struct random *r, char *ret, size_t size)
{
    xmppfed_slice trimmed;

    do {
        write_text(r, anything, COUNT(anything), 12, ret, size);
        trimmed = translate_slice_trim(xmppfed_slice_of(ret));
    } while (trimmed.len != strlen(ret));
}

static xmppfed_element *make_message(struct random *r, xmppfed_context *ctx, bool chat)
{
    xmppfed_element *m = xmppfed_element_new(ctx, "message", XMPPFED_NS_SERVER);
    char text[1536];

    write_jid(r, text, sizeof(text));
    xmppfed_element_set_attribute(m, "from", text);
    write_jid(r, text, sizeof(text));
    xmppfed_element_set_attribute(m, "to", text);
    if (below(r, 2)) {
        write_text(r, anything, COUNT(anything), 8, text, sizeof(text));
        xmppfed_element_set_attribute(m, "id", text);
    }
    if (chat)
        xmppfed_element_set_attribute(m, "type", "chat");
    if (below(r, 2))
        xmppfed_element_set_attribute_ns(m, "lang", XMPPFED_NS_XML,
                                         pick(r, languages, COUNT(languages)));
    if (below(r, 2)) {
        write_line(r, text, sizeof(text));
        add_child(m, "subject", text);
    }
    if (below(r, 2)) {
        write_text(r, anything, COUNT(anything), 12, text, sizeof(text));
        add_child(m, "thread", text);
    }
    write_text(r, below(r, 2) ? anything : lines, below(r, 2) ? 9 : COUNT(lines), 20, text,
               sizeof(text));
    add_child(m, "body", text);
    return m;
}

static char *write_tree(xmppfed_context *ctx, xmppfed_element *e)
{
    char *written;
    size_t len;

    (void)ctx;
    assert_int_equal(xmppfed_element_write(e, XMPPFED_NS_SERVER, &written, &len), 0);
    return written;
}

/* Fails unless both trees are written the same; frees them. */
static void expect_same(const struct random *r, xmppfed_context *ctx, xmppfed_element *a,
                        xmppfed_element *b)
{
    char *before = write_tree(ctx, a);
    char *after = write_tree(ctx, b);

    if (strcmp(before, after) != 0)
        fail_msg("seed %llu:\n%s\nbecame\n%s", (unsigned long long)r->seed, before, after);
    xmppfed_element_free_text(ctx, before);
    xmppfed_element_free_text(ctx, after);
    xmppfed_element_free(a);
    xmppfed_element_free(b);
}

/* A request as it goes over the wire has no line ends in its headers, and ASCII URIs. */
static void expect_sane(const struct random *r, const struct translate_sip *sip)
{
    const xmppfed_slice headers[] = {sip->uri,     sip->from,         sip->to,
                                     sip->contact, sip->call_id,      sip->subject,
                                     sip->event,   sip->content_type, sip->content_language};

    for (size_t i = 0; i < COUNT(headers); i++)
        for (size_t k = 0; k < headers[i].len; k++)
            if ((unsigned char)headers[i].data[k] < 0x20 ||
                ((unsigned char)headers[i].data[k] >= 0x7F && i != 5))
                fail_msg("seed %llu: a header is \"%s\"", (unsigned long long)r->seed,
                         headers[i].data);
}

static void begin(struct fixture *f, struct random *r, uint64_t seed)
{
    r->seed = r->state = seed * 7919 + 1;
    translate_text_fini(&f->text);
}

static void test_messages(void **state)
{
    struct fixture *f = *state;
    struct random r;

    f->setup.message_max = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        struct translate_sip sip;
        xmppfed_element *before, *after;
        enum translate_mode mode;

        begin(f, &r, seed);
        mode = below(&r, 2) ? TRANSLATE_SESSION : TRANSLATE_PAGER;
        before = make_message(&r, f->setup.context, mode == TRANSLATE_SESSION);
        if (translate_message_to_sip(&f->setup, before, mode, &f->text, &sip, &f->problem) != 1)
            fail_msg("seed %llu: %s", (unsigned long long)r.seed, f->problem.text);
        expect_sane(&r, &sip);
        if (translate_message_to_xmpp(&f->setup, &sip, mode, &f->text, &after, &f->problem) != 1)
            fail_msg("seed %llu back: %s", (unsigned long long)r.seed, f->problem.text);
        expect_same(&r, f->setup.context, before, after);
    }
}

static void test_states(void **state)
{
    static const struct {
        const char *before;
        const char *after;
    } states[] = {{"active", "active"},
                  {"inactive", "active"},
                  {"paused", "active"},
                  {"composing", "composing"},
                  {"gone", "gone"}};
    struct fixture *f = *state;
    struct random r;

    for (uint64_t seed = 0; seed < 200; seed++) {
        struct translate_sip sip;
        xmppfed_element *before, *after;
        char text[1536];
        unsigned which;

        begin(f, &r, seed);
        which = below(&r, COUNT(states));
        before = xmppfed_element_new(f->setup.context, "message", XMPPFED_NS_SERVER);
        write_jid(&r, text, sizeof(text));
        xmppfed_element_set_attribute(before, "from", text);
        write_jid(&r, text, sizeof(text));
        xmppfed_element_set_attribute(before, "to", text);
        xmppfed_element_set_attribute(before, "type", "chat");
        after = xmppfed_element_copy(before);
        xmppfed_element_add_child(before, states[which].before, TRANSLATE_NS_CHAT_STATES);
        xmppfed_element_add_child(after, states[which].after, TRANSLATE_NS_CHAT_STATES);
        assert_int_equal(translate_message_to_sip(&f->setup, before, TRANSLATE_SESSION, &f->text,
                                                  &sip, &f->problem),
                         1);
        xmppfed_element_free(before);
        assert_int_equal(translate_message_to_xmpp(&f->setup, &sip, TRANSLATE_SESSION, &f->text,
                                                   &before, &f->problem),
                         1);
        expect_same(&r, f->setup.context, after, before);
    }
}

static xmppfed_element *make_presence(struct random *r, xmppfed_context *ctx)
{
    static const char *const shows[] = {"away", "chat", "dnd", "xa"};
    xmppfed_element *p = xmppfed_element_new(ctx, "presence", XMPPFED_NS_SERVER);
    bool open = below(r, 4) > 0;
    bool language = below(r, 2);
    char text[1536];

    write_jid(r, text, sizeof(text));
    xmppfed_element_set_attribute(p, "from", text);
    write_jid(r, text, sizeof(text));
    xmppfed_element_set_attribute(p, "to", text);
    xmppfed_element_set_attribute(p, "type", open ? NULL : "unavailable");
    if (language)
        xmppfed_element_set_attribute_ns(p, "lang", XMPPFED_NS_XML,
                                         pick(r, languages, COUNT(languages)));
    if (open && below(r, 2))
        add_child(p, "show", pick(r, shows, COUNT(shows)));
    if (below(r, 2)) {
        write_text(r, anything, COUNT(anything), 12, text, sizeof(text));
        add_child(p, "status", text);
        /* The note has the language by itself, too; said twice it is the same. */
        xmppfed_element_set_attribute_ns(
            xmppfed_element_child(p, "status", XMPPFED_NS_SERVER), "lang", XMPPFED_NS_XML,
            language ? xmppfed_element_attribute_ns(p, "lang", XMPPFED_NS_XML) : NULL);
    }
    if (open && below(r, 2)) {
        snprintf(text, sizeof(text), "%u", below(r, 128));
        add_child(p, "priority", text);
    }
    return p;
}

static void test_presence(void **state)
{
    static const struct translate_profile *const profiles[] = {
        &translate_profile_lync, &translate_profile_lync_dnd, &translate_profile_plain};
    struct fixture *f = *state;
    struct random r;

    for (uint64_t seed = 0; seed < RUNS; seed++) {
        struct translate_sip sip;
        const xmppfed_element *only;
        xmppfed_element *before, *after;

        begin(f, &r, seed);
        f->setup.profile = profiles[below(&r, COUNT(profiles))];
        before = make_presence(&r, f->setup.context);
        only = before;
        if (translate_presence_to_notify(&f->setup, &only, 1, 60, &f->text, &sip, &f->problem) < 0)
            fail_msg("seed %llu: %s", (unsigned long long)r.seed, f->problem.text);
        expect_sane(&r, &sip);
        if (translate_presence_to_xmpp(&f->setup, &sip, &f->text, &after, &f->problem) < 0)
            fail_msg("seed %llu back: %s", (unsigned long long)r.seed, f->problem.text);
        expect_same(&r, f->setup.context, before, after);
    }
}

/* Every thread that XMPP may send is a Call-ID of RFC 3261 25.1 afterwards, and back the same. */
static void test_threads(void **state)
{
    struct fixture *f = *state;
    struct random r;

    for (uint64_t seed = 0; seed < RUNS; seed++) {
        char text[1536];
        xmppfed_slice there, back, again;

        begin(f, &r, seed);
        write_text(&r, anything, COUNT(anything), 12, text, sizeof(text));
        there = translate_thread_to_call_id(xmppfed_slice_of(text), &f->text);
        back = translate_thread_of_call_id(there, &f->text);
        expect_text(text, "the thread", back, text);
        again = translate_thread_to_call_id(back, &f->text);
        expect_text(text, "the Call-ID", again, there.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_messages),
        fixture_test(test_states),
        fixture_test(test_presence),
        fixture_test(test_threads),
    };

    return cmocka_run_group_tests_name("translate/round_trip", tests, NULL, NULL);
}

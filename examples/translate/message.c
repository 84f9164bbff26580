/* message.c - instant messages: MESSAGE and <message/> into each other. */
#include "translate/message.h"

#include <string.h>

#include "translate/composing.h"
#include "translate/html.h"
#include "translate/language.h"
#include "translate/uri.h"

/* What a Call-ID may have beside letters and digits: "word" of RFC 3261 25.1. */
#define WORD "-.!%*_+`'~()<>:\\\"/[]?{}"
/* Begins a Call-ID that is an escaped thread. */
#define THREAD_PREFIX "thread:"

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* callid = word [ "@" word ] */
static bool is_call_id(xmppfed_slice id)
{
    size_t at = translate_slice_find(id, '@');

    if (id.len == 0 || at == 0 || at + 1 == id.len)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!is_alphanumeric(id.data[i]) && i != at &&
            (id.data[i] == '\0' || !strchr(WORD, id.data[i])))
            return false;
    return true;
}

static bool has_prefix(xmppfed_slice id)
{
    const size_t len = sizeof(THREAD_PREFIX) - 1;

    return id.len >= len && memcmp(id.data, THREAD_PREFIX, len) == 0;
}

/* Longer ones are escaped whenever they begin like one, which spares needs_escape() its depth. */
enum { THREAD_LOOKED_INTO = 255 };

static bool needs_escape(xmppfed_slice thread, struct translate_text *text);

static void write_escaped(xmppfed_slice thread, struct translate_text *text)
{
    translate_text_string(text, THREAD_PREFIX);
    translate_uri_encode(thread, "-.!*_+'~()", text);
}

/*
 * Whether a Call-ID is just what would be written for some thread, which *ret then is. Only that
 * makes the mapping reversible both ways: a foreign Call-ID that merely begins like one stays as it
 * is.
 */
static bool is_escaped(xmppfed_slice call_id, struct translate_text *text, xmppfed_slice *ret)
{
    xmppfed_slice thread, again;

    if (!has_prefix(call_id))
        return false;
    if (!translate_uri_decode(translate_slice_from(call_id, sizeof(THREAD_PREFIX) - 1), text)) {
        translate_text_drop(text);
        return false;
    }
    thread = translate_text_end(text);
    write_escaped(thread, text);
    again = translate_text_end(text);
    *ret = thread;
    return translate_slice_equal(again, call_id) && needs_escape(thread, text);
}

static bool needs_escape(xmppfed_slice thread, struct translate_text *text)
{
    xmppfed_slice inner;

    if (thread.len == 0 || !is_call_id(thread))
        return thread.len > 0;
    return thread.len > THREAD_LOOKED_INTO ? has_prefix(thread) : is_escaped(thread, text, &inner);
}

xmppfed_slice translate_thread_to_call_id(xmppfed_slice thread, struct translate_text *text)
{
    if (!needs_escape(thread, text))
        return translate_text_copy(text, thread);
    write_escaped(thread, text);
    return translate_text_end(text);
}

xmppfed_slice translate_thread_of_call_id(xmppfed_slice call_id, struct translate_text *text)
{
    xmppfed_slice thread;

    return is_escaped(call_id, text, &thread) ? thread : translate_text_copy(text, call_id);
}

/* Copies text as the value of a header: one line (RFC 3261 25.1), without blanks at its ends. */
static xmppfed_slice copy_line(xmppfed_slice value, struct translate_text *text)
{
    value = translate_slice_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];

        translate_text_byte(text, c < 0x20 || c == 0x7F ? ' ' : (char)c);
    }
    return translate_text_end(text);
}

static const char *type_of(const xmppfed_element *message)
{
    const char *type = xmppfed_element_attribute(message, "type");

    return type ? type : "normal";
}

static int check_stanza(const xmppfed_element *message, struct translate_problem *problem)
{
    if (strcmp(xmppfed_element_name(message), "message") != 0)
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "the stanza is no message");
    if (strcmp(type_of(message), "error") == 0)
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST,
                                "an error is the response to a request, not a request");
    if (strcmp(type_of(message), "groupchat") == 0)
        return translate_refuse(problem, TRANSLATE_NOT_MAPPED,
                                "rooms have no counterpart at this gateway");
    return 0;
}

/* The content of a MESSAGE: text, or a notice of typing. 1, 0 if there is neither, or an error. */
static int write_content(const struct translate_setup *setup, const xmppfed_element *message,
                         enum translate_mode mode, struct translate_text *text,
                         struct translate_sip *sip, struct translate_problem *problem)
{
    const xmppfed_element *body = translate_language_child(message, "body");
    enum translate_state_event event = translate_composing_state(message);
    struct translate_composing composing = {.active = event == TRANSLATE_STATE_ACTIVE,
                                            .refresh = setup->refresh};
    int rc;

    if (body || sip->subject.len > 0) {
        /* SIP's text is UTF-8 without saying so: RFC 3261 7.4.1. */
        sip->content_type = xmppfed_slice_of("text/plain");
        sip->content_language = translate_text_copy(text, translate_language_of(message, body));
        sip->body =
            translate_text_copy(text, xmppfed_slice_of(body ? xmppfed_element_text(body) : ""));
        return 1;
    }
    if (event == TRANSLATE_STATE_GONE && mode == TRANSLATE_SESSION) {
        sip->method = xmppfed_slice_of("BYE");
        return 1;
    }
    /* RFC 7573 table 4: gone is no event. */
    if (event == TRANSLATE_STATE_NONE || event == TRANSLATE_STATE_GONE)
        return 0;
    sip->content_type = xmppfed_slice_of(TRANSLATE_TYPE_COMPOSING);
    rc = translate_composing_write(setup, &composing, text, &sip->body, problem);
    return rc < 0 ? rc : 1;
}

int translate_message_to_sip(const struct translate_setup *setup, const xmppfed_element *message,
                             enum translate_mode mode, struct translate_text *text,
                             struct translate_sip *ret, struct translate_problem *problem)
{
    const char *id = xmppfed_element_attribute(message, "id");
    const char *ns = xmppfed_element_ns(message);
    const xmppfed_element *subject = translate_language_child(message, "subject");
    const xmppfed_element *thread = xmppfed_element_child(message, "thread", ns);
    struct translate_sip sip = translate_sip_empty();
    int rc = check_stanza(message, problem);
    int made = 0;

    if (rc == 0)
        rc = translate_sip_address(message, text, &sip, problem);
    if (rc < 0)
        return rc;
    sip.method = xmppfed_slice_of("MESSAGE");
    sip.transaction = translate_text_copy(text, xmppfed_slice_of(id));
    if (subject)
        sip.subject = copy_line(xmppfed_slice_of(xmppfed_element_text(subject)), text);
    if (thread)
        sip.call_id =
            translate_thread_to_call_id(xmppfed_slice_of(xmppfed_element_text(thread)), text);
    made = write_content(setup, message, mode, text, &sip, problem);
    if (made <= 0)
        return made;
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    if (mode == TRANSLATE_PAGER && setup->message_max > 0 &&
        translate_sip_size(&sip) > setup->message_max)
        return translate_refuse(problem, TRANSLATE_TOO_LARGE,
                                "the message would have %zu bytes in SIP, more than %zu: send less",
                                translate_sip_size(&sip), setup->message_max);
    *ret = sip;
    return 1;
}

/* A character of ISO-8859-1 as UTF-8. */
static void add_latin1(struct translate_text *text, unsigned char c)
{
    if (c >= 0x80)
        translate_text_byte(text, (char)(0xC0 | c >> 6));
    translate_text_byte(text, (char)(c >= 0x80 ? 0x80 | (c & 0x3F) : c));
}

/* The text of a body: as UTF-8, its lines ended by a single LF as XML has them. */
static int read_text(const struct translate_sip *sip, struct translate_text *text,
                     xmppfed_slice *ret, struct translate_problem *problem)
{
    xmppfed_slice charset = translate_sip_parameter(sip->content_type, "charset");
    bool latin1 = translate_slice_is_nocase(charset, "iso-8859-1");
    xmppfed_slice plain;

    if (charset.len > 0 && !latin1 && !translate_slice_is_nocase(charset, "utf-8") &&
        !translate_slice_is_nocase(charset, "us-ascii"))
        return translate_refuse(problem, TRANSLATE_BAD_TYPE, "the charset \"%s\" is not known here",
                                translate_show(charset).text);
    for (size_t i = 0; i < sip->body.len; i++) {
        char c = sip->body.data[i];

        if (c == '\r' && i + 1 < sip->body.len && sip->body.data[i + 1] == '\n')
            continue;
        if (latin1)
            add_latin1(text, (unsigned char)c);
        else
            translate_text_byte(text, c);
    }
    plain = translate_text_end(text);
    if (!translate_slice_is_xml_text(plain))
        return translate_refuse(problem, TRANSLATE_BAD_BODY,
                                "the text is no UTF-8, or has controls that XMPP cannot carry");
    *ret = plain;
    return 0;
}

/* Adds what a MESSAGE says: 1, 0 if it says nothing, or an error. */
static int add_content(const struct translate_setup *setup, const struct translate_sip *sip,
                       struct translate_text *text, xmppfed_element *message,
                       struct translate_problem *problem)
{
    xmppfed_slice type = translate_sip_media_type(sip->content_type);
    struct translate_composing composing;
    bool html = translate_slice_is_nocase(type, "text/html");
    xmppfed_slice plain = {NULL, 0};
    int rc;

    if (translate_slice_is_nocase(type, TRANSLATE_TYPE_COMPOSING)) {
        rc = translate_composing_read(setup, sip->body, text, &composing, problem);
        if (rc < 0)
            return rc;
        /* XEP-0085 section 5.1: only in messages of type chat. */
        xmppfed_element_set_attribute(message, "type", "chat");
        translate_composing_add(message,
                                composing.active ? TRANSLATE_STATE_ACTIVE : TRANSLATE_STATE_IDLE);
        return 1;
    }
    if (sip->body.len > 0 && !html && !translate_slice_is_nocase(type, "text/plain"))
        return translate_refuse(problem, TRANSLATE_BAD_TYPE,
                                "content of type \"%s\" has no counterpart: send text/plain",
                                translate_show(type).text);
    rc = read_text(sip, text, &plain, problem);
    if (rc < 0)
        return rc;
    if (html)
        rc = translate_html_add(plain, text, message, problem);
    else if (plain.len > 0)
        xmppfed_element_add_text(
            xmppfed_element_add_child(message, "body", xmppfed_element_ns(message)), plain.data);
    if (rc < 0)
        return rc;
    /* A subject that XML cannot carry was left out, and HTML may have no text in it. */
    return xmppfed_element_child(message, "body", xmppfed_element_ns(message)) ||
           xmppfed_element_child(message, "subject", xmppfed_element_ns(message));
}

static void set_attribute(xmppfed_element *e, const char *name, xmppfed_slice value)
{
    if (value.len > 0 && value.data)
        xmppfed_element_set_attribute(e, name, value.data);
}

static void add_child(xmppfed_element *e, const char *name, xmppfed_slice value)
{
    if (value.len > 0 && value.data)
        xmppfed_element_add_text(xmppfed_element_add_child(e, name, xmppfed_element_ns(e)),
                                 value.data);
}

/* Text of a peer as a text of its own; empty if XML cannot carry it. */
static xmppfed_slice copy_value(xmppfed_slice value, struct translate_text *text)
{
    xmppfed_slice none = {NULL, 0};

    return value.len > 0 && translate_slice_is_xml_text(value) ? translate_text_copy(text, value)
                                                               : none;
}

/* The addresses, id, language, subject and thread of the stanza (RFC 7572 table 2). */
static int add_headers(const struct translate_sip *sip, enum translate_mode mode,
                       struct translate_text *text, xmppfed_element *message,
                       struct translate_problem *problem)
{
    xmppfed_slice from, to;
    int rc = translate_sip_ends(sip, text, &from, &to, problem);

    if (rc < 0)
        return rc;
    set_attribute(message, "from", from);
    set_attribute(message, "to", to);
    set_attribute(message, "id", copy_value(sip->transaction, text));
    if (mode == TRANSLATE_SESSION)
        xmppfed_element_set_attribute(message, "type", "chat");
    translate_language_set(message, sip->content_language, text);
    add_child(message, "subject", copy_value(translate_slice_trim(sip->subject), text));
    if (translate_slice_is_xml_text(sip->call_id))
        add_child(message, "thread", translate_thread_of_call_id(sip->call_id, text));
    return 0;
}

int translate_message_to_xmpp(const struct translate_setup *setup, const struct translate_sip *sip,
                              enum translate_mode mode, struct translate_text *text,
                              xmppfed_element **ret, struct translate_problem *problem)
{
    bool bye = mode == TRANSLATE_SESSION && translate_slice_is(sip->method, "BYE");
    xmppfed_element *message;
    int made = 1;
    int rc;

    if (!bye && !translate_slice_is(sip->method, "MESSAGE"))
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "\"%s\" is no MESSAGE",
                                translate_show(sip->method).text);
    message = xmppfed_element_new(setup->context, "message", setup->ns);
    rc = add_headers(sip, mode, text, message, problem);
    if (rc == 0 && bye)
        translate_composing_add(message, TRANSLATE_STATE_GONE);
    else if (rc == 0)
        rc = made = add_content(setup, sip, text, message, problem);
    if (rc >= 0)
        rc = translate_made(text, message, problem);
    if (rc == 0)
        rc = translate_check_size(setup, message, problem);
    if (rc < 0 || made == 0) {
        xmppfed_element_free(message);
        return rc < 0 ? rc : 0;
    }
    *ret = message;
    return 1;
}

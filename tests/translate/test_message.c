/* test_message.c - MESSAGE and <message/>: the examples of RFC 7572 and 7573, and what is refused.
 */
#include "translate/fixture.h"

#include "translate/message.h"

#define COMPOSING(state, rest)                                    \
    "<?xml version='1.0' encoding='UTF-8'?>\n<isComposing "       \
    "xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>" state \
    "</state><contenttype>text/plain</contenttype>" rest "</isComposing>"
#define STATES "http://jabber.org/protocol/chatstates"

/* A header that is NULL must be absent. */
struct request {
    const char *method;
    const char *uri;
    const char *from;
    const char *to;
    const char *contact;
    const char *call_id;
    const char *transaction;
    const char *subject;
    const char *content_type;
    const char *language;
    const char *body;
};

static const struct {
    const char *clause;
    const char *stanza;
    enum translate_mode mode;
    int rc;
    struct request want;
} to_sip[] = {
    {"RFC 7572 examples 1 and 2",
     "<message from='juliet@example.com/yn0cl4bnw0yr3vym' to='romeo@example.net'><body>Art thou "
     "not "
     "Romeo, and a Montague?</body></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:romeo@example.net",
      .to = "<sip:romeo@example.net>",
      .from = "<sip:juliet@example.com;gr=yn0cl4bnw0yr3vym>",
      .content_type = "text/plain",
      .body = "Art thou not Romeo, and a Montague?"}},
    {"RFC 7572 table 1, every row",
     "<message from='juliet@example.com' to='romeo@example.net/x' id='a7' type='chat' "
     "xml:lang='en'>"
     "<subject>Names</subject><body>What's in a name?</body><thread>t-1@x</thread></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:romeo@example.net;gr=x",
      .to = "<sip:romeo@example.net;gr=x>",
      .from = "<sip:juliet@example.com>",
      .content_type = "text/plain",
      .language = "en",
      .subject = "Names",
      .call_id = "t-1@x",
      .transaction = "a7",
      .body = "What's in a name?"}},
    {"RFC 7573 example 1, within a session",
     "<message from='juliet@example.com/yn0cl4bnw0yr3vym' to='romeo@example.net' id='a786hjs2' "
     "type='chat'><thread>29377446-0CBB-4296-8958-590D79094C50</thread><body>Art thou not Romeo, "
     "and a "
     "Montague?</body></message>",
     TRANSLATE_SESSION,
     1,
     {.method = "MESSAGE",
      .uri = "sip:romeo@example.net",
      .to = "<sip:romeo@example.net>",
      .from = "<sip:juliet@example.com;gr=yn0cl4bnw0yr3vym>",
      .content_type = "text/plain",
      .call_id = "29377446-0CBB-4296-8958-590D79094C50",
      .transaction = "a786hjs2",
      .body = "Art thou not Romeo, and a Montague?"}},
    {"RFC 7573 examples 19 and 20: gone ends a session",
     "<message from='juliet@example.com' id='nx62f197' to='romeo@example.net' type='chat'><thread>"
     "29377446-0CBB-4296-8958-590D79094C50</thread><gone xmlns='" STATES "'/></message>",
     TRANSLATE_SESSION,
     1,
     {.method = "BYE",
      .uri = "sip:romeo@example.net",
      .to = "<sip:romeo@example.net>",
      .from = "<sip:juliet@example.com>",
      .call_id = "29377446-0CBB-4296-8958-590D79094C50",
      .transaction = "nx62f197"}},
    {"RFC 7573 table 4: gone says nothing outside of one",
     "<message from='j@example.com' to='r@example.net'><gone xmlns='" STATES "'/></message>",
     TRANSLATE_PAGER,
     0,
     {0}},
    {"RFC 7573 table 4: composing",
     "<message from='j@example.com' to='r@example.net'><composing xmlns='" STATES "'/></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "application/im-iscomposing+xml",
      .body = COMPOSING("active", "<refresh>120</refresh>")}},
    {"RFC 7573 table 4: paused",
     "<message from='j@example.com' to='r@example.net'><paused xmlns='" STATES "'/></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "application/im-iscomposing+xml",
      .body = COMPOSING("idle", "")}},
    {"a state beside a body is the body's",
     "<message from='j@example.com' to='r@example.net'><active xmlns='" STATES
     "'/><body>x</body></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "text/plain",
      .body = "x"}},
    {"of several bodies that of the stanza's language (RFC 6121 5.2.3)",
     "<message from='j@example.com' to='r@example.net' xml:lang='en'><body xml:lang='cs'>ne</body>"
     "<body xml:lang='en'>no</body></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "text/plain",
      .language = "en",
      .body = "no"}},
    {"a single body keeps its language",
     "<message from='j@example.com' to='r@example.net' xml:lang='en'><body "
     "xml:lang='cs'>ne</body></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "text/plain",
      .language = "cs",
      .body = "ne"}},
    {"a subject alone, in one line (RFC 3261 25.1)",
     "<message from='j@example.com' to='r@example.net'><subject>a&#13;&#10;Via: "
     "b</subject></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "text/plain",
      .subject = "a  Via: b"}},
    {"no language that is none, which would be a header",
     "<message from='j@example.com' to='r@example.net' xml:lang='en&#10;Via: "
     "b'><body>x</body></message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "text/plain",
      .body = "x"}},
    {"a thread that is no Call-ID",
     "<message from='j@example.com' to='r@example.net'><thread>a "
     "b&#10;c%\xc3\xbc</thread><body>x</body>"
     "</message>",
     TRANSLATE_PAGER,
     1,
     {.method = "MESSAGE",
      .uri = "sip:r@example.net",
      .to = "<sip:r@example.net>",
      .from = "<sip:j@example.com>",
      .content_type = "text/plain",
      .call_id = "thread:a%20b%0Ac%25%C3%BC",
      .body = "x"}},
    {"a receipt",
     "<message from='j@example.com' to='r@example.net'><received xmlns='urn:xmpp:receipts' "
     "id='1'/></message>",
     TRANSLATE_PAGER,
     0,
     {0}},
    {"a room",
     "<message from='j@example.com' to='r@example.net' type='groupchat'><body>x</body></message>",
     TRANSLATE_PAGER,
     XMPPFED_ERR_STREAM_UNEXPECTED,
     {0}},
    {"an error",
     "<message from='j@example.com' to='r@example.net' type='error'><body>x</body></message>",
     TRANSLATE_PAGER,
     XMPPFED_ERR_ARGUMENT,
     {0}},
    {"not a message",
     "<iq from='j@example.com' to='r@example.net' type='get'/>",
     TRANSLATE_PAGER,
     XMPPFED_ERR_ARGUMENT,
     {0}},
    {"no sender",
     "<message to='r@example.net'><body>x</body></message>",
     TRANSLATE_PAGER,
     XMPPFED_ERR_ARGUMENT,
     {0}},
    {"an address that is none",
     "<message from='j@example.com' to='r:r@example.net'><body>x</body></message>",
     TRANSLATE_PAGER,
     XMPPFED_ERR_ADDRESS,
     {0}},
};

static void expect_header(const char *row, const char *what, xmppfed_slice got, const char *want)
{
    expect_text(row, what, got, want ? want : "");
}

static void expect_request(const char *row, const struct translate_sip *got,
                           const struct request *want)
{
    expect_header(row, "the method", got->method, want->method);
    expect_header(row, "the URI", got->uri, want->uri);
    expect_header(row, "From", got->from, want->from);
    expect_header(row, "To", got->to, want->to);
    expect_header(row, "Contact", got->contact, want->contact);
    expect_header(row, "Call-ID", got->call_id, want->call_id);
    expect_header(row, "the transaction", got->transaction, want->transaction);
    expect_header(row, "Subject", got->subject, want->subject);
    expect_header(row, "Content-Type", got->content_type, want->content_type);
    expect_header(row, "Content-Language", got->content_language, want->language);
    expect_header(row, "the body", got->body, want->body);
    assert_int_equal(got->expires, TRANSLATE_NO_EXPIRES);
}

static void test_to_sip(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_sip); i++) {
        xmppfed_element *stanza = test_parse(f->setup.context, to_sip[i].stanza);
        struct translate_sip got = translate_sip_empty();
        int rc = translate_message_to_sip(&f->setup, stanza, to_sip[i].mode, &f->text, &got,
                                          &f->problem);

        expect_code(to_sip[i].clause, &f->problem, rc, to_sip[i].rc);
        if (rc == 1)
            expect_request(to_sip[i].clause, &got, &to_sip[i].want);
        else
            assert_int_equal(got.method.len, 0);
        xmppfed_element_free(stanza);
    }
}

static const struct {
    const char *clause;
    struct request sip;
    enum translate_mode mode;
    const char *stanza;
} to_xmpp[] = {
    {"RFC 7572 examples 4 and 5, with the Call-ID of table 2",
     {.method = "MESSAGE",
      .uri = "sip:juliet@example.com",
      .to = "sip:juliet@example.com",
      .from = "sip:romeo@example.net;tag=vwxyz",
      .contact = "<sip:romeo@example.net;gr=dr4hcr0st3lup4c>",
      .call_id = "9E97FB43-85F4-4A00-8751-1124FD4C7B2E",
      .content_type = "text/plain",
      .body = "Neither, fair saint, if either thee dislike."},
     TRANSLATE_PAGER,
     "<message from='romeo@example.net/dr4hcr0st3lup4c' to='juliet@example.com'>"
     "<thread>9E97FB43-85F4-4A00-8751-1124FD4C7B2E</thread>"
     "<body>Neither, fair saint, if either thee dislike.</body></message>"},
    {"RFC 7572 examples 6 and 7",
     {.method = "MESSAGE",
      .uri = "sip:juliet@example.com",
      .to = "sip:juliet@example.com",
      .from = "sip:romeo@example.net;tag=vwxyz",
      .language = "cs",
      .content_type = "text/plain",
      .call_id = "5A37A65D-304B-470A-B718-3F3E6770ACAF",
      .body =
          "Nic z ob\xc3\xa9ho, m\xc3\xa1 d\xc4\x9bvo spanil\xc3\xa1,\r\nnenavid\xc3\xad\xc5\xa1-li "
          "jedno nebo druh\xc3\xa9."},
     TRANSLATE_PAGER,
     "<message from='romeo@example.net' to='juliet@example.com' xml:lang='cs'>"
     "<thread>5A37A65D-304B-470A-B718-3F3E6770ACAF</thread>"
     "<body>Nic z ob\xc3\xa9ho, m\xc3\xa1 d\xc4\x9bvo spanil\xc3\xa1,\nnenavid\xc3\xad\xc5\xa1-li "
     "jedno "
     "nebo druh\xc3\xa9.</body></message>"},
    {"RFC 7572 table 2, every row",
     {.method = "MESSAGE",
      .uri = "sip:juliet@example.com",
      .to = "<sip:other@example.com>",
      .from = "<sip:romeo@example.net>;tag=1",
      .language = "en-GB, fr",
      .subject = "Names",
      .call_id = "c1@host",
      .transaction = "z9hG4bKeskdgs677",
      .content_type = "text/plain;charset=utf-8",
      .body = "x"},
     TRANSLATE_PAGER,
     "<message from='romeo@example.net' to='juliet@example.com' id='z9hG4bKeskdgs677' "
     "xml:lang='en-GB'><subject>Names</subject><thread>c1@host</thread><body>x</body></message>"},
    {"RFC 7573 example 7: a session is a chat",
     {.method = "MESSAGE",
      .uri = "sip:juliet@example.com;gr=yn0cl4bnw0yr3vym",
      .from = "<sip:romeo@example.net;gr=dr4hcr0st3lup4c>",
      .transaction = "di2fs53v",
      .call_id = "29377446-0CBB-4296-8958-590D79094C50",
      .content_type = "text/plain",
      .body = "Neither, fair saint, if either thee dislike."},
     TRANSLATE_SESSION,
     "<message from='romeo@example.net/dr4hcr0st3lup4c' to='juliet@example.com/yn0cl4bnw0yr3vym' "
     "id='di2fs53v' type='chat'><thread>29377446-0CBB-4296-8958-590D79094C50</thread>"
     "<body>Neither, fair saint, if either thee dislike.</body></message>"},
    {"RFC 7573 examples 21 and 22: BYE is gone",
     {.method = "BYE",
      .uri = "sip:juliet@example.com",
      .from = "<sip:romeo@example.net>",
      .contact = "<sip:romeo@192.0.2.7:5060>",
      .transaction = "hs61v397",
      .call_id = "F6989A8C-DE8A-4E21-8E07-F0898304796F"},
     TRANSLATE_SESSION,
     "<message from='romeo@example.net' to='juliet@example.com' id='hs61v397' type='chat'>"
     "<thread>F6989A8C-DE8A-4E21-8E07-F0898304796F</thread><gone xmlns='" STATES "'/></message>"},
    {"RFC 3994 example of active, RFC 7573 table 3",
     {.method = "MESSAGE",
      .uri = "sip:juliet@example.com",
      .from = "<sip:romeo@example.net>",
      .content_type = "application/im-iscomposing+xml",
      .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<isComposing "
              "xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\" "
              "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
              "xsi:schemaLocation=\"urn:ietf:params:xml:ns:im-composing iscomposing.xsd\">\r\n"
              "<state>active</state>\r\n<contenttype>text/plain</contenttype>\r\n"
              "<refresh>90</refresh>\r\n</isComposing>\r\n"},
     TRANSLATE_PAGER,
     "<message from='romeo@example.net' to='juliet@example.com' type='chat'><composing "
     "xmlns='" STATES "'/></message>"},
    {"RFC 3994 example of idle, RFC 7573 table 3",
     {.method = "MESSAGE",
      .uri = "sip:juliet@example.com",
      .from = "<sip:romeo@example.net>",
      .content_type = "application/im-iscomposing+xml",
      .body = "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>idle</state>"
              "<lastactive>2003-01-27T10:43:00Z</lastactive><contenttype>audio</contenttype>"
              "</isComposing>"},
     TRANSLATE_PAGER,
     "<message from='romeo@example.net' to='juliet@example.com' type='chat'><active xmlns='" STATES
     "'/></message>"},
    {"RFC 7572 3 (content types): text/html is XHTML-IM, and plain text beside it",
     {.method = "MESSAGE",
      .uri = "sip:j@example.com",
      .from = "<sip:r@example.net>",
      .content_type = "text/html",
      .body = "<p>A <b>rose</b></p>"},
     TRANSLATE_PAGER,
     "<message from='r@example.net' to='j@example.com'><body>A rose</body><html "
     "xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>A "
     "<strong>rose</strong></p></body></html></message>"},
    {"HTML without text",
     {.method = "MESSAGE",
      .uri = "sip:j@example.com",
      .from = "<sip:r@example.net>",
      .content_type = "text/html",
      .body = "<br><script>x</script>"},
     TRANSLATE_PAGER,
     NULL},
    {"ISO-8859-1",
     {.method = "MESSAGE",
      .uri = "sip:j@example.com",
      .from = "<sip:r@example.net>",
      .content_type = "text/plain; charset=\"ISO-8859-1\"",
      .body = "\xfc\xe9!"},
     TRANSLATE_PAGER,
     "<message from='r@example.net' to='j@example.com'><body>\xc3\xbc\xc3\xa9!</body></message>"},
    {"a subject alone",
     {.method = "MESSAGE",
      .uri = "sip:j@example.com",
      .from = "<sip:r@example.net>",
      .subject = "Lunch?"},
     TRANSLATE_PAGER,
     "<message from='r@example.net' to='j@example.com'><subject>Lunch?</subject></message>"},
    {"a language that is none",
     {.method = "MESSAGE",
      .uri = "sip:j@example.com",
      .from = "<sip:r@example.net>",
      .language = "<>",
      .content_type = "TEXT/PLAIN",
      .body = "x"},
     TRANSLATE_PAGER,
     "<message from='r@example.net' to='j@example.com'><body>x</body></message>"},
    {"To where there is no Request-URI",
     {.method = "MESSAGE",
      .to = "Juliet <sip:j@example.com>",
      .from = "<sip:r@example.net>",
      .content_type = "text/plain",
      .body = "x"},
     TRANSLATE_PAGER,
     "<message from='r@example.net' to='j@example.com'><body>x</body></message>"},
    {"a subject that XML cannot carry says nothing",
     {.method = "MESSAGE",
      .uri = "sip:j@example.com",
      .from = "<sip:r@example.net>",
      .subject = "\x01"},
     TRANSLATE_PAGER,
     NULL},
    {"nothing at all",
     {.method = "MESSAGE", .uri = "sip:j@example.com", .from = "<sip:r@example.net>"},
     TRANSLATE_PAGER,
     NULL},
};

static struct translate_sip sip_of(const struct request *r)
{
    struct translate_sip sip = translate_sip_empty();

    sip.method = xmppfed_slice_of(r->method);
    sip.uri = xmppfed_slice_of(r->uri);
    sip.from = xmppfed_slice_of(r->from);
    sip.to = xmppfed_slice_of(r->to);
    sip.contact = xmppfed_slice_of(r->contact);
    sip.call_id = xmppfed_slice_of(r->call_id);
    sip.transaction = xmppfed_slice_of(r->transaction);
    sip.subject = xmppfed_slice_of(r->subject);
    sip.content_type = xmppfed_slice_of(r->content_type);
    sip.content_language = xmppfed_slice_of(r->language);
    sip.body = xmppfed_slice_of(r->body);
    return sip;
}

static void test_to_xmpp(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(to_xmpp); i++) {
        struct translate_sip sip = sip_of(&to_xmpp[i].sip);
        xmppfed_element *got = NULL;
        int rc = translate_message_to_xmpp(&f->setup, &sip, to_xmpp[i].mode, &f->text, &got,
                                           &f->problem);

        expect_code(to_xmpp[i].clause, &f->problem, rc, to_xmpp[i].stanza ? 1 : 0);
        if (rc == 1)
            expect_xml(to_xmpp[i].clause, got, to_xmpp[i].stanza);
        else
            assert_null(got);
    }
}

static const struct {
    const char *name;
    struct request sip;
    int code;
    int status;
} refused[] = {
    {"RTF", {.content_type = "text/rtf", .body = "{x}"}, XMPPFED_ERR_STREAM_UNEXPECTED, 415},
    {"CPIM", {.content_type = "message/cpim", .body = "x"}, XMPPFED_ERR_STREAM_UNEXPECTED, 415},
    {"no type", {.body = "x"}, XMPPFED_ERR_STREAM_UNEXPECTED, 415},
    {"a charset that is not known",
     {.content_type = "text/plain;charset=koi8-r", .body = "x"},
     XMPPFED_ERR_STREAM_UNEXPECTED,
     415},
    {"no UTF-8",
     {.content_type = "text/plain", .body = "\xff"},
     XMPPFED_ERR_XML_NOT_WELL_FORMED,
     400},
    {"a control",
     {.content_type = "text/plain", .body = "a\x01"},
     XMPPFED_ERR_XML_NOT_WELL_FORMED,
     400},
    {"isComposing that is no XML",
     {.content_type = "application/im-iscomposing+xml", .body = "active"},
     XMPPFED_ERR_XML_NOT_WELL_FORMED,
     400},
    {"isComposing without state",
     {.content_type = "application/im-iscomposing+xml",
      .body = "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'/>"},
     XMPPFED_ERR_XML_NOT_WELL_FORMED,
     400},
    {"a document type, in front of which a billion laughs could stand",
     {.content_type = "application/im-iscomposing+xml",
      .body = "<!DOCTYPE x><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'/>"},
     XMPPFED_ERR_XML_RESTRICTED,
     400},
    {"sips (RFC 7247 section 4)",
     {.uri = "sips:j@example.com", .content_type = "text/plain", .body = "x"},
     XMPPFED_ERR_POLICY_REFUSED,
     416},
    {"sips in To (RFC 7247 section 4)",
     {.to = "<sips:j@example.com>", .content_type = "text/plain", .body = "x"},
     XMPPFED_ERR_POLICY_REFUSED,
     416},
    {"tel",
     {.uri = "tel:+1555", .content_type = "text/plain", .body = "x"},
     XMPPFED_ERR_ADDRESS,
     416},
    {"no sender",
     {.from = "", .content_type = "text/plain", .body = "x"},
     XMPPFED_ERR_ADDRESS,
     400},
    {"another method", {.method = "INVITE"}, XMPPFED_ERR_ARGUMENT, 400},
    {"BYE without a session", {.method = "BYE"}, XMPPFED_ERR_ARGUMENT, 400},
};

static void test_refused(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(refused); i++) {
        struct request r = refused[i].sip;
        struct translate_sip sip;
        xmppfed_element *got = NULL;
        int rc;

        r.method = r.method ? r.method : "MESSAGE";
        r.uri = r.uri ? r.uri : "sip:j@example.com";
        r.from = r.from ? r.from : "<sip:r@example.net>";
        sip = sip_of(&r);
        rc = translate_message_to_xmpp(&f->setup, &sip, TRANSLATE_PAGER, &f->text, &got,
                                       &f->problem);
        expect_code(refused[i].name, &f->problem, rc, refused[i].code);
        if (got || f->problem.status != refused[i].status || f->problem.code != rc)
            fail_msg("%s: %d", refused[i].name, f->problem.status);
    }
}

/* RFC 7572 2 (message size): 1300 bytes of a MESSAGE, 10 000 of a stanza; exact at the edge. */
static void test_sizes(void **state)
{
    struct fixture *f = *state;
    char body[12000];
    xmppfed_element *stanza =
        test_parse(f->setup.context, "<message from='j@example.com' to='r@example.net'/>");
    xmppfed_element *e = xmppfed_element_add_child(stanza, "body", XMPPFED_NS_SERVER);
    struct translate_sip sip, empty = sip_of(&(struct request){.method = "MESSAGE",
                                                               .uri = "sip:j@example.com",
                                                               .from = "<sip:r@example.net>",
                                                               .content_type = "text/plain"});
    xmppfed_element *got = NULL;
    size_t room;

    memset(body, 'x', sizeof(body));
    xmppfed_element_add_text(e, "x");
    assert_int_equal(
        translate_message_to_sip(&f->setup, stanza, TRANSLATE_PAGER, &f->text, &sip, &f->problem),
        1);
    room = f->setup.message_max - translate_sip_size(&sip);
    body[room] = '\0';
    xmppfed_element_add_text(e, body);
    assert_int_equal(
        translate_message_to_sip(&f->setup, stanza, TRANSLATE_PAGER, &f->text, &sip, &f->problem),
        1);
    xmppfed_element_add_text(e, "x");
    assert_int_equal(
        translate_message_to_sip(&f->setup, stanza, TRANSLATE_PAGER, &f->text, &sip, &f->problem),
        XMPPFED_ERR_LIMIT_SIZE);
    assert_string_equal(f->problem.condition, "policy-violation");
    assert_int_equal(
        translate_message_to_sip(&f->setup, stanza, TRANSLATE_SESSION, &f->text, &sip, &f->problem),
        1);
    xmppfed_element_free(stanza);

    memset(body, 'x', sizeof(body));
    empty.body.data = body;
    for (int i = 0; i < 2; i++) {
        empty.body.len = 10000 -
                         strlen("<message from='r@example.net' to='j@example.com'><body>"
                                "</body></message>") +
                         (size_t)i;
        assert_int_equal(translate_message_to_xmpp(&f->setup, &empty, TRANSLATE_PAGER, &f->text,
                                                   &got, &f->problem),
                         i == 0 ? 1 : XMPPFED_ERR_LIMIT_SIZE);
    }
    assert_int_equal(f->problem.status, 413);
    xmppfed_element_free(got);
}

/* A NUL would end the text early, and what follows it would be lost without a word. */
static void test_nul(void **state)
{
    struct fixture *f = *state;
    struct translate_sip sip = sip_of(&(struct request){.method = "MESSAGE",
                                                        .uri = "sip:j@example.com",
                                                        .from = "<sip:r@example.net>",
                                                        .content_type = "text/plain"});
    xmppfed_slice thread = translate_thread_of_call_id(xmppfed_slice_of("thread:a%00b"), &f->text);
    xmppfed_element *got;

    sip.body.data = "a\0b";
    sip.body.len = 3;
    assert_int_equal(
        translate_message_to_xmpp(&f->setup, &sip, TRANSLATE_PAGER, &f->text, &got, &f->problem),
        XMPPFED_ERR_XML_NOT_WELL_FORMED);
    expect_text("a NUL", "the thread", thread, "thread:a%00b");
}

/* Any thread survives SIP, any Call-ID survives XMPP. */
static void test_threads(void **state)
{
    static const char *const ids[] = {
        "9E97FB43-85F4", "a@b",        "a@b@c", "@",   "thread:x", "thread:",         "thread:%20",
        "thread:%41",    "thread:%zz", "x y",   "%20", "<a\\\"b>", "thread:thread:x", "\xc3\xbc",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(ids); i++) {
        xmppfed_slice id = xmppfed_slice_of(ids[i]);
        xmppfed_slice there = translate_thread_to_call_id(id, &f->text);

        expect_text(ids[i], "the thread", translate_thread_of_call_id(there, &f->text), ids[i]);
        there = translate_thread_of_call_id(id, &f->text);
        /* What is no Call-ID cannot come from SIP. */
        if (i < 2 || (i >= 4 && i < 9) || i == 10 || i == 11 || i == 12)
            expect_text(ids[i], "the Call-ID", translate_thread_to_call_id(there, &f->text),
                        ids[i]);
    }
}

struct failing {
    struct alloc_fail memory;
    xmppfed_allocator allocator;
    size_t row;
};

static int translate_once(void *user)
{
    struct failing *failing = user;
    struct translate_setup setup;
    struct translate_text text;
    struct translate_sip sip = sip_of(&to_xmpp[failing->row].sip);
    struct translate_sip back;
    xmppfed_context *ctx;
    xmppfed_element *stanza = NULL;
    int rc = xmppfed_context_new(&failing->allocator, &ctx);

    if (rc < 0)
        return rc;
    translate_setup_init(&setup, ctx);
    translate_text_init(&text, &failing->allocator);
    rc = translate_message_to_xmpp(&setup, &sip, to_xmpp[failing->row].mode, &text, &stanza, NULL);
    if (rc == 1)
        rc = translate_message_to_sip(&setup, stanza, to_xmpp[failing->row].mode, &text, &back,
                                      NULL);
    xmppfed_element_free(stanza);
    translate_text_fini(&text);
    xmppfed_context_unref(ctx);
    return rc > 0 || rc == XMPPFED_ERR_LIMIT_MEMORY ? rc > 0 ? 0 : XMPPFED_ERR_NOMEM : rc;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(to_xmpp); i++) {
        struct failing failing = {.row = i};

        failing.allocator = alloc_fail_allocator(&failing.memory);
        assert_true(alloc_fail_each(&failing.memory, translate_once, &failing) >= 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(test_to_sip),
        fixture_test(test_to_xmpp),
        fixture_test(test_refused),
        fixture_test(test_sizes),
        fixture_test(test_threads),
        fixture_test(test_nul),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("translate/message", tests, NULL, NULL);
}

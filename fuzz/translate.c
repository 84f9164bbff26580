/*
 * translate.c - fuzzes examples/translate: requests of SIP into stanzas, and stanzas into requests.
 *
 * Input: one letter (m message, s session, p presence, j a JID, u a URI, i isComposing) and lines,
 * each a header value in the order of the table below; the rest is the body. What is translated can
 * be translated back, and a refusal has a sentence.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "translate/address.h"
#include "translate/composing.h"
#include "translate/message.h"
#include "translate/subscription.h"

struct state {
    struct translate_setup setup;
    struct translate_text text;
    struct translate_problem problem;
};

/* A refusal says why, and how the sender is to be told. */
static void check_refusal(const struct state *s, int rc)
{
    FUZZ_CHECK(rc < 0 && rc == s->problem.code);
    FUZZ_CHECK(s->problem.status >= 400 && s->problem.status < 600);
    FUZZ_CHECK(s->problem.condition && s->problem.condition[0] && s->problem.text[0]);
}

/* Nothing that is written into a header may end its line. */
static void check_line(xmppfed_slice value)
{
    for (size_t i = 0; i < value.len; i++)
        FUZZ_CHECK((unsigned char)value.data[i] >= 0x20 && value.data[i] != 0x7F);
}

static void check_request(const struct translate_sip *sip)
{
    check_line(sip->method);
    check_line(sip->uri);
    check_line(sip->from);
    check_line(sip->to);
    check_line(sip->contact);
    check_line(sip->call_id);
    check_line(sip->subject);
    check_line(sip->subscription_state);
    check_line(sip->content_type);
    check_line(sip->content_language);
}

static void check_stanza(const struct state *s, const xmppfed_element *stanza)
{
    char *written;
    size_t len;

    FUZZ_CHECK(xmppfed_element_status(stanza) == 0);
    FUZZ_CHECK(xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &written, &len) == 0);
    xmppfed_element_free_text(s->setup.context, written);
}

static struct translate_sip read_request(struct fuzz_input *in)
{
    struct translate_sip sip = translate_sip_empty();

    sip.method = fuzz_until(in, '\n');
    sip.uri = fuzz_until(in, '\n');
    sip.from = fuzz_until(in, '\n');
    sip.to = fuzz_until(in, '\n');
    sip.contact = fuzz_until(in, '\n');
    sip.call_id = fuzz_until(in, '\n');
    sip.transaction = fuzz_until(in, '\n');
    sip.subject = fuzz_until(in, '\n');
    sip.event = fuzz_until(in, '\n');
    sip.subscription_state = fuzz_until(in, '\n');
    sip.content_type = fuzz_until(in, '\n');
    sip.content_language = fuzz_until(in, '\n');
    sip.expires = (long)fuzz_byte(in) - 1;
    sip.body.data = in->data;
    sip.body.len = in->len;
    return sip;
}

static void try_message(struct state *s, struct fuzz_input *in, enum translate_mode mode)
{
    struct translate_sip sip = read_request(in), back;
    xmppfed_element *stanza = NULL;
    int rc = translate_message_to_xmpp(&s->setup, &sip, mode, &s->text, &stanza, &s->problem);

    if (rc < 0)
        check_refusal(s, rc);
    if (rc <= 0)
        return;
    check_stanza(s, stanza);
    rc = translate_message_to_sip(&s->setup, stanza, mode, &s->text, &back, &s->problem);
    if (rc == 1)
        check_request(&back);
    else
        FUZZ_CHECK(rc == XMPPFED_ERR_LIMIT_SIZE);
    xmppfed_element_free(stanza);
}

static void try_presence_stanza(struct state *s, const xmppfed_element *stanza)
{
    enum translate_dialog dialog;
    struct translate_sip back;
    int rc;

    if (!stanza)
        return;
    check_stanza(s, stanza);
    rc =
        translate_subscription_to_sip(&s->setup, stanza, 60, &s->text, &back, &dialog, &s->problem);
    if (rc < 0)
        check_refusal(s, rc); /* of a domain without a user there is no pres: address */
    else
        check_request(&back);
}

static void try_presence(struct state *s, struct fuzz_input *in)
{
    uint8_t bits = fuzz_byte(in);
    struct translate_known known = {bits & 1, bits & 2};
    struct translate_sip sip = read_request(in);
    struct translate_outcome outcome = {0};
    int rc;

    s->setup.profile = bits & 4 ? &translate_profile_plain : &translate_profile_lync;
    rc = translate_subscription_to_xmpp(&s->setup, &sip, known, &s->text, &outcome, &s->problem);
    if (rc < 0) {
        check_refusal(s, rc);
        return;
    }
    try_presence_stanza(s, outcome.first);
    try_presence_stanza(s, outcome.second);
    translate_outcome_fini(&outcome);
}

/*
 * An address that was made is one, and there and back is the same. Only an xmpp: URI may hold a JID
 * that has no place in SIP.
 */
static void try_uri(struct state *s, struct fuzz_input *in)
{
    xmppfed_slice uri = {in->data, in->len}, jid, back, again;
    int rc = translate_address_to_jid(uri, &s->text, &jid, &s->problem);

    if (rc < 0) {
        check_refusal(s, rc);
        return;
    }
    rc = translate_address_to_uri(jid.data, TRANSLATE_SIP, TRANSLATE_FULL, &s->text, &back,
                                  &s->problem);
    if (rc < 0) {
        check_refusal(s, rc);
        FUZZ_CHECK(translate_slice_is_nocase(translate_slice_until(uri, 5), "xmpp:"));
        return;
    }
    check_line(back);
    FUZZ_CHECK(translate_address_to_jid(back, &s->text, &again, &s->problem) == 0);
    FUZZ_CHECK(translate_slice_equal(jid, again));
}

static void try_jid(struct state *s, struct fuzz_input *in)
{
    char *jid = fuzz_text_until(in, '\n');

    for (int scheme = TRANSLATE_SIP; scheme <= TRANSLATE_XMPP; scheme++) {
        xmppfed_slice uri, back;
        int rc = translate_address_to_uri(jid, (enum translate_scheme)scheme, TRANSLATE_FULL,
                                          &s->text, &uri, &s->problem);

        if (rc < 0)
            check_refusal(s, rc);
        else
            FUZZ_CHECK(translate_address_to_jid(uri, &s->text, &back, &s->problem) == 0);
    }
    free(jid);
}

static void try_composing(struct state *s, struct fuzz_input *in)
{
    xmppfed_slice body = {in->data, in->len}, again;
    struct translate_composing composing, back;
    int rc = translate_composing_read(&s->setup, body, &s->text, &composing, &s->problem);

    if (rc < 0) {
        check_refusal(s, rc);
        return;
    }
    FUZZ_CHECK(translate_composing_write(&s->setup, &composing, &s->text, &again, &s->problem) ==
               0);
    FUZZ_CHECK(translate_composing_read(&s->setup, again, &s->text, &back, &s->problem) == 0);
    FUZZ_CHECK(back.active == composing.active);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    struct state s;

    translate_setup_init(&s.setup, fuzz_context());
    translate_text_init(&s.text, NULL);
    switch (fuzz_byte(&in)) {
    case 'm':
        try_message(&s, &in, TRANSLATE_PAGER);
        break;
    case 's':
        try_message(&s, &in, TRANSLATE_SESSION);
        break;
    case 'p':
        try_presence(&s, &in);
        break;
    case 'u':
        try_uri(&s, &in);
        break;
    case 'j':
        try_jid(&s, &in);
        break;
    case 'i':
        try_composing(&s, &in);
        break;
    default:
        break;
    }
    translate_text_fini(&s.text);
    fuzz_context_end(s.setup.context);
    return 0;
}

/* presence.c - notifications of presence: <presence/> and NOTIFY or PUBLISH with PIDF. */
#include "translate/presence.h"

#include <string.h>

#include "translate/address.h"
#include "translate/language.h"

static xmppfed_slice child_text(const xmppfed_element *e, const char *name)
{
    const xmppfed_element *child = xmppfed_element_child(e, name, xmppfed_element_ns(e));

    return xmppfed_slice_of(child ? xmppfed_element_text(child) : NULL);
}

/* <priority/> of 0 to 127; a negative one is not mapped (RFC 8048 4.2 note 6), and 0 if there is
 * none is left out as well (RFC 6121 4.7.2.3). */
static int read_priority(xmppfed_slice digits)
{
    int value = 0;

    digits = translate_slice_trim(digits);
    if (digits.len == 0 || digits.len > 3)
        return TRANSLATE_NO_PRIORITY;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return TRANSLATE_NO_PRIORITY;
        value = value * 10 + digits.data[i] - '0';
    }
    return value <= 127 ? value : TRANSLATE_NO_PRIORITY;
}

/* The type of a notification: open or closed; false for other stanzas (RFC 8048 4.2 note 1). */
static bool read_type(const xmppfed_element *presence, bool *ret_open)
{
    const char *type = xmppfed_element_attribute(presence, "type");

    *ret_open = !type;
    return strcmp(xmppfed_element_name(presence), "presence") == 0 &&
           (!type || strcmp(type, "unavailable") == 0);
}

static const char *static_show(xmppfed_slice show)
{
    static const char *const shows[] = {"away", "chat", "dnd", "xa"};

    for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
        if (translate_slice_is(translate_slice_trim(show), shows[i]))
            return shows[i];
    return "";
}

/* The device as the tuple's contact, where its priority stands (RFC 3863 4.1.5). */
static int write_contact(const char *from, struct translate_text *text,
                         struct translate_tuple *tuple, struct translate_problem *problem)
{
    if (tuple->priority < 0)
        return 0;
    return translate_address_to_uri(from, TRANSLATE_SIP, TRANSLATE_FULL, text, &tuple->contact,
                                    problem);
}

int translate_presence_to_tuple(const struct translate_setup *setup,
                                const xmppfed_element *presence, struct translate_text *text,
                                struct translate_tuple *ret, struct translate_problem *problem)
{
    const char *from = xmppfed_element_attribute(presence, "from");
    const xmppfed_element *status = translate_language_child(presence, "status");
    struct translate_tuple tuple = {.show = "", .activity = "", .priority = TRANSLATE_NO_PRIORITY};
    const struct translate_state *state;
    xmppfed_slice whole = xmppfed_slice_of(from);
    int rc;

    if (!from || !read_type(presence, &tuple.open))
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST,
                                "the stanza does not notify of anybody's presence");
    tuple.resource = translate_text_copy(
        text, translate_slice_from(whole, translate_slice_find(whole, '/') + 1));
    if (tuple.open) {
        tuple.show = static_show(child_text(presence, "show"));
        tuple.priority = read_priority(child_text(presence, "priority"));
        state = translate_state_of_show(setup->profile, tuple.show);
        tuple.activity = state ? state->activity : "";
    }
    if (status && setup->profile->notes && *xmppfed_element_text(status)) {
        tuple.note = translate_text_copy(text, xmppfed_slice_of(xmppfed_element_text(status)));
        tuple.language = translate_text_copy(text, translate_language_of(presence, status));
    }
    rc = write_contact(from, text, &tuple, problem);
    if (rc < 0)
        return rc;
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = tuple;
    return 0;
}

/* Two addresses of the same user. */
static bool same_user(const xmppfed_element *a, const xmppfed_element *b)
{
    const char *first = xmppfed_element_attribute(a, "from");
    const char *second = xmppfed_element_attribute(b, "from");

    return first && second &&
           translate_slice_equal(translate_address_bare(xmppfed_slice_of(first)),
                                 translate_address_bare(xmppfed_slice_of(second)));
}

/* The tuples of n stanzas, and the index of the most available. */
static int read_all(const struct translate_setup *setup, const xmppfed_element *const *presences,
                    size_t n, struct translate_text *text, struct translate_pidf *pidf,
                    size_t *ret_best, struct translate_problem *problem)
{
    if (n == 0)
        return translate_refuse(problem, TRANSLATE_BAD_REQUEST, "there is no stanza to tell of");
    for (size_t i = 0; i < n && i < TRANSLATE_TUPLES; i++) {
        int rc = translate_presence_to_tuple(setup, presences[i], text, &pidf->tuples[i], problem);

        if (rc < 0)
            return rc;
        if (!same_user(presences[0], presences[i]))
            return translate_refuse(problem, TRANSLATE_BAD_REQUEST,
                                    "the stanzas are of several users");
        pidf->count++;
    }
    *ret_best = (size_t)(translate_tuple_best(pidf->tuples, pidf->count) - pidf->tuples);
    return 0;
}

/* Addresses by RFC 8048 table 1: From without the device, which is in Contact (example 19). */
static int write_addresses(const xmppfed_element *presence, struct translate_text *text,
                           struct translate_sip *sip, xmppfed_slice *ret_entity,
                           struct translate_problem *problem)
{
    const char *from = xmppfed_element_attribute(presence, "from");
    xmppfed_slice bare;
    int rc = translate_sip_address(presence, text, sip, problem);

    if (rc == 0)
        rc = translate_address_to_uri(from, TRANSLATE_SIP, TRANSLATE_BARE, text, &bare, problem);
    if (rc == 0)
        rc = translate_address_to_uri(from, TRANSLATE_PRES, TRANSLATE_BARE, text, ret_entity,
                                      problem);
    if (rc < 0)
        return rc;
    sip->contact = sip->from;
    translate_text_byte(text, '<');
    translate_text_add(text, bare);
    translate_text_byte(text, '>');
    sip->from = translate_text_end(text);
    return translate_text_status(text) < 0 ? translate_made(text, NULL, problem) : 0;
}

/* A request with the document of n stanzas, addressed by the first, its device that of the best. */
static int write_request(const struct translate_setup *setup,
                         const xmppfed_element *const *presences, size_t n,
                         struct translate_text *text, struct translate_sip *sip, bool *ret_open,
                         struct translate_problem *problem)
{
    struct translate_pidf pidf;
    struct translate_sip of_best = translate_sip_empty();
    xmppfed_slice entity;
    size_t best = 0;
    int rc;

    memset(&pidf, 0, sizeof(pidf));
    rc = read_all(setup, presences, n, text, &pidf, &best, problem);
    if (rc == 0)
        rc = write_addresses(presences[0], text, sip, &pidf.entity, problem);
    if (rc == 0)
        rc = write_addresses(presences[best], text, &of_best, &entity, problem);
    if (rc < 0)
        return rc;
    sip->contact = of_best.contact;
    *ret_open = pidf.tuples[best].open;
    if (setup->profile->one_tuple) {
        pidf.tuples[0] = pidf.tuples[best];
        pidf.count = 1;
    }
    sip->event = xmppfed_slice_of("presence");
    sip->content_type = xmppfed_slice_of(TRANSLATE_TYPE_PIDF);
    sip->content_language = translate_text_copy(text, translate_language_of(presences[best], NULL));
    rc = translate_pidf_write(setup, &pidf, text, &sip->body, problem);
    if (rc == 0 && translate_text_status(text) < 0)
        rc = translate_made(text, NULL, problem);
    return rc;
}

int translate_presence_to_notify(const struct translate_setup *setup,
                                 const xmppfed_element *const *presences, size_t n,
                                 unsigned remaining, struct translate_text *text,
                                 struct translate_sip *ret, struct translate_problem *problem)
{
    struct translate_sip sip = translate_sip_empty();
    bool open;
    int rc = write_request(setup, presences, n, text, &sip, &open, problem);

    if (rc < 0)
        return rc;
    sip.method = xmppfed_slice_of("NOTIFY");
    translate_text_string(text, "active;expires=");
    translate_text_number(text, remaining);
    sip.subscription_state = translate_text_end(text);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = sip;
    return 0;
}

int translate_presence_to_publish(const struct translate_setup *setup,
                                  const xmppfed_element *const *presences, size_t n,
                                  struct translate_text *text, struct translate_sip *ret,
                                  struct translate_problem *problem)
{
    struct translate_sip sip = translate_sip_empty();
    bool open;
    int rc = write_request(setup, presences, n, text, &sip, &open, problem);

    if (rc < 0)
        return rc;
    sip.method = xmppfed_slice_of("PUBLISH");
    /* RFC 3903 4.1: the resource whose state it is, which is the sender himself. */
    sip.to = sip.from;
    sip.uri = translate_text_copy(
        text, translate_slice_until(translate_slice_from(sip.from, 1), sip.from.len - 2));
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    sip.expires = open ? (long)setup->expires : 0;
    *ret = sip;
    return 0;
}

/* "from" with the tuple's device where it has one. */
static xmppfed_slice write_from(xmppfed_slice from, const struct translate_tuple *tuple,
                                struct translate_text *text)
{
    if (!tuple || tuple->resource.len == 0)
        return translate_text_copy(text, from);
    translate_text_add(text, translate_address_bare(from));
    translate_text_byte(text, '/');
    translate_text_add(text, tuple->resource);
    return translate_text_end(text);
}

static void add_child(xmppfed_element *e, const char *name, const char *words)
{
    xmppfed_element_add_text(xmppfed_element_add_child(e, name, xmppfed_element_ns(e)), words);
}

/* What RFC 8048 table 2 maps of a tuple. */
static void write_tuple(const struct translate_tuple *tuple, struct translate_text *text,
                        xmppfed_element *presence)
{
    xmppfed_slice digits;

    if (tuple->open && *tuple->show)
        add_child(presence, "show", tuple->show);
    if (tuple->note.len > 0 && tuple->note.data) {
        add_child(presence, "status", tuple->note.data);
        if (tuple->language.len > 0)
            xmppfed_element_set_attribute_ns(
                xmppfed_element_child(presence, "status", xmppfed_element_ns(presence)), "lang",
                XMPPFED_NS_XML, tuple->language.data);
    }
    if (tuple->open && tuple->priority >= 0) {
        translate_text_number(text, (unsigned long)tuple->priority);
        digits = translate_text_end(text);
        if (digits.data)
            add_child(presence, "priority", digits.data);
    }
}

int translate_presence_of_tuple(const struct translate_setup *setup,
                                const struct translate_tuple *tuple, xmppfed_slice from,
                                xmppfed_slice to, xmppfed_slice language,
                                struct translate_text *text, xmppfed_element **ret,
                                struct translate_problem *problem)
{
    xmppfed_element *presence = xmppfed_element_new(setup->context, "presence", setup->ns);
    xmppfed_slice sender = write_from(from, tuple, text);
    xmppfed_slice recipient = translate_text_copy(text, to);
    int rc;

    if (sender.data && recipient.data) {
        xmppfed_element_set_attribute(presence, "from", sender.data);
        xmppfed_element_set_attribute(presence, "to", recipient.data);
    }
    if (!tuple || !tuple->open)
        xmppfed_element_set_attribute(presence, "type", "unavailable");
    translate_language_set(presence, language, text);
    if (tuple && presence)
        write_tuple(tuple, text, presence);
    rc = translate_made(text, presence, problem);
    if (rc == 0)
        rc = translate_check_size(setup, presence, problem);
    if (rc < 0) {
        xmppfed_element_free(presence);
        return rc;
    }
    *ret = presence;
    return 0;
}

int translate_presence_to_xmpp(const struct translate_setup *setup, const struct translate_sip *sip,
                               struct translate_text *text, xmppfed_element **ret,
                               struct translate_problem *problem)
{
    xmppfed_slice type = translate_sip_media_type(sip->content_type);
    xmppfed_slice from, to;
    struct translate_pidf pidf;
    struct translate_tuple tuple;
    const struct translate_tuple *best = NULL;
    int rc = translate_sip_ends(sip, text, &from, &to, problem);

    if (rc < 0)
        return rc;
    if (sip->body.len > 0 && !translate_slice_is_nocase(type, TRANSLATE_TYPE_PIDF))
        return translate_refuse(problem, TRANSLATE_BAD_TYPE,
                                "presence of type \"%s\" cannot be read: send %s",
                                translate_show(type).text, TRANSLATE_TYPE_PIDF);
    if (sip->body.len > 0) {
        rc = translate_pidf_read(setup, sip->body, text, &pidf, problem);
        if (rc < 0)
            return rc;
        best = translate_tuple_best(pidf.tuples, pidf.count);
    }
    if (best) {
        tuple = *best;
        tuple.resource.len = 0;
    }
    return translate_presence_of_tuple(setup, best ? &tuple : NULL, from, to, sip->content_language,
                                       text, ret, problem);
}

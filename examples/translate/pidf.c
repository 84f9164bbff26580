/* pidf.c - presence documents: PIDF with <show/> and RPID, read and written. */
#include "translate/pidf.h"

#include <stdio.h>
#include <string.h>

#include "translate/document.h"
#include "translate/language.h"

#define NS_PIDF "urn:ietf:params:xml:ns:pidf"
#define NS_MODEL "urn:ietf:params:xml:ns:pidf:data-model"
#define NS_RPID "urn:ietf:params:xml:ns:pidf:rpid"
/* An early form of RPID, with activities as text, that older systems still send. */
#define NS_RPID_STATUS "urn:ietf:params:xml:ns:pidf:status:rpid-status"
#define NS_CLIENT "jabber:client"

int translate_priority_to_thousandths(int priority)
{
    return priority < 0 || priority > 127 ? -1 : priority * 1000 / 127;
}

int translate_priority_of_thousandths(int thousandths)
{
    /* Rounded up, since the other way rounds down. */
    return thousandths < 0 || thousandths > 1000 ? -1 : (thousandths * 127 + 999) / 1000;
}

int translate_priority_read(xmppfed_slice decimal)
{
    int value;
    int unit = 100;

    /* qvalue of RFC 3863 4.1.5: 0, 1, or one of them with up to three decimal places */
    if (decimal.len == 0 || decimal.len > 5 || (decimal.data[0] != '0' && decimal.data[0] != '1') ||
        (decimal.len > 1 && decimal.data[1] != '.'))
        return -1;
    value = (decimal.data[0] - '0') * 1000;
    for (size_t i = 2; i < decimal.len; i++, unit /= 10) {
        if (decimal.data[i] < '0' || decimal.data[i] > '9')
            return -1;
        value += (decimal.data[i] - '0') * unit;
    }
    return value <= 1000 ? value : -1;
}

static bool is_id_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

xmppfed_slice translate_tuple_id(xmppfed_slice resource, struct translate_text *text)
{
    static const char digits[] = "0123456789abcdef";

    translate_text_string(text, TRANSLATE_TUPLE_PREFIX);
    for (size_t i = 0; i < resource.len; i++) {
        unsigned char c = (unsigned char)resource.data[i];

        if (is_id_byte((char)c)) {
            translate_text_byte(text, (char)c);
            continue;
        }
        translate_text_byte(text, '_');
        translate_text_byte(text, digits[c >> 4]);
        translate_text_byte(text, digits[c & 15]);
    }
    return translate_text_end(text);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

xmppfed_slice translate_tuple_resource(xmppfed_slice id, struct translate_text *text)
{
    const size_t prefix = sizeof(TRANSLATE_TUPLE_PREFIX) - 1;
    xmppfed_slice none = {NULL, 0};
    xmppfed_slice rest = translate_slice_from(id, prefix);
    xmppfed_slice resource, again;

    if (id.len <= prefix || memcmp(id.data, TRANSLATE_TUPLE_PREFIX, prefix) != 0)
        return none;
    for (size_t i = 0; i < rest.len; i++) {
        int high = rest.len - i > 2 ? hex(rest.data[i + 1]) : -1;
        int low = rest.len - i > 2 ? hex(rest.data[i + 2]) : -1;

        if (rest.data[i] != '_' || high < 0 || low < 0) {
            translate_text_byte(text, rest.data[i]);
            continue;
        }
        translate_text_byte(text, (char)(high * 16 + low));
        i += 2;
    }
    resource = translate_text_end(text);
    again = translate_tuple_id(resource, text);
    /* An id of someone else, who wrote the resource as it is, must not be changed. */
    if (!translate_slice_equal(again, id) || !translate_slice_is_xml_text(resource))
        return translate_text_copy(text, rest);
    return resource;
}

static xmppfed_slice text_of(const xmppfed_element *e)
{
    return translate_slice_trim(xmppfed_slice_of(e ? xmppfed_element_text(e) : NULL));
}

/* The state of the first activity below parent that the profile knows, or NULL. */
static const struct translate_state *state_below(const struct translate_profile *profile,
                                                 const xmppfed_element *parent)
{
    static const char *const namespaces[] = {NS_RPID, NS_RPID_STATUS};

    for (size_t i = 0; parent && i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
        const char *ns = namespaces[i];
        const xmppfed_element *list = xmppfed_element_child(parent, "activities", ns);
        const xmppfed_element *input = xmppfed_element_child(parent, "user-input", ns);
        const xmppfed_element *e = list ? xmppfed_element_first(list) : NULL;

        for (; e; e = xmppfed_element_next(e)) {
            const char *name = xmppfed_element_name(e);
            const struct translate_state *state = translate_state_of_activity(
                profile, strcmp(name, "activity") == 0 ? xmppfed_element_text(e) : name);

            if (state)
                return state;
        }
        /* RFC 4480 3.11 */
        if (input && translate_slice_is(text_of(input), "idle"))
            return translate_state_of_activity(profile, "idle");
    }
    return NULL;
}

/* <show/> by its name, as static text; NULL if it is none of RFC 6121 4.7.2.1. */
static const char *show_below(const xmppfed_element *parent)
{
    static const char *const shows[] = {"away", "chat", "dnd", "xa"};
    const xmppfed_element *show = parent ? xmppfed_element_child(parent, "show", NS_CLIENT) : NULL;

    for (size_t i = 0; show && i < sizeof(shows) / sizeof(shows[0]); i++)
        if (translate_slice_is(text_of(show), shows[i]))
            return shows[i];
    return NULL;
}

/* What a whole document says of every tuple that does not say it itself. */
struct common {
    const struct translate_state *state;
    const xmppfed_element *note;
};

static struct common read_common(const struct translate_profile *profile,
                                 const xmppfed_element *root)
{
    struct common common = {NULL, xmppfed_element_child(root, "note", NS_PIDF)};
    const xmppfed_element *e = xmppfed_element_first(root);

    for (; e; e = xmppfed_element_next(e)) {
        if (!xmppfed_element_is(e, "person", NS_MODEL))
            continue;
        if (!common.state)
            common.state = state_below(profile, e);
        if (!common.note)
            common.note = xmppfed_element_child(e, "note", NS_MODEL);
    }
    return common;
}

static void read_note(const xmppfed_element *note, struct translate_text *text,
                      struct translate_tuple *tuple)
{
    xmppfed_slice said = note ? xmppfed_slice_of(xmppfed_element_text(note)) : xmppfed_slice_of("");

    if (said.len == 0)
        return;
    tuple->note = translate_text_copy(text, said);
    tuple->language = translate_text_copy(text, translate_language_of(note, NULL));
}

static struct translate_tuple read_tuple(const struct translate_profile *profile,
                                         const xmppfed_element *e, const struct common *common,
                                         struct translate_text *text)
{
    const xmppfed_element *status = xmppfed_element_child(e, "status", NS_PIDF);
    const xmppfed_element *basic = status ? xmppfed_element_child(status, "basic", NS_PIDF) : NULL;
    const xmppfed_element *contact = xmppfed_element_child(e, "contact", NS_PIDF);
    const xmppfed_element *note = xmppfed_element_child(e, "note", NS_PIDF);
    const char *show = show_below(status) ? show_below(status) : show_below(e);
    const struct translate_state *state = state_below(profile, e);
    struct translate_tuple tuple = {.show = "", .activity = "", .priority = TRANSLATE_NO_PRIORITY};
    const char *priority = contact ? xmppfed_element_attribute(contact, "priority") : NULL;

    if (!state)
        state = state_below(profile, status);
    if (!state)
        state = common->state;
    tuple.resource =
        translate_tuple_resource(xmppfed_slice_of(xmppfed_element_attribute(e, "id")), text);
    /* A status without basic says nothing (RFC 3863 4.1.4), unless something else is said. */
    tuple.open = basic ? translate_slice_is(text_of(basic), "open") : show || state;
    if (tuple.open && show)
        tuple.show = show;
    else if (tuple.open && state)
        tuple.show = state->show;
    if (priority)
        tuple.priority =
            translate_priority_of_thousandths(translate_priority_read(xmppfed_slice_of(priority)));
    tuple.contact = translate_text_copy(text, text_of(contact));
    if (profile->notes)
        read_note(note ? note : common->note, text, &tuple);
    return tuple;
}

int translate_pidf_read(const struct translate_setup *setup, xmppfed_slice body,
                        struct translate_text *text, struct translate_pidf *ret,
                        struct translate_problem *problem)
{
    struct translate_pidf pidf;
    xmppfed_element *root = NULL;
    const xmppfed_element *e;
    struct common common;
    int rc = translate_document_read(setup, body, "presence", NS_PIDF, &root, problem);

    if (rc < 0)
        return rc;
    memset(&pidf, 0, sizeof(pidf));
    pidf.entity =
        translate_text_copy(text, xmppfed_slice_of(xmppfed_element_attribute(root, "entity")));
    common = read_common(setup->profile, root);
    for (e = xmppfed_element_first(root); e; e = xmppfed_element_next(e))
        if (xmppfed_element_is(e, "tuple", NS_PIDF) && pidf.count < TRANSLATE_TUPLES)
            pidf.tuples[pidf.count++] = read_tuple(setup->profile, e, &common, text);
    xmppfed_element_free(root);
    if (translate_text_status(text) < 0)
        return translate_made(text, NULL, problem);
    *ret = pidf;
    return 0;
}

static xmppfed_element *add_text(xmppfed_element *parent, const char *name, const char *ns,
                                 const char *words)
{
    xmppfed_element *child = xmppfed_element_add_child(parent, name, ns);

    xmppfed_element_add_text(child, words);
    return child;
}

/* RFC 3863 4.4: status with its extensions, contact, note. */
static void write_tuple(const struct translate_profile *profile,
                        const struct translate_tuple *tuple, struct translate_text *text,
                        xmppfed_element *root)
{
    xmppfed_element *e = xmppfed_element_add_child(root, "tuple", NS_PIDF);
    xmppfed_element *status = xmppfed_element_add_child(e, "status", NS_PIDF);
    xmppfed_slice id = translate_tuple_id(tuple->resource, text);
    int thousandths = translate_priority_to_thousandths(tuple->priority);

    if (translate_text_status(text) < 0)
        return;
    xmppfed_element_set_attribute(e, "id", id.data);
    add_text(status, "basic", NS_PIDF, tuple->open ? "open" : "closed");
    if (tuple->open && *tuple->show)
        add_text(status, "show", NS_CLIENT, tuple->show);
    if (tuple->contact.len > 0) {
        xmppfed_element *contact = add_text(e, "contact", NS_PIDF, tuple->contact.data);
        char decimal[16];

        snprintf(decimal, sizeof(decimal), "%d.%03d", thousandths / 1000, thousandths % 1000);
        xmppfed_element_set_attribute(contact, "priority", thousandths < 0 ? NULL : decimal);
    }
    if (tuple->note.len > 0 && profile->notes) {
        xmppfed_element *note = add_text(e, "note", NS_PIDF, tuple->note.data);

        if (translate_language_valid(tuple->language))
            xmppfed_element_set_attribute_ns(note, "lang", XMPPFED_NS_XML, tuple->language.data);
    }
}

/* RFC 4480 3.2: the activities of the person, for those who do not know <show/>. */
static void write_person(const char *activity, xmppfed_element *root)
{
    xmppfed_element *person = xmppfed_element_add_child(root, "person", NS_MODEL);
    xmppfed_element *list = xmppfed_element_add_child(person, "activities", NS_RPID);

    xmppfed_element_set_attribute(person, "id", "person");
    xmppfed_element_add_child(list, activity, NS_RPID);
}

int translate_pidf_write(const struct translate_setup *setup, const struct translate_pidf *pidf,
                         struct translate_text *text, xmppfed_slice *ret,
                         struct translate_problem *problem)
{
    xmppfed_element *root = xmppfed_element_new(setup->context, "presence", NS_PIDF);
    const struct translate_tuple *best = translate_tuple_best(pidf->tuples, pidf->count);
    xmppfed_slice entity = translate_text_copy(text, pidf->entity);
    int rc;

    if (entity.data)
        xmppfed_element_set_attribute(root, "entity", entity.data);
    for (size_t i = 0; i < pidf->count; i++)
        write_tuple(setup->profile, &pidf->tuples[i], text, root);
    if (setup->profile->rpid && best && *best->activity)
        write_person(best->activity, root);
    rc = translate_made(text, root, problem);
    if (rc == 0)
        rc = translate_document_write(setup, root, text, ret, problem);
    xmppfed_element_free(root);
    return rc;
}

const struct translate_tuple *translate_tuple_best(const struct translate_tuple *tuples, size_t n)
{
    const struct translate_tuple *best = n > 0 ? tuples : NULL;

    for (size_t i = 1; i < n; i++) {
        int rank = translate_show_rank(tuples[i].open, tuples[i].show);
        int least = translate_show_rank(best->open, best->show);

        if (rank > least || (rank == least && tuples[i].priority > best->priority))
            best = &tuples[i];
    }
    return best;
}

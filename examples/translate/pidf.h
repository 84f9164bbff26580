/*
 * pidf.h - presence documents (RFC 3863), with the parts of RPID (RFC 4480) that say whether
 * someone is there.
 *
 * A tuple is one device. Its state is, first found: <show xmlns='jabber:client'> in the status (RFC
 * 8048 4.2 note 7), an activity of RPID in the tuple, its status or a <person/> (RFC 4479), or
 * nothing but open and closed.
 */
#ifndef TRANSLATE_PIDF_H
#define TRANSLATE_PIDF_H

#include "translate/profile.h"
#include "translate/translate.h"

#define TRANSLATE_TYPE_PIDF "application/pidf+xml"

/* What is written in front of a resource to make the id of a tuple (RFC 8048 4.2 note 2). */
#define TRANSLATE_TUPLE_PREFIX "ID-"

enum { TRANSLATE_TUPLES = 16, TRANSLATE_NO_PRIORITY = -1 };

/* One tuple. Slices are in the struct translate_text of whoever made it. */
struct translate_tuple {
    xmppfed_slice resource; /* of the id; empty if the id does not begin with ID- */
    bool open;
    const char *show;     /* static: "", away, chat, dnd or xa */
    const char *activity; /* static or borrowed; "" for none: read and written only with RPID */
    int priority;         /* 0 to 127, or TRANSLATE_NO_PRIORITY */
    xmppfed_slice contact;
    xmppfed_slice note;
    xmppfed_slice language; /* of the note */
};

struct translate_pidf {
    xmppfed_slice entity; /* as written: pres:, sip: ... */
    struct translate_tuple tuples[TRANSLATE_TUPLES];
    size_t count; /* 0: nothing is known; tuples beyond the last place are left out */
};

/*
 * Reads a document by the setup's profile. Errors: as translate_document_read(). Ownership: in
 * text.
 */
int translate_pidf_read(const struct translate_setup *setup, xmppfed_slice body,
                        struct translate_text *text, struct translate_pidf *ret,
                        struct translate_problem *problem);

/* Writes one. Errors: as translate_document_write(). Ownership: in text. */
int translate_pidf_write(const struct translate_setup *setup, const struct translate_pidf *pidf,
                         struct translate_text *text, xmppfed_slice *ret,
                         struct translate_problem *problem);

/* The most available of n tuples, of several the one of highest priority; NULL for n 0. */
const struct translate_tuple *translate_tuple_best(const struct translate_tuple *tuples, size_t n);

/*
 * A resource as the id of a tuple: ID- and what an xs:ID may have, other bytes as _xx; reversible.
 * The second gives the resource, empty if the id does not begin with ID-.
 */
xmppfed_slice translate_tuple_id(xmppfed_slice resource, struct translate_text *text);
xmppfed_slice translate_tuple_resource(xmppfed_slice id, struct translate_text *text);

/*
 * Priorities (RFC 8048 4.2 note 6): 0 to 127 as thousandths, where 127 is 1000, and back; and the
 * thousandths of a decimal like "0.007". -1 for what is outside of 0 to 1, or is no decimal.
 */
int translate_priority_to_thousandths(int priority);
int translate_priority_of_thousandths(int thousandths);
int translate_priority_read(xmppfed_slice decimal);

#endif

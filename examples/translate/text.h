/*
 * text.h - text that translations make: the caller gives a place, one call frees all of it.
 *
 * A text is written piece by piece and then ended, which gives a slice that stays where it is until
 * translate_text_fini(). Failure is sticky, as with elements: only the end needs a check.
 *
 *     struct translate_text text;
 *     translate_text_init(&text, NULL);
 *     translate_text_add(&text, xmppfed_slice_of("sip:"));
 *     translate_text_add(&text, user);
 *     xmppfed_slice uri = translate_text_end(&text); // uri.data[uri.len] is NUL
 *     translate_text_fini(&text);
 */
#ifndef TRANSLATE_TEXT_H
#define TRANSLATE_TEXT_H

#include <stdbool.h>

#include <xmppfed/context.h>

struct translate_block;

struct translate_text {
    const xmppfed_allocator *memory; /* NULL: the C library's */
    struct translate_block *blocks;  /* the one in use first */
    bool open;                       /* a text is begun in the first block */
    bool failed;                     /* out of memory: what is ended from now on is empty */
};

/* Begins an empty place; memory is borrowed and must outlive it. */
void translate_text_init(struct translate_text *text, const xmppfed_allocator *memory);
/* Frees every text made in it. Fine after _init and on a zeroed place. */
void translate_text_fini(struct translate_text *text);

/* Appends to the text that is being written. */
void translate_text_byte(struct translate_text *text, char c);
void translate_text_add(struct translate_text *text, xmppfed_slice bytes);
void translate_text_string(struct translate_text *text, const char *string);
void translate_text_number(struct translate_text *text, unsigned long number);

/* Ends the text: a slice with a NUL behind it; data is NULL only when out of memory. */
xmppfed_slice translate_text_end(struct translate_text *text);
/* Forgets what was written since the last end. */
void translate_text_drop(struct translate_text *text);
/* Where the text that is being written stands; valid until the next call. */
xmppfed_slice translate_text_peek(const struct translate_text *text);
/* A copy of bytes as a text of its own. No other text may be begun. */
xmppfed_slice translate_text_copy(struct translate_text *text, xmppfed_slice bytes);
/* 0, or XMPPFED_ERR_NOMEM if anything failed so far. */
int translate_text_status(const struct translate_text *text);

/* Slices: the same bytes; the same but for ASCII case; a part; without blanks at both ends. */
bool translate_slice_equal(xmppfed_slice a, xmppfed_slice b);
bool translate_slice_is(xmppfed_slice a, const char *word);
bool translate_slice_is_nocase(xmppfed_slice a, const char *word);
xmppfed_slice translate_slice_from(xmppfed_slice a, size_t start);
xmppfed_slice translate_slice_until(xmppfed_slice a, size_t end);
xmppfed_slice translate_slice_trim(xmppfed_slice a);
/* Index of the first c in a, or a.len. */
size_t translate_slice_find(xmppfed_slice a, char c);
/* Whether bytes are UTF-8 (RFC 3629) of characters that XML 1.0 allows. */
bool translate_slice_is_xml_text(xmppfed_slice bytes);

#endif

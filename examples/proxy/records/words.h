/* words.h - the words of the partner file and of the administration socket. */
#ifndef PROXY_RECORDS_WORDS_H
#define PROXY_RECORDS_WORDS_H

#include "proxy/records/json_reader.h"

/* Each list ends with the word NULL. */
extern const struct record_word words_negotiation[]; /* enum xmppfed_negotiation */
extern const struct record_word words_partner_type[];
extern const struct record_word words_switch[];
extern const struct record_word words_permit[]; /* has a zero: "ByType" */
extern const struct record_word words_proof[];  /* ... and "Any" of this one */
extern const struct record_word words_eku[];
extern const struct record_word words_dane[];
extern const struct record_word words_ocsp[];
extern const struct record_word words_staple[]; /* enum xmppfed_staple */
extern const struct record_word words_bidi[];
extern const struct record_word words_tls_version[];
extern const struct record_word words_method[];  /* enum xmppfed_method, in order of preference */
extern const struct record_word words_gateway[]; /* enum xmppfed_gateway_setting */
extern const struct record_word words_action[];
extern const struct record_word words_contact[]; /* enum xmppfed_contact, without UNKNOWN */
extern const struct record_word words_effect[];

/* The word for a value, "" for an unknown one. */
const char *word_of(const struct record_word *words, int value);
/* The value of a word; 0 for an unknown one, which no list has. */
int word_value(const struct record_word *words, const char *word);
/* The words of a list for a sentence, as "one, two, three". */
void word_list(const struct record_word *words, char *ret, size_t size);

#endif

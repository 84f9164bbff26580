/*
 * translate.h - what every translation between SIP and XMPP is given, and how it refuses.
 *
 * The functions of this folder are pure: they do no I/O, read no clock and keep no state; equal
 * arguments give equal results, and any thread may call them. One rule of memory holds for all:
 *
 *     XML trees belong to the context: a tree that is returned is freed by the caller with
 *     xmppfed_element_free().
 *     Text goes into the struct translate_text that the caller passes, and is freed with it.
 *
 * A function returns 0 (or, where it says so, 1 for "made" and 0 for "there is nothing to send"),
 * and one of the negative codes of xmppfed/error.h otherwise. It then fills in *problem, if that is
 * not NULL, and leaves its other outputs untouched; texts made until then stay in their place.
 */
#ifndef TRANSLATE_TRANSLATE_H
#define TRANSLATE_TRANSLATE_H

#include <xmppfed/element.h>

#include "translate/text.h"

struct translate_profile;

/* Why something was not translated, and how its sender is to be told on his own side. */
struct translate_problem {
    int code;              /* of xmppfed/error.h */
    int status;            /* the response to a SIP request */
    const char *condition; /* the stanza error condition for an XMPP stanza (RFC 6120 8.3.3) */
    char text[200];        /* one sentence; shows what the peer sent in printable ASCII only */
};

/* What is the same for all translations of a host. Begin with translate_setup_init(). */
struct translate_setup {
    xmppfed_context *context;
    const char *ns;      /* content namespace of the stanzas that are made */
    size_t message_max;  /* bytes of a SIP MESSAGE outside a session, 0 for no limit */
    size_t stanza_max;   /* bytes of a stanza that is made, 0 for no limit */
    size_t document_max; /* bytes of an XML body that is read */
    unsigned expires;    /* seconds of a subscription that is asked for */
    unsigned refresh;    /* seconds for which a notice of typing holds */
    const struct translate_profile *profile; /* the states of presence */
};

/*
 * The defaults: jabber:server, 1300 bytes (RFC 3428 8), 10 000 bytes (what every XMPP server takes,
 * RFC 6120 13.12), 65 536 bytes, 3600 s (RFC 3856 6.4), 120 s (RFC 3994 4), and the profile of
 * Lync Server 2013. context is borrowed.
 */
void translate_setup_init(struct translate_setup *setup, xmppfed_context *context);

/* The kinds of refusals; each has its code, its SIP response and its stanza error condition. */
enum translate_refusal {
    TRANSLATE_BAD_ADDRESS,    /* 400, jid-malformed */
    TRANSLATE_SECURE_ADDRESS, /* 416, not-acceptable: a sips: address, RFC 7247 section 4 */
    TRANSLATE_BAD_SCHEME,     /* 416, jid-malformed: an address that has no counterpart */
    TRANSLATE_TOO_LARGE,      /* 413, policy-violation: RFC 7572 section 2 of the text */
    TRANSLATE_BAD_BODY,       /* 400, bad-request: an XML or text body that cannot be read */
    TRANSLATE_BAD_TYPE,       /* 415, not-acceptable: content of a type that is not mapped */
    TRANSLATE_BAD_REQUEST,    /* 400, bad-request: something needed is missing or malformed */
    TRANSLATE_NOT_MAPPED,     /* 501, feature-not-implemented: there is no counterpart */
    TRANSLATE_NO_MEMORY       /* 500, resource-constraint */
};

/*
 * Fills in *problem (which may be NULL) and returns its code. format and what follows make the
 * sentence; bytes of peers are shown with translate_show().
 */
int translate_refuse(struct translate_problem *problem, enum translate_refusal why,
                     const char *format, ...) XMPPFED_PRINTF(3, 4);

/* What translate_show() gives. */
struct translate_shown {
    char text[64];
};

/* At most 60 bytes as printable ASCII ('?' for others), for sentences. */
struct translate_shown translate_show(xmppfed_slice bytes);

/* 0, or TRANSLATE_TOO_LARGE for a stanza of more than stanza_max bytes; TRANSLATE_NO_MEMORY. */
int translate_check_size(const struct translate_setup *setup, const xmppfed_element *stanza,
                         struct translate_problem *problem);

/* 0 if neither has run out of memory (tree NULL counts as that), or what translate_refuse gives. */
int translate_made(const struct translate_text *text, const xmppfed_element *tree,
                   struct translate_problem *problem);

#endif

/*
 * subscription.h - presence authorizations of XMPP and notification dialogs of SIP (RFC 8048
 * sections 3 and 5, RFC 3856, RFC 6665).
 *
 * An authorization lasts for ever, a dialog ends and is renewed; so the host keeps for each pair of
 * users whether there is one, and passes what it knows. Nothing is kept here.
 *
 *     XMPP -> SIP                                     SIP -> XMPP
 *     subscribe     SUBSCRIBE, Expires 3600           SUBSCRIBE, new dialog       subscribe
 *     unsubscribe   SUBSCRIBE, Expires 0, in dialog   SUBSCRIBE, again            (NOTIFY is due)
 *     probe         SUBSCRIBE, Expires 0, new dialog  ... Expires 0, in dialog    unavailable
 *     subscribed    NOTIFY active                     ... Expires 0, new dialog   probe
 *     unsubscribed  NOTIFY terminated;rejected        NOTIFY active, first        subscribed,
 * presence (available)   NOTIFY active with PIDF           NOTIFY active, later        presence
 *     unavailable   NOTIFY active, PIDF closed        NOTIFY pending              nothing
 *                                                     NOTIFY terminated           by its reason
 *                                                     PUBLISH                     presence
 */
#ifndef TRANSLATE_SUBSCRIPTION_H
#define TRANSLATE_SUBSCRIPTION_H

#include "translate/error.h"
#include "translate/presence.h"

/* In which dialog a request goes. */
enum translate_dialog {
    TRANSLATE_DIALOG_NEW,      /* a new one */
    TRANSLATE_DIALOG_OUTBOUND, /* the one in which the stanza's sender watches the SIP user */
    TRANSLATE_DIALOG_INBOUND   /* the one in which the SIP user watches the stanza's sender */
};

/*
 * The request for a presence stanza of any type but error. remaining is for how many seconds the
 * SIP user's subscription still runs; it is used for subscribed, available and unavailable alone,
 * and these are only to be translated if there is such a dialog. A probe is to be translated only
 * for users of the gateway's own domains (RFC 8048 6.1: amplification). Errors:
 * TRANSLATE_BAD_REQUEST, TRANSLATE_NOT_MAPPED (an unknown type), TRANSLATE_BAD_ADDRESS,
 * TRANSLATE_NO_MEMORY. Ownership: *ret is in text.
 */
int translate_subscription_to_sip(const struct translate_setup *setup,
                                  const xmppfed_element *presence, unsigned remaining,
                                  struct translate_text *text, struct translate_sip *ret,
                                  enum translate_dialog *ret_dialog,
                                  struct translate_problem *problem);

/* What the host does about a dialog next. */
enum translate_next {
    TRANSLATE_NEXT_KEEP,   /* nothing: the dialog goes on */
    TRANSLATE_NEXT_NOTIFY, /* send a NOTIFY: with what is known of the user, else without body */
    TRANSLATE_NEXT_CLOSE,  /* send the last NOTIFY: translate_subscription_closed() */
    TRANSLATE_NEXT_RENEW,  /* it ended: subscribe again now */
    TRANSLATE_NEXT_LATER,  /* it ended: subscribe again after a while, or after *ret_after */
    TRANSLATE_NEXT_END     /* it ended, and so did the authorization */
};

/* What a SIP request becomes: up to two stanzas, in this order, and what is next. */
struct translate_outcome {
    xmppfed_element *first;  /* NULL: none */
    xmppfed_element *second; /* NULL: none */
    enum translate_next next;
    unsigned expires; /* SUBSCRIBE: seconds to grant; 0 ends it */
    unsigned after;   /* TRANSLATE_NEXT_LATER: seconds by retry-after, 0 if not told */
};

/* Frees the stanzas of an outcome and zeroes it. */
void translate_outcome_fini(struct translate_outcome *outcome);

/* What the host knows of the dialog in which a request came. */
struct translate_known {
    bool dialog;   /* SUBSCRIBE: it is within a dialog, that is, no first request */
    bool accepted; /* NOTIFY: <subscribed/> was sent for this authorization already */
};

/*
 * The outcome of a SUBSCRIBE, NOTIFY or PUBLISH of the event package "presence", all of which are
 * answered 200 if this succeeds. A NOTIFY without body says nothing of presence; when it is the
 * first that is active, the user counts as not there (RFC 8048 3.1). Errors: TRANSLATE_BAD_REQUEST
 * (another method, no Subscription-State), TRANSLATE_NOT_MAPPED with status 489 (another event
 * package), and those of translate_presence_to_xmpp(). Ownership: the caller calls
 * translate_outcome_fini(); text is only worked in.
 */
int translate_subscription_to_xmpp(const struct translate_setup *setup,
                                   const struct translate_sip *sip, struct translate_known known,
                                   struct translate_text *text, struct translate_outcome *ret,
                                   struct translate_problem *problem);

/*
 * The last NOTIFY of a dialog whose SIP user let it go: PIDF closed, terminated;reason=timeout (RFC
 * 8048 3.2.3 of the text). sip is his SUBSCRIBE. Ownership: *ret is in text.
 */
int translate_subscription_closed(const struct translate_setup *setup,
                                  const struct translate_sip *sip, struct translate_text *text,
                                  struct translate_sip *ret, struct translate_problem *problem);

/*
 * <unsubscribed/> for a stanza of type unsubscribe, when its SUBSCRIBE was answered (RFC 8048
 * example 9); addresses bare and turned round. Errors: TRANSLATE_NO_MEMORY. Ownership: the caller
 * frees *ret.
 */
int translate_subscription_unsubscribed(const struct translate_setup *setup,
                                        const xmppfed_element *presence,
                                        struct translate_text *text, xmppfed_element **ret,
                                        struct translate_problem *problem);

/*
 * What a failed SUBSCRIBE means for the authorization that the stanza (subscribe or probe) asked
 * for: 403, 489 and 603 end it, and *ret is <unsubscribed/>; 423 and 481 pass, nothing is sent, and
 * the host subscribes again (with 423, for longer); any other response leaves it as it is, and *ret
 * is the error for a subscribe, nothing for a probe (RFC 8048 3.1.1 of the text). Errors:
 * TRANSLATE_BAD_REQUEST (no failure), TRANSLATE_NO_MEMORY. Ownership: the caller frees *ret, which
 * may be NULL.
 */
int translate_subscription_failed(const struct translate_setup *setup,
                                  const xmppfed_element *presence,
                                  const struct translate_response *response,
                                  struct translate_text *text, xmppfed_element **ret,
                                  enum translate_next *ret_next, struct translate_problem *problem);

#endif

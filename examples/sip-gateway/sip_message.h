/* sip_message.h - SIP requests and responses of Sofia-SIP as the bridge has them, and back. */
#ifndef SIP_GATEWAY_SIP_MESSAGE_H
#define SIP_GATEWAY_SIP_MESSAGE_H

#include <sofia-sip/nta.h>

#include "bridge/bridge.h"

/* The parts of a request that are mapped, without a handle; texts are in home. */
struct bridge_request sip_message_read(su_home_t *home, const sip_t *sip);
/* The parts of a response that are mapped; texts are in home. */
struct bridge_response sip_message_read_response(su_home_t *home, const sip_t *sip);

/*
 * A transaction with this request, sent to next_hop. dialog is NULL for a request outside of any,
 * whose From gets a tag. NULL if it cannot be made. leg is the default one, which has no dialog of
 * its own: those are the bridge's.
 */
nta_outgoing_t *sip_message_send(nta_agent_t *agent, nta_leg_t *leg, const char *next_hop,
                                 const struct translate_sip *sip,
                                 const struct bridge_dialog *dialog, nta_response_f *on_response,
                                 void *magic);

/*
 * Answers a request, which stays the caller's. Allow, with 405, is methods. False: it is not
 * answered.
 */
bool sip_message_answer(nta_incoming_t *incoming, const struct bridge_answer *answer,
                        const char *methods);

#endif

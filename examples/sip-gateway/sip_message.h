/* sip_message.h - a SIP request of Sofia-SIP as translate/sip.h has it, and back. */
#ifndef SIP_GATEWAY_SIP_MESSAGE_H
#define SIP_GATEWAY_SIP_MESSAGE_H

#include <sofia-sip/nta.h>

#include "translate/error.h"
#include "translate/sip.h"

/* The parts that are mapped; texts are in home. */
struct translate_sip sip_message_read(su_home_t *home, const sip_t *sip);
/* The parts of a response that are mapped; texts are in home. */
struct translate_response sip_message_read_response(su_home_t *home, const sip_t *sip);

/*
 * A transaction with this request, sent to next_hop; its From gets a tag. NULL if it cannot be
 * made. leg is the default one: a MESSAGE begins no dialog (RFC 3428 section 4).
 */
nta_outgoing_t *sip_message_send(nta_agent_t *agent, nta_leg_t *leg, const char *next_hop,
                                 const struct translate_sip *sip, nta_response_f *on_response,
                                 void *magic);

#endif

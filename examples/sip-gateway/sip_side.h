/*
 * sip_side.h - the gateway's SIP side: transactions of Sofia-SIP, requests as translate/sip.h has
 * them.
 *
 * Each request that arrives is answered exactly once, each that is sent gets exactly one final
 * response; Sofia makes a 408 when nobody answers.
 */
#ifndef SIP_GATEWAY_SIP_SIDE_H
#define SIP_GATEWAY_SIP_SIDE_H

#include <sofia-sip/su_wait.h>

#include "proxy/settings/complaint.h"
#include "sip-gateway/settings.h"
#include "translate/error.h"
#include "translate/sip.h"

struct sip_side;
/* A request that waits for its answer. */
struct sip_request;

struct sip_side_calls {
    /* A MESSAGE, which must be answered, now or later; sip is valid during the call. */
    void (*on_request)(struct sip_request *request, const struct translate_sip *sip, void *user);
    /* The final response to a request of sip_side_send(); valid during the call. */
    void (*on_response)(void *sent, const struct translate_response *response, void *user);
    void *user;
};

/* Opens the address of settings->sip_listen; false with a sentence. */
bool sip_side_new(su_root_t *root, const struct settings *settings,
                  const struct sip_side_calls *calls, struct sip_side **ret, struct complaint *why);
/* Closes it. Requests that were not answered and responses that did not come are forgotten. */
void sip_side_free(struct sip_side *s);

/* Sends a request; on_response() gets sent. False if it cannot be sent: no response will come. */
bool sip_side_send(struct sip_side *s, const struct translate_sip *sip, void *sent);

/* Answers a request and frees it. 503 tells when to try again. */
void sip_request_answer(struct sip_request *request, const struct translate_response *response);

#endif

/*
 * sip_side.h - the gateway's SIP side: transactions of Sofia-SIP, requests as the bridge has them.
 *
 * Each request that arrives is answered exactly once, each that is sent gets exactly one final
 * response; Sofia makes a 408 when nobody answers. Dialogs are the bridge's: Sofia knows of none.
 */
#ifndef SIP_GATEWAY_SIP_SIDE_H
#define SIP_GATEWAY_SIP_SIDE_H

#include <sofia-sip/su_wait.h>

#include "bridge/bridge.h"
#include "sip-gateway/settings.h"

struct sip_side;

struct sip_side_calls {
    /* A request, whose handle must be answered, now or later; valid during the call. */
    void (*on_request)(const struct bridge_request *request, void *user);
    /* The final response to a request of sip_side_send(); valid during the call. */
    void (*on_response)(uint64_t token, const struct bridge_response *response, void *user);
    void *user;
};

/* Opens the address of settings->sip_listen; false with a sentence. */
bool sip_side_new(su_root_t *root, const struct settings *settings,
                  const struct sip_side_calls *calls, struct sip_side **ret, struct complaint *why);
/* Closes it. Requests that were not answered and responses that did not come are forgotten. */
void sip_side_free(struct sip_side *s);

/*
 * Sends a request; dialog may be NULL. on_response() gets the token. False if it cannot be sent: no
 * response will come.
 */
bool sip_side_send(struct sip_side *s, const struct translate_sip *sip,
                   const struct bridge_dialog *dialog, uint64_t token);

/* Answers a request and frees its handle. */
void sip_side_answer(void *handle, const struct bridge_answer *answer);

#endif

/*
 * sip_side.h - SIP as our process sees it: what crossed over is read, answers and requests go out
 * through Kamailio's transactions (tm). No type of Kamailio's is in this header.
 */
#ifndef KAMAILIO_MODULE_SIP_SIDE_H
#define KAMAILIO_MODULE_SIP_SIDE_H

#include "bridge/bridge.h"
#include "kamailio/module/crossing.h"
#include "kamailio/module/settings.h"

struct sip_side_calls {
    void (*on_request)(const struct bridge_request *request, void *user);
    void (*on_response)(uint64_t token, const struct bridge_response *response, void *user);
    void *user;
};

/*
 * Reads what crossed over, calls one of the two with it, and frees it. A request that cannot be
 * read is answered here.
 */
void sip_side_read(struct crossing *c, const struct sip_side_calls *calls);

/* Answers a request, by the handle that it came with; to be called once. */
void sip_side_answer(void *handle, const struct bridge_answer *answer);
/* As the port send_request of the bridge. */
bool sip_side_send(const struct module_settings *settings, const struct translate_sip *sip,
                   const struct bridge_dialog *dialog, uint64_t token);
/* Tells RPC commands the path of the administration socket (NULL: there is none). */
void sip_side_set_admin(const char *path);
/* Writes a sentence into Kamailio's log. */
void sip_side_tell(const char *sentence);

#endif

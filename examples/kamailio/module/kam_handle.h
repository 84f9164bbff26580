/* kam_handle.h - what an answer needs of the request that it answers. */
#ifndef KAMAILIO_MODULE_KAM_HANDLE_H
#define KAMAILIO_MODULE_KAM_HANDLE_H

#include <stdbool.h>

struct handle {
    unsigned hash; /* of the transaction in tm */
    unsigned label;
    bool in_dialog; /* the request had a tag in To: the answer must not have another */
};

/* sip_side_answer() frees it. NULL when out of memory; the transaction then ends by itself. */
struct handle *handle_new(unsigned hash, unsigned label, bool in_dialog);

#endif

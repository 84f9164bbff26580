/* kam_rpc.h - the module's RPC commands; apart from kam.h, for tm too has a request(). */
#ifndef KAMAILIO_MODULE_KAM_RPC_H
#define KAMAILIO_MODULE_KAM_RPC_H

#include <stdbool.h>

#include <core/rpc.h>

/* Ends with an empty row. They find our process by what kam_rpc_prepare() shares. */
extern const rpc_export_t kam_rpc[];
/* Before Kamailio forks. False when out of memory. */
bool kam_rpc_prepare(void);

#endif

/*
 * loops.h - libuv's loop and Sofia-SIP's root in one thread.
 *
 * Sofia waits; libuv's descriptor is one of those that it waits for. Both libraries call back from
 * loops_run() alone.
 */
#ifndef SIP_GATEWAY_LOOPS_H
#define SIP_GATEWAY_LOOPS_H

#include <sofia-sip/su_wait.h>
#include <stdbool.h>
#include <uv.h>

struct loops {
    uv_loop_t uv;
    su_root_t *root;
    int watch; /* of libuv's descriptor, in root */
};

/* Makes both; false if the system refuses. */
bool loops_init(struct loops *l);
/* Runs both until libuv has nothing left to do. */
void loops_run(struct loops *l);
/* Frees both; nothing may be open in either. */
void loops_fini(struct loops *l);

#endif

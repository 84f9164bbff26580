/* loops.c - libuv's loop and Sofia-SIP's root in one thread: Sofia waits for libuv's descriptor. */
#include "sip-gateway/loops.h"

/* Milliseconds; nothing needs it, a lost wake-up would cost no more. */
#define WAIT_MAX 1000

/* libuv's descriptor became readable: loops_run() lets it work before it waits again. */
static int on_readable(su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
    (void)magic;
    (void)wait;
    (void)arg;
    return 0;
}

bool loops_init(struct loops *l)
{
    su_wait_t wait[1];

    if (su_init() < 0)
        return false;
    l->root = su_root_create(NULL);
    if (!l->root || uv_loop_init(&l->uv) < 0)
        return false;
    su_root_threading(l->root, 0);
    if (su_wait_create(wait, uv_backend_fd(&l->uv), SU_WAIT_IN) < 0)
        return false;
    l->watch = su_root_register(l->root, wait, on_readable, NULL, 0);
    return l->watch > 0;
}

void loops_run(struct loops *l)
{
    /*
     * libuv is let work before each wait, because what Sofia's callbacks began (a write, a timer)
     * is not in its descriptor until then; uv_backend_timeout() is 0 while that is so.
     */
    while (uv_run(&l->uv, UV_RUN_NOWAIT)) {
        int wait = uv_backend_timeout(&l->uv);

        su_root_step(l->root, wait < 0 || wait > WAIT_MAX ? WAIT_MAX : wait);
    }
}

void loops_fini(struct loops *l)
{
    su_root_deregister(l->root, l->watch);
    su_root_destroy(l->root);
    uv_loop_close(&l->uv);
    su_deinit();
}

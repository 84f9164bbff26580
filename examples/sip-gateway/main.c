/* main.c - the translating gateway: settings, both loops, signals. README.md says how to use it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "sip-gateway/gateway.h"

enum { EXIT_OK = 0, EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

struct program {
    struct loops loops;
    struct gateway *gateway;
    uv_signal_t terminate;
    uv_signal_t interrupt;
};

static void close_signals(struct program *p)
{
    uv_close((uv_handle_t *)&p->terminate, NULL);
    uv_close((uv_handle_t *)&p->interrupt, NULL);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct program *p = signal->data;

    (void)number;
    if (uv_is_closing((uv_handle_t *)signal))
        return;
    gateway_end(p->gateway);
    close_signals(p);
}

static void watch(struct program *p, uv_signal_t *signal, int number)
{
    uv_signal_init(&p->loops.uv, signal);
    signal->data = p;
    uv_signal_start(signal, on_signal, number);
}

int main(int argc, char **argv)
{
    static struct program p;
    struct settings settings;
    struct complaint why;
    enum settings_result read = settings_read(argc, argv, &settings);
    bool ok;

    if (read != SETTINGS_RUN)
        return read == SETTINGS_HELP ? EXIT_OK : EXIT_USAGE;
    signal(SIGPIPE, SIG_IGN);
    if (!loops_init(&p.loops)) {
        fprintf(stderr, "sip-gateway: the loops cannot be made\n");
        return EXIT_TROUBLE;
    }
    watch(&p, &p.terminate, SIGTERM);
    watch(&p, &p.interrupt, SIGINT);
    ok = gateway_new(&p.loops, &settings, &p.gateway, &why);
    if (!ok) {
        fprintf(stderr, "sip-gateway: %s\n", why.text);
        close_signals(&p);
    }
    loops_run(&p.loops);
    gateway_free(p.gateway);
    loops_fini(&p.loops);
    return ok ? EXIT_OK : EXIT_TROUBLE;
}

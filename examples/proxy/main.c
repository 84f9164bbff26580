/* main.c - xmppfed-proxy: the command line, signals and the loop. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "proxy/proxy.h"
#include "proxy/reload.h"
#include "proxy/service/successor.h"

enum { EXIT_OK = 0, EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

/* The program: one proxy and the signals that steer it. */
struct program {
    const char *file;
    xmppfed_context *ctx;
    struct proxy proxy;
    uv_signal_t hangup;
    uv_signal_t upgrade;
    uv_signal_t terminate;
    uv_signal_t interrupt;
};

static const char usage[] =
    "Usage: xmppfed-proxy [--config] FILE\n"
    "       xmppfed-proxy --check FILE\n"
    "\n"
    "An edge proxy for XMPP federation.\n"
    "\n"
    "  --config FILE  run with this configuration\n"
    "  --check FILE   read the configuration and all files it names, tell what is wrong, and end\n"
    "  --version      print the version and end\n"
    "  --help         print this text and end\n"
    "\n"
    "Signals: SIGHUP reads the configuration anew; SIGUSR2 has a new process take over; SIGTERM "
    "and\n"
    "SIGINT close all streams and end, a second one ends at once. Exit status: 0 well, 1 trouble, "
    "2 wrong command line.\n";

static int trouble(const struct complaint *why)
{
    fprintf(stderr, "xmppfed-proxy: %s\n", why->text);
    return EXIT_TROUBLE;
}

/* ---- loading ----------------------------------------------------------------------------- */

/* Reads everything; log gets the remarks, in the format that the configuration asks for. */
static bool load(struct program *prog, struct log *log, bool own_format, struct loaded **ret,
                 struct complaint *why)
{
    struct config *config;

    if (!config_load(prog->file, &config, why))
        return false;
    if (!config_has_inside(config, why)) {
        config_free(config);
        return false;
    }
    if (own_format)
        log_configure(log, config->log_format, config->log_level, config->log_journal);
    return load_all(prog->ctx, config, log, ret, why);
}

/* Partners that are in the store, without making or changing it. */
static bool check_stored(struct program *prog, struct loaded *loaded, const struct log *log,
                         struct complaint *why)
{
    json_t *rows;
    bool ok;

    if (!store_peek(loaded->config->store, &rows, why))
        return false;
    ok = load_policy(prog->ctx, loaded, rows, log, why);
    json_decref(rows);
    return ok;
}

static int check(struct program *prog)
{
    struct log log = {.out = stdout, .format = LOG_FORMAT_TEXT, .level = LOG_LEVEL_INFO};
    struct complaint why;
    struct loaded *loaded;

    if (!load(prog, &log, false, &loaded, &why))
        return trouble(&why);
    if (!loaded->policy && !check_stored(prog, loaded, &log, &why)) {
        loaded_free(loaded);
        return trouble(&why);
    }
    printf("%s: ready to run\n", prog->file);
    loaded_free(loaded);
    return EXIT_OK;
}

/* ---- running ----------------------------------------------------------------------------- */

static void on_hangup(uv_signal_t *signal, int number)
{
    struct program *prog = signal->data;
    struct complaint why;

    (void)number;
    if (!prog->proxy.draining)
        (void)reload_files(&prog->proxy, &why);
}

static void on_upgrade(uv_signal_t *signal, int number)
{
    struct program *prog = signal->data;

    (void)number;
    successor_start(&prog->proxy);
}

static void on_end(uv_signal_t *signal, int number)
{
    struct program *prog = signal->data;

    (void)number;
    drain_close(&prog->proxy);
}

static void watch(struct program *prog, uv_loop_t *loop, uv_signal_t *signal, uv_signal_cb react,
                  int number)
{
    uv_signal_init(loop, signal);
    signal->data = prog;
    uv_signal_start(signal, react, number);
    /* Signals alone are no reason to keep running. */
    uv_unref((uv_handle_t *)signal);
}

static void watch_signals(struct program *prog, uv_loop_t *loop)
{
    /* A peer that has gone shows as an error of the write, not as the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    watch(prog, loop, &prog->hangup, on_hangup, SIGHUP);
    watch(prog, loop, &prog->upgrade, on_upgrade, SIGUSR2);
    watch(prog, loop, &prog->terminate, on_end, SIGTERM);
    watch(prog, loop, &prog->interrupt, on_end, SIGINT);
}

static int run(struct program *prog)
{
    struct complaint why;
    struct loaded *loaded;
    uv_loop_t loop;
    bool ok;

    /* A line is written as a whole: while one process follows another both write. */
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
    counters_init(&prog->proxy.counters);
    prog->proxy.log = (struct log){.out = stderr, .counts = prog->proxy.counters.events};
    if (!sockets_inherit(&prog->proxy.sockets, &why) ||
        !load(prog, &prog->proxy.log, true, &loaded, &why)) {
        sockets_fini(&prog->proxy.sockets);
        return trouble(&why);
    }
    uv_loop_init(&loop);
    watch_signals(prog, &loop);
    ok = proxy_start(&prog->proxy, &loop, prog->ctx, loaded, &why);
    if (ok)
        uv_run(&loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&prog->hangup, NULL);
    uv_close((uv_handle_t *)&prog->upgrade, NULL);
    uv_close((uv_handle_t *)&prog->terminate, NULL);
    uv_close((uv_handle_t *)&prog->interrupt, NULL);
    proxy_fini(&prog->proxy);
    uv_loop_close(&loop);
    return ok ? EXIT_OK : trouble(&why);
}

/* ---- the command line -------------------------------------------------------------------- */

static int wrong_usage(void)
{
    fputs(usage, stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", required_argument, NULL, 'k'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static struct program prog;
    bool checking = false;
    int rc;
    int o;

    while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (o == 'v')
            return printf("xmppfed-proxy %s\n", xmppfed_version()) < 0;
        if (o == 'h')
            return fputs(usage, stdout) < 0;
        if (o == '?' || prog.file)
            return wrong_usage();
        checking = o == 'k';
        prog.file = optarg;
    }
    if (!prog.file && optind < argc)
        prog.file = argv[optind++];
    prog.proxy.argv = argv;
    if (!prog.file || optind < argc)
        return wrong_usage();
    if (xmppfed_context_new(NULL, &prog.ctx) < 0)
        return EXIT_TROUBLE;
    rc = checking ? check(&prog) : run(&prog);
    xmppfed_context_unref(prog.ctx);
    return rc;
}

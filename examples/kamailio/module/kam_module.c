/* kam_module.c - the module as Kamailio knows it: parameters, the script's function, the process.
 */
#include "kamailio/module/kam.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <core/cfg/cfg_struct.h>
#include <core/pt.h>

#include "kamailio/module/crossing.h"
#include "kamailio/module/kam_rpc.h"
#include "kamailio/module/process.h"

MODULE_VERSION

static int init(void);
static int child_init(int rank);

struct tm_binds kam_tm;
struct module_settings kam_settings = {
    .member = "kamailio", .grace = 2, .limit = 10000, .watch_limit = 20000};

static const cmd_export_t functions[] = {
    {"xmppfed_take", kam_take, 0, NULL, NULL, REQUEST_ROUTE},
    {0},
};

static const param_export_t parameters[] = {
    {"config", PARAM_STRING, &kam_settings.config},
    {"contact", PARAM_STRING, &kam_settings.contact},
    {"outbound", PARAM_STRING, &kam_settings.outbound},
    {"ledger", PARAM_STRING, &kam_settings.ledger},
    {"member", PARAM_STRING, &kam_settings.member},
    {"grace", PARAM_INT, &kam_settings.grace},
    {"limit", PARAM_INT, &kam_settings.limit},
    {"watch_limit", PARAM_INT, &kam_settings.watch_limit},
    {"db_url", PARAM_STRING, &kam_settings.db_url},
    {"users_table", PARAM_STRING, &kam_settings.users_table},
    {0},
};

/* Kamailio looks for this name. */
struct module_exports exports = {
    .name = "xmppfed",
    .dlflags = DEFAULT_DLFLAGS,
    .cmds = (cmd_export_t *)(uintptr_t)functions,
    .params = (param_export_t *)(uintptr_t)parameters,
    .rpc_methods = (rpc_export_t *)(uintptr_t)kam_rpc,
    .init_mod_f = init,
    .init_child_f = child_init,
};

static int init(void)
{
    if (!kam_settings.config || !kam_settings.contact || !kam_settings.outbound) {
        LM_ERR("the parameters 'config', 'contact' and 'outbound' must be set\n");
        return -1;
    }
    if (kam_settings.grace < 0 || kam_settings.limit < 1 || kam_settings.watch_limit < 0) {
        LM_ERR("'grace' and 'watch_limit' must not be negative, nor 'limit' under 1\n");
        return -1;
    }
    if (!kam_settings.users_table != !kam_settings.db_url) {
        LM_ERR("'users_table' and 'db_url' must be set together\n");
        return -1;
    }
    if (load_tm_api(&kam_tm) < 0) {
        LM_ERR("the module tm must be loaded before this one\n");
        return -1;
    }
    if (!crossing_open() || !kam_rpc_prepare()) {
        LM_ERR("no pipe, or no shared memory: %s\n", strerror(errno));
        return -1;
    }
    register_procs(1);
    cfg_register_child(1);
    return 0;
}

/* Contexts of the library are made from here on: no other process shares one. */
static void run(void)
{
    struct complaint why = {.text = "the configuration framework could not be set up"};

    if (cfg_child_init() == 0 && process_run(&kam_settings, &why))
        _exit(0);
    LM_ERR("%s\n", why.text);
    /* Kamailio ends with its process, and calls that a failure only if a signal was its end. */
    signal(SIGTERM, SIG_DFL);
    raise(SIGTERM);
    _exit(1);
}

static int child_init(int rank)
{
    int pid;

    if (rank != PROC_MAIN)
        return 0;
    pid = fork_process(PROC_NOCHLDINIT, "XMPP federation", 1);
    if (pid == 0)
        run();
    return pid < 0 ? -1 : 0;
}

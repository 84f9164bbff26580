/* kam_rpc.c - RPC commands: what Kamailio's control process asks of ours, as xmppfedctl does. */
#include "kamailio/module/kam_rpc.h"

#include <string.h>
#include <sys/un.h>

#include <core/mem/shm_mem.h>

#include "kamailio/module/sip_side.h"
#include "xmppfedctl/request.h"

/* The longest path of a UNIX socket (sys/un.h). */
#define PATH_SIZE sizeof(((struct sockaddr_un *)NULL)->sun_path)

/* In shared memory: our process fills it in, the control process reads it. */
static char *socket_path;

bool kam_rpc_prepare(void)
{
    socket_path = shm_malloc(PATH_SIZE);
    if (socket_path)
        memset(socket_path, 0, PATH_SIZE);
    return socket_path != NULL;
}

void sip_side_set_admin(const char *path)
{
    /* From the end: the first byte says that the rest is there. */
    size_t i = path && strlen(path) < PATH_SIZE ? strlen(path) : 0;

    while (i-- > 0)
        socket_path[i] = path[i];
}

/* ---- answers: JSON as structures of RPC ------------------------------------------------------ */

static void put_object(const rpc_t *rpc, void *into, json_t *object);

static void put_list(const rpc_t *rpc, void *into, char *name, json_t *list)
{
    json_t *value;
    void *items;
    void *item;
    size_t i;

    if (rpc->struct_add(into, "[", name, &items) < 0)
        return;
    json_array_foreach(list, i, value)
    {
        if (json_is_object(value) && rpc->array_add(items, "{", &item) >= 0)
            put_object(rpc, item, value);
        else if (json_is_string(value))
            rpc->array_add(items, "s", json_string_value(value));
    }
}

static void put(const rpc_t *rpc, void *into, char *name, json_t *value)
{
    void *inner;

    if (json_is_object(value) && rpc->struct_add(into, "{", name, &inner) >= 0)
        put_object(rpc, inner, value);
    else if (json_is_array(value))
        put_list(rpc, into, name, value);
    else if (json_is_string(value))
        rpc->struct_add(into, "s", name, json_string_value(value));
    else if (json_is_integer(value))
        rpc->struct_add(into, "d", name, (int)json_integer_value(value));
    else if (json_is_boolean(value))
        rpc->struct_add(into, "s", name, json_is_true(value) ? "true" : "false");
}

static void put_object(const rpc_t *rpc, void *into, json_t *object)
{
    const char *name;
    json_t *value;

    /* RPC only reads the name, though its type does not say so. */
    json_object_foreach(object, name, value) put(rpc, into, (char *)(uintptr_t)name, value);
}

/* Asks, answers, and lets go of the question. */
static void ask(rpc_t *rpc, void *call, json_t *question)
{
    char why[512] = "the configuration of xmppfed has no 'admin', which is what RPC asks";
    json_t *answer = NULL;
    void *top;

    if (question && *socket_path)
        answer = request(socket_path, question, why, sizeof(why));
    json_decref(question);
    if (!answer) {
        rpc->fault(call, 500, "%s", why);
        return;
    }
    if (!json_is_true(json_object_get(answer, "ok"))) {
        rpc->fault(call, 400, "%s", json_string_value(json_object_get(answer, "error")));
    } else if (rpc->add(call, "{", &top) >= 0) {
        json_object_del(answer, "ok");
        put_object(rpc, top, answer);
    }
    json_decref(answer);
}

/* ---- commands ------------------------------------------------------------------------------- */

static void status(rpc_t *rpc, void *call)
{
    ask(rpc, call, json_pack("{s:s}", "command", "status"));
}

static void reload(rpc_t *rpc, void *call)
{
    ask(rpc, call, json_pack("{s:s}", "command", "reload"));
}

static void explain(rpc_t *rpc, void *call)
{
    char *from;
    char *to;
    char *action;

    if (rpc->scan(call, "sss", &from, &to, &action) < 3) {
        rpc->fault(call, 400, "write xmppfed.explain FROM TO ACTION, as message");
        return;
    }
    ask(rpc, call,
        json_pack("{s:s, s:s, s:s, s:s}", "command", "explain", "from", from, "to", to, "action",
                  action));
}

static const char *status_doc[] = {"Listeners, streams and memory of the federation.", NULL};
static const char *explain_doc[] = {"What policy decides between two users, and why.", NULL};
static const char *reload_doc[] = {"Reads the configuration, its files and the users anew.", NULL};

const rpc_export_t kam_rpc[] = {
    {"xmppfed.status", status, status_doc, 0},
    {"xmppfed.explain", explain, explain_doc, 0},
    {"xmppfed.reload", reload, reload_doc, 0},
    {0},
};

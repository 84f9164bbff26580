/* status.c - what a running proxy is doing: listeners, hosts, streams, failures. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proxy/admin/commands.h"
#include "proxy/addresses.h"
#include "proxy/records/words.h"

static const struct record_word directions[] = {
    {"in", XMPPFED_INBOUND}, {"out", XMPPFED_OUTBOUND}, {NULL, 0}};
static const struct record_word purposes[] = {
    {"stanzas", XMPPFED_PURPOSE_STANZAS}, {"verify", XMPPFED_PURPOSE_VERIFY}, {NULL, 0}};
static const struct record_word states[] = {{"dialling", XMPPFED_LINK_DIALLING},
                                            {"negotiating", XMPPFED_LINK_NEGOTIATING},
                                            {"up", XMPPFED_LINK_UP},
                                            {"closing", XMPPFED_LINK_CLOSING},
                                            {NULL, 0}};

/* ---- streams ----------------------------------------------------------------------------- */

typedef void (*link_fn)(const xmppfed_link_info *info, void *user);

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;

    return (*left > *right) - (*left < *right);
}

/* Shows every link to a function, the oldest first; false when out of memory. */
static bool each_link(const struct proxy *p, link_fn on_link, void *user)
{
    xmppfed_federation *fed = p->fed;
    size_t max = xmppfed_federation_links(fed);
    uint64_t *links = calloc(max + 1, sizeof(*links));
    size_t count = links ? xmppfed_federation_list_links(fed, links, max) : 0;
    size_t i;

    if (count > 1)
        qsort(links, count, sizeof(*links), compare);
    for (i = 0; i < count; i++) {
        xmppfed_link_info info = {.size = sizeof(info)};

        if (xmppfed_federation_link_info(fed, links[i], &info) == 0)
            on_link(&info, user);
    }
    free(links);
    return links != NULL;
}

/* Milliseconds of the library's clock, as an age in seconds. */
static json_int_t age_of(const struct proxy *p, xmppfed_time since)
{
    xmppfed_time now = xmppfed_uv_now(p->edge);

    return now > since ? (json_int_t)((now - since) / 1000) : 0;
}

/* What a list of streams is made of. */
struct stream_list {
    const struct proxy *proxy;
    json_t *array;
    const char *local; /* of proved streams between two domains; NULL: all */
    const char *remote;
};

static void list_stream(const xmppfed_link_info *info, void *user)
{
    struct stream_list *list = user;
    const xmppfed_proof *proof = info->proof;
    json_t *o;

    if (list->local && (info->state != XMPPFED_LINK_UP || strcmp(info->local, list->local) != 0 ||
                        strcmp(info->remote, list->remote) != 0))
        return;
    o = json_object();
    admin_put(o, "link", json_integer((json_int_t)info->link));
    admin_put(o, "peer", json_string(info->peer));
    admin_put(o, "direction", json_string(word_of(directions, info->direction)));
    admin_put(o, "purpose", json_string(word_of(purposes, info->purpose)));
    admin_put(o, "local", json_string(info->local));
    admin_put(o, "remote", json_string(info->remote));
    admin_put(o, "state", json_string(word_of(states, info->state)));
    admin_put(o, "proof", json_string(proof ? xmppfed_proof_name(proof->kind) : ""));
    admin_put(o, "tls", json_string(proof ? proof->tls_version : ""));
    admin_put(o, "resumed", json_boolean(proof && proof->resumed));
    admin_put(o, "cipher", json_string(proof ? proof->cipher : ""));
    admin_put(o, "staple", json_string(proof ? word_of(words_staple, proof->staple) : ""));
    admin_put(o, "pairs", json_integer((json_int_t)info->pairs));
    admin_put(o, "queued", json_integer((json_int_t)info->queued));
    admin_put(o, "queued_bytes", json_integer((json_int_t)info->queued_bytes));
    admin_put(o, "age", json_integer(age_of(list->proxy, info->since)));
    json_array_append_new(list->array, o);
}

bool admin_streams_list(struct admin_call *call)
{
    struct stream_list list = {.proxy = call->proxy, .array = json_array()};

    admin_put(call->answer, "streams", list.array);
    return each_link(call->proxy, list_stream, &list) || complain(&call->why, "out of memory");
}

json_t *admin_streams_between(const struct proxy *p, const char *local, const char *remote)
{
    struct stream_list list = {.proxy = p, .array = json_array(), .local = local, .remote = remote};

    (void)each_link(p, list_stream, &list);
    return list.array;
}

/* Which streams are to be closed: one by its number, or all of a domain. */
struct closing {
    struct proxy *proxy;
    uint64_t link; /* 0: by domain */
    char domain[XMPPFED_DOMAIN_SIZE];
    json_t *closed;
};

static void close_stream(const xmppfed_link_info *info, void *user)
{
    struct closing *c = user;

    if (c->link ? info->link != c->link : strcmp(info->remote, c->domain) != 0)
        return;
    if (info->state != XMPPFED_LINK_CLOSING &&
        xmppfed_federation_close_link(c->proxy->fed, info->link) == 0)
        json_array_append_new(c->closed, json_integer((json_int_t)info->link));
}

bool admin_streams_close(struct admin_call *call)
{
    struct closing c = {.proxy = call->proxy, .closed = json_array()};
    const char *text = call->fields[0];
    char *end;

    c.link = strtoull(text, &end, 10);
    if (*end || end == text)
        c.link = 0;
    admin_put(call->answer, "closed", c.closed);
    if (c.link == 0 && xmppfed_domain_prepare(text, c.domain) < 0)
        return complain(&call->why,
                        "\"%.64s\" is neither the number of a link nor a domain; \"streams list\" "
                        "shows both",
                        text);
    if (!each_link(call->proxy, close_stream, &c))
        return complain(&call->why, "out of memory");
    xmppfed_uv_wake(call->proxy->edge);
    return json_array_size(c.closed) > 0 ||
           complain(&call->why,
                    "no stream is open with \"%.64s\"; \"streams list\" shows those "
                    "there are",
                    text);
}

/* ---- status ------------------------------------------------------------------------------ */

/* "ADDRESS:PORT,PATH" as a list. */
static json_t *split_list(const char *text)
{
    json_t *list = json_array();

    while (*text) {
        size_t len = strcspn(text, ",");

        json_array_append_new(list, json_stringn(text, len));
        text += len + (text[len] == ',');
    }
    return list;
}

static json_t *hosts(const struct proxy *p)
{
    json_t *list = json_array();
    size_t i;

    for (i = 0; i < p->routes.count; i++)
        json_array_append_new(list, json_pack("{s:s, s:I}", "host", p->routes.routes[i].domain,
                                              "id", (json_int_t)p->routes.routes[i].id));
    return list;
}

bool admin_status(struct admin_call *call)
{
    struct proxy *p = call->proxy;
    json_t *o = call->answer;

    admin_put(o, "version", json_string(xmppfed_version()));
    admin_put(o, "state", json_string(p->draining ? "draining" : "running"));
    admin_put(o, "started", admin_time(p->started_at));
    admin_put(o, "loaded", admin_time(p->loaded_at));
    admin_put(o, "configuration", admin_text(p->loaded->config->file));
    admin_put(o, "federation", json_boolean(xmppfed_policy_federation(p->loaded->policy)));
    admin_put(o, "memory", json_integer((json_int_t)xmppfed_context_memory_used(p->ctx)));
    admin_put(o, "queued", json_integer((json_int_t)xmppfed_federation_queued(p->fed)));
    admin_put(o, "outside", split_list(p->outside_list));
    admin_put(o, "inside", split_list(p->inside_list));
    admin_put(o, "hosts", hosts(p));
    return admin_streams_list(call);
}

/* ---- failures ---------------------------------------------------------------------------- */

bool admin_last_failure(struct admin_call *call)
{
    const struct failure *f;
    char domain[XMPPFED_DOMAIN_SIZE];

    if (xmppfed_domain_prepare(call->fields[0], domain) < 0)
        return complain(&call->why, "\"%.64s\" is not a domain; write one like fabrikam.example",
                        call->fields[0]);
    f = failures_of(&call->proxy->failures, domain);
    if (!f)
        return complain(&call->why, "no failure with %s is remembered since the proxy was started",
                        domain);
    admin_put(call->answer, "domain", json_string(domain));
    admin_put(call->answer, "time", admin_time(f->last.time));
    admin_put(call->answer, "event", json_string(f->last.event));
    admin_put(call->answer, "direction", json_string(word_of(directions, f->last.direction)));
    admin_put(call->answer, "code", json_string(xmppfed_error_name(f->last.code)));
    admin_put(call->answer, "text", admin_text(f->last.text));
    admin_put(call->answer, "count", json_integer((json_int_t)f->count));
    return true;
}

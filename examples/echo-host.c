/*
 * echo-host.c - a host server in miniature: connects to xmppfed-proxy and answers for its users.
 *
 * Messages come back as "echo: ...", contact requests are granted, probes get presence. Each stanza
 * received is a line of JSON on stdout; lines of JSON on stdin are sent as stanzas:
 *
 *     {"send": {"kind": "message", "from": "alice@contoso.example",
 *               "to": "bob@fabrikam.example", "body": "Hello"}}
 */
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <xmppfed/address.h>

#include "component/link.h"
#include "proxy/endpoint_text.h"
#include "proxy/settings/files.h"

#define NS_PING "urn:xmpp:ping"
#define NS_STANZA_ERRORS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define RESOURCE "/echo"
#define PREFIX "echo: "
#define USERS_MAX 64
#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define LINE_MAX_SIZE ((size_t)1024 * 1024)

enum { EXIT_OK = 0, EXIT_TROUBLE = 1, EXIT_USAGE = 2 };

struct host {
    const char *domain;
    const char *secret_file;
    const char *connect;
    const char *tls_ca;
    const char *tls_cert;
    const char *tls_key;
    const char *status;
    const char *users[USERS_MAX]; /* none: any user exists */
    size_t user_count;
    bool add_back;

    xmppfed_context *ctx;
    uv_loop_t loop;
    struct link *link; /* NULL once it is down */
    uv_signal_t terminate;
    uv_signal_t interrupt;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tty_t tty;
    } input;
    bool has_input;
    char *line; /* of stdin, as far as read */
    size_t line_len;
    bool ending; /* on request */
};

/* ---- stanzas ----------------------------------------------------------------------------- */

/* Sends a built stanza and frees it; one that could not be built or sent is reported. */
static void send_stanza(struct host *h, xmppfed_element *stanza)
{
    int rc = xmppfed_element_status(stanza);

    if (rc == 0)
        rc = h->link ? link_send(h->link, stanza) : XMPPFED_ERR_STATE;
    if (rc < 0)
        fprintf(stderr, "echo-host: a stanza was not sent: %s\n", xmppfed_error_sentence(rc));
    xmppfed_element_free(stanza);
}

static xmppfed_element *new_stanza(struct host *h, const char *kind, const char *type,
                                   const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(h->ctx, kind, XMPPFED_NS_SERVER);

    if (type)
        xmppfed_element_set_attribute(e, "type", type);
    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    return e;
}

static void add_text_child(xmppfed_element *e, const char *name, const char *text)
{
    if (text)
        xmppfed_element_add_text(xmppfed_element_add_child(e, name, XMPPFED_NS_SERVER), text);
}

static const char *child_text(const xmppfed_element *e, const char *name)
{
    const xmppfed_element *child = xmppfed_element_child(e, name, XMPPFED_NS_SERVER);

    return child ? xmppfed_element_text(child) : NULL;
}

static const char *error_condition(const xmppfed_element *stanza)
{
    const xmppfed_element *error = xmppfed_element_child(stanza, "error", XMPPFED_NS_SERVER);
    const xmppfed_element *e;

    for (e = error ? xmppfed_element_first(error) : NULL; e; e = xmppfed_element_next(e))
        if (strcmp(xmppfed_element_ns(e), NS_STANZA_ERRORS) == 0 &&
            strcmp(xmppfed_element_name(e), "text") != 0)
            return xmppfed_element_name(e);
    return NULL;
}

static void put_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_string(text));
}

static void print_stanza(const xmppfed_element *stanza)
{
    json_t *object = json_object();

    put_text(object, "kind", xmppfed_element_name(stanza));
    put_text(object, "type", xmppfed_element_attribute(stanza, "type"));
    put_text(object, "from", xmppfed_element_attribute(stanza, "from"));
    put_text(object, "to", xmppfed_element_attribute(stanza, "to"));
    put_text(object, "id", xmppfed_element_attribute(stanza, "id"));
    put_text(object, "body", child_text(stanza, "body"));
    put_text(object, "show", child_text(stanza, "show"));
    put_text(object, "status", child_text(stanza, "status"));
    put_text(object, "error", error_condition(stanza));
    json_dumpf(object, stdout, JSON_COMPACT);
    json_decref(object);
    putchar('\n');
    fflush(stdout);
}

/* ---- answers ----------------------------------------------------------------------------- */

static void answer_presence(struct host *h, const char *type, const char *us, const char *them)
{
    char full[XMPPFED_BARE_SIZE + sizeof(RESOURCE)];
    xmppfed_element *e;

    if (strcmp(type, "subscribe") == 0) {
        send_stanza(h, new_stanza(h, "presence", "subscribed", us, them));
        if (h->add_back)
            send_stanza(h, new_stanza(h, "presence", "subscribe", us, them));
    } else if (strcmp(type, "probe") != 0) {
        return;
    }
    snprintf(full, sizeof(full), "%s" RESOURCE, us);
    e = new_stanza(h, "presence", NULL, full, them);
    add_text_child(e, "status", h->status);
    send_stanza(h, e);
}

static void refuse(struct host *h, const xmppfed_element *stanza, const char *condition)
{
    xmppfed_element *error = xmppfed_stanza_error(stanza, condition, NULL);

    if (error)
        send_stanza(h, error);
}

static void answer_iq(struct host *h, const xmppfed_element *iq, const char *type)
{
    xmppfed_element *result;

    if (strcmp(type, "get") != 0 && strcmp(type, "set") != 0)
        return;
    if (strcmp(type, "get") != 0 || !xmppfed_element_child(iq, "ping", NS_PING)) {
        refuse(h, iq, "service-unavailable");
        return;
    }
    result = new_stanza(h, "iq", "result", xmppfed_element_attribute(iq, "to"),
                        xmppfed_element_attribute(iq, "from"));
    xmppfed_element_set_attribute(result, "id", xmppfed_element_attribute(iq, "id"));
    send_stanza(h, result);
}

static void answer_message(struct host *h, const xmppfed_element *m, const char *type,
                           const char *us, const char *them)
{
    const char *body = child_text(m, "body");
    xmppfed_element *echo;
    char *text;

    /* Two echo hosts must not keep a message going for ever. */
    if (!body || strcmp(type, "error") == 0 || strncmp(body, PREFIX, strlen(PREFIX)) == 0)
        return;
    text = malloc(strlen(body) + sizeof(PREFIX));
    if (!text)
        return;
    snprintf(text, strlen(body) + sizeof(PREFIX), PREFIX "%s", body);
    echo = new_stanza(h, "message", *type ? type : NULL, us, them);
    xmppfed_element_set_attribute(echo, "id", xmppfed_element_attribute(m, "id"));
    add_text_child(echo, "body", text);
    send_stanza(h, echo);
    free(text);
}

/* Whether the bare address is one of --user, or the domain itself; without --user all exist. */
static bool exists(const struct host *h, const char *bare)
{
    const char *at = strchr(bare, '@');
    size_t i;

    if (h->user_count == 0 || !at)
        return true;
    for (i = 0; i < h->user_count; i++)
        if (strlen(h->users[i]) == (size_t)(at - bare) &&
            strncmp(h->users[i], bare, (size_t)(at - bare)) == 0)
            return true;
    return false;
}

static void answer(struct host *h, const xmppfed_element *stanza)
{
    const char *kind = xmppfed_element_name(stanza);
    const char *type = xmppfed_element_attribute(stanza, "type");
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    char us[XMPPFED_BARE_SIZE];
    char them[XMPPFED_BARE_SIZE];

    type = type ? type : "";
    if (!from || !to || xmppfed_jid_prepare_bare(to, XMPPFED_LENIENT, us) < 0 ||
        xmppfed_jid_prepare_bare(from, XMPPFED_LENIENT, them) < 0)
        return;
    if (strcmp(kind, "presence") == 0) {
        if (exists(h, us))
            answer_presence(h, type, us, them);
    } else if (strcmp(kind, "iq") == 0) {
        if (exists(h, us))
            answer_iq(h, stanza, type);
        else if (strcmp(type, "get") == 0 || strcmp(type, "set") == 0)
            refuse(h, stanza, "service-unavailable");
    } else if (exists(h, us)) {
        answer_message(h, stanza, type, us, from);
    } else {
        refuse(h, stanza, "item-not-found");
    }
}

/* ---- commands on stdin ------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void run_command(struct host *h, const char *line)
{
    json_error_t error;
    json_t *command = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    const json_t *s = json_object_get(command, "send");
    const char *kind = text_of(s, "kind");
    const char *type = text_of(s, "type");
    xmppfed_element *e;

    if (!kind || !text_of(s, "from") || !text_of(s, "to")) {
        fprintf(stderr, "echo-host: a command must be {\"send\": {\"kind\", \"from\", \"to\"}}\n");
    } else {
        e = new_stanza(h, kind, type, text_of(s, "from"), text_of(s, "to"));
        xmppfed_element_set_attribute(e, "id", text_of(s, "id"));
        add_text_child(e, "body", text_of(s, "body"));
        add_text_child(e, "show", text_of(s, "show"));
        add_text_child(e, "status", text_of(s, "status"));
        /* A request has exactly one payload (RFC 6120 8.2.3). */
        if (strcmp(kind, "iq") == 0 && type && strcmp(type, "get") == 0)
            xmppfed_element_add_child(e, "ping", NS_PING);
        send_stanza(h, e);
    }
    json_decref(command);
}

/* Takes bytes of stdin and runs every whole line. */
static void take_input(struct host *h, const char *data, size_t len)
{
    char *bigger = realloc(h->line, h->line_len + len + 1);
    char *start;
    char *end;

    if (!bigger || h->line_len + len > LINE_MAX_SIZE) {
        fprintf(stderr, "echo-host: a command is too long\n");
        h->line = bigger ? bigger : h->line;
        h->line_len = 0;
        return;
    }
    memcpy(bigger + h->line_len, data, len);
    h->line = bigger;
    h->line_len += len;
    bigger[h->line_len] = '\0';
    for (start = bigger; (end = strchr(start, '\n')) != NULL; start = end + 1) {
        *end = '\0';
        if (*start)
            run_command(h, start);
    }
    h->line_len = strlen(start);
    memmove(h->line, start, h->line_len + 1);
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    static char buffer[65536];

    (void)handle;
    (void)wanted;
    *ret = uv_buf_init(buffer, sizeof(buffer));
}

static void on_input(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct host *h = stream->data;

    if (count > 0)
        take_input(h, buf->base, (size_t)count);
    else if (count < 0)
        uv_read_stop(stream);
}

/* Commands count from the moment that the link is up. */
static void start_input(struct host *h)
{
    uv_handle_type type = uv_guess_handle(0);
    char buffer[4096];
    size_t got;

    if (type == UV_NAMED_PIPE) {
        uv_pipe_init(&h->loop, &h->input.pipe, 0);
        uv_pipe_open(&h->input.pipe, 0);
    } else if (type == UV_TTY) {
        uv_tty_init(&h->loop, &h->input.tty, 0, 0);
    } else {
        /* A file is read whole: reading it never waits. */
        while ((got = fread(buffer, 1, sizeof(buffer), stdin)) > 0)
            take_input(h, buffer, got);
        return;
    }
    h->input.handle.data = h;
    h->has_input = true;
    uv_read_start(&h->input.stream, on_alloc, on_input);
}

/* ---- the link ---------------------------------------------------------------------------- */

static void close_handles(struct host *h)
{
    uv_close((uv_handle_t *)&h->terminate, NULL);
    uv_close((uv_handle_t *)&h->interrupt, NULL);
    if (h->has_input)
        uv_close(&h->input.handle, NULL);
}

static void on_item(struct link *l, const struct component_item *item, void *user)
{
    struct host *h = user;

    (void)l;
    switch (item->kind) {
    case COMPONENT_UP:
        fprintf(stderr, "echo-host: serves %s\n", h->domain);
        start_input(h);
        break;
    case COMPONENT_STANZA:
        print_stanza(item->stanza);
        answer(h, item->stanza);
        xmppfed_element_free(item->stanza);
        break;
    default:
        if (!h->ending)
            fprintf(stderr, "echo-host: the link with the proxy is down: %s\n", item->text);
        h->link = NULL;
        close_handles(h);
        break;
    }
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct host *h = signal->data;

    (void)number;
    h->ending = true;
    if (h->link)
        link_close(h->link, NULL, NULL);
}

static bool connect_link(struct host *h, const struct component_options *options,
                         struct complaint *why)
{
    char address[ENDPOINT_TEXT_SIZE];
    struct link_target target = {.address = address, .port = 23456};
    int rc;

    if (strchr(h->connect, '/'))
        target.path = h->connect;
    else if (!endpoint_text_split(h->connect, address, &target.port))
        return complain(why, "--connect must be ADDRESS:PORT or the path of a UNIX socket");
    rc = link_connect(&h->loop, &target, options, on_item, h, &h->link);
    return rc == 0 || complain(why, "the link cannot be set up: %s", xmppfed_error_sentence(rc));
}

static bool start(struct host *h, struct complaint *why)
{
    struct component_options options = {
        .ctx = h->ctx, .role = COMPONENT_CLIENT, .name = h->domain, .output_limit = OUTPUT_MAX};
    struct file_text secret = {0};
    bool ok = file_read_secret(h->secret_file, "the secret", &secret, why);

    options.secret = secret.data;
    if (ok && h->tls_ca)
        ok =
            file_trust(h->ctx, h->tls_ca, NULL, "the trust anchors", &options.trust, why) &&
            file_credentials(h->ctx, h->tls_cert, h->tls_key, h->domain, &options.credentials, why);
    ok = ok && connect_link(h, &options, why);
    xmppfed_trust_unref(options.trust);
    xmppfed_credentials_unref(options.credentials);
    file_text_fini(&secret);
    return ok;
}

static void watch(struct host *h, uv_signal_t *signal, int number)
{
    uv_signal_init(&h->loop, signal);
    signal->data = h;
    uv_signal_start(signal, on_signal, number);
}

static int run(struct host *h)
{
    struct complaint why;
    bool ok;

    if (xmppfed_context_new(NULL, &h->ctx) < 0)
        return EXIT_TROUBLE;
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&h->loop);
    watch(h, &h->terminate, SIGTERM);
    watch(h, &h->interrupt, SIGINT);
    ok = start(h, &why);
    if (!ok) {
        fprintf(stderr, "echo-host: %s\n", why.text);
        close_handles(h);
    }
    uv_run(&h->loop, UV_RUN_DEFAULT);
    uv_loop_close(&h->loop);
    free(h->line);
    xmppfed_context_unref(h->ctx);
    return ok && h->ending ? EXIT_OK : EXIT_TROUBLE;
}

/* ---- the command line -------------------------------------------------------------------- */

static const char usage[] =
    "Usage: echo-host --domain DOMAIN --secret-file FILE --connect ADDRESS:PORT|PATH [OPTIONS]\n"
    "\n"
    "A host server in miniature behind xmppfed-proxy.\n"
    "\n"
    "  --domain DOMAIN      the domain it serves\n"
    "  --secret-file FILE   the file with the shared secret\n"
    "  --connect WHERE      the proxy's inside listener: ADDRESS:PORT or the path of a socket\n"
    "  --tls-ca FILE        use TLS and trust these PEM anchors\n"
    "  --tls-cert FILE      the PEM certificate to show\n"
    "  --tls-key FILE       its PEM key\n"
    "  --user NAME          a user that exists (may be repeated; default: every user exists)\n"
    "  --status TEXT        the status note of the users' presence\n"
    "  --add-back           ask contacts for their presence too\n"
    "  --help               print this text and end\n";

static bool set_option(struct host *h, int o)
{
    switch (o) {
    case 'd':
        h->domain = optarg;
        return true;
    case 's':
        h->secret_file = optarg;
        return true;
    case 'c':
        h->connect = optarg;
        return true;
    case 'A':
        h->tls_ca = optarg;
        return true;
    case 'C':
        h->tls_cert = optarg;
        return true;
    case 'K':
        h->tls_key = optarg;
        return true;
    case 't':
        h->status = optarg;
        return true;
    case 'b':
        h->add_back = true;
        return true;
    case 'u':
        if (h->user_count == USERS_MAX)
            return false;
        h->users[h->user_count++] = optarg;
        return true;
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"domain", required_argument, NULL, 'd'},
                                            {"secret-file", required_argument, NULL, 's'},
                                            {"connect", required_argument, NULL, 'c'},
                                            {"tls-ca", required_argument, NULL, 'A'},
                                            {"tls-cert", required_argument, NULL, 'C'},
                                            {"tls-key", required_argument, NULL, 'K'},
                                            {"user", required_argument, NULL, 'u'},
                                            {"status", required_argument, NULL, 't'},
                                            {"add-back", no_argument, NULL, 'b'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    static struct host h;
    bool ok = true;
    int o;

    while (ok && (o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'h')
            return fputs(usage, stdout) < 0;
        ok = set_option(&h, o);
    }
    if (!ok || optind < argc || !h.domain || !h.secret_file || !h.connect ||
        !h.tls_ca != !h.tls_cert || !h.tls_ca != !h.tls_key) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    return run(&h);
}

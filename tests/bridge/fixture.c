/* fixture.c - a bridge between two sides that write down what they get. */
#include "bridge/fixture.h"

#include <stdlib.h>
#include <unistd.h>

static const char *const domains[] = {"contoso.example"};

bool fits(const char *text, const char *pattern)
{
    const char *star = NULL;
    const char *mark = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            mark = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star && *mark != '\n') {
            pattern = star + 1;
            text = ++mark;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static void note(struct fixture *f, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void note(struct fixture *f, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(f->out + f->out_len, sizeof(f->out) - f->out_len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof(f->out) - f->out_len);
    f->out_len += (size_t)len;
}

void expect_out(struct fixture *f, const char *row, const char *want)
{
    if (!fits(f->out, want))
        fail_msg("%s:\n%s\nis not\n%s", row, f->out, want);
    f->out_len = 0;
    f->out[0] = '\0';
}

size_t count_lines(const struct fixture *f, const char *pattern)
{
    const char *out = f->out;
    char line[1024];
    size_t count = 0;

    while (*out) {
        size_t len = strcspn(out, "\n");

        snprintf(line, sizeof(line), "%.*s", (int)len, out);
        count += fits(line, pattern);
        out += len + (out[len] == '\n');
    }
    return count;
}

/* ---- the ports --------------------------------------------------------------------------- */

static void after_port(struct fixture *f)
{
    if (f->on_port)
        f->on_port(f, f->on_port_user);
}

static int send_stanza(const xmppfed_element *stanza, uint64_t *ret_number, void *user)
{
    const char *id = xmppfed_element_attribute(stanza, "id");
    struct fixture *f = user;
    char *text;
    size_t len;

    if (f->send_rc < 0)
        return f->send_rc;
    if (xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &text, &len) < 0)
        return XMPPFED_ERR_NOMEM;
    note(f, "xmpp %s\n", text);
    xmppfed_element_free_text(f->ctx, text);
    assert_true(f->stanza_count < COUNT(f->ids));
    snprintf(f->ids[f->stanza_count++], sizeof(f->ids[0]), "%s", id ? id : "");
    after_port(f);
    *ret_number = ++f->number;
    if (!f->hold)
        bridge_acknowledged(f->bridge, f->number, f->now);
    return 0;
}

static bool send_request(const struct translate_sip *sip, const struct bridge_dialog *dialog,
                         uint64_t token, void *user)
{
    struct fixture *f = user;

    if (f->cut_off)
        return false;
    assert_true(f->request_count < COUNT(f->tokens));
    f->tokens[f->request_count++] = token;
    note(f, "sip %.*s %.*s %.*s %.*s\n", (int)sip->method.len, sip->method.data, (int)sip->from.len,
         sip->from.data, (int)sip->to.len, sip->to.data, (int)sip->body.len,
         sip->body.len > 0 ? sip->body.data : "");
    if (dialog) {
        snprintf(f->call_id, sizeof(f->call_id), "%.*s", (int)dialog->call_id.len,
                 dialog->call_id.data);
        snprintf(f->last_tag, sizeof(f->last_tag), "%.*s", (int)dialog->local_tag.len,
                 dialog->local_tag.data);
        f->last_cseq = dialog->cseq;
    }
    after_port(f);
    return true;
}

static void answer(void *handle, const struct bridge_answer *answer, void *user)
{
    const struct translate_response *response = &answer->response;
    struct fixture *f = user;

    note(f, "answer %d %d %.*s\n", (int)(uintptr_t)handle, response->status,
         (int)response->reason.len, response->reason.len > 0 ? response->reason.data : "");
    after_port(f);
}

static void tell(const char *sentence, void *user)
{
    note(user, "tell %s\n", sentence);
}

/* ---- the bridge -------------------------------------------------------------------------- */

void fixture_open(struct fixture *f, bool up)
{
    struct bridge_ports ports = {send_stanza, send_request, answer, tell, f};
    struct complaint why;

    f->number = 0;
    if (!bridge_new(f->ctx, &f->settings, &ports, f->now, &f->bridge, &why))
        fail_msg("%s", why.text);
    if (up)
        bridge_link(f->bridge, true, f->now);
}

struct fixture *fixture_new(xmppfed_context *ctx)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->ctx = xmppfed_context_ref(ctx);
    f->plain = test_context();
    f->now = UINT64_C(1800000000000);
    f->settings = (struct bridge_settings){.domains = domains,
                                           .domain_count = COUNT(domains),
                                           .contact = "sip:bridge.contoso.example:5062",
                                           .member = "one",
                                           .grace = 2,
                                           .limit = 100,
                                           .watch_limit = 100};
    snprintf(f->folder, sizeof(f->folder), "/tmp/bridge-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->ledger, sizeof(f->ledger), "%s/ledger", f->folder);
    return f;
}

int fixture_setup(void **state)
{
    xmppfed_context *ctx = test_context();
    struct fixture *f = fixture_new(ctx);

    xmppfed_context_unref(ctx);
    fixture_open(f, true);
    *state = f;
    return 0;
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    unlink(path);
}

int fixture_teardown(void **state)
{
    static const char *const names[] = {"ledger",          "ledger-wal",      "ledger-shm",
                                        "ledger.one.lock", "ledger.two.lock", "ledger.three.lock"};
    struct fixture *f = *state;

    bridge_free(f->bridge);
    xmppfed_context_unref(f->ctx);
    xmppfed_context_unref(f->plain);
    for (size_t i = 0; i < COUNT(names); i++)
        remove_file(f->folder, names[i]);
    rmdir(f->folder);
    free(f);
    return 0;
}

void fixture_crash(struct fixture *f, bool up)
{
    bridge_free(f->bridge);
    fixture_open(f, up);
}

void fixture_on_disk(struct fixture *f)
{
    f->settings.ledger = f->ledger;
    fixture_crash(f, true);
}

void fixture_link(struct fixture *f, bool up)
{
    f->number = 0;
    bridge_link(f->bridge, up, f->now);
}

void fixture_wait(struct fixture *f, unsigned milliseconds)
{
    unsigned passed = 0;

    while (passed < milliseconds) {
        unsigned step = passed < 60000 ? 100 : 1000;

        passed += step;
        f->now += step;
        bridge_tick(f->bridge, f->now);
    }
}

void fixture_stanza(struct fixture *f, const char *xml)
{
    xmppfed_element *stanza = test_parse(f->plain, xml);

    bridge_take_stanza(f->bridge, stanza, f->now);
    xmppfed_element_free(stanza);
}

void fixture_message(struct fixture *f, uintptr_t handle, const char *call, const char *from,
                     const char *to, const char *body)
{
    struct bridge_request request = {.sip = translate_sip_empty(), .cseq = 1};
    char uri[256];
    char from_value[256];
    char to_value[256];

    snprintf(uri, sizeof(uri), "sip:%s", to);
    snprintf(from_value, sizeof(from_value), "<sip:%s>;tag=them", from);
    snprintf(to_value, sizeof(to_value), "<sip:%s>", to);
    request.sip.method = xmppfed_slice_of("MESSAGE");
    request.sip.uri = xmppfed_slice_of(uri);
    request.sip.from = xmppfed_slice_of(from_value);
    request.sip.to = xmppfed_slice_of(to_value);
    request.sip.call_id = xmppfed_slice_of(call);
    request.sip.content_type = xmppfed_slice_of("text/plain");
    request.sip.body = xmppfed_slice_of(body);
    request.from_tag = xmppfed_slice_of("them");
    request.handle = (void *)handle;
    bridge_take_request(f->bridge, &request, f->now);
}

void fixture_response(struct fixture *f, size_t index, int status)
{
    struct bridge_response response = {.response = {.status = status},
                                       .expires = TRANSLATE_NO_EXPIRES,
                                       .min_expires = TRANSLATE_NO_EXPIRES};

    assert_true(index < f->request_count);
    bridge_take_response(f->bridge, f->tokens[index], &response, f->now);
}

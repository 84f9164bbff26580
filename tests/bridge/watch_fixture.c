/* watch_fixture.c - bridges with one ledger, between users who watch one another. */
#include "bridge/watch_fixture.h"

#include <stdlib.h>
#include <unistd.h>

static const char *const domains[] = {"contoso.example"};

static void note(struct watch_fixture *f, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void note(struct watch_fixture *f, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(f->out + f->out_len, sizeof(f->out) - f->out_len, format, args);
    va_end(args);
    assert_true(len >= 0 && (size_t)len < sizeof(f->out) - f->out_len);
    f->out_len += (size_t)len;
}

void watch_clear(struct watch_fixture *f)
{
    f->out_len = 0;
    f->out[0] = '\0';
}

void watch_expect(struct watch_fixture *f, const char *row, const char *want)
{
    if (!fits(f->out, want))
        fail_msg("%s:\n%s\nis not\n%s", row, f->out, want);
    watch_clear(f);
}

/* ---- the ports ----------------------------------------------------------------------------- */

/* Whether what is sent now gets lost. */
static bool is_dead(struct watch_port *port)
{
    struct watch_fixture *f = port->f;

    if (port->member != f->at)
        return false;
    if (++f->calls == f->die_at)
        f->dead = true;
    return f->dead;
}

static int send_stanza(const xmppfed_element *stanza, uint64_t *ret_number, void *user)
{
    struct watch_port *port = user;
    struct watch_fixture *f = port->f;
    char *text;
    size_t len;

    *ret_number = ++port->number;
    if (is_dead(port))
        return 0;
    assert_int_equal(xmppfed_element_write(stanza, XMPPFED_NS_SERVER, &text, &len), 0);
    if (f->on_stanza)
        f->on_stanza(stanza, f->user);
    else
        note(f, "xmpp %s\n", text);
    xmppfed_element_free_text(f->ctx, text);
    if (!f->hold)
        bridge_acknowledged(f->bridges[port->member], port->number, f->now);
    return 0;
}

static void put(char *to, size_t size, xmppfed_slice value)
{
    assert_true(value.len < size);
    if (value.len > 0)
        memcpy(to, value.data, value.len);
    to[value.len] = '\0';
}

/* What a document says, in words. */
static void note_body(struct watch_fixture *f, const char *body)
{
    const char *show = strstr(body, "<show xmlns=\"jabber:client\">");
    const char *note_begin = strstr(body, "<note");

    if (!show)
        show = strstr(body, "<show xmlns='jabber:client'>");
    note(f, " %s", strstr(body, "<basic>open") ? "open" : "closed");
    if (show)
        note(f, " %.*s", (int)strcspn(strchr(show, '>') + 1, "<"), strchr(show, '>') + 1);
    if (note_begin)
        note(f, " [%.*s]", (int)strcspn(strchr(note_begin, '>') + 1, "<"),
             strchr(note_begin, '>') + 1);
}

static bool send_request(const struct translate_sip *sip, const struct bridge_dialog *dialog,
                         uint64_t token, void *user)
{
    struct watch_port *port = user;
    struct watch_fixture *f = port->f;
    struct sent *s = &f->requests[f->request_count];

    if (f->cut_off)
        return false;
    if (is_dead(port))
        return true;
    assert_non_null(dialog);
    assert_true(f->request_count < WATCH_REQUESTS);
    memset(s, 0, sizeof(*s));
    s->member = port->member;
    s->token = token;
    put(s->method, sizeof(s->method), sip->method);
    put(s->uri, sizeof(s->uri), sip->uri);
    put(s->from, sizeof(s->from), sip->from);
    put(s->to, sizeof(s->to), sip->to);
    put(s->contact, sizeof(s->contact), sip->contact);
    put(s->call_id, sizeof(s->call_id), dialog->call_id);
    put(s->local_tag, sizeof(s->local_tag), dialog->local_tag);
    put(s->remote_tag, sizeof(s->remote_tag), dialog->remote_tag);
    put(s->target, sizeof(s->target), dialog->target);
    put(s->route, sizeof(s->route), dialog->route);
    put(s->state, sizeof(s->state), sip->subscription_state);
    put(s->body, sizeof(s->body), sip->body);
    s->cseq = dialog->cseq;
    s->expires = sip->expires;
    f->request_count++;
    note(f, "%s %u ", s->method, (unsigned)s->cseq);
    if (strcmp(s->method, "SUBSCRIBE") == 0)
        note(f, "expires=%ld", s->expires);
    else
        note(f, "%s", s->state);
    if (s->body[0])
        note_body(f, s->body);
    note(f, "\n");
    return true;
}

static void answer(void *handle, const struct bridge_answer *answer, void *user)
{
    struct watch_port *port = user;
    struct watch_fixture *f = port->f;
    uintptr_t h = (uintptr_t)handle;

    if (is_dead(port))
        return;
    assert_true(h < WATCH_HANDLES);
    f->status[h] = answer->response.status;
    if (answer->to_tag.len > 0)
        put(f->tags[h], sizeof(f->tags[h]), answer->to_tag);
    note(f, "answer %d %d", (int)h, answer->response.status);
    if (answer->expires != TRANSLATE_NO_EXPIRES)
        note(f, " expires=%ld", answer->expires);
    note(f, "\n");
}

static void tell(const char *sentence, void *user)
{
    struct watch_port *port = user;

    note(port->f, "tell %s\n", sentence);
}

/* ---- bridges ------------------------------------------------------------------------------- */

void watch_open(struct watch_fixture *f, unsigned member)
{
    struct bridge_ports ports = {send_stanza, send_request, answer, tell, &f->ports[member]};
    struct complaint why;

    f->ports[member].number = 0;
    if (!bridge_new(f->ctx, &f->settings[member], &ports, f->now, &f->bridges[member], &why))
        fail_msg("%s", why.text);
    bridge_link(f->bridges[member], true, f->now);
}

int watch_setup(void **state)
{
    static const char *const names[] = {"one", "two"};
    static const char *const contacts[] = {"sip:one.contoso.example:5062",
                                           "sip:two.contoso.example:5062"};
    struct watch_fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->ctx = test_context();
    f->now = UINT64_C(1800000000000);
    snprintf(f->folder, sizeof(f->folder), "/tmp/watch-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->ledger, sizeof(f->ledger), "%s/ledger", f->folder);
    for (unsigned i = 0; i < WATCH_MEMBERS; i++) {
        f->ports[i] = (struct watch_port){.f = f, .member = i};
        f->settings[i] = (struct bridge_settings){.domains = domains,
                                                  .domain_count = COUNT(domains),
                                                  .contact = contacts[i],
                                                  .ledger = f->ledger,
                                                  .member = names[i],
                                                  .grace = 2,
                                                  .limit = 100,
                                                  .watch_limit = 100};
    }
    watch_open(f, 0);
    *state = f;
    return 0;
}

void watch_kill(struct watch_fixture *f, unsigned member)
{
    bridge_free(f->bridges[member]);
    f->bridges[member] = NULL;
}

int watch_teardown(void **state)
{
    static const char *const names[] = {"ledger", "ledger-wal", "ledger-shm", "ledger.one.lock",
                                        "ledger.two.lock"};
    struct watch_fixture *f = *state;
    char path[256];

    for (unsigned i = 0; i < WATCH_MEMBERS; i++)
        watch_kill(f, i);
    xmppfed_context_unref(f->ctx);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", f->folder, names[i]);
        unlink(path);
    }
    rmdir(f->folder);
    free(f);
    return 0;
}

void watch_crash(struct watch_fixture *f)
{
    watch_kill(f, f->at);
    f->dead = false;
    watch_open(f, f->at);
}

void watch_link(struct watch_fixture *f, bool up)
{
    f->ports[f->at].number = 0;
    bridge_link(f->bridges[f->at], up, f->now);
}

void watch_wait(struct watch_fixture *f, unsigned milliseconds)
{
    unsigned step = milliseconds > 60000 ? 1000 : 100;

    for (unsigned passed = 0; passed < milliseconds; passed += step) {
        f->now += step;
        for (unsigned i = 0; i < WATCH_MEMBERS; i++)
            if (f->bridges[i])
                bridge_tick(f->bridges[i], f->now);
    }
}

/* ---- what comes ---------------------------------------------------------------------------- */

void watch_stanza(struct watch_fixture *f, const char *format, ...)
{
    xmppfed_element *stanza;
    char xml[4096];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(xml, sizeof(xml), format, args);
    va_end(args);
    assert_true(len > 0 && (size_t)len < sizeof(xml));
    stanza = test_parse(f->ctx, xml);
    bridge_take_stanza(f->bridges[f->at], stanza, f->now);
    xmppfed_element_free(stanza);
}

static const char * or (const char *value, const char *usual)
{
    return value ? value : usual;
}

void watch_request(struct watch_fixture *f, struct came r)
{
    struct bridge_request request = {.sip = translate_sip_empty()};
    char uri[256], from[256], to[256], contact[256];

    snprintf(uri, sizeof(uri), "sip:%s", or (r.to, BOB));
    snprintf(from, sizeof(from), "\"A, B\" <sip:%s>;tag=%s", or (r.from, ALICE),
             or (r.from_tag, "phone"));
    snprintf(to, sizeof(to), "<sip:%s>", or (r.to, BOB));
    snprintf(contact, sizeof(contact), "<%s>", or (r.contact, "sip:phone.contoso.example:5080"));
    request.sip.method = xmppfed_slice_of(or (r.method, "SUBSCRIBE"));
    request.sip.uri = xmppfed_slice_of(uri);
    request.sip.from = xmppfed_slice_of(from);
    request.sip.to = xmppfed_slice_of(to);
    request.sip.contact = xmppfed_slice_of(r.contact && !*r.contact ? "" : contact);
    request.sip.call_id = xmppfed_slice_of(or (r.call, "call"));
    request.sip.event = xmppfed_slice_of(or (r.event, "presence"));
    request.sip.accept = xmppfed_slice_of(or (r.accept, ""));
    request.sip.subscription_state = xmppfed_slice_of(or (r.state, ""));
    request.sip.expires = r.expires > 0 ? r.expires : r.expires < 0 ? 0 : TRANSLATE_NO_EXPIRES;
    request.sip.body = xmppfed_slice_of(or (r.body, ""));
    if (r.body)
        request.sip.content_type = xmppfed_slice_of("application/pidf+xml");
    request.from_tag = xmppfed_slice_of(or (r.from_tag, "phone"));
    request.to_tag = xmppfed_slice_of(or (r.to_tag, ""));
    request.record_route = xmppfed_slice_of(or (r.record_route, ""));
    request.cseq = r.cseq > 0 ? r.cseq : 1;
    request.handle = (void *)r.handle;
    bridge_take_request(f->bridges[f->at], &request, f->now);
}

void watch_notify(struct watch_fixture *f, size_t subscribe, uint32_t cseq, const char *state,
                  const char *body)
{
    const struct sent *s = &f->requests[subscribe];
    char call[64], tag[64];

    /* What is sent meanwhile may move nothing, but let it be seen so. */
    snprintf(call, sizeof(call), "%s", s->call_id);
    snprintf(tag, sizeof(tag), "%s", s->local_tag);
    watch_request(f, (struct came){.handle = 99,
                                   .method = "NOTIFY",
                                   .from = ALICE,
                                   .to = BOB,
                                   .call = call,
                                   .from_tag = "theirs",
                                   .to_tag = tag,
                                   .cseq = cseq,
                                   .state = state,
                                   .contact = "sip:server.contoso.example",
                                   .body = body});
}

void watch_response(struct watch_fixture *f, size_t index, int status, long expires)
{
    struct sent *s = &f->requests[index];
    struct bridge_response response = {.response = {.status = status},
                                       .expires = expires,
                                       .min_expires = status == 423 ? 7200 : TRANSLATE_NO_EXPIRES};

    assert_true(index < f->request_count);
    response.to_tag = xmppfed_slice_of(*s->remote_tag ? s->remote_tag : "theirs");
    if (status < 300)
        response.contact = xmppfed_slice_of("<sip:server.contoso.example>");
    s->answered = true;
    if (f->bridges[s->member])
        bridge_take_response(f->bridges[s->member], s->token, &response, f->now);
}

size_t watch_last(const struct watch_fixture *f)
{
    assert_true(f->request_count > 0);
    return f->request_count - 1;
}

/*
 * test_watch_walk.c - users of both sides do what they like, processes die, links fail; at the end
 * everybody sees what he should, and nobody ever saw what was for another.
 */
#include "bridge/watch_fixture.h"

#include <stdlib.h>

#include "support/test_random.h"

enum { USERS = 2, DEVICES = 2, DIALOGS = 64, STANZAS = 8192, EVENTS = 200 };
#ifndef WORLDS
#define WORLDS 60U
#endif

enum grant { NOT_GRANTED, UNDECIDED, GRANTED };
/* What somebody shows: not there, there, away. */
enum shown { UNSEEN = -1, GONE, THERE, ABSENT };

/* The watch of an XMPP user, as his server has it. */
enum wish { NO_WISH, ASKED, SUBSCRIBED };

/* A dialog, of a phone (which subscribes) or of the SIP server (which notifies). */
struct leg {
    bool live;
    bool unanswered; /* what was sent last is to be sent again */
    bool fetch;
    unsigned sip;
    unsigned xmpp;
    char call[64];
    char own_tag[64];
    char bridge_tag[64];
    uint32_t cseq;       /* ours */
    uint32_t their_cseq; /* the bridge's */
    enum grant grant;    /* phone: what NOTIFY said */
    enum shown shown;
};

struct world {
    struct watch_fixture *f;
    uint64_t random;
    unsigned events;
    bool link;                            /* of f->at; the other one's is up */
    enum shown devices[USERS][DEVICES];   /* of XMPP users */
    enum grant xmpp_grants[USERS][USERS]; /* [xmpp][sip] */
    enum shown phones[USERS];             /* of SIP users */
    enum grant sip_grants[USERS][USERS];  /* [sip][xmpp] */
    enum wish wishes[USERS][USERS];       /* [xmpp][sip] */
    enum shown seen[USERS][USERS];
    struct leg phone_legs[DIALOGS];
    struct leg server_legs[DIALOGS];
    unsigned serial;
    size_t taken; /* requests */
    xmppfed_element *stanzas[STANZAS];
    size_t stanza_first;
    size_t stanza_count;
};

static unsigned pick(struct world *w, unsigned below)
{
    uint32_t word;

    assert_int_equal(test_random(&word, sizeof(word), &w->random), 0);
    return word % below;
}

static const char *const show_words[] = {"", "", "away"};

/* "name4@domain": 4. */
static unsigned number_of(const char *address)
{
    const char *at = strchr(address, '@');

    assert_non_null(at);
    return (unsigned)(at[-1] - '0');
}

static void keep_stanza(const xmppfed_element *stanza, void *user)
{
    struct world *w = user;

    assert_true(w->stanza_count < STANZAS);
    w->stanzas[w->stanza_count++] = xmppfed_element_copy(stanza);
}

/* ---- the XMPP users' server ---------------------------------------------------------------- */

static void tell_device(struct world *w, unsigned xmpp, unsigned sip, unsigned device)
{
    enum shown shown = w->devices[xmpp][device];

    watch_stanza(w->f,
                 "<presence from='x%u@fabrikam.example/d%u' to='s%u@contoso.example'%s>%s%s%s"
                 "<status>x%u to s%u</status></presence>",
                 xmpp, device, sip, shown == GONE ? " type='unavailable'" : "",
                 shown == ABSENT ? "<show>" : "", show_words[shown],
                 shown == ABSENT ? "</show>" : "", xmpp, sip);
}

static void say(struct world *w, const char *type, unsigned xmpp, unsigned sip)
{
    watch_stanza(w->f, "<presence type='%s' from='x%u@fabrikam.example' to='s%u@contoso.example'/>",
                 type, xmpp, sip);
}

static void tell_all_devices(struct world *w, unsigned xmpp, unsigned sip)
{
    bool any = false;

    for (unsigned d = 0; d < DEVICES; d++) {
        if (w->devices[xmpp][d] == GONE)
            continue;
        any = true;
        tell_device(w, xmpp, sip, d);
    }
    if (!any)
        say(w, "unavailable", xmpp, sip);
}

static void take_presence(struct world *w, const xmppfed_element *stanza, unsigned xmpp,
                          unsigned sip)
{
    const xmppfed_element *show = xmppfed_element_child(stanza, "show", XMPPFED_NS_SERVER);
    const xmppfed_element *status = xmppfed_element_child(stanza, "status", XMPPFED_NS_SERVER);
    char mine[32];

    snprintf(mine, sizeof(mine), "s%u to x%u", sip, xmpp);
    if (status && strcmp(xmppfed_element_text(status), mine) != 0)
        fail_msg("x%u sees %s", xmpp, xmppfed_element_text(status));
    if (xmppfed_element_attribute(stanza, "type"))
        w->seen[xmpp][sip] = GONE;
    else
        w->seen[xmpp][sip] = show ? ABSENT : THERE;
}

static void take_stanza(struct world *w, const xmppfed_element *stanza)
{
    const char *type = xmppfed_element_attribute(stanza, "type");
    unsigned xmpp = number_of(xmppfed_element_attribute(stanza, "to"));
    unsigned sip = number_of(xmppfed_element_attribute(stanza, "from"));
    enum wish *wish = &w->wishes[xmpp][sip];

    type = type ? type : "";
    if (strcmp(type, "subscribe") == 0 || strcmp(type, "probe") == 0) {
        enum grant *grant = &w->xmpp_grants[xmpp][sip];

        if (*grant == GRANTED) {
            if (*type == 's')
                say(w, "subscribed", xmpp, sip);
            tell_all_devices(w, xmpp, sip);
        } else if (*type == 's') {
            *grant = UNDECIDED;
        } else if (*grant == NOT_GRANTED) {
            say(w, "unsubscribed", xmpp, sip);
        }
    } else if (strcmp(type, "subscribed") == 0) {
        *wish = *wish == ASKED ? SUBSCRIBED : *wish;
    } else if (strcmp(type, "unsubscribed") == 0 || strcmp(type, "error") == 0) {
        *wish = NO_WISH;
    } else {
        assert_true(!*type || strcmp(type, "unavailable") == 0);
        take_presence(w, stanza, xmpp, sip);
    }
}

/* ---- phones, which subscribe --------------------------------------------------------------- */

/* SUBSCRIBE as the leg has it; again is the same once more. */
static void send_subscribe(struct world *w, struct leg *leg, bool first, long expires)
{
    char from[64], to[64];
    uintptr_t handle = 10;

    snprintf(from, sizeof(from), "s%u@contoso.example", leg->sip);
    snprintf(to, sizeof(to), "x%u@fabrikam.example", leg->xmpp);
    w->f->status[handle] = 0;
    watch_request(w->f, (struct came){.handle = handle,
                                      .from = from,
                                      .to = to,
                                      .call = leg->call,
                                      .from_tag = leg->own_tag,
                                      .to_tag = first ? "" : leg->bridge_tag,
                                      .cseq = leg->cseq,
                                      .expires = expires});
    leg->unanswered = w->f->status[handle] == 0 && expires > 0;
    if (w->f->status[handle] == 200 && first)
        snprintf(leg->bridge_tag, sizeof(leg->bridge_tag), "%s", w->f->tags[handle]);
    /* RFC 6665 4.1.2.2; what is repeated may be late. */
    if (w->f->status[handle] >= 300 && w->f->status[handle] != 500)
        leg->live = false;
    if (first && w->f->status[handle] == 500)
        leg->live = false;
}

static struct leg *free_leg(struct leg *legs)
{
    for (unsigned i = 0; i < DIALOGS; i++)
        if (!legs[i].live)
            return &legs[i];
    return NULL;
}

static void subscribe_phone(struct world *w)
{
    struct leg *leg = free_leg(w->phone_legs);

    if (!leg)
        return;
    *leg = (struct leg){.live = true,
                        .sip = pick(w, USERS),
                        .xmpp = pick(w, USERS),
                        .cseq = 1,
                        .grant = NOT_GRANTED,
                        .shown = UNSEEN,
                        .fetch = pick(w, 8) == 0};
    snprintf(leg->call, sizeof(leg->call), "call%u", ++w->serial);
    snprintf(leg->own_tag, sizeof(leg->own_tag), "tag%u", w->serial);
    send_subscribe(w, leg, true, leg->fetch ? -1 : 3600);
}

static void refresh_phone(struct world *w, struct leg *leg, long expires)
{
    if (!leg->live || leg->fetch || !*leg->bridge_tag)
        return;
    leg->cseq++;
    send_subscribe(w, leg, false, expires);
    /* It goes on until the last NOTIFY, if that ever comes. */
    if (expires < 0)
        leg->live = false;
}

static struct leg *leg_of(struct leg *legs, const struct sent *s)
{
    for (unsigned i = 0; i < DIALOGS; i++)
        if (legs[i].live && strcmp(legs[i].call, s->call_id) == 0 &&
            strcmp(legs[i].own_tag, s->remote_tag) == 0)
            return &legs[i];
    return NULL;
}

/* What a NOTIFY tells its phone; it must be for these two. */
static void read_document(struct leg *leg, const struct sent *s)
{
    char mine[32];

    leg->shown = UNSEEN;
    if (!*s->body)
        return;
    snprintf(mine, sizeof(mine), "x%u to s%u", leg->xmpp, leg->sip);
    if (strstr(s->body, "<note") && !strstr(s->body, mine))
        fail_msg("s%u sees %s", leg->sip, s->body);
    leg->shown = GONE;
    if (strstr(s->body, "<basic>open"))
        leg->shown = strstr(s->body, ">away<") ? ABSENT : THERE;
}

static int take_notify(struct world *w, const struct sent *s)
{
    struct leg *leg = leg_of(w->phone_legs, s);

    if (!leg)
        return 481;
    if (!*leg->bridge_tag)
        snprintf(leg->bridge_tag, sizeof(leg->bridge_tag), "%s", s->local_tag);
    assert_string_equal(leg->bridge_tag, s->local_tag);
    /* RFC 3261 12.2.1.1, whichever process sends it. */
    assert_true(s->cseq > leg->their_cseq);
    leg->their_cseq = s->cseq;
    read_document(leg, s);
    if (strncmp(s->state, "terminated", 10) == 0)
        leg->live = false;
    leg->grant = strncmp(s->state, "active", 6) == 0 ? GRANTED : UNDECIDED;
    return 200;
}

/* ---- the SIP server, which notifies -------------------------------------------------------- */

static void send_notify(struct world *w, struct leg *leg, const char *ended)
{
    static const char *const states[] = {"terminated;reason=rejected", "pending;expires=3600",
                                         "active;expires=3600"};
    enum grant grant = w->sip_grants[leg->sip][leg->xmpp];
    enum shown shown = w->phones[leg->sip];
    uintptr_t handle = 11;
    char body[512];

    snprintf(body, sizeof(body),
             "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:x'><tuple id='t'><status>"
             "<basic>%s</basic>%s</status><note>s%u to x%u</note></tuple></presence>",
             shown == GONE ? "closed" : "open", shown == ABSENT ? AWAY : "", leg->sip, leg->xmpp);
    if (!leg->unanswered)
        leg->cseq++;
    w->f->status[handle] = 0;
    watch_request(w->f, (struct came){.handle = handle,
                                      .method = "NOTIFY",
                                      .from = "s@contoso.example",
                                      .to = "bridge",
                                      .call = leg->call,
                                      .from_tag = leg->own_tag,
                                      .to_tag = leg->bridge_tag,
                                      .cseq = leg->cseq,
                                      .state = ended ? ended : states[grant],
                                      .contact = "sip:server.contoso.example",
                                      .body = grant == GRANTED && !ended ? body : NULL});
    leg->unanswered = w->f->status[handle] == 0;
    if (w->f->status[handle] == 481 || ended || grant == NOT_GRANTED)
        leg->live = leg->unanswered && w->f->status[handle] != 481 && !ended;
}

/* A SUBSCRIBE of the bridge at the server: the status, and the leg if a NOTIFY is due. */
static int take_subscribe(struct world *w, const struct sent *s, struct leg **ret)
{
    struct leg *leg = leg_of(w->server_legs, s);
    unsigned sip = number_of(s->to);
    unsigned xmpp = number_of(s->from);

    if (*s->remote_tag) {
        if (leg && s->cseq > leg->their_cseq)
            leg->their_cseq = s->cseq;
        *ret = leg;
        return leg ? 200 : 481;
    }
    if (w->sip_grants[sip][xmpp] == NOT_GRANTED)
        return 403;
    leg = free_leg(w->server_legs);
    if (!leg || pick(w, 20) == 0)
        return 503;
    *leg = (struct leg){.live = true, .sip = sip, .xmpp = xmpp, .their_cseq = s->cseq};
    snprintf(leg->call, sizeof(leg->call), "%s", s->call_id);
    snprintf(leg->own_tag, sizeof(leg->own_tag), "theirs%u", ++w->serial);
    snprintf(leg->bridge_tag, sizeof(leg->bridge_tag), "%s", s->local_tag);
    *ret = leg;
    return 200;
}

/* The response of the leg's end. */
static void respond(struct world *w, size_t index, const struct leg *leg, int status, long expires)
{
    struct sent *s = &w->f->requests[index];
    struct bridge_response response = {.response = {.status = status},
                                       .to_tag = xmppfed_slice_of(leg ? leg->own_tag : "none"),
                                       .contact = xmppfed_slice_of("<sip:there.example>"),
                                       .expires = expires,
                                       .min_expires = TRANSLATE_NO_EXPIRES};

    s->answered = true;
    if (w->f->bridges[s->member])
        bridge_take_response(w->f->bridges[s->member], s->token, &response, w->f->now);
}

static void take_request(struct world *w, bool lost)
{
    size_t index = w->taken++;
    struct sent *s = &w->f->requests[index];
    struct leg *leg = NULL;
    int status;

    if (lost) {
        respond(w, index, NULL, 408, -1);
    } else if (strcmp(s->method, "NOTIFY") == 0) {
        status = take_notify(w, s);
        respond(w, index, NULL, status, -1);
    } else {
        bool first = pick(w, 2) == 0;
        long expires = s->expires;

        status = take_subscribe(w, s, &leg);
        if (leg && first)
            send_notify(w, leg, expires == 0 ? "terminated;reason=timeout" : NULL);
        respond(w, index, leg, status, status == 200 ? expires : -1);
        if (leg && !first && leg->live)
            send_notify(w, leg, expires == 0 ? "terminated;reason=timeout" : NULL);
    }
}

/* ---- events -------------------------------------------------------------------------------- */

static void change_device(struct world *w)
{
    unsigned xmpp = pick(w, USERS);
    unsigned device = pick(w, DEVICES);

    w->devices[xmpp][device] = (enum shown)pick(w, 3);
    for (unsigned sip = 0; sip < USERS && w->link; sip++)
        if (w->xmpp_grants[xmpp][sip] == GRANTED)
            tell_device(w, xmpp, sip, device);
}

static void change_phone(struct world *w)
{
    unsigned sip = pick(w, USERS);

    w->phones[sip] = (enum shown)pick(w, 3);
    for (unsigned i = 0; i < DIALOGS; i++)
        if (w->server_legs[i].live && w->server_legs[i].sip == sip)
            send_notify(w, &w->server_legs[i], NULL);
}

/* The XMPP user allows it, or no longer. */
static void decide_xmpp(struct world *w)
{
    unsigned xmpp = pick(w, USERS);
    unsigned sip = pick(w, USERS);
    enum grant *grant = &w->xmpp_grants[xmpp][sip];

    if (*grant == UNDECIDED && pick(w, 5) > 0)
        *grant = GRANTED;
    else if (*grant != NOT_GRANTED && pick(w, 4) == 0)
        *grant = NOT_GRANTED;
    else
        return;
    if (!w->link)
        return;
    say(w, *grant == GRANTED ? "subscribed" : "unsubscribed", xmpp, sip);
    if (*grant == GRANTED)
        tell_all_devices(w, xmpp, sip);
}

static void decide_sip(struct world *w)
{
    unsigned sip = pick(w, USERS);
    unsigned xmpp = pick(w, USERS);
    enum grant *grant = &w->sip_grants[sip][xmpp];

    *grant = *grant == GRANTED && pick(w, 4) == 0 ? NOT_GRANTED : GRANTED;
    for (unsigned i = 0; i < DIALOGS; i++)
        if (w->server_legs[i].live && w->server_legs[i].sip == sip &&
            w->server_legs[i].xmpp == xmpp)
            send_notify(w, &w->server_legs[i], NULL);
}

static void wish(struct world *w)
{
    unsigned xmpp = pick(w, USERS);
    unsigned sip = pick(w, USERS);
    enum wish *wished = &w->wishes[xmpp][sip];
    unsigned what = pick(w, 9);

    if (!w->link || w->f->dead)
        return;
    if (what == 0) {
        *wished = NO_WISH;
        say(w, "unsubscribe", xmpp, sip);
    } else if (what == 1 && *wished == SUBSCRIBED) {
        say(w, "probe", xmpp, sip);
    } else {
        *wished = *wished == SUBSCRIBED ? SUBSCRIBED : ASKED;
        say(w, "subscribe", xmpp, sip);
    }
}

/* What was on its way when the process died is sent again (RFC 3261 17.1.2). */
static void repeat_all(struct world *w)
{
    for (unsigned i = 0; i < DIALOGS; i++) {
        struct leg *phone = &w->phone_legs[i];
        struct leg *server = &w->server_legs[i];

        if (phone->live && phone->unanswered)
            send_subscribe(w, phone, phone->cseq == 1, phone->fetch ? -1 : 3600);
        if (server->live && server->unanswered)
            send_notify(w, server, NULL);
    }
}

/* Ends a process, which had sent nothing for a while; another goes on, or the next one. */
static void die(struct world *w)
{
    unsigned other = 1 - w->f->at;

    if (!w->f->dead) {
        w->f->dead = true;
        return;
    }
    if (w->f->bridges[other] && pick(w, 2) == 0) {
        watch_kill(w->f, w->f->at);
        w->f->dead = false;
        w->f->at = other;
    } else {
        watch_crash(w->f);
    }
    w->link = true;
    repeat_all(w);
}

/* The servers speak to another member from now on. */
static void turn_to(struct world *w, unsigned member)
{
    if (w->f->dead || !w->link)
        return;
    if (!w->f->bridges[member])
        watch_open(w->f, member);
    w->f->at = member;
}

static void drain(struct world *w)
{
    while (w->taken < w->f->request_count || w->stanza_first < w->stanza_count) {
        if (w->taken < w->f->request_count)
            take_request(w, false);
        if (w->stanza_first < w->stanza_count) {
            xmppfed_element *stanza = w->stanzas[w->stanza_first++];

            take_stanza(w, stanza);
            xmppfed_element_free(stanza);
        }
    }
}

static void do_event(struct world *w)
{
    unsigned what = pick(w, 50);

    /* The first ones are what everybody does all the time. */
    what = what < 46 ? what * 22 / 46 : what - 24;

    if (what < 5) {
        if (w->taken < w->f->request_count)
            take_request(w, pick(w, 60) == 0);
    } else if (what < 10) {
        if (w->stanza_first < w->stanza_count && w->link) {
            xmppfed_element *stanza = w->stanzas[w->stanza_first++];

            take_stanza(w, stanza);
            xmppfed_element_free(stanza);
        }
    } else if (what < 12) {
        subscribe_phone(w);
    } else if (what == 12) {
        refresh_phone(w, &w->phone_legs[pick(w, 8)], pick(w, 5) ? 3600 : -1);
    } else if (what < 15) {
        change_device(w);
    } else if (what == 15) {
        change_phone(w);
    } else if (what < 18) {
        decide_xmpp(w);
    } else if (what == 18) {
        decide_sip(w);
    } else if (what < 21) {
        wish(w);
    } else if (what == 21) {
        watch_wait(w->f, 100 * (1 + pick(w, pick(w, 2) ? 30 : 600)));
    } else if (what == 22) {
        die(w);
    } else if (what == 23) {
        w->link = !w->link;
        watch_link(w->f, w->link);
    } else {
        turn_to(w, pick(w, WATCH_MEMBERS));
    }
}

/* ---- the end ------------------------------------------------------------------------------- */

static enum shown best(const struct world *w, unsigned xmpp)
{
    enum shown ret = GONE;

    for (unsigned d = 0; d < DEVICES; d++)
        if (w->devices[xmpp][d] == THERE || ret == GONE)
            ret = ret == THERE ? THERE : w->devices[xmpp][d];
    return ret;
}

/* Two hours in which nothing new happens but what the standards want. */
static void settle(struct world *w)
{
    if (w->f->dead) {
        die(w);
    } else if (!w->link) {
        watch_link(w->f, true);
        w->link = true;
    }
    repeat_all(w);
    for (unsigned minute = 0; minute < 130; minute++) {
        drain(w);
        for (unsigned i = 0; minute % 30 == 5 && i < DIALOGS; i++)
            refresh_phone(w, &w->phone_legs[i], 3600);
        watch_wait(w->f, minute < 2 ? 60000 : 61000);
    }
    drain(w);
}

static void check_phone(const struct world *w, const struct leg *leg)
{
    enum grant granted = w->xmpp_grants[leg->xmpp][leg->sip];
    enum shown shown = granted == GRANTED ? best(w, leg->xmpp) : UNSEEN;

    if (granted == NOT_GRANTED || leg->grant != granted || leg->shown != shown)
        fail_msg("s%u watches x%u: %s grant %d, should be %d; sees %d, should be %d", leg->sip,
                 leg->xmpp, leg->call, (int)leg->grant, (int)granted, (int)leg->shown, (int)shown);
}

/* How many see what they should; none may see anything else. */
static unsigned check(const struct world *w)
{
    unsigned see = 0;

    for (unsigned i = 0; i < DIALOGS; i++)
        if (w->phone_legs[i].live && !w->phone_legs[i].fetch) {
            check_phone(w, &w->phone_legs[i]);
            see += w->phone_legs[i].shown != UNSEEN;
        }
    for (unsigned x = 0; x < USERS; x++)
        for (unsigned s = 0; s < USERS; s++) {
            enum wish wished = w->wishes[x][s];
            enum grant granted = w->sip_grants[s][x];

            if (wished == NO_WISH)
                continue;
            if ((wished == SUBSCRIBED) != (granted == GRANTED) || granted == NOT_GRANTED)
                fail_msg("x%u watches s%u: wish %d, grant %d", x, s, (int)wished, (int)granted);
            if (wished == SUBSCRIBED && w->seen[x][s] != w->phones[s])
                fail_msg("x%u sees s%u as %d, should be %d", x, s, (int)w->seen[x][s],
                         (int)w->phones[s]);
            see += wished == SUBSCRIBED;
        }
    return see;
}

static void test_walk(void **unused)
{
    unsigned see = 0;

    (void)unused;
    for (unsigned seed = 0; seed < WORLDS; seed++) {
        struct world *w = calloc(1, sizeof(*w));
        void *state;

        assert_non_null(w);
        assert_int_equal(watch_setup(&state), 0);
        w->f = state;
        w->random = seed;
        w->link = true;
        w->f->on_stanza = keep_stanza;
        w->f->user = w;
        for (unsigned i = 0; i < USERS * USERS; i++)
            w->sip_grants[i / USERS][i % USERS] = UNDECIDED;
        print_message("# world %u\n", seed);
        for (unsigned i = 0; i < EVENTS; i++) {
            do_event(w);
            watch_clear(w->f);
        }
        settle(w);
        see += check(w);
        while (w->stanza_first < w->stanza_count)
            xmppfed_element_free(w->stanzas[w->stanza_first++]);
        watch_teardown(&state);
        free(w);
    }
    print_message("# %u see somebody\n", see);
    assert_true(see > WORLDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_walk)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

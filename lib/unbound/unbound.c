/* unbound.c - asks libunbound, and hands its verdicts back as DNS answers. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unbound.h>
#include <xmppfed/unbound.h>

#include "answer.h"

enum { PENDING_MAX = 1024, SERVER_SIZE = 64, LINE_SIZE = 4096 };

/* One query that libunbound works on. */
struct pending {
    xmppfed_unbound *owner;
    struct pending *next;
    struct pending **link; /* what points here */
    uint64_t token;
    size_t max; /* octets that the answer may have */
    struct xfed_unbound_question question;
};

struct xmppfed_unbound {
    struct ub_ctx *ub;
    xmppfed_unbound_answer_fn on_answer;
    void *user;
    struct pending *pending;
    size_t pending_count;
    bool started;
};

/* ---- beginning and end ------------------------------------------------------------------- */

/* Names, values: what differs from libunbound's own choice. */
static const char *const options[][2] = {
    {"minimal-responses:", "yes"},
    {"outbound-msg-retry:", "2"}, /* the resolver's patience is shorter than libunbound's */
    {"rrset-roundrobin:", "no"},  /* the resolver orders by weight itself */
};

int xmppfed_unbound_new(xmppfed_unbound_answer_fn on_answer, void *user, xmppfed_unbound **ret)
{
    xmppfed_unbound *u;
    int rc = 0;

    if (!on_answer || !ret)
        return XMPPFED_ERR_ARGUMENT;
    u = calloc(1, sizeof(*u));
    if (!u)
        return XMPPFED_ERR_NOMEM;
    u->on_answer = on_answer;
    u->user = user;
    u->ub = ub_ctx_create();
    /* A thread, not a process: a fork would take the host's sockets along. And it prints nothing.
     */
    if (u->ub && ub_ctx_debugout(u->ub, NULL) == 0)
        rc = ub_ctx_async(u->ub, 1);
    for (size_t i = 0; u->ub && rc == 0 && i < sizeof(options) / sizeof(options[0]); i++)
        rc = ub_ctx_set_option(u->ub, options[i][0], options[i][1]);
    if (!u->ub || rc != 0) {
        xmppfed_unbound_free(u);
        return XMPPFED_ERR_NOMEM;
    }
    *ret = u;
    return 0;
}

static void drop(struct pending *p)
{
    *p->link = p->next;
    if (p->next)
        p->next->link = p->link;
    p->owner->pending_count--;
    free(p);
}

void xmppfed_unbound_free(xmppfed_unbound *u)
{
    if (!u)
        return;
    if (u->ub)
        ub_ctx_delete(u->ub); /* ends its thread; no callback runs any more */
    while (u->pending)
        drop(u->pending);
    free(u);
}

/* ---- settings ---------------------------------------------------------------------------- */

/* Errors of settings; all but want of memory come of a wrong order of calls. */
static int setting_error(int rc)
{
    if (rc == 0)
        return 0;
    return rc == UB_NOMEM ? XMPPFED_ERR_NOMEM : XMPPFED_ERR_STATE;
}

static int say(xmppfed_problem *why, const char *what, const char *sentence)
{
    if (why) {
        why->code = XMPPFED_ERR_STATE;
        snprintf(why->text, sizeof(why->text), "%s: %s", what, sentence);
    }
    return XMPPFED_ERR_STATE;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    size_t i = 0;

    while (i < len && word[i] && toupper((unsigned char)text[i]) == word[i])
        i++;
    return i == len && !word[i];
}

/* Whether one word of a line, up to a comment, is a type that an anchor has. */
static bool line_has_anchor(const char *line)
{
    static const char blanks[] = " \t\r\n";

    for (line += strspn(line, blanks); *line && *line != ';'; line += strspn(line, blanks)) {
        size_t len = strcspn(line, " \t\r\n;");

        if (is_word(line, len, "DS") || is_word(line, len, "DNSKEY"))
            return true;
        line += len;
    }
    return false;
}

/* Whether a file can be read and has an anchor: libunbound is content with an empty one. */
static bool has_anchor(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[LINE_SIZE];
    bool found = false;

    while (file && !found && fgets(line, sizeof(line), file))
        found = line_has_anchor(line);
    if (file)
        fclose(file);
    return found;
}

int xmppfed_unbound_add_anchors(xmppfed_unbound *u, const char *file, xmppfed_problem *why)
{
    if (!u || !file || !*file)
        return XMPPFED_ERR_ARGUMENT;
    if (u->started)
        return say(why, file, "trust anchors are added before the start");
    if (!has_anchor(file))
        return say(why, file, "no trust anchor can be read; name a file of DS or DNSKEY records");
    return setting_error(ub_ctx_add_ta_file(u->ub, file));
}

int xmppfed_unbound_add_server(xmppfed_unbound *u, const char *address, uint16_t port)
{
    struct in6_addr binary;
    char text[SERVER_SIZE];
    int rc;

    if (!u || !address || port == 0)
        return XMPPFED_ERR_ARGUMENT;
    if (u->started)
        return XMPPFED_ERR_STATE;
    if (inet_pton(AF_INET, address, &binary) != 1 && inet_pton(AF_INET6, address, &binary) != 1)
        return XMPPFED_ERR_ADDRESS;
    snprintf(text, sizeof(text), "%s@%u", address, (unsigned)port);
    rc = ub_ctx_set_fwd(u->ub, text);
    /* Else libunbound never asks a server on this machine. */
    if (rc == 0)
        rc = ub_ctx_set_option(u->ub, "do-not-query-localhost:", "no");
    return setting_error(rc);
}

int xmppfed_unbound_start(xmppfed_unbound *u, xmppfed_problem *why)
{
    int rc;

    if (!u)
        return XMPPFED_ERR_ARGUMENT;
    if (u->started)
        return 0;
    /*
     * libunbound reads its settings at the first change of local data, and says only then what is
     * wrong with them. This one lets partners of a laboratory be below "test.", as other resolvers
     * do.
     */
    rc = ub_ctx_zone_remove(u->ub, "test.");
    if (rc == 0) {
        u->started = true;
        return 0;
    }
    return say(
        why, ub_strerror(rc),
        "libunbound does not start; see whether each line of the files of trust anchors is a "
        "DS or DNSKEY record");
}

/* ---- queries ----------------------------------------------------------------------------- */

int xmppfed_unbound_fd(const xmppfed_unbound *u)
{
    return ub_fd(u->ub);
}

void xmppfed_unbound_process(xmppfed_unbound *u)
{
    (void)ub_process(u->ub);
}

/* Writes the answer; without memory there is none, and the resolver tries again. */
static void deliver(struct pending *p, const struct xfed_unbound_found *found)
{
    size_t least = XFED_UNBOUND_HEADER_SIZE + XFED_UNBOUND_QUESTION;
    uint8_t *answer = malloc(found->len > least ? found->len : least);
    xmppfed_unbound *u = p->owner;
    uint64_t token = p->token;
    size_t len = 0;

    if (answer)
        len = xfed_unbound_write_answer(&p->question, found, p->max, answer);
    drop(p);
    if (answer)
        u->on_answer(token, answer, len, u->user);
    free(answer);
}

static void on_result(void *data, int error, struct ub_result *result)
{
    struct xfed_unbound_found found = {.packet = NULL};

    if (error == 0 && result) {
        found.rcode = (unsigned)result->rcode;
        found.secure = result->secure && !result->bogus;
        found.bogus = result->bogus != 0;
        found.packet = result->answer_packet;
        found.len = result->answer_packet ? (size_t)result->answer_len : 0;
    }
    deliver(data, &found);
    ub_resolve_free(result);
}

static int add_pending(xmppfed_unbound *u, const xmppfed_dns_query *q, struct pending **ret)
{
    struct pending *p = calloc(1, sizeof(*p));

    if (!p)
        return XMPPFED_ERR_NOMEM;
    if (!xfed_unbound_read_question(q->data, q->len, &p->question)) {
        free(p);
        return XMPPFED_ERR_ARGUMENT;
    }
    p->owner = u;
    p->token = q->token;
    p->max = q->tcp ? UINT16_MAX : XFED_UNBOUND_UDP_MAX;
    p->link = &u->pending;
    p->next = u->pending;
    if (p->next)
        p->next->link = &p->next;
    u->pending = p;
    u->pending_count++;
    *ret = p;
    return 0;
}

int xmppfed_unbound_ask(xmppfed_unbound *u, const xmppfed_dns_query *q)
{
    struct pending *p;
    int rc;

    if (!u || !q || !q->data)
        return XMPPFED_ERR_ARGUMENT;
    if (!u->started)
        return XMPPFED_ERR_STATE;
    if (u->pending_count == PENDING_MAX)
        return XMPPFED_ERR_LIMIT_PENDING;
    rc = add_pending(u, q, &p);
    if (rc < 0)
        return rc;
    if (ub_resolve_async(u->ub, p->question.name, p->question.type, p->question.class_code, p,
                         on_result, NULL) == 0)
        return 0;
    drop(p);
    return XMPPFED_ERR_NOMEM;
}

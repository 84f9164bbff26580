/* player.c - plays the lines of a recording on a real connection and compares what comes out. */
#include "replay/player.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmppfed/xmppfed.h>

#include "replay/certificates.h"

enum { TEXT_SIZE = 1024 * 1024, WORDS = 9, DOMAINS = 64, TLS_HANDSHAKE = 0x16, ROOM = 16384 };

/* When certificates are judged; they are good for a century around it. */
#define CLOCK INT64_C(1763683200)
/* The secret under which a recording writes our keys (XEP-0185). */
#define SECRET "s3cr3tf0rd14lb4ck"

/* Text that grows at its end and is taken from its beginning. */
struct text {
    char data[TEXT_SIZE];
    size_t len;
};

struct player {
    xmppfed_context *ctx;
    xmppfed_site *site;
    struct certificates *certificates;
    char domains[DOMAINS][XMPPFED_DOMAIN_SIZE]; /* of partners */
    size_t domain_count;
    xmppfed_connection *connection;
    xmppfed_time now;
    xmppfed_tls_session *tls; /* the peer's end */
    bool tls_up;
    bool peer_accepts;
    bool evidence; /* the host can look for some about a peer */
    char id[64];   /* of our stream as it is now */
    uint64_t random;
    struct text piece;  /* of the peer, to be fed */
    struct text wire;   /* ours, from before the peer's TLS began */
    struct text said;   /* ours, as the peer reads it */
    struct text events; /* one a line */
    char why[1024];
};

static bool give_up(struct player *p, const char *format, ...) XMPPFED_PRINTF(2, 3);

static bool give_up(struct player *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(p->why, sizeof(p->why), format, args);
    va_end(args);
    return false;
}

static bool add(struct player *p, struct text *t, const char *data, size_t len)
{
    if (len >= TEXT_SIZE - t->len)
        return give_up(p, "more than %d bytes at once", TEXT_SIZE);
    memcpy(t->data + t->len, data, len);
    t->len += len;
    t->data[t->len] = '\0';
    return true;
}

static void drop(struct text *t, size_t len)
{
    memmove(t->data, t->data + len, t->len - len + 1);
    t->len -= len;
}

/* Splits a line at its spaces, in place. */
static size_t split(char *line, char *ret_words[WORDS])
{
    size_t count = 0;

    for (char *word = line; *word && count < WORDS;) {
        size_t len = strcspn(word, " ");

        if (len > 0)
            ret_words[count++] = word;
        word += len;
        if (*word)
            *word++ = '\0';
    }
    return count;
}

/* The same numbers each time, so that what depends on them is the same too. */
static int next_random(void *out, size_t size, void *user)
{
    struct player *p = user;

    for (size_t i = 0; i < size; i++) {
        p->random = p->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)out)[i] = (unsigned char)(p->random >> 56);
    }
    return 0;
}

/* ---- the site ---------------------------------------------------------------------------- */

static int negotiation_of(const char *value)
{
    static const char *const values[] = {"required", "optional", "not-supported"};

    for (int i = 0; i < 3; i++)
        if (strcmp(values[i], value) == 0)
            return XMPPFED_REQUIRED + i;
    return -1;
}

/* The recording does not tell the secret; any will do until the peer is to prove that it knows it.
 */
static int set_secret(struct player *p, xmppfed_partner *partner, const char *domain,
                      const char *secret)
{
    xmppfed_partner_set_shared_secret(partner, 1);
    return xmppfed_site_set_partner_secret(p->site, domain, xmppfed_slice_of(secret));
}

static bool set_field(struct player *p, xmppfed_partner *partner, const char *domain,
                      const char *name, const char *value)
{
    int rc = 0;

    if (strcmp(name, "tls") == 0)
        rc = xmppfed_partner_set_tls(partner, negotiation_of(value));
    else if (strcmp(name, "sasl") == 0)
        rc = xmppfed_partner_set_sasl(partner, negotiation_of(value));
    else if (strcmp(name, "dialback") == 0)
        xmppfed_partner_set_dialback(partner, strcmp(value, "true") == 0);
    else if (strcmp(name, "allow-plaintext") == 0)
        xmppfed_partner_set_allow_plaintext(partner, strcmp(value, "true") == 0);
    else if (strcmp(name, "key-by-certificate") == 0)
        xmppfed_partner_set_key_by_certificate(partner, strcmp(value, "true") == 0);
    else if (strcmp(name, "eku") == 0)
        rc = xmppfed_partner_set_eku(partner, strcmp(value, "any") == 0 ? XMPPFED_EKU_ANY
                                                                        : XMPPFED_EKU_STRICT_ROLE);
    else if (strcmp(name, "tls-minimum") == 0)
        rc = xmppfed_partner_set_tls_minimum(partner, XMPPFED_TLS_1_3);
    else if (strcmp(name, "shared-secret") == 0)
        rc = set_secret(p, partner, domain, value);
    else
        return give_up(p, "a partner has no %s", name);
    return rc == 0 || give_up(p, "%s=%s is no setting", name, value);
}

static bool add_partner(struct player *p, xmppfed_policy_builder *b, char *words[WORDS],
                        size_t count)
{
    xmppfed_partner *partner;

    if (count < 2 || p->domain_count == DOMAINS || strlen(words[1]) >= XMPPFED_DOMAIN_SIZE)
        return give_up(p, "a policy line without a domain, or one too many");
    if (xmppfed_policy_builder_add_partner(b, words[1], NULL, &partner) < 0)
        return give_up(p, "%s is no domain for a partner", words[1]);
    snprintf(p->domains[p->domain_count++], XMPPFED_DOMAIN_SIZE, "%s", words[1]);
    for (size_t i = 2; i < count; i++) {
        char *value = strchr(words[i], '=');

        if (!value)
            return give_up(p, "%s has no value", words[i]);
        *value = '\0';
        if (!set_field(p, partner, words[1], words[i], value + 1))
            return false;
    }
    return true;
}

static bool add_host(struct player *p, const char *domain, bool certified)
{
    xmppfed_credentials *own =
        certified ? certificates_make(p->certificates, p->ctx, &domain, 1, true) : NULL;
    bool hosted = (own || !certified) && xmppfed_site_set_domain(p->site, domain, own) == 0;

    xmppfed_credentials_unref(own);
    return hosted || give_up(p, "%s cannot be hosted", domain);
}

/* Whether a line is about the site, and not about what happened. */
static bool is_scene(const char *line)
{
    return strncmp(line, "host ", 5) == 0 || strncmp(line, "policy ", 7) == 0 ||
           strncmp(line, "evidence", 8) == 0;
}

static bool set_up_line(struct player *p, xmppfed_policy_builder *b, const char *begin, size_t len)
{
    char line[4 * XMPPFED_DOMAIN_SIZE];
    char *words[WORDS];
    size_t count;

    if (len >= sizeof(line) || !is_scene(begin))
        return true;
    memcpy(line, begin, len);
    line[len] = '\0';
    count = split(line, words);
    if (strcmp(words[0], "evidence") == 0)
        return p->evidence = true;
    if (strcmp(words[0], "policy") == 0)
        return add_partner(p, b, words, count);
    return count < 2 || add_host(p, words[1], count > 2);
}

static bool set_policy(struct player *p, xmppfed_policy_builder *b)
{
    xmppfed_problem why = {0, ""};
    xmppfed_policy *policy;

    xmppfed_policy_builder_set_federation(b, 1);
    if (xmppfed_policy_builder_finish(b, &why, &policy) < 0)
        return give_up(p, "%s", why.text);
    xmppfed_site_set_policy(p->site, policy);
    xmppfed_policy_unref(policy);
    return true;
}

static bool set_up(struct player *p, const char *text)
{
    xmppfed_policy_builder *b;
    xmppfed_trust *trust;
    bool done = true;

    if (xmppfed_policy_builder_new(p->ctx, &b) < 0)
        return give_up(p, "out of memory");
    for (const char *line = text; done && *line; line += strcspn(line, "\n"), line += *line != 0)
        done = set_up_line(p, b, line, strcspn(line, "\n"));
    done = done && set_policy(p, b);
    xmppfed_policy_builder_free(b);
    trust = certificates_trust(p->certificates, p->ctx);
    xmppfed_site_set_trust(p->site, trust);
    xmppfed_trust_unref(trust);
    xmppfed_site_set_clock(p->site, CLOCK, 0);
    return done && (xmppfed_site_set_dialback_secret(
                        p->site, (xmppfed_slice){SECRET, sizeof(SECRET) - 1}) == 0 ||
                    give_up(p, "out of memory"));
}

struct player *player_new(const char *text, char *why, unsigned why_size)
{
    struct player *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    p->certificates = certificates_new();
    if (!p->certificates || xmppfed_context_new(NULL, &p->ctx) < 0) {
        give_up(p, "out of memory");
    } else {
        xmppfed_context_set_random(p->ctx, next_random, p);
        if (xmppfed_site_new(p->ctx, &p->site) == 0 && set_up(p, text))
            return p;
    }
    snprintf(why, why_size, "%s", p->why);
    player_free(p);
    return NULL;
}

void player_free(struct player *p)
{
    if (!p)
        return;
    xmppfed_connection_free(p->connection);
    xmppfed_tls_session_free(p->tls);
    xmppfed_site_unref(p->site);
    xmppfed_context_unref(p->ctx);
    certificates_free(p->certificates);
    free(p);
}

/* ---- what comes out ---------------------------------------------------------------------- */

static bool add_field(struct player *p, const char *name, const char *value)
{
    return !*value || (add(p, &p->events, " ", 1) && add(p, &p->events, name, strlen(name)) &&
                       add(p, &p->events, "=", 1) && add(p, &p->events, value, strlen(value)));
}

static bool add_event(struct player *p, const xmppfed_event *ev)
{
    const char *name = xmppfed_event_name(xmppfed_event_kind(ev));
    const xmppfed_proof *proof = xmppfed_event_proof(ev);
    int code = xmppfed_event_code(ev);

    return xmppfed_event_kind(ev) == XMPPFED_EVENT_STANZA ||
           (add(p, &p->events, name, strlen(name)) &&
            add_field(p, "local", xmppfed_event_local(ev)) &&
            add_field(p, "remote", xmppfed_event_remote(ev)) &&
            add_field(p, "id", xmppfed_event_id(ev)) &&
            add_field(p, "key", xmppfed_event_key(ev)) &&
            add_field(p, "proof", proof ? xmppfed_proof_name(proof->kind) : "") &&
            add_field(p, "code", code ? xmppfed_error_name(code) : "") &&
            add(p, &p->events, "\n", 1));
}

/* What keeps a stream alive is not recorded: white space, and pings of our own (XEP-0199). */
static bool is_keep_alive(const char *text, size_t len)
{
    static const char ping[] = "><ping xmlns='urn:xmpp:ping'/></iq>";

    return (len == 1 && text[0] == ' ') ||
           (len > sizeof(ping) + 3 && memcmp(text, "<iq ", 4) == 0 &&
            memcmp(text + len - (sizeof(ping) - 1), ping, sizeof(ping) - 1) == 0);
}

/* Reads our bytes as the peer does. */
static bool read_wire(struct player *p, xmppfed_slice bytes)
{
    char room[ROOM];
    int len;

    if (!p->tls)
        return add(p, bytes.data[0] == TLS_HANDSHAKE || p->wire.len > 0 ? &p->wire : &p->said,
                   bytes.data, bytes.len);
    if (xmppfed_tls_session_feed(p->tls, bytes.data, bytes.len) < 0)
        return give_up(p, "the peer's TLS takes no more");
    while (p->tls_up && (len = xmppfed_tls_session_read(p->tls, room, sizeof(room))) > 0)
        if (!is_keep_alive(room, (size_t)len) && !add(p, &p->said, room, (size_t)len))
            return false;
    return true;
}

/* Writes %id% for the id of a header of ours, which is another in each play. */
static void hide(struct text *t, const char *id)
{
    size_t len = strlen(id);
    char *at = t->data;

    while (len > 0 && (at = strstr(at, id)) != NULL) {
        memmove(at + 4, at + len, strlen(at + len) + 1);
        memcpy(at, "%id%", 4);
        t->len = t->len - len + 4;
    }
}

static void hide_id(struct player *p)
{
    const char *header = p->peer_accepts ? NULL : strstr(p->said.data, "<stream:stream ");
    const char *id = header ? strstr(header, " id='") : NULL;
    size_t len = id ? strcspn(id + 5, "'") : 0;

    if (len > 4 && len < sizeof(p->id) && strncmp(id + 5, "%id%", 4) != 0)
        snprintf(p->id, sizeof(p->id), "%.*s", (int)len, id + 5);
    hide(&p->said, p->id);
    hide(&p->events, p->id);
}

/* Lets the connection work and takes all that comes of it. */
static bool work(struct player *p)
{
    const xmppfed_event *ev;
    xmppfed_slice bytes;

    while (xmppfed_connection_next_event(p->connection, p->now, &ev) == 1)
        if (!add_event(p, ev))
            return false;
    while ((bytes = xmppfed_connection_output(p->connection)).len > 0) {
        if ((p->tls || !is_keep_alive(bytes.data, bytes.len)) && !read_wire(p, bytes))
            return false;
        xmppfed_connection_sent(p->connection, bytes.len);
    }
    hide_id(p);
    return true;
}

/* ---- the peer ---------------------------------------------------------------------------- */

static bool feed(struct player *p, const char *data, size_t len)
{
    int rc = xmppfed_connection_feed(p->connection, data, len);

    return rc == 0 || rc == XMPPFED_ERR_STREAM_CLOSED ||
           give_up(p, "the peer's bytes are not taken: %s", xmppfed_error_name(rc));
}

static bool carry(struct player *p)
{
    xmppfed_slice bytes = xmppfed_tls_session_output(p->tls);
    bool done = bytes.len == 0 || feed(p, bytes.data, bytes.len);

    xmppfed_tls_session_sent(p->tls, bytes.len);
    return done;
}

/* Hands over what was collected of the peer. */
static bool deliver(struct player *p)
{
    bool done = true;

    if (p->piece.len == 0)
        return true;
    if (!p->connection)
        return give_up(p, "nothing was started");
    if (!p->tls_up)
        done = feed(p, p->piece.data, p->piece.len);
    else if (xmppfed_tls_session_write(p->tls, p->piece.data, p->piece.len) < 0)
        done = give_up(p, "the peer's TLS is over");
    else
        done = carry(p);
    p->piece.len = 0;
    return done && work(p);
}

/* Bytes of the peer, with their escapes. */
static bool collect(struct player *p, const char *line)
{
    bool done = true;

    while (done && *line) {
        size_t count = 1;
        char byte = *line++;

        if (byte == '\\' && *line == 'n') {
            byte = '\n';
            line++;
        } else if (byte == '\\' && *line == 'x' && line[1] && line[2]) {
            char digits[3] = {line[1], line[2], '\0'};

            byte = (char)strtoul(digits, NULL, 16);
            line += 3;
        } else if (byte == '%' && strncmp(line, "fill ", 5) == 0) {
            char *end;

            count = strtoul(line + 5, &end, 10);
            byte = 'x';
            line = end + (*end == '%');
        }
        while (done && count-- > 0)
            done = add(p, &p->piece, &byte, 1);
    }
    return done;
}

static bool shake_hands(struct player *p, const char *certificate)
{
    const char *names[DOMAINS];
    bool trusted = strcmp(certificate, "fails") != 0 && !strstr(certificate, "-selfsigned");
    xmppfed_credentials *own = NULL;
    int done = 0;
    int rc;
    bool misnamed = strcmp(certificate, "misnamed") == 0 || strstr(certificate, "-wrongname");

    for (size_t i = 0; i < p->domain_count; i++)
        names[i] = misnamed ? "elsewhere.example" : p->domains[i];
    if (strcmp(certificate, "none") != 0)
        own = certificates_make(p->certificates, p->ctx, names, p->domain_count, trusted);
    rc = xmppfed_tls_session_new(p->ctx, p->peer_accepts ? XMPPFED_TLS_SERVER : XMPPFED_TLS_CLIENT,
                                 own, NULL, &p->tls);
    xmppfed_credentials_unref(own);
    if (rc < 0 || xmppfed_tls_session_feed(p->tls, p->wire.data, p->wire.len) < 0)
        return give_up(p, "the peer's TLS does not begin");
    p->wire.len = 0;
    for (int turn = 0; turn < 8 && done == 0; turn++) {
        if (!work(p))
            return false;
        done = xmppfed_tls_session_handshake(p->tls, NULL);
        if (!carry(p))
            return false;
    }
    p->tls_up = done == 1;
    return (p->tls_up || give_up(p, "the TLS handshake fails")) &&
           read_wire(p, (xmppfed_slice){"", 0}) && work(p);
}

/* ---- the host ---------------------------------------------------------------------------- */

static int code_of(const char *name)
{
    for (int code = -1; code > XMPPFED_ERR_LAST; code--)
        if (strcmp(xmppfed_error_name(code), name) == 0)
            return code;
    return 0;
}

static bool start(struct player *p, char *words[WORDS], size_t count)
{
    const char *how = count > 1 ? words[1] : "";
    bool direct = strstr(how, "-direct") != NULL;
    int purpose =
        strncmp(how, "verifier", 8) == 0 ? XMPPFED_PURPOSE_VERIFY : XMPPFED_PURPOSE_STANZAS;
    int rc;

    p->peer_accepts = strncmp(how, "receiver", 8) != 0;
    if (p->connection || (p->peer_accepts && count < 4))
        return give_up(p, "a second start, or one without domains");
    if (!p->peer_accepts)
        rc = (direct ? xmppfed_connection_new_receiver_direct
                     : xmppfed_connection_new_receiver)(p->site, p->now, &p->connection);
    else
        rc = (direct ? xmppfed_connection_new_initiator_direct : xmppfed_connection_new_initiator)(
            p->site, words[2], words[3], purpose, p->now, &p->connection);
    if (rc == 0 && p->evidence && !p->peer_accepts)
        rc = xmppfed_connection_set_evidence(p->connection, XMPPFED_EVIDENCE_TLSA);
    if (rc < 0)
        return give_up(p, "the stream does not begin: %s", xmppfed_error_name(rc));
    if (strcmp(words[count - 1], "acks") == 0)
        xmppfed_connection_set_acks(p->connection, 1);
    return work(p);
}

/* A call that fails is told like an event. */
static bool add_refusal(struct player *p, int code)
{
    static const char says[] = "the call says ";
    const char *name = xmppfed_error_name(code);

    return add(p, &p->events, says, sizeof(says) - 1) && add(p, &p->events, name, strlen(name)) &&
           add(p, &p->events, "\n", 1);
}

static bool send_message(struct player *p, const char *from, const char *to)
{
    xmppfed_element *e = xmppfed_element_new(p->ctx, "message", XMPPFED_NS_SERVER);
    int rc;

    xmppfed_element_set_attribute(e, "from", from);
    xmppfed_element_set_attribute(e, "to", to);
    rc = xmppfed_connection_send(p->connection, e, NULL);
    xmppfed_element_free(e);
    return rc == 0 || add_refusal(p, rc);
}

static bool call(struct player *p, char *words[WORDS], size_t count)
{
    xmppfed_connection *c = p->connection;
    const char *what = count > 1 ? words[1] : "";
    int rc = 0;

    if (!c)
        return give_up(p, "nothing was started");
    if (strcmp(what, "gone") == 0)
        xmppfed_connection_transport_closed(c);
    else if (strcmp(what, "close") == 0 && count > 2)
        xmppfed_connection_close(c, code_of(words[2]), NULL);
    else if (strcmp(what, "tick") == 0 && count > 2)
        xmppfed_connection_tick(c, p->now += strtoull(words[2], NULL, 10));
    else if (strcmp(what, "verify") == 0 && count > 5)
        rc = xmppfed_connection_verify(c, words[2], words[3], words[4], words[5]);
    else if (strcmp(what, "pair") == 0 && count > 3)
        rc = xmppfed_connection_add_pair(c, words[2], words[3]);
    else if (strcmp(what, "checked") == 0 && count > 4)
        rc = xmppfed_connection_checked(c, words[2], words[3], code_of(words[4]),
                                        count > 5 ? words[5] : NULL);
    else if (strcmp(what, "acks") == 0)
        xmppfed_connection_set_acks(c, 1);
    else if (strcmp(what, "evidence") == 0)
        rc = xmppfed_connection_evidence_known(c);
    else if (strcmp(what, "send") == 0 && count > 3)
        return send_message(p, words[2], words[3]) && work(p);
    else if (strcmp(what, "tls") == 0 && count > 2 && strcmp(words[2], "broken") == 0)
        return feed(p, "\x15\x03\x03\x00\x02\x02\x28", 7) && work(p); /* alert handshake_failure */
    else if (strcmp(what, "tls") == 0 && count > 2)
        return shake_hands(p, words[2]);
    else
        return give_up(p, "a replay cannot do this");
    return (rc == 0 || add_refusal(p, rc)) && work(p);
}

/* ---- lines ------------------------------------------------------------------------------- */

static bool expect_event(struct player *p, const char *line)
{
    size_t len = strcspn(p->events.data, "\n");

    if (strncmp(line, "STANZA ", 7) == 0)
        return true;
    if (p->events.len == 0)
        return give_up(p, "nothing happens here");
    if (strlen(line) != len || memcmp(line, p->events.data, len) != 0)
        return give_up(p, "happens in its place: %.*s", (int)len, p->events.data);
    drop(&p->events, len + 1);
    return true;
}

static bool expect_said(struct player *p, const char *line)
{
    size_t len = strlen(line);

    if (strcmp(line, "\\x20") == 0) /* a keep-alive */
        return true;
    if (p->said.len < len || memcmp(line, p->said.data, len) != 0)
        return give_up(p, "said in its place: %s", p->said.len ? p->said.data : "nothing");
    drop(&p->said, len);
    return true;
}

bool player_line(struct player *p, const char *line)
{
    char copy[4 * XMPPFED_DOMAIN_SIZE];
    char *words[WORDS];
    size_t count;

    if (strncmp(line, "C: ", 3) == 0)
        return collect(p, line + 3);
    if (!deliver(p))
        return false;
    if (strncmp(line, "E: ", 3) == 0)
        return expect_event(p, line + 3);
    if (strncmp(line, "S: ", 3) == 0)
        return expect_said(p, line + 3);
    if (!*line || *line == '#' || is_scene(line))
        return true;
    if (strlen(line) >= sizeof(copy))
        return give_up(p, "the line is too long");
    snprintf(copy, sizeof(copy), "%s", line);
    count = split(copy, words);
    if (strcmp(words[0], "start") == 0)
        return start(p, words, count);
    return strcmp(words[0], "A:") == 0 ? call(p, words, count)
                                       : give_up(p, "this is no line of a recording");
}

bool player_end(struct player *p)
{
    if (!deliver(p))
        return false;
    if (p->events.len > 0)
        return give_up(p, "happens and was not recorded: %.*s", (int)strcspn(p->events.data, "\n"),
                       p->events.data);
    return p->said.len == 0 || give_up(p, "said and not recorded: %s", p->said.data);
}

const char *player_why(const struct player *p)
{
    return p->why;
}

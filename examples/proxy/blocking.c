/* blocking.c - what our users block: the blocking command (XEP-0191), with reports (XEP-0377). */
#include "proxy/blocking.h"

#include <stdio.h>
#include <string.h>
#include <xmppfed/stream.h>

#include "proxy/addresses.h"
#include "proxy/relay.h"

#define NS_BLOCKING "urn:xmpp:blocking"
#define NS_REPORTING "urn:xmpp:reporting:1"
#define NS_STANZA_ID "urn:xmpp:sid:0"

enum { ITEMS_MAX = 100, LIST_MAX = 1000, TEXT_MAX = 1024, IDS_MAX = 20 };

/* A command under way: the first thing that is wrong ends it. */
struct command {
    struct proxy *proxy;
    struct store_author by;
    char local[XMPPFED_BARE_SIZE];
    const char *condition; /* what is wrong; NULL: nothing yet */
    struct complaint why;
};

static bool is_one(const xmppfed_element *iq)
{
    const char *type = xmppfed_element_attribute(iq, "type");

    return strcmp(xmppfed_element_name(iq), "iq") == 0 && type &&
           (strcmp(type, "get") == 0 || strcmp(type, "set") == 0) && xmppfed_element_first(iq) &&
           strcmp(xmppfed_element_ns(xmppfed_element_first(iq)), NS_BLOCKING) == 0;
}

bool blocking_is_for_us(const xmppfed_element *stanza)
{
    const char *from = xmppfed_element_attribute(stanza, "from");
    const char *to = xmppfed_element_attribute(stanza, "to");
    char user[XMPPFED_BARE_SIZE];
    char target[XMPPFED_BARE_SIZE];

    if (!is_one(stanza) || !from || xmppfed_jid_prepare_bare(from, XMPPFED_STRICT, user) < 0 ||
        !strchr(user, '@'))
        return false;
    if (!to)
        return true;
    return xmppfed_jid_prepare_bare(to, XMPPFED_STRICT, target) == 0 &&
           (strcmp(target, user) == 0 || strcmp(target, address_domain(user)) == 0);
}

static bool fail(struct command *c, const char *condition, const char *text)
{
    c->condition = condition;
    if (text)
        complain(&c->why, "%s", text);
    return false;
}

/*
 * The user whom an item names. A domain and a single device are not blocked here: contacts are of
 * users, and the records, where both can be, are for administrators.
 */
static bool read_item(struct command *c, const xmppfed_element *item, char ret[XMPPFED_BARE_SIZE])
{
    const char *address = xmppfed_element_attribute(item, "jid");
    xmppfed_jid parts;

    if (!xmppfed_element_is(item, "item", NS_BLOCKING) || !address)
        return fail(c, "bad-request", "an item must be there and have a jid");
    if (xmppfed_jid_split(address, &parts) < 0 ||
        xmppfed_jid_prepare_bare(address, XMPPFED_LENIENT, ret) < 0)
        return fail(c, "jid-malformed", "the jid of an item is no address");
    if (parts.resource.len > 0 || !strchr(ret, '@'))
        return fail(
            c, "feature-not-implemented",
            "only user@domain is blocked here; ask an administrator for a domain or device");
    return true;
}

/* ---- reports ----------------------------------------------------------------------------- */

/* The reasons of XEP-0377 11.4, by their last word. */
static const char *reason_of(const xmppfed_element *report)
{
    const char *reason = xmppfed_element_attribute(report, "reason");

    if (reason && strcmp(reason, "urn:xmpp:reporting:spam") == 0)
        return "spam";
    return reason && strcmp(reason, "urn:xmpp:reporting:abuse") == 0 ? "abuse" : "other";
}

/* The report as the audit has it; what the user consents to (XEP-0377 5) is for scripts to heed. */
static json_t *record_of(const xmppfed_element *report)
{
    json_t *record = json_object();
    json_t *ids = json_array();
    const xmppfed_element *e;
    char text[TEXT_MAX];

    for (e = xmppfed_element_first(report); e; e = xmppfed_element_next(e)) {
        const char *id = xmppfed_element_attribute(e, "id");

        if (xmppfed_element_is(e, "stanza-id", NS_STANZA_ID) && id &&
            json_array_size(ids) < IDS_MAX)
            json_array_append_new(ids, json_string(id));
    }
    json_object_set_new(record, "Reason", json_string(reason_of(report)));
    json_object_set_new(record, "StanzaIds", ids);
    e = xmppfed_element_child(report, "text", NS_REPORTING);
    if (e) {
        size_t len = strlen(xmppfed_element_text(e));

        /* A cut must not leave half a character. */
        len = len < sizeof(text) ? len : sizeof(text) - 1;
        while (len > 0 && len == sizeof(text) - 1 &&
               ((unsigned char)xmppfed_element_text(e)[len] & 0xc0) == 0x80)
            len--;
        json_object_set_new(record, "Text", json_stringn(xmppfed_element_text(e), len));
    }
    json_object_set_new(record, "ReportOrigin",
                        json_boolean(xmppfed_element_child(report, "report-origin", NS_REPORTING)));
    json_object_set_new(record, "ThirdParty",
                        json_boolean(xmppfed_element_child(report, "third-party", NS_REPORTING)));
    return record;
}

static bool take_report(struct command *c, const xmppfed_element *report, const char *remote)
{
    json_t *record = record_of(report);
    char name[2 * XMPPFED_BARE_SIZE];
    bool ok;

    snprintf(name, sizeof(name), "%s %s", c->local, remote);
    ok = store_audit_add(c->proxy->store, &c->by, "report", name, record, &c->why);
    json_decref(record);
    if (!ok)
        return fail(c, "internal-server-error", NULL);
    log_event(&c->proxy->log, EVENT_ABUSE_REPORTED, LOG_TEXT("local", c->local),
              LOG_TEXT("remote", remote), LOG_TEXT("reason", reason_of(report)));
    return true;
}

/* ---- the commands ------------------------------------------------------------------------ */

static bool set(struct command *c, const char *remote, int contact)
{
    return store_set(c->proxy->store, &c->by, c->local, remote, contact, &c->why) ||
           fail(c, "internal-server-error", NULL);
}

static bool unblock(struct command *c, const char *remote)
{
    return store_contact(c->proxy->store, c->local, remote) != XMPPFED_CONTACT_BLOCKED ||
           set(c, remote, XMPPFED_CONTACT_NONE);
}

static bool block(struct command *c, const xmppfed_element *item, const char *remote)
{
    const xmppfed_element *report = xmppfed_element_child(item, "report", NS_REPORTING);

    return set(c, remote, XMPPFED_CONTACT_BLOCKED) && (!report || take_report(c, report, remote));
}

/* All items are looked at before the first is acted on (XEP-0191 3.3: all or an error). */
static bool check_items(struct command *c, const xmppfed_element *list)
{
    const xmppfed_element *item;
    char remote[XMPPFED_BARE_SIZE];
    unsigned count = 0;

    for (item = xmppfed_element_first(list); item; item = xmppfed_element_next(item)) {
        if (!read_item(c, item, remote))
            return false;
        if (++count > ITEMS_MAX)
            return fail(c, "resource-constraint", "a command may have 100 items");
    }
    return true;
}

static void act_on_items(struct command *c, const xmppfed_element *list, bool blocks)
{
    const xmppfed_element *item;
    char remote[XMPPFED_BARE_SIZE];

    if (!check_items(c, list))
        return;
    for (item = xmppfed_element_first(list); item; item = xmppfed_element_next(item))
        if (!read_item(c, item, remote) || !(blocks ? block(c, item, remote) : unblock(c, remote)))
            return;
}

/* Those that a user blocks, as items of a list, or as names of an object. */
static void list_item(const char *local, const char *remote, int contact, int64_t changed,
                      void *user)
{
    (void)local;
    (void)changed;
    if (contact == XMPPFED_CONTACT_BLOCKED)
        xmppfed_element_set_attribute(xmppfed_element_add_child(user, "item", NS_BLOCKING), "jid",
                                      remote);
}

static void list_name(const char *local, const char *remote, int contact, int64_t changed,
                      void *user)
{
    (void)local;
    (void)changed;
    if (contact == XMPPFED_CONTACT_BLOCKED)
        json_object_set_new(user, remote, json_true());
}

/* XEP-0191 3.5: an unblock without items is of all. */
static void unblock_all(struct command *c)
{
    json_t *names = json_object();
    const char *remote;
    json_t *unused;

    if (!store_list(c->proxy->store, c->local, LIST_MAX, list_name, names, &c->why))
        fail(c, "internal-server-error", NULL);
    json_object_foreach(names, remote, unused)
    {
        if (c->condition || !unblock(c, remote))
            break;
    }
    json_decref(names);
}

static void act(struct command *c, const xmppfed_element *iq, xmppfed_element *result)
{
    const xmppfed_element *what = xmppfed_element_first(iq);
    bool sets = strcmp(xmppfed_element_attribute(iq, "type"), "set") == 0;

    if (!sets && xmppfed_element_is(what, "blocklist", NS_BLOCKING)) {
        xmppfed_element *list = xmppfed_element_add_child(result, "blocklist", NS_BLOCKING);

        if (!store_list(c->proxy->store, c->local, LIST_MAX, list_item, list, &c->why))
            fail(c, "internal-server-error", NULL);
    } else if (sets && xmppfed_element_is(what, "block", NS_BLOCKING)) {
        if (xmppfed_element_first(what))
            act_on_items(c, what, true);
        else
            fail(c, "bad-request", "a block must name whom"); /* XEP-0191 3.3 */
    } else if (sets && xmppfed_element_is(what, "unblock", NS_BLOCKING)) {
        if (xmppfed_element_first(what))
            act_on_items(c, what, false);
        else
            unblock_all(c);
    } else {
        fail(c, "bad-request", "this is no blocking command");
    }
}

void blocking_answer(struct proxy *p, struct link *l, const char *host, const xmppfed_element *iq)
{
    static const char *const turned[][2] = {{"from", "to"}, {"to", "from"}, {"id", "id"}};
    struct command c = {.proxy = p, .by = {0, host, "blocking command"}};
    xmppfed_element *answer = xmppfed_element_new(p->ctx, "iq", XMPPFED_NS_SERVER);
    size_t i;

    xmppfed_element_set_attribute(answer, "type", "result");
    for (i = 0; i < sizeof(turned) / sizeof(turned[0]); i++)
        xmppfed_element_set_attribute(answer, turned[i][1],
                                      xmppfed_element_attribute(iq, turned[i][0]));
    if (xmppfed_jid_prepare_bare(xmppfed_element_attribute(iq, "from"), XMPPFED_STRICT, c.local) <
        0)
        fail(&c, "jid-malformed", "the sender is no address");
    else
        act(&c, iq, answer);
    if (c.condition) {
        xmppfed_element_free(answer);
        answer = xmppfed_stanza_error(iq, c.condition, c.why.text);
    }
    if (answer)
        (void)relay_to_host(p, l, host, answer);
    xmppfed_element_free(answer);
}

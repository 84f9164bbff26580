/* contact.c - what users have done about contacts, looked at and changed by hand. */
#include "proxy/addresses.h"
#include "proxy/admin/commands.h"
#include "proxy/records/words.h"

#define LIST_MAX 10000

static void list_pair(const char *local, const char *remote, int contact, int64_t changed,
                      void *user)
{
    json_t *o = json_object();

    admin_put(o, "local", admin_text(local));
    admin_put(o, "remote", admin_text(remote));
    admin_put(o, "contact", json_string(word_of(words_contact, contact)));
    admin_put(o, "changed", admin_time(changed));
    json_array_append_new(user, o);
}

/* A user of ours: the address is compared strictly and its domain is served here. */
static bool read_local(struct admin_call *call, char ret[XMPPFED_BARE_SIZE])
{
    if (xmppfed_jid_prepare_bare(call->fields[0], XMPPFED_STRICT, ret) < 0)
        return complain(&call->why, "\"%.64s\" is not an address; write one like a@contoso.example",
                        call->fields[0]);
    return xmppfed_site_hosts(call->proxy->site, address_domain(ret)) ||
           complain(&call->why, "%.255s is not served here; name a user of one of our domains",
                    address_domain(ret));
}

bool admin_contact_list(struct admin_call *call)
{
    char local[XMPPFED_BARE_SIZE] = "";
    json_t *list = json_array();

    admin_put(call->answer, "contacts", list);
    if (call->fields[0] && !read_local(call, local))
        return false;
    if (!store_list(call->proxy->store, local, LIST_MAX, list_pair, list, &call->why))
        return false;
    admin_put(call->answer, "complete", json_boolean(json_array_size(list) < LIST_MAX));
    return true;
}

static bool set(struct admin_call *call, int contact)
{
    char local[XMPPFED_BARE_SIZE];
    char remote[XMPPFED_BARE_SIZE];
    int before;

    if (!read_local(call, local))
        return false;
    if (xmppfed_jid_prepare_bare(call->fields[1], XMPPFED_LENIENT, remote) < 0)
        return complain(&call->why,
                        "\"%.64s\" is not an address; write one like b@fabrikam.example",
                        call->fields[1]);
    before = store_contact(call->proxy->store, local, remote);
    if (contact == XMPPFED_CONTACT_NONE && before == XMPPFED_CONTACT_NONE)
        return complain(&call->why, "nothing is known of %.512s and %.512s", local, remote);
    admin_put(call->answer, "local", admin_text(local));
    admin_put(call->answer, "remote", admin_text(remote));
    admin_put(call->answer, "before", json_string(word_of(words_contact, before)));
    admin_put(call->answer, "contact", json_string(word_of(words_contact, contact)));
    return store_set(call->proxy->store, &call->author, local, remote, contact, &call->why);
}

bool admin_contact_add(struct admin_call *call)
{
    return set(call, XMPPFED_CONTACT_ADDED);
}

bool admin_contact_remove(struct admin_call *call)
{
    return set(call, XMPPFED_CONTACT_NONE);
}

bool admin_contact_block(struct admin_call *call)
{
    return set(call, XMPPFED_CONTACT_BLOCKED);
}

/* partners.c - partner records (JSON): who the partners are and what our users may do. */
#include "proxy/records/partners.h"

#include <stdio.h>
#include <string.h>

#include "proxy/records/date.h"
#include "proxy/records/json_reader.h"
#include "proxy/records/partner_fields.h"
#include "proxy/records/words.h"

/* What is built while one file is read. */
struct loader {
    xmppfed_context *ctx;
    xmppfed_policy_builder *builder;
    struct partner_trusts trusts;
};

/* Names the record for an error that the library found in it. */
static bool refused(const struct record *r, const xmppfed_problem *problem)
{
    return complain(r->why, "%s: %s%s%s", r->file, r->name, *r->name ? ": " : "", problem->text);
}

static bool out_of_memory(const struct record *r)
{
    return complain(r->why, "%s: out of memory", r->file);
}

/* ---- gateway ----------------------------------------------------------------------------- */

static bool load_gateway(struct loader *l, const struct record *root)
{
    const char *fields[XMPPFED_GATEWAY_KEEP_ALIVE_PING + 1] = {NULL};
    struct record r = {.file = root->file, .name = "\"Gateway\"", .why = root->why};
    xmppfed_problem problem;
    size_t i;

    if (!record_object(root, "Gateway", &r.object))
        return false;
    for (i = 0; words_gateway[i].word; i++)
        fields[i] = words_gateway[i].word;
    if (!record_only(&r, fields))
        return false;
    for (i = 0; fields[i]; i++) {
        uint32_t value = 0;

        if (!record_number(&r, fields[i], &value))
            return false;
        if (json_object_get(r.object, fields[i]) &&
            xmppfed_policy_builder_set_gateway(l->builder, words_gateway[i].value, value,
                                               &problem) < 0)
            return refused(&r, &problem);
    }
    return true;
}

/* ---- external access --------------------------------------------------------------------- */

static bool load_access(struct loader *l, const struct record *r)
{
    static const char *const fields[] = {"Scope",
                                         "Name",
                                         "Description",
                                         "EnableFederationAccess",
                                         "EnableXmppAccess",
                                         "EnablePublicCloudAccess",
                                         "EnablePublicCloudAudioVideoAccess",
                                         "EnableOutsideAccess",
                                         NULL};
    static const struct record_word scopes[] = {{"global", XMPPFED_SCOPE_GLOBAL},
                                                {"site", XMPPFED_SCOPE_SITE},
                                                {"user", XMPPFED_SCOPE_USER},
                                                {NULL, 0}};
    int scope = XMPPFED_SCOPE_GLOBAL;
    const char *name = "";
    const char *description = "";
    xmppfed_problem problem;
    uint32_t flags = 0;
    size_t i;

    if (!record_only(r, fields) || !record_word(r, "Scope", scopes, &scope) ||
        !record_string(r, "Name", &name) || !record_string(r, "Description", &description))
        return false;
    /* The flags stand in the order of the bits of enum xmppfed_access. */
    for (i = 0; i < 5; i++) {
        bool on = false;

        if (!record_bool(r, fields[3 + i], &on))
            return false;
        flags |= on ? UINT32_C(1) << i : 0;
    }
    if (scope == XMPPFED_SCOPE_GLOBAL && *name)
        return record_complain(r, "Name", "must not be given for the global scope; take it out");
    if (scope != XMPPFED_SCOPE_GLOBAL && !*name)
        return record_complain(r, "Name", "is missing; name the site or the policy");
    if (xmppfed_policy_builder_add_access(l->builder, scope, name, flags, &problem) < 0)
        return refused(r, &problem);
    return true;
}

static bool load_user(struct loader *l, const struct record *r)
{
    static const char *const fields[] = {"Address", "Site", "Policy", "Branch", "Group", NULL};
    const char *address = NULL;
    const char *site = "";
    const char *policy = "";
    const char *group = "";
    xmppfed_problem problem;
    bool branch = false;

    if (!record_only(r, fields) || !record_string(r, "Address", &address) ||
        !record_string(r, "Site", &site) || !record_string(r, "Policy", &policy) ||
        !record_bool(r, "Branch", &branch) || !record_string(r, "Group", &group))
        return false;
    if (!address)
        return record_complain(r, "Address",
                               "is missing; name the user, as in \"a@contoso.example\"");
    if (xmppfed_policy_builder_add_user(l->builder, address, site, policy, branch, &problem) < 0 ||
        (*group && xmppfed_policy_builder_add_member(l->builder, group, address, &problem) < 0))
        return refused(r, &problem);
    return true;
}

/* ---- rules and blocks -------------------------------------------------------------------- */

/* The domains of one field of a rule, all allowed or all denied. */
static bool load_rule_domains(struct loader *l, const struct record *r, int scope, const char *name,
                              const char *field, bool allow)
{
    xmppfed_problem problem;
    const char *text;
    size_t i;

    for (i = 0; record_text_at(r, field, i, &text); i++) {
        if (!text)
            return true;
        if (xmppfed_policy_builder_add_rule(l->builder, scope, name, text, allow, &problem) < 0)
            return refused(r, &problem);
    }
    return false;
}

static bool load_rule(struct loader *l, const struct record *r)
{
    static const char *const fields[] = {"User", "Group", "Allow", "Deny", NULL};
    const char *user = "";
    const char *group = "";
    int scope;

    if (!record_only(r, fields) || !record_string(r, "User", &user) ||
        !record_string(r, "Group", &group))
        return false;
    if (!*user == !*group)
        return record_complain(r, "User", "or \"Group\" must be given, one of the two");
    scope = *user ? XMPPFED_SCOPE_USER : XMPPFED_SCOPE_GROUP;
    return load_rule_domains(l, r, scope, *user ? user : group, "Allow", true) &&
           load_rule_domains(l, r, scope, *user ? user : group, "Deny", false);
}

static bool load_block(struct loader *l, const struct record *r)
{
    static const char *const fields[] = {"Address", "User", "Until", NULL};
    const char *address = NULL;
    const char *user = "";
    const char *until = "";
    xmppfed_problem problem;
    int64_t expires = 0;

    if (!record_only(r, fields) || !record_string(r, "Address", &address) ||
        !record_string(r, "User", &user) || !record_string(r, "Until", &until))
        return false;
    if (!address)
        return record_complain(r, "Address", "is missing; name whom to block");
    if (*until && !date_read(until, &expires))
        return record_complain(r, "Until", "must be a time like \"2027-01-31T18:00:00Z\"");
    if (xmppfed_policy_builder_add_block(l->builder, user, address, expires, &problem) < 0)
        return refused(r, &problem);
    return true;
}

/* ---- partners ---------------------------------------------------------------------------- */

static bool load_domains(const struct record *r, xmppfed_partner *p)
{
    xmppfed_problem problem;
    const char *text;
    size_t i;

    for (i = 0; record_text_at(r, "AdditionalDomains", i, &text); i++) {
        if (!text)
            return true;
        if (xmppfed_partner_add_domain(p, text, &problem) < 0)
            return refused(r, &problem);
    }
    return false;
}

static bool load_pins(const struct record *r, xmppfed_partner *p)
{
    xmppfed_problem problem;
    const char *text;
    bool only = false;
    size_t i;

    if (!record_bool(r, "PinOnly", &only))
        return false;
    xmppfed_partner_set_pin_only(p, only);
    for (i = 0; record_text_at(r, "Pins", i, &text); i++) {
        if (!text)
            return true;
        if (xmppfed_partner_add_pin(p, text, &problem) < 0)
            return refused(r, &problem);
    }
    return false;
}

static bool load_anchors(struct loader *l, const struct record *r, const char *domain)
{
    const char *file = NULL;
    struct complaint why;

    if (!record_string(r, "TrustAnchors", &file))
        return false;
    return !file || partner_trusts_add(&l->trusts, l->ctx, domain, file, &why) ||
           complain(r->why, "%s: %s: %s", r->file, r->name, why.text);
}

static bool load_secret(struct loader *l, const struct record *r, const char *domain,
                        xmppfed_partner *p)
{
    const char *file = NULL;
    struct complaint why;

    if (!record_string(r, "SharedSecret", &file))
        return false;
    if (!file)
        return true;
    xmppfed_partner_set_shared_secret(p, 1);
    return partner_trusts_add_secret(&l->trusts, domain, file, &why) ||
           complain(r->why, "%s: %s: %s", r->file, r->name, why.text);
}

static bool load_partner(struct loader *l, const struct record *r)
{
    static const char *const fields[] = {"Domain",  "AdditionalDomains", "PartnerType",  "Pins",
                                         "PinOnly", "TrustAnchors",      "SharedSecret", NULL};
    const char *domain = NULL;
    int type = XMPPFED_PARTNER_PUBLIC_UNVERIFIED;
    xmppfed_problem problem;
    xmppfed_partner *p;

    if (!partner_fields_only(r, fields) || !record_string(r, "Domain", &domain) ||
        !record_word(r, "PartnerType", words_partner_type, &type))
        return false;
    if (!domain)
        return record_complain(r, "Domain", "is missing; name the partner's domain");
    if (xmppfed_policy_builder_add_partner(l->builder, domain, &problem, &p) < 0)
        return refused(r, &problem);
    xmppfed_partner_set_type(p, type);
    return load_domains(r, p) && partner_fields_load(r, p) && load_pins(r, p) &&
           load_anchors(l, r, domain) && load_secret(l, r, domain, p);
}

static bool load_open_federation(struct loader *l, const struct record *root)
{
    static const char *const fields[] = {NULL};
    struct record r = {.file = root->file, .name = "\"OpenFederation\"", .why = root->why};
    xmppfed_partner *p;

    if (!record_object(root, "OpenFederation", &r.object))
        return false;
    if (!r.object)
        return true;
    if (!partner_fields_only(&r, fields))
        return false;
    if (xmppfed_policy_builder_open_federation(l->builder, &p) < 0)
        return out_of_memory(&r);
    return partner_fields_load(&r, p);
}

/* ---- the file ---------------------------------------------------------------------------- */

typedef bool (*load_record_fn)(struct loader *l, const struct record *r);

static bool load_list(struct loader *l, const struct record *root, const char *field,
                      const char *kind, const char *name_field, load_record_fn load)
{
    json_t *list;
    json_t *value;
    size_t i;

    if (!record_list(root, field, &list))
        return false;
    json_array_foreach(list, i, value)
    {
        struct record r;

        if (!record_open(root, value, kind, i, name_field, &r) || !load(l, &r))
            return false;
    }
    return true;
}

static bool load_root(struct loader *l, const struct record *root)
{
    static const char *const fields[] = {"AllowFederatedUsers",
                                         "Strict",
                                         "Gateway",
                                         "ExternalAccessPolicies",
                                         "Users",
                                         "Partners",
                                         "OpenFederation",
                                         "PartnerRules",
                                         "Blocks",
                                         NULL};
    bool federation = false;
    bool strict = false;

    if (!record_only(root, fields) || !record_bool(root, "AllowFederatedUsers", &federation) ||
        !record_bool(root, "Strict", &strict))
        return false;
    xmppfed_policy_builder_set_federation(l->builder, federation);
    xmppfed_policy_builder_set_strict(l->builder, strict);
    xmppfed_policy_builder_set_contacts(l->builder, 1);
    return load_gateway(l, root) &&
           load_list(l, root, "ExternalAccessPolicies", "policy", "Name", load_access) &&
           load_list(l, root, "Users", "user", "Address", load_user) &&
           load_list(l, root, "Partners", "partner", "Domain", load_partner) &&
           load_open_federation(l, root) &&
           load_list(l, root, "PartnerRules", "rule", "User", load_rule) &&
           load_list(l, root, "Blocks", "block", "Address", load_block);
}

static void give_notes(const xmppfed_policy_builder *b, partners_note_fn on_note, void *user)
{
    const xmppfed_policy_note *note;
    size_t i;

    for (i = 0; (note = xmppfed_policy_builder_note(b, i)) != NULL; i++)
        on_note(note, user);
}

static bool parse(const char *path, json_t **ret, struct complaint *why)
{
    json_error_t error;

    *ret = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!*ret && error.line < 0)
        return complain(why,
                        "%s: cannot read the partners: %s; name a file that this user may read",
                        path, error.text);
    if (!*ret)
        return complain(why, "%s:%d: %s; correct the line or the one before it", path, error.line,
                        error.text);
    if (json_is_object(*ret))
        return true;
    json_decref(*ret);
    return complain(why, "%s:1: the file must be an object in braces", path);
}

bool partners_build(xmppfed_context *ctx, const char *name, json_t *document,
                    partners_note_fn on_note, void *user, xmppfed_policy **ret,
                    struct partner_trusts *ret_trusts, struct complaint *why)
{
    struct record root = {.file = name, .object = document, .why = why};
    struct loader l = {.ctx = ctx};
    xmppfed_problem problem;
    bool ok = xmppfed_policy_builder_new(ctx, &l.builder) == 0 || out_of_memory(&root);

    ok = ok && load_root(&l, &root);
    if (ok) {
        ok = xmppfed_policy_builder_finish(l.builder, &problem, ret) == 0 ||
             complain(why, "%s: %s", name, problem.text);
        give_notes(l.builder, on_note, user);
    }
    if (ok)
        *ret_trusts = l.trusts;
    else
        partner_trusts_fini(&l.trusts);
    xmppfed_policy_builder_free(l.builder);
    return ok;
}

bool partners_load(xmppfed_context *ctx, const char *path, partners_note_fn on_note, void *user,
                   xmppfed_policy **ret, struct partner_trusts *ret_trusts, struct complaint *why)
{
    json_t *document;
    bool ok;

    if (!parse(path, &document, why))
        return false;
    ok = partners_build(ctx, path, document, on_note, user, ret, ret_trusts, why);
    json_decref(document);
    return ok;
}

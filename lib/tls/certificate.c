/* certificate.c - reading X.509: a chain within limits, its typed names, dates and purposes. */
#include "tls/certificate.h"

#include <gnutls/x509-ext.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/slice.h"

static const char oid_alt_names[] = "2.5.29.17";
static const char oid_constraints[] = "2.5.29.30";
static const char oid_purposes[] = "2.5.29.37";
static const char oid_any_purpose[] = "2.5.29.37.0";

enum xfed_tls_chain_fault xfed_tls_chain_import(const gnutls_datum_t *der, size_t count,
                                                struct xfed_tls_chain *ret)
{
    struct xfed_tls_chain chain = {.count = 0};
    enum xfed_tls_chain_fault fault = XFED_TLS_CHAIN_UNREADABLE;

    if (count > XFED_TLS_CHAIN_MAX)
        return XFED_TLS_CHAIN_TOO_LONG;
    for (size_t i = 0; i < count; i++) {
        if (der[i].size > XFED_TLS_CERTIFICATE_MAX) {
            fault = XFED_TLS_CHAIN_TOO_LARGE;
            goto fail;
        }
        if (gnutls_x509_crt_init(&chain.certificates[i]) < 0)
            goto fail;
        chain.count++;
        if (gnutls_x509_crt_import(chain.certificates[i], &der[i], GNUTLS_X509_FMT_DER) < 0)
            goto fail;
    }
    *ret = chain;
    return XFED_TLS_CHAIN_OK;
fail:
    xfed_tls_chain_fini(&chain);
    return fault;
}

void xfed_tls_chain_fini(struct xfed_tls_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->certificates[i]);
    chain->count = 0;
}

/*
 * The value of an extension, to be freed with gnutls_free(). False when it is not there; any other
 * trouble shows as an empty value, which no parser accepts.
 */
static bool find_extension(gnutls_x509_crt_t certificate, const char *oid, gnutls_datum_t *ret)
{
    gnutls_datum_t value = {NULL, 0};
    unsigned int critical;
    int rc = gnutls_x509_crt_get_extension_by_oid2(certificate, oid, 0, &value, &critical);

    if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return false;
    *ret = value;
    return true;
}

/* Adds a copy of one alternative name, if it is of a kind that can stand for a domain. */
static int add_name(struct xfed_tls_name_list *list, struct xfed_arena *arena,
                    enum xfed_tls_name_type type, const gnutls_datum_t *value)
{
    char *copy = xfed_arena_strndup(arena, (const char *)value->data, value->size);

    if (!copy)
        return XMPPFED_ERR_NOMEM;
    list->names[list->count].type = type;
    list->names[list->count].value = xfed_slice(copy, value->size);
    list->count++;
    return 0;
}

/* otherName is typed by an OID; GnuTLS decodes the two that matter here (RFC 4985, RFC 6120). */
static int add_other_name(struct xfed_tls_name_list *list, struct xfed_arena *arena,
                          const gnutls_datum_t *oid, const gnutls_datum_t *raw)
{
    gnutls_datum_t value = {NULL, 0};
    unsigned int type = 0;
    int rc = 0;

    if (gnutls_x509_othername_to_virtual((const char *)oid->data, raw, &type, &value) < 0)
        return 0;
    if (value.data && type == GNUTLS_SAN_OTHERNAME_SRV)
        rc = add_name(list, arena, XFED_TLS_NAME_SRV, &value);
    else if (value.data && type == GNUTLS_SAN_OTHERNAME_XMPP)
        rc = add_name(list, arena, XFED_TLS_NAME_XMPP_ADDR, &value);
    gnutls_free(value.data);
    return rc;
}

/* Copies the names out of GnuTLS's list, with a bound on how many it looks at. */
static int collect_names(gnutls_subject_alt_names_t all, struct xfed_arena *arena,
                         struct xfed_tls_name_list *ret)
{
    struct xfed_tls_name_list list = {.count = 0};
    gnutls_datum_t value, oid;
    unsigned int type;
    int rc;

    list.names = xfed_arena_alloc(arena, XFED_TLS_NAMES_MAX * sizeof(*list.names));
    if (!list.names)
        return XMPPFED_ERR_NOMEM;
    for (unsigned int i = 0; gnutls_subject_alt_names_get(all, i, &type, &value, &oid) == 0; i++) {
        if (i >= XFED_TLS_NAMES_MAX)
            return XMPPFED_ERR_TLS_CERTIFICATE;
        rc = 0;
        if (type == GNUTLS_SAN_DNSNAME)
            rc = add_name(&list, arena, XFED_TLS_NAME_DNS, &value);
        else if (type == GNUTLS_SAN_OTHERNAME)
            rc = add_other_name(&list, arena, &oid, &value);
        if (rc < 0)
            return rc;
    }
    *ret = list;
    return 0;
}

int xfed_tls_certificate_names(gnutls_x509_crt_t certificate, struct xfed_arena *arena,
                               struct xfed_tls_name_list *ret)
{
    gnutls_subject_alt_names_t all = NULL;
    gnutls_datum_t extension;
    int rc;

    if (!find_extension(certificate, oid_alt_names, &extension)) {
        *ret = (struct xfed_tls_name_list){NULL, 0};
        return 0;
    }
    rc = XMPPFED_ERR_NOMEM;
    if (gnutls_subject_alt_names_init(&all) < 0)
        goto out;
    rc = XMPPFED_ERR_TLS_CERTIFICATE;
    if (gnutls_x509_ext_import_subject_alt_names(&extension, all, 0) < 0)
        goto out;
    rc = collect_names(all, arena, ret);
out:
    if (all)
        gnutls_subject_alt_names_deinit(all);
    gnutls_free(extension.data);
    return rc;
}

static int collect_purposes(gnutls_x509_key_purposes_t all, struct xfed_tls_purposes *ret)
{
    struct xfed_tls_purposes found = {false, false};
    gnutls_datum_t oid;

    for (unsigned int i = 0; gnutls_x509_key_purpose_get(all, i, &oid) == 0; i++) {
        xmppfed_slice text = xfed_slice((const char *)oid.data, oid.size);
        bool any = xfed_slice_is(text, oid_any_purpose);

        if (i >= XFED_TLS_PURPOSES_MAX)
            return XMPPFED_ERR_TLS_CERTIFICATE;
        found.server = found.server || any || xfed_slice_is(text, GNUTLS_KP_TLS_WWW_SERVER);
        found.client = found.client || any || xfed_slice_is(text, GNUTLS_KP_TLS_WWW_CLIENT);
    }
    *ret = found;
    return 0;
}

int xfed_tls_certificate_purposes(gnutls_x509_crt_t certificate, struct xfed_tls_purposes *ret)
{
    gnutls_x509_key_purposes_t all = NULL;
    gnutls_datum_t extension;
    int rc;

    if (!find_extension(certificate, oid_purposes, &extension)) {
        *ret = (struct xfed_tls_purposes){true, true};
        return 0;
    }
    rc = XMPPFED_ERR_NOMEM;
    if (gnutls_x509_key_purpose_init(&all) < 0)
        goto out;
    rc = XMPPFED_ERR_TLS_CERTIFICATE;
    if (gnutls_x509_ext_import_key_purposes(&extension, all, 0) < 0)
        goto out;
    rc = collect_purposes(all, ret);
out:
    if (all)
        gnutls_x509_key_purpose_deinit(all);
    gnutls_free(extension.data);
    return rc;
}

bool xfed_tls_certificate_constrains(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t extension;

    if (!find_extension(certificate, oid_constraints, &extension))
        return false;
    gnutls_free(extension.data);
    return true;
}

static void write_date(time_t when, char ret[XFED_TLS_DATE_SIZE])
{
    struct tm parts;

    if (!gmtime_r(&when, &parts) || strftime(ret, XFED_TLS_DATE_SIZE, "%Y-%m-%d", &parts) == 0)
        xfed_text_copy(ret, XFED_TLS_DATE_SIZE, "an unreadable date");
}

enum xfed_tls_validity xfed_tls_certificate_validity(gnutls_x509_crt_t certificate,
                                                     int64_t unix_seconds,
                                                     char date[XFED_TLS_DATE_SIZE])
{
    time_t from = gnutls_x509_crt_get_activation_time(certificate);
    time_t until = gnutls_x509_crt_get_expiration_time(certificate);

    /* RFC 5280 4.1.2.5: both ends belong to the period. -1 is GnuTLS's "cannot be read". */
    if (until == (time_t)-1 || unix_seconds > (int64_t)until) {
        write_date(until, date);
        return XFED_TLS_EXPIRED;
    }
    if (from == (time_t)-1 || unix_seconds < (int64_t)from) {
        write_date(from, date);
        return XFED_TLS_NOT_YET_VALID;
    }
    write_date(until, date);
    return XFED_TLS_VALID;
}

/* Copies a distinguished name as text, or "?", and frees it. */
static void show_name(int rc, gnutls_datum_t *name, char ret[XFED_TLS_DN_SIZE])
{
    if (rc < 0 || !name->data || name->size == 0)
        xfed_text_copy(ret, XFED_TLS_DN_SIZE, "?");
    else
        snprintf(ret, XFED_TLS_DN_SIZE, "%.*s", (int)name->size, (const char *)name->data);
    gnutls_free(name->data);
    name->data = NULL;
}

void xfed_tls_certificate_subject(gnutls_x509_crt_t certificate, char ret[XFED_TLS_DN_SIZE])
{
    gnutls_datum_t name = {NULL, 0};

    show_name(gnutls_x509_crt_get_dn3(certificate, &name, 0), &name, ret);
}

void xfed_tls_certificate_issuer(gnutls_x509_crt_t certificate, char ret[XFED_TLS_DN_SIZE])
{
    gnutls_datum_t name = {NULL, 0};

    show_name(gnutls_x509_crt_get_issuer_dn3(certificate, &name, 0), &name, ret);
}

/* scram.c - the secret that two partners share, and what SCRAM-SHA-256-PLUS makes of it. */
#include "sasl/scram.h"

#include <string.h>

#include "base/memory.h"
#include "base/slice.h"
#include "crypto/base64.h"
#include "crypto/pbkdf2.h"
#include "crypto/random.h"
#include <xmppfed/address.h>

bool xfed_scram_secret_fits(xmppfed_slice secret)
{
    if (secret.len < XFED_SCRAM_SECRET_MIN || secret.len > XFED_SCRAM_SECRET_MAX)
        return false;
    for (size_t i = 0; i < secret.len; i++)
        if (secret.data[i] <= 0x20 || secret.data[i] >= 0x7f)
            return false;
    return true;
}

/* HMAC of a name that stands for one use of the key (RFC 5802 3). */
static int subkey(const uint8_t key[XFED_SHA256_SIZE], const char *name,
                  uint8_t ret[XFED_SHA256_SIZE])
{
    return xfed_hmac_sha256(key, XFED_SHA256_SIZE, name, strlen(name), ret);
}

int xfed_scram_verifier_make(xmppfed_context *ctx, xmppfed_slice secret,
                             struct xfed_scram_verifier *ret)
{
    struct xfed_scram_verifier made;
    uint8_t salted[XFED_SHA256_SIZE];
    uint8_t client_key[XFED_SHA256_SIZE];
    int rc;

    if (!xfed_scram_secret_fits(secret))
        return XMPPFED_ERR_ARGUMENT;
    rc = xfed_random(ctx, made.salt, sizeof(made.salt));
    if (rc == 0)
        rc = xfed_pbkdf2_sha256(secret, xfed_slice((const char *)made.salt, sizeof(made.salt)),
                                XFED_SCRAM_ITERATIONS, salted);
    if (rc < 0)
        return rc;
    rc = subkey(salted, "Client Key", client_key);
    if (rc == 0)
        rc = xfed_sha256(client_key, sizeof(client_key), made.stored_key);
    if (rc == 0)
        rc = subkey(salted, "Server Key", made.server_key);
    if (rc == 0)
        *ret = made;
    xfed_wipe(salted, sizeof(salted));
    xfed_wipe(client_key, sizeof(client_key));
    xfed_wipe(&made, sizeof(made));
    return rc;
}

/* The number that a text is, if it is one within our bounds; else 0. */
static unsigned read_iterations(const char *text)
{
    unsigned number = 0;

    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (unsigned)(*text - '0');
        if (number > XFED_SCRAM_ITERATIONS_MAX)
            return 0;
    }
    return *text == '\0' && number >= XFED_SCRAM_ITERATIONS_MIN ? number : 0;
}

int xfed_scram_salt_secret(xmppfed_context *ctx, xmppfed_slice secret, const char *salt,
                           const char *iterations, uint8_t ret[XFED_SHA256_SIZE])
{
    unsigned count = read_iterations(iterations);
    uint8_t *octets;
    size_t len;
    int rc;

    if (count == 0)
        return XMPPFED_ERR_SASL_REFUSED;
    rc = xfed_base64_decode(ctx, xmppfed_slice_of(salt), &octets, &len);
    if (rc < 0)
        return rc;
    rc = xfed_pbkdf2_sha256(secret, xfed_slice((const char *)octets, len), count, ret);
    xfed_free(ctx, octets);
    return rc;
}

/* Takes text off the front of a message; false if it does not begin so. */
static bool take(xmppfed_slice *message, const char *text)
{
    size_t len = strlen(text);

    if (message->len < len || memcmp(message->data, text, len) != 0)
        return false;
    *message = xfed_slice(message->data + len, message->len - len);
    return true;
}

/* Takes what comes before the next comma, and the comma; false if there is none. */
static bool take_value(xmppfed_slice *message, xmppfed_slice *ret)
{
    const char *end = message->len > 0 ? memchr(message->data, ',', message->len) : NULL;

    if (!end)
        return false;
    *ret = xfed_slice(message->data, (size_t)(end - message->data));
    *message = xfed_slice(end + 1, message->len - ret->len - 1);
    return true;
}

/* Whether a saslname is this domain; the escapes that it may have stand in no domain. */
static bool names(xmppfed_slice saslname, const char *domain)
{
    char text[XMPPFED_DOMAIN_SIZE * 4];
    char prepared[XMPPFED_DOMAIN_SIZE];

    return saslname.len > 0 && !memchr(saslname.data, '\0', saslname.len) &&
           xfed_slice_copy(text, sizeof(text), saslname) &&
           xmppfed_domain_prepare(text, prepared) == 0 && xfed_text_equal(prepared, domain);
}

int xfed_scram_check_first(xmppfed_slice message, const char *domain)
{
    xmppfed_slice authzid;
    xmppfed_slice user;

    if (memchr(message.data, '\0', message.len))
        return XMPPFED_ERR_SASL_MALFORMED;
    /* "n" and "y" would leave the exchange unbound, and tls-unique binds nothing in TLS 1.3. */
    if (!take(&message, "p=tls-exporter,"))
        return XMPPFED_ERR_SASL_REFUSED;
    if (!take_value(&message, &authzid))
        return XMPPFED_ERR_SASL_MALFORMED;
    if (authzid.len > 0) {
        if (!take(&authzid, "a=") || authzid.len == 0)
            return XMPPFED_ERR_SASL_MALFORMED;
        if (!names(authzid, domain))
            return XMPPFED_ERR_SASL_AUTHZID;
    }
    if (!take(&message, "n=") || !take_value(&message, &user))
        return XMPPFED_ERR_SASL_MALFORMED;
    return names(user, domain) ? 0 : XMPPFED_ERR_SASL_REFUSED;
}

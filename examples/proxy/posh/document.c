/* document.c - a POSH document (RFC 7711 3) as the library takes it. */
#include "proxy/posh/document.h"

#include <jansson.h>
#include <string.h>

enum { SHA256_SIZE = 32, SHA512_SIZE = 64 };

static const char https[] = "https://";

/* The value of a base64 digit, or -1. */
static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Reads base64 (RFC 4648 4) of exactly size octets; padding may be absent, as RFC 7711 3.1 has it.
 */
static bool read_base64(const char *text, uint8_t *ret, size_t size)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t len = 0;

    for (; digit(*text) >= 0; text++) {
        bits = bits << 6 | (uint32_t)digit(*text);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        if (len == size)
            return false;
        ret[len++] = (uint8_t)(bits >> count);
        bits &= (1u << count) - 1;
    }
    return len == size && count < 6 && bits == 0 && text[strspn(text, "=")] == '\0';
}

static void add(struct posh_document *d, const json_t *descriptor, const char *name, int hash,
                size_t size)
{
    const char *text = json_string_value(json_object_get(descriptor, name));
    xmppfed_fingerprint f = {.hash = hash};

    if (!text || d->count == POSH_FINGERPRINTS_MAX || !read_base64(text, f.octets, size))
        return;
    d->fingerprints[d->count++] = f;
}

/* The stronger hash of each descriptor speaks for it; both are of the same certificate. */
static bool read_fingerprints(const json_t *list, struct posh_document *d)
{
    const json_t *descriptor;
    size_t i;

    json_array_foreach(list, i, descriptor)
    {
        if (json_object_get(descriptor, "sha-512"))
            add(d, descriptor, "sha-512", XMPPFED_HASH_SHA512, SHA512_SIZE);
        else
            add(d, descriptor, "sha-256", XMPPFED_HASH_SHA256, SHA256_SIZE);
    }
    return d->count > 0;
}

/* A reference leads to HTTPS and nowhere else. */
static bool read_reference(const json_t *url, struct posh_document *d)
{
    const char *text = json_string_value(url);

    if (!text || strncmp(text, https, sizeof(https) - 1) != 0 || strlen(text) >= sizeof(d->url))
        return false;
    memcpy(d->url, text, strlen(text) + 1);
    return true;
}

bool posh_document_read(const char *text, size_t len, struct posh_document *ret)
{
    struct posh_document d = {.count = 0};
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *list = json_object_get(root, "fingerprints");
    const json_t *url = json_object_get(root, "url");
    const json_t *expires = json_object_get(root, "expires");
    json_int_t seconds = json_integer_value(expires);
    bool ok = json_is_integer(expires) && seconds >= 0 && !list != !url &&
              (url ? read_reference(url, &d) : read_fingerprints(list, &d));

    d.seconds = seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
    json_decref(root);
    if (ok)
        *ret = d;
    return ok;
}

/* handshake.c - the proof of the shared secret of a component (XEP-0114 3). */
#include "component/handshake.h"

#include <gnutls/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SHA1_SIZE 20

static void to_hex(const uint8_t *bytes, size_t size, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < size; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[2 * size] = '\0';
}

bool handshake_id(char ret[HANDSHAKE_ID_SIZE])
{
    uint8_t bytes[(HANDSHAKE_ID_SIZE - 1) / 2];

    /* Up to 256 bytes come whole or not at all. */
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    to_hex(bytes, sizeof(bytes), ret);
    return true;
}

bool handshake_digest(const char *id, const char *secret, char ret[HANDSHAKE_DIGEST_SIZE])
{
    size_t id_len = strlen(id);
    size_t secret_len = strlen(secret);
    uint8_t digest[SHA1_SIZE];
    char *both = malloc(id_len + secret_len + 1);
    bool ok;

    if (!both)
        return false;
    memcpy(both, id, id_len);
    memcpy(both + id_len, secret, secret_len);
    ok = gnutls_hash_fast(GNUTLS_DIG_SHA1, both, id_len + secret_len, digest) == 0;
    memset(both, 0, id_len + secret_len);
    free(both);
    if (ok)
        to_hex(digest, sizeof(digest), ret);
    return ok;
}

bool handshake_equal(const char *a, const char *b)
{
    unsigned char differ = 0;
    size_t i;

    if (strlen(a) != strlen(b))
        return false;
    for (i = 0; a[i]; i++)
        differ |= (unsigned char)(a[i] ^ b[i]);
    return differ == 0;
}

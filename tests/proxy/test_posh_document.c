/* test_posh_document.c - POSH documents: what RFC 7711 shows, and everything that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "proxy/posh/document.h"

#define A256 "4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XQ"
#define A512 \
    "25N+1hB2Vo42l9lSGqw+n3BKFhDHsyork8ou+D9B43TXeJ1J81mdQEDqm39oR/EHkPBDDG1y5+AG94Kec0xVqA"
#define LIST(descriptor) "{\"fingerprints\":[" descriptor "],\"expires\":60}"
#define SHA256(text) "{\"sha-256\":\"" text "\"}"

static const struct {
    const char *name;
    const char *text;
    size_t count; /* 0: no document, or a reference */
    int hash;     /* of the first */
    uint8_t first;
    uint8_t last;
    uint32_t seconds;
    const char *url; /* of a reference */
} rows[] = {
    {"SHA-256", LIST(SHA256(A256 "=")), 1, XMPPFED_HASH_SHA256, 0xe3, 0x74, 60},
    {"without padding", LIST(SHA256(A256)), 1, XMPPFED_HASH_SHA256, 0xe3, 0x74, 60},
    {"SHA-512 before SHA-256", LIST("{\"sha-256\":\"" A256 "=\",\"sha-512\":\"" A512 "==\"}"), 1,
     XMPPFED_HASH_SHA512, 0xdb, 0xa8, 60},
    {"two", LIST(SHA256(A256 "=") "," SHA256(A256 "=")), 2, XMPPFED_HASH_SHA256, 0xe3, 0x74, 60},
    {"one of an unknown hash", LIST("{\"sha-1\":\"x\"}," SHA256(A256 "=")), 1, XMPPFED_HASH_SHA256,
     0xe3, 0x74, 60},
    {"more members", "{\"x\":[],\"fingerprints\":[" SHA256(A256 "=") "],\"expires\":0}", 1,
     XMPPFED_HASH_SHA256, 0xe3, 0x74, 0},
    {"a long time", "{\"fingerprints\":[" SHA256(A256 "=") "],\"expires\":99999999999}", 1,
     XMPPFED_HASH_SHA256, 0xe3, 0x74, UINT32_MAX},
    {"a reference", "{\"url\":\"https://h.example/p.json\",\"expires\":86400}", .seconds = 86400,
     .url = "https://h.example/p.json"},
    {"a reference without TLS", "{\"url\":\"http://h.example/p.json\",\"expires\":60}"},
    {"a reference to a file", "{\"url\":\"file:///etc/passwd\",\"expires\":60}"},
    {"a reference that is no text", "{\"url\":1,\"expires\":60}"},
    {"both", "{\"url\":\"https://h.example/\",\"fingerprints\":[" SHA256(A256) "],\"expires\":60}"},
    {"neither", "{\"expires\":60}"},
    {"no time", "{\"fingerprints\":[" SHA256(A256) "]}"},
    {"a negative time", "{\"fingerprints\":[" SHA256(A256) "],\"expires\":-1}"},
    {"a time in quotes", "{\"fingerprints\":[" SHA256(A256) "],\"expires\":\"60\"}"},
    {"a time twice", "{\"fingerprints\":[" SHA256(A256) "],\"expires\":1,\"expires\":2}"},
    {"no fingerprint", LIST("")},
    {"only an unknown hash", LIST("{\"sha-1\":\"x\"}")},
    {"no descriptor", LIST("\"x\"")},
    {"no list", "{\"fingerprints\":{},\"expires\":60}"},
    {"too short", LIST(SHA256("4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0X"))},
    {"too long", LIST(SHA256(A256 "AA"))},
    {"loose bits", LIST(SHA256("4/mggdlVx8A3pvHAWW5sD+qJyMtUHgiRuPjVC48N0XR="))},
    {"another alphabet", LIST(SHA256("4_mggdlVx8A3pvHAWW5sD-qJyMtUHgiRuPjVC48N0XQ="))},
    {"something behind", LIST(SHA256(A256 "=x"))},
    {"an array", "[]"},
    {"nothing", ""},
    {"cut off", "{\"fingerprints\":["},
    {"something behind the object", LIST(SHA256(A256)) "x"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct posh_document d = {.count = 77};
        bool wanted = rows[i].count > 0 || rows[i].url;
        const xmppfed_fingerprint *f = &d.fingerprints[0];
        size_t size = rows[i].hash == XMPPFED_HASH_SHA512 ? 64 : 32;

        if (posh_document_read(rows[i].text, strlen(rows[i].text), &d) != wanted)
            fail_msg("%s: %s", rows[i].name, wanted ? "refused" : "taken");
        if (!wanted && d.count != 77)
            fail_msg("%s: the output was touched", rows[i].name);
        if (wanted && (d.count != rows[i].count || d.seconds != rows[i].seconds ||
                       strcmp(d.url, rows[i].url ? rows[i].url : "") != 0))
            fail_msg("%s: %zu, %u s, '%s'", rows[i].name, d.count, (unsigned)d.seconds, d.url);
        if (rows[i].count > 0 && (f->hash != rows[i].hash || f->octets[0] != rows[i].first ||
                                  f->octets[size - 1] != rows[i].last))
            fail_msg("%s: hash %d, %02x ... %02x", rows[i].name, f->hash, (unsigned)f->octets[0],
                     (unsigned)f->octets[size - 1]);
    }
}

/* More fingerprints than are used do not make a document unreadable. */
static void test_many(void **state)
{
    char text[8192] = "{\"expires\":60,\"fingerprints\":[" SHA256(A256);
    struct posh_document d;

    (void)state;
    for (int i = 0; i < 99; i++)
        memcpy(text + strlen(text), "," SHA256(A256), sizeof("," SHA256(A256)));
    memcpy(text + strlen(text), "]}", 3);
    assert_true(posh_document_read(text, strlen(text), &d));
    assert_int_equal(d.count, POSH_FINGERPRINTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_many)};

    return cmocka_run_group_tests_name("posh_document", tests, NULL, NULL);
}

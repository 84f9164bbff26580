/*
 * address.c - fuzzes domains and JIDs: what is prepared stays as it is, strict is within lenient.
 *
 * Input: text; it is tried as a domain and as an address.
 */
#include <stdlib.h>
#include <string.h>
#include <xmppfed/address.h>

#include "address/domain.h"
#include "base/utf8.h"
#include "fuzz.h"

static bool within(xmppfed_slice part, const char *text)
{
    return !part.data || (part.data >= text && part.data + part.len <= text + strlen(text));
}

static void check_domain(const char *text)
{
    char once[XMPPFED_DOMAIN_SIZE];
    char twice[XMPPFED_DOMAIN_SIZE];
    int rc = xmppfed_domain_prepare(text, once);

    FUZZ_CHECK(rc == 0 || rc == XMPPFED_ERR_ADDRESS);
    if (rc < 0)
        return;
    FUZZ_CHECK(*once);
    FUZZ_CHECK(xmppfed_domain_prepare(once, twice) == 0);
    FUZZ_CHECK(strcmp(once, twice) == 0);
    for (const char *c = once; *c; c++)
        FUZZ_CHECK((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || strchr("-.:[]_", *c));
    (void)xfed_domain_is_ip(once);
}

static void check_bare(const char *text, int strictness)
{
    char once[XMPPFED_BARE_SIZE];
    char twice[XMPPFED_BARE_SIZE];
    char lenient[XMPPFED_BARE_SIZE];
    int rc = xmppfed_jid_prepare_bare(text, strictness, once);

    FUZZ_CHECK(rc == 0 || rc == XMPPFED_ERR_ADDRESS);
    if (rc < 0)
        return;
    FUZZ_CHECK(xfed_utf8_valid(xmppfed_slice_of(once)));
    FUZZ_CHECK(!strchr(once, '/'));
    FUZZ_CHECK(xmppfed_jid_prepare_bare(once, strictness, twice) == 0);
    FUZZ_CHECK(strcmp(once, twice) == 0);
    /* What a strict reader takes, a lenient one reads the same way. */
    if (strictness == XMPPFED_STRICT) {
        FUZZ_CHECK(xmppfed_jid_prepare_bare(text, XMPPFED_LENIENT, lenient) == 0);
        FUZZ_CHECK(strcmp(once, lenient) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    char *text = fuzz_text_until(&in, '\0');
    xmppfed_jid jid;

    check_domain(text);
    check_bare(text, XMPPFED_LENIENT);
    check_bare(text, XMPPFED_STRICT);
    if (xmppfed_jid_split(text, &jid) == 0) {
        FUZZ_CHECK(within(jid.local, text) && within(jid.domain, text));
        FUZZ_CHECK(within(jid.resource, text) && jid.domain.len > 0);
        FUZZ_CHECK(jid.local.len < XMPPFED_PART_SIZE && jid.resource.len < XMPPFED_PART_SIZE);
    }
    free(text);
    return 0;
}

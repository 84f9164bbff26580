/*
 * sasl.c - fuzzes SASL payloads and the steps of EXTERNAL on both sides.
 *
 * Input: lines. Each is the text of an <auth/> or a <response/> (empty: none was sent), which goes
 * to a receiver that has proved fabrikam.example and to an initiator.
 */
#include <stdlib.h>
#include <string.h>
#include <xmppfed/address.h>

#include "base/memory.h"
#include "base/slice.h"
#include "fuzz.h"
#include "sasl/payload.h"
#include "sasl/sasl.h"

#define PROVED "fabrikam.example"

struct exchange {
    struct xfed_sasl *sasl;
    bool done;
    int error;
};

/* A payload has one spelling only: what was read is written as it was. */
static void check_spelling(xmppfed_context *ctx, const char *text, xmppfed_slice payload)
{
    char *again;

    FUZZ_CHECK(xfed_sasl_payload_write(ctx, payload, &again) == 0);
    FUZZ_CHECK(strcmp(text, again) == 0);
    xfed_free(ctx, again);
}

/* Whether the receiver may let in who sends this: nobody but the proved domain. */
static bool names_proved(xmppfed_slice authzid)
{
    char text[XMPPFED_DOMAIN_SIZE * 4];
    char domain[XMPPFED_DOMAIN_SIZE];

    return authzid.len == 0 ||
           (!memchr(authzid.data, '\0', authzid.len) &&
            xfed_slice_copy(text, sizeof(text), authzid) &&
            xmppfed_domain_prepare(text, domain) == 0 && strcmp(domain, PROVED) == 0);
}

static void step(struct exchange *x, xmppfed_slice input, bool receiver)
{
    xmppfed_slice output = {NULL, 0};
    int rc = xfed_sasl_step(x->sasl, input, &output);

    FUZZ_CHECK(x->error == 0 || rc == x->error);
    FUZZ_CHECK(!x->done || rc == XMPPFED_ERR_SASL_REFUSED);
    if (rc < 0) {
        FUZZ_CHECK(xmppfed_error_class(rc) == XMPPFED_CLASS_SASL);
        x->error = rc;
        return;
    }
    FUZZ_CHECK(rc == XFED_SASL_DONE || output.data);
    x->done = rc == XFED_SASL_DONE;
    if (receiver && x->done)
        FUZZ_CHECK(names_proved(input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    xmppfed_context *ctx = fuzz_context();
    struct exchange receiver = {NULL, false, 0};
    struct exchange initiator = {NULL, false, 0};

    FUZZ_CHECK(xfed_sasl_receiver_new(ctx, XFED_SASL_EXTERNAL, PROVED, &receiver.sasl) == 0);
    FUZZ_CHECK(xfed_sasl_initiator_new(ctx, XFED_SASL_EXTERNAL, NULL, &initiator.sasl) == 0);
    while (in.len > 0) {
        char *text = fuzz_text_until(&in, '\n');
        xmppfed_slice payload;
        char *owned = NULL;
        int rc = xfed_sasl_payload_read(ctx, text, &payload, &owned);

        FUZZ_CHECK(rc == 0 || rc == XMPPFED_ERR_SASL_MALFORMED);
        if (rc == 0) {
            check_spelling(ctx, text, payload);
            step(&receiver, payload, true);
            step(&initiator, payload, false);
        }
        xfed_free(ctx, owned);
        free(text);
    }
    xfed_sasl_free(receiver.sasl);
    xfed_sasl_free(initiator.sasl);
    fuzz_context_end(ctx);
    return 0;
}

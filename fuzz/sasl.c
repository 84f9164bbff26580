/*
 * sasl.c - fuzzes SASL payloads and the steps of EXTERNAL and of SCRAM on both sides.
 *
 * Input: lines. Each is the text of an <auth/> or a <response/> (empty: none was sent), which goes
 * to a receiver that has proved fabrikam.example and to an initiator, and to both sides of SCRAM,
 * which nobody comes through without the secret.
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

/* Of no secret at all, so that no proof is right. */
static void begin_scram(xmppfed_context *ctx, struct exchange *receiver, struct exchange *initiator)
{
    static const struct xfed_scram_verifier verifier = {{1}, {2}, {3}};
    static const uint8_t binding[XFED_SCRAM_BINDING_SIZE] = {4};

    FUZZ_CHECK(xfed_sasl_scram_receiver(ctx, PROVED, &verifier, binding, &receiver->sasl) == 0);
    FUZZ_CHECK(xfed_sasl_scram_initiator(ctx, PROVED, XFED_LITERAL("sixteen-letters."), binding,
                                         &initiator->sasl) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    xmppfed_context *ctx = fuzz_context();
    struct exchange receiver = {NULL, false, 0};
    struct exchange initiator = {NULL, false, 0};
    struct exchange scram_receiver = {NULL, false, 0};
    struct exchange scram_initiator = {NULL, false, 0};

    FUZZ_CHECK(xfed_sasl_external_receiver(ctx, PROVED, &receiver.sasl) == 0);
    FUZZ_CHECK(xfed_sasl_external_initiator(ctx, NULL, &initiator.sasl) == 0);
    begin_scram(ctx, &scram_receiver, &scram_initiator);
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
            step(&scram_receiver, payload, false);
            step(&scram_initiator, payload, false);
            FUZZ_CHECK(!scram_receiver.done && !scram_initiator.done);
        }
        xfed_free(ctx, owned);
        free(text);
    }
    xfed_sasl_free(receiver.sasl);
    xfed_sasl_free(initiator.sasl);
    xfed_sasl_free(scram_receiver.sasl);
    xfed_sasl_free(scram_initiator.sasl);
    fuzz_context_end(ctx);
    return 0;
}

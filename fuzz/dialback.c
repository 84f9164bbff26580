/*
 * dialback.c - fuzzes dialback messages: what was read can be written and reads the same again.
 *
 * Input: one element as it stands in a stream, <db:result/> or <db:verify/>.
 */
#include <string.h>

#include "dialback/key.h"
#include "dialback/message.h"
#include "fuzz.h"
#include "wrap.h"

static xmppfed_element *write_again(xmppfed_context *ctx, const struct xfed_dialback_message *m)
{
    switch (m->kind) {
    case XFED_DIALBACK_RESULT_REQUEST:
        return xfed_dialback_result(ctx, m->from, m->to, m->key);
    case XFED_DIALBACK_RESULT_ANSWER:
        return xfed_dialback_result_answer(ctx, m->from, m->to, m->verdict, m->condition);
    case XFED_DIALBACK_VERIFY_REQUEST:
        return xfed_dialback_verify(ctx, m->from, m->to, m->id, m->key);
    case XFED_DIALBACK_VERIFY_ANSWER:
        return xfed_dialback_verify_answer(ctx, m->from, m->to, m->id, m->verdict, m->condition);
    case XFED_DIALBACK_NONE:
        break;
    }
    return NULL;
}

static void check_fields(const struct xfed_dialback_message *m)
{
    bool answer = m->kind == XFED_DIALBACK_RESULT_ANSWER || m->kind == XFED_DIALBACK_VERIFY_ANSWER;
    bool verify = m->kind == XFED_DIALBACK_VERIFY_REQUEST || m->kind == XFED_DIALBACK_VERIFY_ANSWER;

    FUZZ_CHECK(*m->from && *m->to);
    FUZZ_CHECK((*m->id != '\0') == verify);
    FUZZ_CHECK((*m->key != '\0') == !answer);
    FUZZ_CHECK(answer || m->verdict == 0);
    FUZZ_CHECK(m->verdict == XFED_DIALBACK_ERROR || !*m->condition);
}

static void check_round(xmppfed_context *ctx, const struct xfed_dialback_message *m)
{
    struct xfed_dialback_message again;
    xmppfed_element *e = write_again(ctx, m);

    FUZZ_CHECK(e && xfed_dialback_parse(e, &again) == 0);
    FUZZ_CHECK(again.kind == m->kind && again.verdict == m->verdict);
    FUZZ_CHECK(strcmp(again.from, m->from) == 0 && strcmp(again.to, m->to) == 0);
    FUZZ_CHECK(strcmp(again.id, m->id) == 0 && strcmp(again.key, m->key) == 0);
    /* An error without a condition that we know is written with the general one. */
    FUZZ_CHECK(!*m->condition || strcmp(again.condition, m->condition) == 0);
    xmppfed_element_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xmppfed_context *ctx = fuzz_context();
    xmppfed_slice secret = xmppfed_slice_of("the secret of a pool of edges");
    xmppfed_element *e = wrap_read(ctx, XMPPFED_NS_SERVER, (const char *)data, size);
    struct xfed_dialback_message m;
    int rc = e ? xfed_dialback_parse(e, &m) : XMPPFED_ERR_DIALBACK_MALFORMED;

    FUZZ_CHECK(rc == 0 || rc == XMPPFED_ERR_DIALBACK_MALFORMED || rc == XMPPFED_ERR_ADDRESS);
    if (rc == 0) {
        check_fields(&m);
        check_round(ctx, &m);
        /* Nobody guesses an HMAC. */
        FUZZ_CHECK(!xfed_dialback_key_check(ctx, secret, m.to, m.from, m.id, m.key));
    }
    xmppfed_element_free(e);
    fuzz_context_end(ctx);
    return 0;
}

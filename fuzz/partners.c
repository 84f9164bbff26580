/*
 * partners.c - fuzzes the partner file of the proxy, and asks the policy that it makes.
 *
 * Input: JSON.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "proxy/records/partners.h"

static void on_note(const xmppfed_policy_note *note, void *user)
{
    size_t *notes = user;

    FUZZ_CHECK(*note->code && *note->text);
    ++*notes;
}

/* Every question has an answer with its reasons, and the partner's methods are as documented. */
static void ask(const xmppfed_policy *policy)
{
    static const char *const remotes[] = {"bob@fabrikam.example", "bob@chat.example"};
    uint32_t methods = xmppfed_policy_methods(policy, "fabrikam.example", NULL);

    FUZZ_CHECK((methods & ~(uint32_t)(XMPPFED_METHOD_EXTERNAL | XMPPFED_METHOD_DIALBACK_TLS |
                                      XMPPFED_METHOD_DIALBACK_TCP)) == 0);
    for (int i = 0; i < 2 * XMPPFED_ACTION_ERROR * 5; i++) {
        xmppfed_question q = {.direction = i % 2 ? XMPPFED_INBOUND : XMPPFED_OUTBOUND,
                              .action = XMPPFED_ACTION_ADD + i / 2 % XMPPFED_ACTION_ERROR,
                              .contact = i / 2 / XMPPFED_ACTION_ERROR,
                              .local = "carol@contoso.example",
                              .remote = remotes[i / 4 % 2]};
        xmppfed_decision d;

        FUZZ_CHECK(xmppfed_policy_decide(policy, &q, &d) == 0);
        FUZZ_CHECK(d.verdict >= XMPPFED_VERDICT_ALLOW && d.verdict <= XMPPFED_VERDICT_NEED_CONTACT);
        FUZZ_CHECK(d.reason_count > 0 && d.reason_count <= XMPPFED_REASON_MAX);
    }
}

/* The loader wants a file with a name: one without a directory entry has it in /proc. */
static FILE *open_file(const uint8_t *data, size_t size, char *path, size_t path_size)
{
    static FILE *file;

    if (!file)
        file = tmpfile();
    FUZZ_CHECK(file && ftruncate(fileno(file), 0) == 0);
    FUZZ_CHECK(pwrite(fileno(file), data, size, 0) == (ssize_t)size);
    snprintf(path, path_size, "/proc/self/fd/%d", fileno(file));
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xmppfed_context *ctx = fuzz_context();
    struct complaint why = {""};
    struct partner_trusts trusts = {NULL, 0};
    xmppfed_policy *policy = NULL;
    size_t notes = 0;
    char path[64];

    (void)open_file(data, size, path, sizeof(path));
    if (partners_load(ctx, path, on_note, &notes, &policy, &trusts, &why)) {
        FUZZ_CHECK(policy);
        ask(policy);
    } else {
        FUZZ_CHECK(!policy && strncmp(why.text, path, strlen(path)) == 0);
    }
    partner_trusts_fini(&trusts);
    xmppfed_policy_unref(policy);
    fuzz_context_end(ctx);
    return 0;
}

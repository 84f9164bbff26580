/* test_scram.c - SCRAM-SHA-256-PLUS: both sides, and a peer that does it wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "sasl/sasl.h"
#include "support/context.h"

#define OWN "contoso.example"
#define SECRET "correct-horse-battery"
#define OTHER_SECRET "correct-horse-batterx"

static const xmppfed_slice absent = {NULL, 0};
static const uint8_t session_1[XFED_SCRAM_BINDING_SIZE] = {1, 2, 3};
static const uint8_t session_2[XFED_SCRAM_BINDING_SIZE] = {1, 2, 4};

/* ---- two sides -------------------------------------------------------------------------- */

/* Messages of an exchange in their order, and what each side made of them. */
enum { CLIENT_FIRST, SERVER_FIRST, CLIENT_FINAL, SERVER_FINAL, MESSAGES };

struct exchange {
    struct xfed_sasl *initiator;
    struct xfed_sasl *receiver;
    char said[MESSAGES][600];
    size_t count; /* of them */
    int initiator_rc;
    int receiver_rc;
};

static void exchange_init(struct exchange *x, xmppfed_context *ctx, const char *secret,
                          const uint8_t *binding)
{
    struct xfed_scram_verifier verifier;

    memset(x, 0, sizeof(*x));
    assert_int_equal(xfed_scram_verifier_make(ctx, XFED_LITERAL(SECRET), &verifier), 0);
    assert_int_equal(
        xfed_sasl_scram_initiator(ctx, OWN, xmppfed_slice_of(secret), binding, &x->initiator), 0);
    assert_int_equal(xfed_sasl_scram_receiver(ctx, OWN, &verifier, session_1, &x->receiver), 0);
}

static void exchange_fini(struct exchange *x)
{
    xfed_sasl_free(x->initiator);
    xfed_sasl_free(x->receiver);
}

/* The next message, made of the last one, which the test may have changed. */
static void step(struct exchange *x)
{
    bool receives = x->count % 2 == 1;
    xmppfed_slice in = x->count > 0 ? xmppfed_slice_of(x->said[x->count - 1]) : absent;
    xmppfed_slice out = absent;
    int rc = xfed_sasl_step(receives ? x->receiver : x->initiator, in, &out);

    *(receives ? &x->receiver_rc : &x->initiator_rc) = rc;
    if (rc >= 0 && x->count < MESSAGES)
        assert_true(xfed_slice_copy(x->said[x->count++], sizeof(x->said[0]), out));
}

/* As far as both go on; at most so many messages. */
static void steps(struct exchange *x, size_t count)
{
    while (x->count < count && x->initiator_rc >= 0 && x->receiver_rc >= 0)
        step(x);
}

static void test_good(void **state)
{
    struct exchange x;

    exchange_init(&x, *state, SECRET, session_1);
    steps(&x, MESSAGES);
    assert_int_equal(x.receiver_rc, XFED_SASL_DONE);
    assert_int_equal(x.initiator_rc, XFED_SASL_CONTINUE); /* the server's proof is not read yet */
    assert_memory_equal(x.said[CLIENT_FIRST], "p=tls-exporter,,n=" OWN ",r=", 20 + sizeof(OWN));
    assert_non_null(strstr(x.said[SERVER_FIRST], ",i=10000"));
    step(&x);
    assert_int_equal(x.initiator_rc, XFED_SASL_DONE);
    exchange_fini(&x);
}

/* The <auth/> of a peer may come without a payload; its answer is an empty challenge. */
static void test_late_first(void **state)
{
    struct exchange x;
    xmppfed_slice out = absent;

    exchange_init(&x, *state, SECRET, session_1);
    assert_int_equal(xfed_sasl_step(x.receiver, absent, &out), XFED_SASL_CONTINUE);
    assert_non_null(out.data);
    assert_int_equal(out.len, 0);
    steps(&x, MESSAGES);
    assert_int_equal(x.receiver_rc, XFED_SASL_DONE);
    exchange_fini(&x);
}

static void test_other_secret(void **state)
{
    struct exchange x;

    exchange_init(&x, *state, OTHER_SECRET, session_1);
    steps(&x, MESSAGES);
    assert_int_equal(x.count, SERVER_FINAL);
    assert_int_equal(x.receiver_rc, XMPPFED_ERR_SASL_REFUSED);
    exchange_fini(&x);
}

/* Somebody in the middle has a TLS session with each side, and hands on what they say. */
static void test_relayed(void **state)
{
    struct exchange x;

    exchange_init(&x, *state, SECRET, session_2);
    steps(&x, MESSAGES);
    assert_int_equal(x.count, SERVER_FINAL);
    assert_int_equal(x.receiver_rc, XMPPFED_ERR_SASL_REFUSED);
    exchange_fini(&x);
}

struct final_row {
    const char *name;
    const char *text; /* NULL: the last letter of the proof is changed */
    int rc;
};

static const struct final_row finals[] = {
    {"another signature", NULL, XMPPFED_ERR_SASL_REFUSED},
    {"none", "", XMPPFED_ERR_SASL_MALFORMED},
    {"an empty one", "v=", XMPPFED_ERR_SASL_MALFORMED},
    {"an error", "e=other-error", XMPPFED_ERR_SASL_MALFORMED},
};

/* The side that dials has as much reason to ask for a proof as the other. */
static void test_server_signature(void **state)
{
    for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
        struct exchange x;
        char *last;

        exchange_init(&x, *state, SECRET, session_1);
        steps(&x, MESSAGES);
        last = x.said[SERVER_FINAL];
        if (finals[i].text)
            snprintf(last, sizeof(x.said[0]), "%s", finals[i].text);
        else
            last[2] = last[2] == 'A' ? 'B' : 'A';
        step(&x);
        if (x.initiator_rc != finals[i].rc)
            fail_msg("%s: %d", finals[i].name, x.initiator_rc);
        step(&x);
        assert_int_equal(x.initiator_rc, finals[i].rc);
        exchange_fini(&x);
    }
}

/* ---- what a peer may send first --------------------------------------------------------- */

struct first_row {
    const char *name;
    xmppfed_slice message;
    int rc;
};

#define FIRST(text)              \
    {                            \
        (text), sizeof(text) - 1 \
    }

static const struct first_row firsts[] = {
    {"plain", FIRST("p=tls-exporter,,n=contoso.example,r=abc"), 0},
    {"acting as itself", FIRST("p=tls-exporter,a=contoso.example,n=contoso.example,r=abc"), 0},
    {"prepared", FIRST("p=tls-exporter,a=CONTOSO.example.,n=Contoso.Example,r=abc"), 0},
    {"no binding", FIRST("n,,n=contoso.example,r=abc"), XMPPFED_ERR_SASL_REFUSED},
    {"binding not offered, says the peer", FIRST("y,,n=contoso.example,r=abc"),
     XMPPFED_ERR_SASL_REFUSED},
    {"tls-unique", FIRST("p=tls-unique,,n=contoso.example,r=abc"), XMPPFED_ERR_SASL_REFUSED},
    {"tls-server-end-point", FIRST("p=tls-server-end-point,,n=contoso.example,r=abc"),
     XMPPFED_ERR_SASL_REFUSED},
    {"a longer name of a binding", FIRST("p=tls-exporter2,,n=contoso.example,r=abc"),
     XMPPFED_ERR_SASL_REFUSED},
    {"another user", FIRST("p=tls-exporter,,n=fabrikam.example,r=abc"), XMPPFED_ERR_SASL_REFUSED},
    {"a subdomain", FIRST("p=tls-exporter,,n=im.contoso.example,r=abc"), XMPPFED_ERR_SASL_REFUSED},
    {"a user of the domain", FIRST("p=tls-exporter,,n=a@contoso.example,r=abc"),
     XMPPFED_ERR_SASL_REFUSED},
    {"no user", FIRST("p=tls-exporter,,n=,r=abc"), XMPPFED_ERR_SASL_REFUSED},
    {"a user that preparation empties", FIRST("p=tls-exporter,,n=\xc2\xad,r=abc"),
     XMPPFED_ERR_SASL_REFUSED},
    {"acting as another", FIRST("p=tls-exporter,a=fabrikam.example,n=contoso.example,r=abc"),
     XMPPFED_ERR_SASL_AUTHZID},
    {"acting as nobody", FIRST("p=tls-exporter,a=,n=contoso.example,r=abc"),
     XMPPFED_ERR_SASL_MALFORMED},
    {"no comma", FIRST("p=tls-exporter,"), XMPPFED_ERR_SASL_MALFORMED},
    {"a demand that is not known", FIRST("p=tls-exporter,,m=x,n=contoso.example,r=abc"),
     XMPPFED_ERR_SASL_MALFORMED},
    {"nothing behind the user", FIRST("p=tls-exporter,,n=contoso.example"),
     XMPPFED_ERR_SASL_MALFORMED},
    {"no nonce", FIRST("p=tls-exporter,,n=contoso.example,"), XMPPFED_ERR_SASL_MALFORMED},
    {"an empty nonce", FIRST("p=tls-exporter,,n=contoso.example,r="), XMPPFED_ERR_SASL_MALFORMED},
    {"NUL", FIRST("p=tls-exporter,,n=contoso.example\0.evil,r=abc"), XMPPFED_ERR_SASL_MALFORMED},
};

static void test_first(void **state)
{
    struct xfed_scram_verifier verifier;

    assert_int_equal(xfed_scram_verifier_make(*state, XFED_LITERAL(SECRET), &verifier), 0);
    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        struct xfed_sasl *s;
        xmppfed_slice out;
        int rc;

        assert_int_equal(xfed_sasl_scram_receiver(*state, OWN, &verifier, session_1, &s), 0);
        rc = xfed_sasl_step(s, firsts[i].message, &out);
        if (rc != firsts[i].rc)
            fail_msg("%s: %d", firsts[i].name, rc);
        xfed_sasl_free(s);
    }
}

/* ---- what a peer may ask of us ---------------------------------------------------------- */

struct demand_row {
    const char *name;
    const char *before; /* ... our nonce */
    const char *after;
    int rc;
};

static const struct demand_row demands[] = {
    {"the least", "r=", "abc,s=QSXCR+Q6sek8bf92,i=4096", XFED_SASL_CONTINUE},
    {"the most", "r=", "abc,s=QSXCR+Q6sek8bf92,i=100000", XFED_SASL_CONTINUE},
    {"one too few", "r=", "abc,s=QSXCR+Q6sek8bf92,i=4095", XMPPFED_ERR_SASL_REFUSED},
    {"one", "r=", "abc,s=QSXCR+Q6sek8bf92,i=1", XMPPFED_ERR_SASL_REFUSED},
    {"one too many", "r=", "abc,s=QSXCR+Q6sek8bf92,i=100001", XMPPFED_ERR_SASL_REFUSED},
    {"a day's work", "r=", "abc,s=QSXCR+Q6sek8bf92,i=4294967295", XMPPFED_ERR_SASL_REFUSED},
    {"around 64 bits", "r=", "abc,s=QSXCR+Q6sek8bf92,i=18446744073709555712",
     XMPPFED_ERR_SASL_MALFORMED},
    {"no salt", "r=", "abc,s=,i=4096", XMPPFED_ERR_SASL_MALFORMED},
    {"a salt that is none", "r=", "abc,s=QSXCR+Q6sek8bf9,i=4096", XMPPFED_ERR_SASL_MALFORMED},
    {"no number", "r=", "abc,s=QSXCR+Q6sek8bf92,i=many", XMPPFED_ERR_SASL_MALFORMED},
    {"no iterations", "r=", "abc,s=QSXCR+Q6sek8bf92", XMPPFED_ERR_SASL_MALFORMED},
    {"another nonce", "r=x", "abc,s=QSXCR+Q6sek8bf92,i=4096", XMPPFED_ERR_SASL_REFUSED},
    {"nothing", NULL, NULL, XMPPFED_ERR_SASL_MALFORMED},
};

static void test_demands(void **state)
{
    for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
        struct exchange x;
        const char *nonce;

        exchange_init(&x, *state, SECRET, session_1);
        steps(&x, SERVER_FIRST);
        nonce = strstr(x.said[CLIENT_FIRST], "r=") + 2;
        x.count++;
        if (demands[i].before)
            snprintf(x.said[SERVER_FIRST], sizeof(x.said[0]), "%s%s%s", demands[i].before, nonce,
                     demands[i].after);
        step(&x);
        if (x.initiator_rc != demands[i].rc)
            fail_msg("%s: %d", demands[i].name, x.initiator_rc);
        exchange_fini(&x);
    }
}

static void test_too_long(void **state)
{
    char message[1100] = "p=tls-exporter,,n=" OWN ",r=";
    struct exchange x;
    xmppfed_slice out;

    memset(message + strlen(message), 'a', sizeof(message) - strlen(message));
    exchange_init(&x, *state, SECRET, session_1);
    assert_int_equal(xfed_sasl_step(x.receiver, xfed_slice(message, 1025), &out),
                     XMPPFED_ERR_SASL_MALFORMED);
    exchange_fini(&x);
    exchange_init(&x, *state, SECRET, session_1);
    assert_int_equal(xfed_sasl_step(x.receiver, xfed_slice(message, 1024), &out),
                     XFED_SASL_CONTINUE);
    exchange_fini(&x);
}

/* ---- secrets ---------------------------------------------------------------------------- */

struct secret_row {
    const char *name;
    const char *text;
    size_t repeated; /* so many letters in place of text */
    bool fits;
};

static const struct secret_row secrets[] = {
    {.name = "words", .text = SECRET, .fits = true},
    {.name = "every kind of sign", .text = "!#$%&'()*+,-./:;<=>?@[]^_`{|}~09azAZ", .fits = true},
    {.name = "the shortest", .repeated = 16, .fits = true},
    {.name = "too short", .repeated = 15},
    {.name = "the longest", .repeated = 256, .fits = true},
    {.name = "too long", .repeated = 257},
    {.name = "a space", .text = "correct horse battery"},
    {.name = "a newline", .text = "correct-horse-battery\n"},
    {.name = "not ASCII", .text = "correct-horse-b\xc3\xa4ttery"},
    {.name = "DEL", .text = "correct-horse-battery\x7f"},
    {.name = "none", .text = ""},
};

static void test_secrets(void **state)
{
    char letters[300];

    memset(letters, 'x', sizeof(letters));
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        const struct secret_row *row = &secrets[i];
        xmppfed_slice secret =
            row->text ? xmppfed_slice_of(row->text) : xfed_slice(letters, row->repeated);
        struct xfed_scram_verifier verifier;
        struct xfed_sasl *s = NULL;
        int made = xfed_scram_verifier_make(*state, secret, &verifier);
        int begun = xfed_sasl_scram_initiator(*state, OWN, secret, session_1, &s);

        if (xfed_scram_secret_fits(secret) != row->fits ||
            made != (row->fits ? 0 : XMPPFED_ERR_ARGUMENT) ||
            begun != (row->fits ? 0 : XMPPFED_ERR_SASL_MECHANISM))
            fail_msg("%s", row->name);
        xfed_sasl_free(s);
    }
}

static void test_no_exchange(void **state)
{
    const struct xfed_scram_verifier verifier = {{0}, {0}, {0}};
    const char *const domains[] = {NULL, ""};
    struct xfed_sasl *s = NULL;

    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(
            xfed_sasl_scram_initiator(*state, domains[i], XFED_LITERAL(SECRET), session_1, &s),
            XMPPFED_ERR_SASL_MECHANISM);
        assert_int_equal(xfed_sasl_scram_receiver(*state, domains[i], &verifier, session_1, &s),
                         XMPPFED_ERR_SASL_MECHANISM);
    }
    assert_int_equal(xfed_sasl_scram_receiver(*state, OWN, NULL, session_1, &s),
                     XMPPFED_ERR_SASL_MECHANISM);
    assert_null(s);
}

/* Two verifiers of one secret have nothing in common by which a thief could tell so. */
static void test_salted(void **state)
{
    struct xfed_scram_verifier a;
    struct xfed_scram_verifier b;

    assert_int_equal(xfed_scram_verifier_make(*state, XFED_LITERAL(SECRET), &a), 0);
    assert_int_equal(xfed_scram_verifier_make(*state, XFED_LITERAL(SECRET), &b), 0);
    assert_memory_not_equal(a.salt, b.salt, sizeof(a.salt));
    assert_memory_not_equal(a.stored_key, b.stored_key, sizeof(a.stored_key));
}

/* ---- memory ----------------------------------------------------------------------------- */

/* A whole exchange in which one allocation fails: it is told, or it did not matter. */
static bool fails_at(const struct xfed_scram_verifier *verifier, unsigned long n)
{
    struct alloc_fail memory;
    xmppfed_context *ctx = test_context_counted(&memory);
    struct exchange x = {0};
    bool failed;

    memory.fail_at = memory.calls + n;
    x.initiator_rc =
        xfed_sasl_scram_initiator(ctx, OWN, XFED_LITERAL(SECRET), session_1, &x.initiator);
    if (x.initiator_rc == 0)
        x.receiver_rc = xfed_sasl_scram_receiver(ctx, OWN, verifier, session_1, &x.receiver);
    if (x.initiator_rc == 0 && x.receiver_rc == 0)
        steps(&x, MESSAGES);
    if (x.initiator_rc == 0 && x.receiver_rc == XFED_SASL_DONE)
        step(&x);
    failed = x.initiator_rc < 0 || x.receiver_rc < 0;
    if (failed && x.initiator_rc != XMPPFED_ERR_NOMEM && x.receiver_rc != XMPPFED_ERR_NOMEM)
        fail_msg("allocation %lu: %d, %d", n, x.initiator_rc, x.receiver_rc);
    exchange_fini(&x);
    test_context_counted_free(ctx, &memory);
    return failed;
}

static void test_out_of_memory(void **state)
{
    struct xfed_scram_verifier verifier;
    unsigned long n = 1;

    assert_int_equal(xfed_scram_verifier_make(*state, XFED_LITERAL(SECRET), &verifier), 0);
    while (fails_at(&verifier, n))
        n++;
    assert_true(n > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_late_first),
        cmocka_unit_test(test_other_secret),
        cmocka_unit_test(test_relayed),
        cmocka_unit_test(test_server_signature),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_demands),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_no_exchange),
        cmocka_unit_test(test_salted),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, test_context_setup, test_context_teardown);
}

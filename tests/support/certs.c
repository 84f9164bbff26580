/* certs.c - the fixed certificates of tests/data, loaded by name. */
#include "support/certs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024 };

xmppfed_slice test_data_read(const char *file)
{
    const char *folder = getenv("TEST_DATA");
    char path[1024];
    char *data;
    size_t len;
    FILE *f;

    if (!folder)
        fail_msg("the environment lacks TEST_DATA");
    snprintf(path, sizeof(path), "%s/%s", folder, file);
    f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    data = malloc(FILE_MAX);
    assert_non_null(data);
    len = fread(data, 1, FILE_MAX, f);
    fclose(f);
    return (xmppfed_slice){data, len};
}

void test_data_free(xmppfed_slice data)
{
    free((void *)(uintptr_t)data.data);
}

xmppfed_credentials *test_credentials(xmppfed_context *ctx, const char *name)
{
    xmppfed_slice chain, key;
    xmppfed_credentials *c = NULL;
    xmppfed_problem why = {0, ""};
    char file[128];

    snprintf(file, sizeof(file), "%s.pem", name);
    chain = test_data_read(file);
    snprintf(file, sizeof(file), "%s.key", name);
    key = test_data_read(file);
    if (xmppfed_credentials_new(ctx, chain, key, &why, &c) < 0)
        fail_msg("credentials %s: %s", name, why.text);
    test_data_free(chain);
    test_data_free(key);
    return c;
}

xmppfed_trust *test_trust_of(xmppfed_context *ctx, const char *anchor, const char *crl)
{
    xmppfed_slice anchors = test_data_read(anchor);
    xmppfed_slice crls = crl ? test_data_read(crl) : (xmppfed_slice){NULL, 0};
    xmppfed_trust *t = NULL;
    xmppfed_problem why = {0, ""};

    if (xmppfed_trust_new(ctx, anchors, crls, &why, &t) < 0)
        fail_msg("trust store %s: %s", anchor, why.text);
    test_data_free(anchors);
    test_data_free(crls);
    return t;
}

xmppfed_trust *test_trust(xmppfed_context *ctx)
{
    return test_trust_of(ctx, "ca.pem", NULL);
}

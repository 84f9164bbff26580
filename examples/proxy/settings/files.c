/* files.c - reads whole files: PEM texts, secrets. */
#include "proxy/settings/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX ((size_t)16 * 1024 * 1024)
#define CHUNK 65536

static bool unreadable(const char *path, const char *what, struct complaint *why)
{
    return complain(why, "%s: cannot read %s: %s; name a file that this user may read", path, what,
                    strerror(errno));
}

static bool read_open(FILE *f, const char *path, const char *what, struct file_text *ret,
                      struct complaint *why)
{
    size_t size = 0;
    size_t got = 1;

    while (got > 0 && ret->len < FILE_MAX) {
        if (size - ret->len < CHUNK + 1) {
            char *bigger;

            size = 2 * size + CHUNK + 1;
            bigger = realloc(ret->data, size);
            if (!bigger)
                return complain(why, "%s: out of memory", path);
            ret->data = bigger;
        }
        got = fread(ret->data + ret->len, 1, CHUNK, f);
        ret->len += got;
        ret->data[ret->len] = '\0';
    }
    if (ferror(f))
        return unreadable(path, what, why);
    if (ret->len >= FILE_MAX)
        return complain(why, "%s: the file with %s is over 16 MiB; name the right file", path,
                        what);
    return true;
}

bool file_read(const char *path, const char *what, struct file_text *ret, struct complaint *why)
{
    struct file_text text = {0};
    FILE *f = fopen(path, "rb");
    bool ok;

    if (!f)
        return unreadable(path, what, why);
    ok = read_open(f, path, what, &text, why);
    fclose(f);
    if (ok)
        *ret = text;
    else
        file_text_fini(&text);
    return ok;
}

bool file_is_readable(const char *path, const char *what, struct complaint *why)
{
    FILE *f = fopen(path, "rb");

    if (!f)
        return unreadable(path, what, why);
    fclose(f);
    return true;
}

bool file_read_secret(const char *path, const char *what, struct file_text *ret,
                      struct complaint *why)
{
    struct file_text text;

    if (!file_read(path, what, &text, why))
        return false;
    text.len = strcspn(text.data, "\r\n");
    text.data[text.len] = '\0';
    if (text.len == 0) {
        file_text_fini(&text);
        return complain(why, "%s: %s is empty; put it on the first line of the file", path, what);
    }
    *ret = text;
    return true;
}

void file_text_fini(struct file_text *text)
{
    if (text->data)
        memset(text->data, 0, text->len);
    free(text->data);
    *text = (struct file_text){0};
}

static xmppfed_slice slice(const struct file_text *text)
{
    return (xmppfed_slice){text->data, text->len};
}

bool file_credentials(xmppfed_context *ctx, const char *certificate, const char *key,
                      const char *what, xmppfed_credentials **ret, struct complaint *why)
{
    struct file_text chain_pem = {0};
    struct file_text key_pem = {0};
    xmppfed_problem problem;
    char label[384];
    bool ok;

    snprintf(label, sizeof(label), "the certificate of %.300s", what);
    ok = file_read(certificate, label, &chain_pem, why);
    snprintf(label, sizeof(label), "the key of %.300s", what);
    ok = ok && file_read(key, label, &key_pem, why);
    if (ok && xmppfed_credentials_new(ctx, slice(&chain_pem), slice(&key_pem), &problem, ret) < 0)
        ok = complain(why, "%s and %s (for %s): %s", certificate, key, what, problem.text);
    file_text_fini(&chain_pem);
    file_text_fini(&key_pem);
    return ok;
}

bool file_staple(const char *path, xmppfed_credentials **credentials, xmppfed_problem *problem)
{
    struct file_text der = {0};
    struct complaint why;
    xmppfed_credentials *stapled = NULL;
    int rc;

    if (!file_read(path, "the OCSP response", &der, &why)) {
        problem->code = XMPPFED_ERR_TLS_STAPLE;
        snprintf(problem->text, sizeof(problem->text), "%.*s", (int)sizeof(problem->text) - 1,
                 why.text);
        return false;
    }
    rc = xmppfed_credentials_staple(*credentials, slice(&der), (int64_t)time(NULL), problem,
                                    &stapled);
    file_text_fini(&der);
    if (rc < 0)
        return false;
    xmppfed_credentials_unref(*credentials);
    *credentials = stapled;
    return true;
}

bool file_trust(xmppfed_context *ctx, const char *anchors, const char *crl, const char *what,
                xmppfed_trust **ret, struct complaint *why)
{
    struct file_text anchors_pem = {0};
    struct file_text crl_pem = {0};
    xmppfed_problem problem;
    bool ok = file_read(anchors, what, &anchors_pem, why);

    if (ok && crl)
        ok = file_read(crl, "the revocation lists", &crl_pem, why);
    if (ok && xmppfed_trust_new(ctx, slice(&anchors_pem), slice(&crl_pem), &problem, ret) < 0)
        ok = complain(why, "%s%s%s: %s", anchors, crl ? " and " : "", crl ? crl : "", problem.text);
    file_text_fini(&anchors_pem);
    file_text_fini(&crl_pem);
    return ok;
}

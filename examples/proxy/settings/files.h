/* files.h - reads whole files: PEM texts, secrets. */
#ifndef PROXY_SETTINGS_FILES_H
#define PROXY_SETTINGS_FILES_H

#include <xmppfed/tls.h>

#include "proxy/settings/complaint.h"

/* A file's bytes with a NUL behind them. */
struct file_text {
    char *data;
    size_t len;
};

/* Reads a file of at most 16 MiB; what says what it is for ("the certificate of contoso.example").
 */
bool file_read(const char *path, const char *what, struct file_text *ret, struct complaint *why);
/* Reads a secret: the first line of a file, not empty. */
bool file_read_secret(const char *path, const char *what, struct file_text *ret,
                      struct complaint *why);
/* Overwrites and frees; safe on an empty one. */
void file_text_fini(struct file_text *text);

/* Reads a PEM chain with its key; what says whose they are. */
bool file_credentials(xmppfed_context *ctx, const char *certificate, const char *key,
                      const char *what, xmppfed_credentials **ret, struct complaint *why);
/*
 * Has the credentials send the OCSP response of a file in DER; *credentials is replaced. False with
 * the error of the library, or of reading, in problem.
 */
bool file_staple(const char *path, xmppfed_credentials **credentials, xmppfed_problem *problem);
/* crl may be NULL. */
bool file_trust(xmppfed_context *ctx, const char *anchors, const char *crl, const char *what,
                xmppfed_trust **ret, struct complaint *why);

/* Whether a file can be opened for reading; for paths that are only checked. */
bool file_is_readable(const char *path, const char *what, struct complaint *why);

#endif

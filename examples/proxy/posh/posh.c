/* posh.c - fetches what partners publish about their certificates (RFC 7711), off the loop. */
#include "proxy/posh/posh.h"

#include "proxy/proxy.h"

#ifdef HAVE_CURL

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/posh/document.h"

enum {
    DOCUMENT_MAX = 64 * 1024,
    REDIRECTS_MAX = 3, /* RFC 7711 10 allows up to ten */
    FETCH_SECONDS = 6, /* each of at most two documents; the library waits for 15 s */
    CONNECT_SECONDS = 4,
    FETCHES_MAX = 64
};

/* All that fetches share; they are over before it is freed. */
struct posh {
    struct proxy *proxy; /* NULL: nobody wants the answers any more */
    size_t fetches;
    atomic_bool stopped;
    char *trust;   /* PEM file, or NULL: that of the system */
    char *connect; /* as curl's CONNECT_TO wants it, or NULL */
};

/* One question. The members below work belong to its thread until on_done(). */
struct fetch {
    uv_work_t work;
    struct posh *posh;
    uint64_t token;
    char url[POSH_URL_SIZE];
    char body[DOCUMENT_MAX];
    size_t len;
    struct posh_document document;
    bool found;
};

/* ---- in a thread of the pool ------------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct fetch *f = user;

    size *= count;
    if (size > DOCUMENT_MAX - f->len)
        return 0; /* ends the transfer */
    memcpy(f->body + f->len, data, size);
    f->len += size;
    return size;
}

static int on_progress(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    struct fetch *f = user;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return atomic_load(&f->posh->stopped);
}

/* Only HTTPS, also behind redirects, and the web server's certificate is checked (RFC 7711 10). */
static bool set_up(CURL *curl, struct fetch *f, struct curl_slist *connect)
{
    return curl_easy_setopt(curl, CURLOPT_URL, f->url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)FETCH_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, f) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFODATA, f) == CURLE_OK &&
           (!connect || curl_easy_setopt(curl, CURLOPT_CONNECT_TO, connect) == CURLE_OK) &&
           (!f->posh->trust ||
            (curl_easy_setopt(curl, CURLOPT_CAINFO, f->posh->trust) == CURLE_OK &&
             curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

static bool get(struct fetch *f)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *connect = NULL;
    long status = 0;
    bool ok = curl != NULL;

    f->len = 0;
    if (f->posh->connect) {
        connect = curl_slist_append(NULL, f->posh->connect);
        ok = ok && connect;
    }
    ok = ok && set_up(curl, f, connect) && curl_easy_perform(curl) == CURLE_OK &&
         curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status >= 200 &&
         status < 300 && posh_document_read(f->body, f->len, &f->document);
    curl_easy_cleanup(curl);
    curl_slist_free_all(connect);
    return ok;
}

/* A reference leads to fingerprints and never on; the lower of both times holds (RFC 7711 3.2, 6).
 */
static void on_work(uv_work_t *work)
{
    struct fetch *f = work->data;
    uint32_t seconds;

    if (!get(f))
        return;
    seconds = f->document.seconds;
    if (f->document.url[0]) {
        memcpy(f->url, f->document.url, sizeof(f->url));
        if (!get(f) || f->document.url[0])
            return;
    }
    if (seconds < f->document.seconds)
        f->document.seconds = seconds;
    f->found = true;
}

/* ---- on the loop ------------------------------------------------------------------------- */

static void free_posh(struct posh *posh)
{
    free(posh->trust);
    free(posh->connect);
    free(posh);
}

static void answer(struct proxy *p, uint64_t token, const struct fetch *f)
{
    /* Too late is no harm. */
    (void)!xmppfed_federation_posh(p->fed, token, f ? f->document.fingerprints : NULL,
                                   f ? f->document.count : 0, f ? f->document.seconds : 0,
                                   uv_now(p->loop));
    xmppfed_uv_wake(p->edge);
}

static void on_done(uv_work_t *work, int status)
{
    struct fetch *f = work->data;
    struct posh *posh = f->posh;

    posh->fetches--;
    if (posh->proxy)
        answer(posh->proxy, f->token, status == 0 && f->found ? f : NULL);
    else if (posh->fetches == 0)
        free_posh(posh);
    free(f);
}

void posh_fetch(struct proxy *p, uint64_t token, const char *domain)
{
    struct fetch *f = NULL;

    if (p->posh && p->posh->fetches < FETCHES_MAX)
        f = calloc(1, sizeof(*f));
    if (!f) {
        answer(p, token, NULL);
        return;
    }
    f->work.data = f;
    f->posh = p->posh;
    f->token = token;
    snprintf(f->url, sizeof(f->url), "https://%s/.well-known/posh/xmpp-server.json", domain);
    if (uv_queue_work(p->loop, &f->work, on_work, on_done) < 0) {
        free(f);
        answer(p, token, NULL);
        return;
    }
    p->posh->fetches++;
}

bool posh_check(const struct config *config, struct complaint *why)
{
    (void)config;
    (void)why;
    return true;
}

static bool copy(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return !text || *ret;
}

bool posh_start(struct proxy *p, struct complaint *why)
{
    const struct config *c = p->loaded->config;
    struct posh *posh;

    if (!c->posh_enabled)
        return true;
    posh = calloc(1, sizeof(*posh));
    if (!posh)
        return complain(why, "out of memory");
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !copy(c->posh_trust, &posh->trust) ||
        !copy(c->posh_connect, &posh->connect) ||
        xmppfed_federation_set_option(p->fed, XMPPFED_OPTION_POSH, 1) < 0) {
        free_posh(posh);
        return complain(why, "%s: 'posh': libcurl does not start", c->file);
    }
    atomic_init(&posh->stopped, false);
    posh->proxy = p;
    p->posh = posh;
    return true;
}

void posh_stop(struct proxy *p)
{
    struct posh *posh = p->posh;

    p->posh = NULL;
    if (!posh)
        return;
    posh->proxy = NULL;
    atomic_store(&posh->stopped, true);
    if (posh->fetches == 0)
        free_posh(posh);
}

#else

bool posh_check(const struct config *config, struct complaint *why)
{
    return !config->posh_enabled ||
           complain(why, "%s: 'posh.enabled': this proxy was built without libcurl", config->file);
}

bool posh_start(struct proxy *p, struct complaint *why)
{
    return posh_check(p->loaded->config, why);
}

void posh_fetch(struct proxy *p, uint64_t token, const char *domain)
{
    (void)domain;
    (void)!xmppfed_federation_posh(p->fed, token, NULL, 0, 0, uv_now(p->loop));
}

void posh_stop(struct proxy *p)
{
    p->posh = NULL;
}

#endif

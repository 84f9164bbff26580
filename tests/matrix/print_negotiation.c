/*
 * print_negotiation.c - prints the tables of doc/negotiation.md, as the oracle has them.
 *
 *     print_negotiation                             all tables, to be put into the page
 *     print_negotiation --check doc/negotiation.md  whether the page has each of them, in TAP
 */
#include "oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmppfed/common.h>

enum { TEXT_SIZE = 16384, TABLES = 3 };

struct text {
    char data[TEXT_SIZE];
    size_t len;
};

static void add(struct text *out, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void add(struct text *out, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(out->data + out->len, TEXT_SIZE - out->len, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= TEXT_SIZE - out->len)
        abort();
    out->len += (size_t)len;
}

/* A method in words; a refusal by its letter, of which the third table tells more. */
static const char *in_words(const struct oracle_answer *a, char ret[32])
{
    switch (a->outcome) {
    case ORACLE_EXTERNAL:
        return "EXTERNAL";
    case ORACLE_DANE:
        return "EXTERNAL, DANE";
    case ORACLE_DIALBACK_TLS:
        return "dialback/TLS";
    case ORACLE_DIALBACK_TCP:
        return "dialback/TCP";
    case ORACLE_REFUSED:
    case ORACLE_RECORD_E1:
    case ORACLE_RECORD_E2:
    case ORACLE_RECORD_D1:
        break;
    }
    (void)snprintf(ret, 32, "refused (%c)", a->letter);
    return ret;
}

/* What becomes of a stream that we open and of one that the peer opens, once if that is the same.
 */
static void cell(struct text *out, struct oracle_question q)
{
    char ours[32];
    char theirs[32];
    const char *dialled, *dials;

    q.peer_dials = false;
    dialled = in_words(oracle_ask(&q), ours);
    q.peer_dials = true;
    dials = in_words(oracle_ask(&q), theirs);
    if (strcmp(dialled, dials) == 0)
        add(out, " %s |", dialled);
    else
        add(out, " %s / %s |", dialled, dials);
}

/* Peers by what they speak: what their record for us would be, and what they show. */
static void peers(struct text *out)
{
    static const struct oracle_question kinds[] = {
        {.certificate = ORACLE_GOOD, .peer_row = 9},
        {.certificate = ORACLE_GOOD, .peer_row = 15},
        {.certificate = ORACLE_NONE, .peer_row = 17},
    };

    add(out, "| row | Prosody, ejabberd | jabberd2 | no TLS |\n|--:|---|---|---|\n");
    for (unsigned row = 1; row <= ORACLE_ROWS; row++) {
        if (oracle_record(row, false, ORACLE_DANE_OPPORTUNISTIC))
            continue;
        add(out, "| %u |", row);
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            struct oracle_question q = kinds[i];

            q.our_row = row;
            cell(out, q);
        }
        add(out, "\n");
    }
}

/* A peer that speaks everything, by the certificate that it shows. */
static void certificates(struct text *out)
{
    static const char *const names[ORACLE_CERTIFICATES] = {
        [ORACLE_GOOD] = "good, for both purposes",
        [ORACLE_SERVER_ONLY] = "for servers alone (public authorities)",
        [ORACLE_CLIENT_ONLY] = "for clients alone",
        [ORACLE_SELF_SIGNED] = "self-signed",
        [ORACLE_EXPIRED] = "expired",
        [ORACLE_WRONG_NAME] = "of another name",
        [ORACLE_UNKNOWN_CA] = "of an unknown authority",
        [ORACLE_NONE] = "none",
        [ORACLE_DANE_GOOD] = "self-signed, and its key is in a TLSA record",
        [ORACLE_DANE_BAD] = "good, and the TLSA record has another key",
        [ORACLE_DANE_STRANGER] = "self-signed, and the TLSA record has another key",
    };
    static const unsigned rows[] = {8, 7, 9};

    add(out, "| the peer's certificate | row 8 | row 7 | row 9 |\n|---|---|---|---|\n");
    for (unsigned i = 0; i < ORACLE_CERTIFICATES; i++) {
        add(out, "| %s |", names[i]);
        for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
            cell(out, (struct oracle_question){.certificate = (enum oracle_certificate)i,
                                               .our_row = rows[r],
                                               .peer_row = 9});
        add(out, "\n");
    }
}

static void refusals(struct text *out)
{
    const struct oracle_answer *a;

    add(out, "| | on the wire | why |\n|---|---|---|\n");
    for (unsigned i = 0; (a = oracle_answer(i)) != NULL; i++)
        if (a->outcome == ORACLE_REFUSED)
            add(out, "| %c | %s | %s |\n", a->letter, a->wire[0] ? a->wire : "nothing", a->clause);
}

/* Says in TAP whether the page has the table; true if so. */
static int check(const char *page, const struct text *table, int number)
{
    int found = strstr(page, table->data) != NULL;

    printf("%sok %d - table %d of the page is as the oracle has it\n", found ? "" : "not ", number,
           number);
    if (!found)
        printf("# It has changed. Put it in: print_negotiation\n");
    return found;
}

static char *read_page(const char *path)
{
    enum { PAGE_SIZE = 256 * 1024 };
    FILE *f = fopen(path, "rb");
    char *page = calloc(1, PAGE_SIZE);

    if (!f || !page || fread(page, 1, PAGE_SIZE - 1, f) == 0)
        abort();
    fclose(f);
    return page;
}

int main(int argc, char **argv)
{
    static void (*const tables[TABLES])(struct text *) = {peers, certificates, refusals};
    char *page = argc == 3 && strcmp(argv[1], "--check") == 0 ? read_page(argv[2]) : NULL;
    int rc = 0;

    if (page)
        printf("1..%d\n", TABLES);
    for (int i = 0; i < TABLES; i++) {
        struct text table = {.len = 0};

        tables[i](&table);
        if (!page)
            printf("%s\n", table.data);
        else if (!check(page, &table, i + 1))
            rc = 1;
    }
    free(page);
    return rc;
}

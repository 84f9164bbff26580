/* grids.c - the oracle's answers as text: tests/table/expected/matrix, one file a certificate. */
#include "grids.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmppfed/common.h>

enum {
    SETTINGS = 2 * 2 * ORACLE_EKUS * ORACLE_DANE_RULES * 2,
    CELLS = ORACLE_ROWS * ORACLE_ROWS,
    TEXT_SIZE = 64 * 1024
};

/* The answers under one setting, row by row. */
struct grid {
    struct oracle_question setting;
    char letters[CELLS];
};

static const char *const certificate_names[ORACLE_CERTIFICATES] = {
    [ORACLE_GOOD] = "good",
    [ORACLE_SERVER_ONLY] = "serverauth-only",
    [ORACLE_CLIENT_ONLY] = "clientauth-only",
    [ORACLE_SELF_SIGNED] = "self-signed",
    [ORACLE_EXPIRED] = "expired",
    [ORACLE_WRONG_NAME] = "wrong-name",
    [ORACLE_UNKNOWN_CA] = "unknown-ca",
    [ORACLE_NONE] = "none",
    [ORACLE_DANE_GOOD] = "dane-ee-good",
    [ORACLE_DANE_BAD] = "dane-ee-bad",
    [ORACLE_DANE_STRANGER] = "dane-ee-stranger",
};

static const char *const negotiations[] = {"required", "optional", "not-supported"};

const char *grids_certificate(enum oracle_certificate certificate)
{
    return certificate_names[certificate];
}

void grids_setting(const struct oracle_question *q, char *ret, unsigned size)
{
    static const char *const ekus[] = {"server", "any", "strict-role"};
    static const char *const danes[] = {"opportunistic", "required", "off"};

    snprintf(ret, size, "%s, %s, eku %s, dane %s, %s", q->peer_dials ? "the peer dials" : "we dial",
             q->direct ? "direct TLS" : "STARTTLS", ekus[q->eku], danes[q->dane],
             q->strict ? "strict" : "as documented");
}

static void say(char *text, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void say(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + used, TEXT_SIZE - used, format, args);
    va_end(args);
}

static void ask_all(struct grid *g)
{
    struct oracle_question q = g->setting;

    for (unsigned i = 0; i < CELLS; i++) {
        q.our_row = i / ORACLE_ROWS + 1;
        q.peer_row = i % ORACLE_ROWS + 1;
        g->letters[i] = oracle_ask(&q)->letter;
    }
}

/* Every setting with its grid, in the order in which they are written. */
static void fill(enum oracle_certificate certificate, struct grid grids[SETTINGS])
{
    for (unsigned i = 0; i < SETTINGS; i++) {
        grids[i].setting = (struct oracle_question){
            .certificate = certificate,
            .peer_dials = i / (SETTINGS / 2) == 1,
            .direct = i / (SETTINGS / 4) % 2 == 1,
            .eku = (enum oracle_eku)(i / (2 * ORACLE_DANE_RULES) % ORACLE_EKUS),
            .dane = (enum oracle_dane)(i / 2 % ORACLE_DANE_RULES),
            .strict = i % 2 == 1,
        };
        ask_all(&grids[i]);
    }
}

static void say_legend(char *text, const struct grid grids[SETTINGS])
{
    const struct oracle_answer *a;

    for (unsigned i = 0; (a = oracle_answer(i)) != NULL; i++) {
        bool used = false;

        for (unsigned g = 0; g < SETTINGS && !used; g++)
            used = memchr(grids[g].letters, a->letter, CELLS) != NULL;
        if (used)
            say(text, "%c  %s%s%s\n", a->letter, a->wire, a->wire[0] ? "; " : "", a->clause);
    }
}

static void say_row(char *text, unsigned row, const char *letters)
{
    say(text, "%2u %-13s %-13s %-5s  %.*s\n", row, negotiations[(row - 1) % 6 / 2],
        negotiations[(row - 1) / 6], row % 2 == 1 ? "true" : "false", ORACLE_ROWS, letters);
}

/* A grid under all settings that share it. */
static void say_grid(char *text, const struct grid grids[SETTINGS], unsigned first)
{
    say(text, "\n");
    for (unsigned i = first; i < SETTINGS; i++) {
        char setting[128];

        if (memcmp(grids[i].letters, grids[first].letters, CELLS) != 0)
            continue;
        grids_setting(&grids[i].setting, setting, sizeof(setting));
        say(text, "= %s\n", setting);
    }
    say(text, "   %-13s %-13s %-5s  peer's row 1 to 18\n", "TLS", "SASL", "DB");
    for (unsigned row = 1; row <= ORACLE_ROWS; row++)
        say_row(text, row, grids[first].letters + (row - 1) * ORACLE_ROWS);
}

static bool said_before(const struct grid grids[SETTINGS], unsigned index)
{
    for (unsigned i = 0; i < index; i++)
        if (memcmp(grids[i].letters, grids[index].letters, CELLS) == 0)
            return true;
    return false;
}

char *grids_text(enum oracle_certificate certificate)
{
    struct grid *grids = calloc(SETTINGS, sizeof(*grids));
    char *text = calloc(1, TEXT_SIZE);

    if (!grids || !text)
        abort();
    fill(certificate, grids);
    say(text, "# The peer's certificate: %s. README.md says how to read this.\n",
        certificate_names[certificate]);
    say_legend(text, grids);
    for (unsigned i = 0; i < SETTINGS; i++)
        if (!said_before(grids, i))
            say_grid(text, grids, i);
    free(grids);
    return text;
}

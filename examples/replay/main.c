/*
 * main.c - replay: plays what was recorded of a stream, bit for bit, and says where it differs.
 *
 *     replay [--quiet] FILE
 *
 * FILE is what xmppfed_connection_recording() gave, or a file of tests/transcript in which
 * nothing is reloaded. The peer's lines
 * are fed to a connection of its own over real TLS, in the time that was recorded; each line of
 * ours must come out as it stands there. Certificates are made for the occasion. The exit status is
 * 0 if all was the same, 1 at the first difference, 2 for a file that cannot be played.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay/player.h"

enum { TEXT_MAX = 2 * 1024 * 1024, WHY_SIZE = 512 };

static char *read_file(const char *path)
{
    char *text = calloc(1, TEXT_MAX + 1);
    FILE *file = fopen(path, "rb");
    size_t len = 0;

    if (!text || !file) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        exit(2);
    }
    len = fread(text, 1, TEXT_MAX, file);
    fclose(file);
    if (len == 0 || len == TEXT_MAX || strlen(text) != len) {
        fprintf(stderr, "replay: %s is no recording\n", path);
        exit(2);
    }
    return text;
}

static int differ(const char *path, unsigned number, const struct player *p)
{
    fprintf(stderr, "%s:%u: %s\n", path, number, player_why(p));
    return 1;
}

static int play(struct player *p, const char *path, char *text, int quiet)
{
    unsigned number = 1;

    for (char *line = text; *line; number++) {
        size_t len = strcspn(line, "\n");
        char *next = line + len + (line[len] == '\n');

        line[len] = '\0';
        if (!quiet)
            puts(line);
        if (!player_line(p, line))
            return differ(path, number, p);
        line = next;
    }
    return player_end(p) ? 0 : differ(path, number, p);
}

int main(int argc, char **argv)
{
    int quiet = argc == 3 && strcmp(argv[1], "--quiet") == 0;
    char why[WHY_SIZE] = "";
    struct player *p;
    char *text;
    int status;

    if (argc != 2 + quiet) {
        fprintf(stderr, "usage: replay [--quiet] FILE\n");
        return 2;
    }
    text = read_file(argv[argc - 1]);
    p = player_new(text, why, sizeof(why));
    if (!p) {
        fprintf(stderr, "replay: %s: %s\n", argv[argc - 1], why);
        status = 2;
    } else {
        status = play(p, argv[argc - 1], text, quiet);
    }
    player_free(p);
    free(text);
    return status;
}

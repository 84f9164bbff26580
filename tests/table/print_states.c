/*
 * print_states.c - prints doc/states.md, or a table for tests/table/expected.
 *
 *     print_states > doc/states.md
 *     print_states initiator > tests/table/expected/initiator.txt
 *     print_states receiver > tests/table/expected/receiver.txt
 *     print_states --check doc/states.md
 */
#include "render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the file is the text, said in TAP. */
static int check(const char *path, const struct text *text)
{
    char *data = malloc(text->len + 1);
    FILE *f = fopen(path, "rb");
    size_t len = f && data ? fread(data, 1, text->len + 1, f) : 0;
    int equal = data && len == text->len && memcmp(data, text->data, len) == 0;

    if (f)
        fclose(f);
    free(data);
    printf("%sok 1 - %s is as the tables are\n1..1\n", equal ? "" : "not ", path);
    if (!equal)
        printf("# The tables have changed. Regenerate it: print_states > doc/states.md\n");
    return equal ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct text text = {0};
    int rc = 0;

    if (argc == 2 && strcmp(argv[1], "initiator") == 0)
        render_table(&text, XFED_INITIATOR);
    else if (argc == 2 && strcmp(argv[1], "receiver") == 0)
        render_table(&text, XFED_RECEIVER);
    else
        render_document(&text);
    if (argc == 3 && strcmp(argv[1], "--check") == 0)
        rc = check(argv[2], &text);
    else
        fwrite(text.data, 1, text.len, stdout);
    free(text.data);
    return rc;
}

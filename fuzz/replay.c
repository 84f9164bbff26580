/*
 * replay.c - the main function of a harness where there is no libFuzzer: runs files through it.
 *
 * Usage: replay NAME PATH...     A path is a file, or a folder whose files are run in order.
 *
 * Prints one TAP test. A finding ends the process, and the last comment says which file it was.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20, PATH_SIZE = 4096 };

static unsigned files;

/* The input has memory of exactly its size, so that a sanitizer sees every read past its end. */
static bool run_file(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
    bool whole = file && !ferror(file) && size < sizeof(bytes);
    uint8_t *input = malloc(size ? size : 1);

    if (file)
        fclose(file);
    printf("# %s\n", path);
    fflush(stdout);
    if (whole && input) {
        for (size_t i = 0; i < size; i++)
            input[i] = bytes[i];
        (void)LLVMFuzzerTestOneInput(input, size);
        files++;
    }
    free(input);
    return whole && input;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool run_path(const char *path)
{
    struct dirent **entries;
    struct stat facts;
    char name[PATH_SIZE];
    bool ok = true;
    int count;

    if (stat(path, &facts) < 0 || !S_ISDIR(facts.st_mode))
        return run_file(path);
    count = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        ok = snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name) < PATH_SIZE &&
             run_file(name) && ok;
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return ok && count >= 0;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "?";
    bool ok = argc > 2;

    for (int i = 2; i < argc; i++)
        ok = run_path(argv[i]) && ok;
    /* A folder that was emptied or moved must not pass for one without findings. */
    ok = ok && files > 0;
    printf("1..1\n%s 1 - %s: %u inputs\n", ok ? "ok" : "not ok", name, files);
    return ok ? 0 : 1;
}

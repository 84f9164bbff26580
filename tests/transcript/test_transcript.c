/*
 * test_transcript.c - plays a transcript whole, byte by byte and cut at every offset.
 *
 *     test_transcript FILE
 *     test_transcript --record FILE    prints the transcript as it comes out now, for review
 */
#include "transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *path;

static void check(struct transcript *t, size_t cut)
{
    char *now = transcript_play(t, cut);

    if (strcmp(now, transcript_text(t)) != 0)
        fail_msg("%s, cut at %zu, comes out as:\n%s", path, cut, now);
    free(now);
}

static void test_whole(void **state)
{
    struct transcript *t = transcript_open(path);

    (void)state;
    check(t, TRANSCRIPT_WHOLE);
    transcript_close(t);
}

static void test_byte_by_byte(void **state)
{
    struct transcript *t = transcript_open(path);

    (void)state;
    check(t, TRANSCRIPT_BYTES);
    transcript_close(t);
}

static void test_cut_at_every_offset(void **state)
{
    struct transcript *t = transcript_open(path);
    size_t step;

    (void)state;
    check(t, TRANSCRIPT_WHOLE);
    step = transcript_bytes(t) / 4000 + 1; /* the inside of a long filling is all the same */
    for (size_t cut = 1; cut < transcript_bytes(t); cut += step)
        check(t, cut);
    transcript_close(t);
}

static void record(void **state)
{
    struct transcript *t = transcript_open(path);
    char *now = transcript_play(t, TRANSCRIPT_WHOLE);

    (void)state;
    fputs(now, stdout);
    free(now);
    transcript_close(t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_cut_at_every_offset),
    };
    void *none = NULL;

    if (argc < 2)
        return 2;
    path = argv[argc - 1];
    if (strcmp(argv[1], "--record") == 0) {
        record(&none);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

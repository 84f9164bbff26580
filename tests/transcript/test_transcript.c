/*
 * test_transcript.c - plays a transcript whole, byte by byte and cut at every offset.
 *
 *     test_transcript FILE
 *     test_transcript --record FILE    prints the transcript as it comes out now, for review
 *     test_transcript --once FILE...   plays each whole, once, for tests/table/rows.py
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
    /* The inside of a long filling is all the same; with TLS each play is a handshake. */
    step = transcript_bytes(t) / (transcript_has_tls(t) ? 120 : 4000) + 1;
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

static void play_once(void **state)
{
    struct transcript *t = transcript_open(path);

    (void)state;
    check(t, TRANSCRIPT_WHOLE);
    transcript_close(t);
}

/* Plays all files; how many come out otherwise. */
static int play_all(char **files, int count)
{
    const struct CMUnitTest once[] = {cmocka_unit_test(play_once)};
    int failed = 0;

    for (int i = 0; i < count; i++) {
        path = files[i];
        failed += cmocka_run_group_tests(once, NULL, NULL) != 0;
    }
    return failed;
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
    if (strcmp(argv[1], "--once") == 0)
        return play_all(argv + 2, argc - 2) == 0 ? 0 : 1;
    path = argv[argc - 1];
    if (strcmp(argv[1], "--record") == 0) {
        record(&none);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

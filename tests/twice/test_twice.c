/*
 * test_twice.c - two plug-ins with a copy of the library each, in a program that uses libxml2 and
 * GnuTLS itself: nobody notices the others.
 */
#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "neighbour.h"
#include "plugin.h"

/* Blanks and entities, of which the defaults of the program are odd. */
#define FIRST "  a first & a <second>  "
#define OTHER "\tsomething else\n  "

struct neighbour_heard neighbour_heard;
static struct twice_pems pems;

/* ---- plug-ins ------------------------------------------------------------------------------- */

/* One with the static library inside, and one that is linked with libxmppfed.so. */
static const char *const kinds[] = {"TWICE_STATIC", "TWICE_SHARED"};

struct module {
    const char *path;
    void *handle;
    const struct twice_plugin *plugin;
};

static struct module load(const char *kind)
{
    struct module m = {.path = getenv(kind)};

    if (!m.path)
        fail_msg("the environment lacks %s", kind);
    m.handle = dlopen(m.path, RTLD_NOW | RTLD_LOCAL);
    if (!m.handle)
        fail_msg("%s", dlerror());
    m.plugin = dlsym(m.handle, "twice_plugin");
    assert_non_null(m.plugin);
    return m;
}

static void unload(const struct module *m)
{
    assert_int_equal(dlclose(m->handle), 0);
    if (dlopen(m->path, RTLD_NOW | RTLD_NOLOAD))
        fail_msg("%s was not unloaded", m->path);
}

static struct twice_run *begin(const struct module *m, const char *text)
{
    struct twice_run *run = m->plugin->begin(&pems, text);

    assert_non_null(run);
    return run;
}

static void check_result(const struct twice_result *result, const char *text)
{
    assert_string_equal(result->trouble, "");
    assert_string_equal(result->text, text);
    assert_string_equal(result->proof, "PKIX");
    assert_string_equal(result->tls, "TLS1.3");
    assert_string_equal(result->outcome, "ACKNOWLEDGED");
    assert_true(strlen(result->stream_id) >= 16);
    assert_int_equal(result->held, 0);
}

static void end(const struct module *m, struct twice_run *run, const char *text)
{
    struct twice_result result;

    m->plugin->end(run, &result);
    check_result(&result, text);
}

/* ---- the program around them ---------------------------------------------------------------- */

static void neighbours_begin(void)
{
    neighbour_xml_begin();
    neighbour_tls_begin();
}

static void neighbours_step(void)
{
    neighbour_xml_step();
    neighbour_tls_step();
}

static void neighbours_end(void)
{
    neighbour_xml_end();
    neighbour_tls_end();
}

/* What the program's handlers had heard before, for check_silence(). */
struct silence {
    unsigned heard[5];
};

static struct silence listen_to(void)
{
    return (struct silence){{neighbour_heard.xml_error, neighbour_heard.xml_loader,
                             neighbour_heard.xml_node, neighbour_heard.tls_log,
                             neighbour_heard.tls_audit}};
}

static void check_silence(const struct silence *before)
{
    struct silence after = listen_to();

    assert_memory_equal(before, &after, sizeof(after));
    neighbour_xml_check();
    neighbour_tls_check();
}

/* One step of a plug-in, of which the program must not notice anything. */
static bool quiet_step(const struct module *m, struct twice_run *run)
{
    struct silence before = listen_to();
    unsigned of_others = neighbour_heard.tls_audit_of_others;
    bool more = m->plugin->step(run);

    check_silence(&before);
    assert_int_equal(neighbour_heard.tls_audit_of_others, of_others);
    return more;
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* Otherwise the rest would show nothing: two copies, and neither in the program's scope. */
static void two_copies(void **state)
{
    struct module first = load(kinds[0]);
    struct module second = load(kinds[1]);
    void *program = dlopen(NULL, RTLD_NOW);

    (void)state;
    assert_non_null(program);
    assert_string_equal(first.plugin->version(), second.plugin->version());
    assert_ptr_not_equal(first.plugin->version(), second.plugin->version());
    assert_null(dlsym(program, "xmppfed_version"));
    assert_null(dlsym(first.handle, "xmppfed_version"));
    assert_non_null(dlsym(second.handle, "xmppfed_version"));
    assert_int_equal(dlclose(program), 0);
    unload(&first);
    unload(&second);
}

/* All take turns; also the process is as it was. */
static void step_by_step(void **state)
{
    struct module first = load(kinds[0]);
    struct module second = load(kinds[1]);
    struct twice_run *a = begin(&first, FIRST);
    struct twice_run *b = begin(&second, OTHER);
    bool a_goes_on = true, b_goes_on = true;
    struct sigaction pipe_before, pipe_after;
    unsigned rounds = 0;

    (void)state;
    assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_before), 0);
    neighbours_begin();
    while (a_goes_on || b_goes_on) {
        a_goes_on = a_goes_on && quiet_step(&first, a);
        neighbours_step();
        b_goes_on = b_goes_on && quiet_step(&second, b);
        neighbours_step();
        rounds++;
    }
    neighbours_end();
    end(&first, a, FIRST);
    end(&second, b, OTHER);
    assert_true(rounds > 20);
    assert_string_equal(setlocale(LC_ALL, NULL), "C");
    assert_int_equal(sigaction(SIGPIPE, NULL, &pipe_after), 0);
    assert_true(pipe_before.sa_handler == pipe_after.sa_handler);
    unload(&first);
    unload(&second);
}

/* What goes wrong inside the library is told by it alone. */
static void failures_stay_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct module m = load(kinds[i]);
        struct silence before;

        neighbours_begin();
        before = listen_to();
        assert_string_equal(m.plugin->stumble(&pems), "");
        check_silence(&before);
        for (int j = 0; j < 10; j++)
            neighbours_step();
        neighbours_end();
        unload(&m);
    }
}

/* One plug-in goes in the middle of the other's negotiation, and comes back. */
static void one_leaves(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct module stays = load(kinds[i]);
        struct module leaves = load(kinds[1 - i]);
        struct twice_run *a = begin(&stays, FIRST);
        struct twice_run *b = begin(&leaves, OTHER);
        struct twice_result ignored;

        neighbours_begin();
        for (int j = 0; j < 20; j++) {
            assert_true(quiet_step(&stays, a));
            assert_true(quiet_step(&leaves, b));
            neighbours_step();
        }
        leaves.plugin->end(b, &ignored);
        assert_int_equal(ignored.held, 0);
        unload(&leaves);
        while (quiet_step(&stays, a))
            neighbours_step();
        leaves = load(kinds[1 - i]);
        b = begin(&leaves, OTHER);
        while (quiet_step(&leaves, b))
            neighbours_step();
        neighbours_end();
        end(&stays, a, FIRST);
        end(&leaves, b, OTHER);
        unload(&leaves);
        unload(&stays);
    }
}

/* ---- threads -------------------------------------------------------------------------------- */

enum { RUNS_A_THREAD = 3 };

struct worker {
    const struct module *module;
    const char *text;
    pthread_barrier_t *start;
    struct twice_result results[RUNS_A_THREAD]; /* judged by the thread of the test */
    const char *stumbled;
};

static void *work(void *user)
{
    struct worker *w = user;

    pthread_barrier_wait(w->start);
    for (int i = 0; i < RUNS_A_THREAD; i++) {
        struct twice_run *run = w->module->plugin->begin(&pems, w->text);

        while (run && w->module->plugin->step(run))
            continue;
        if (run)
            w->module->plugin->end(run, &w->results[i]);
    }
    w->stumbled = w->module->plugin->stumble(&pems);
    return NULL;
}

/* Contexts of several threads, of one copy and of two, while the program works in its own. */
static void threads(void **state)
{
    struct module modules[] = {load(kinds[0]), load(kinds[1])};
    struct worker workers[4];
    pthread_t ids[4];
    pthread_barrier_t start;

    (void)state;
    neighbours_begin();
    assert_int_equal(pthread_barrier_init(&start, NULL, 5), 0);
    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){
            .module = &modules[i % 2], .text = i < 2 ? FIRST : OTHER, .start = &start};
        assert_int_equal(pthread_create(&ids[i], NULL, work, &workers[i]), 0);
    }
    pthread_barrier_wait(&start);
    for (int i = 0; i < 50; i++) {
        neighbours_step();
        neighbour_xml_check();
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(ids[i], NULL), 0);
    neighbours_end();
    assert_int_equal(pthread_barrier_destroy(&start), 0);
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < RUNS_A_THREAD; j++)
            check_result(&workers[i].results[j], workers[i].text);
        assert_string_equal(workers[i].stumbled, "");
    }
    unload(&modules[0]);
    unload(&modules[1]);
}

/* Nor does the program hear of a thread, though each begins with its handlers and defaults. */
static void threads_are_quiet(void **state)
{
    struct module m = load(kinds[1]);
    struct worker worker = {.module = &m, .text = FIRST};
    pthread_barrier_t start;
    struct silence before;
    pthread_t id;

    (void)state;
    neighbours_begin();
    neighbours_step();
    assert_int_equal(pthread_barrier_init(&start, NULL, 1), 0);
    worker.start = &start;
    before = listen_to();
    assert_int_equal(pthread_create(&id, NULL, work, &worker), 0);
    assert_int_equal(pthread_join(id, NULL), 0);
    check_silence(&before);
    for (int i = 0; i < 10; i++)
        neighbours_step();
    neighbours_end();
    assert_int_equal(pthread_barrier_destroy(&start), 0);
    check_result(&worker.results[0], FIRST);
    assert_string_equal(worker.stumbled, "");
    unload(&m);
}

/* ---- processes ------------------------------------------------------------------------------ */

/* Whole runs of both plug-ins. */
static void run_both(const struct module modules[2], struct twice_result ret[2])
{
    for (size_t i = 0; i < 2; i++) {
        struct twice_run *run = begin(&modules[i], FIRST);

        while (modules[i].plugin->step(run))
            continue;
        modules[i].plugin->end(run, &ret[i]);
    }
}

/* The child's part: contexts of its own; those of its parent are left alone. */
static void be_child(const struct module modules[2], int out)
{
    struct twice_result results[2];
    bool written;

    run_both(modules, results);
    written = write(out, results, sizeof(results)) == (ssize_t)sizeof(results);
    _exit(written ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void child_makes_its_own(void **state)
{
    struct module modules[] = {load(kinds[0]), load(kinds[1])};
    struct twice_result before[2], childs[2], after[2];
    struct twice_run *runs[2];
    int ends[2], status;
    pid_t child;

    (void)state;
    neighbours_begin();
    neighbours_step();
    run_both(modules, before);
    for (size_t i = 0; i < 2; i++) {
        runs[i] = begin(&modules[i], OTHER);
        for (int j = 0; j < 20; j++)
            assert_true(modules[i].plugin->step(runs[i]));
    }
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        be_child(modules, ends[1]);
    /* At once, so that both would draw the same random numbers if they could. */
    run_both(modules, after);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], childs, sizeof(childs)), sizeof(childs));
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    for (size_t i = 0; i < 2; i++) {
        check_result(&before[i], FIRST);
        check_result(&childs[i], FIRST);
        check_result(&after[i], FIRST);
        assert_string_not_equal(childs[i].stream_id, before[i].stream_id);
        assert_string_not_equal(childs[i].stream_id, after[i].stream_id);
        while (quiet_step(&modules[i], runs[i]))
            neighbours_step();
        end(&modules[i], runs[i], OTHER);
        unload(&modules[i]);
    }
    neighbours_end();
}

/* ---- certificates --------------------------------------------------------------------------- */

static char *read_text(const char *name)
{
    enum { SIZE = 16384 };
    const char *folder = getenv("TEST_DATA");
    char *text = calloc(1, SIZE);
    char path[1024];
    FILE *file;

    if (!folder || !text)
        return NULL;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (!file || fread(text, 1, SIZE - 1, file) == 0) {
        free(text);
        return NULL;
    }
    fclose(file);
    return text;
}

static int read_pems(void **state)
{
    (void)state;
    pems.ca = read_text("ca.pem");
    pems.contoso = read_text("contoso.pem");
    pems.contoso_key = read_text("contoso.key");
    pems.fabrikam = read_text("fabrikam.pem");
    pems.fabrikam_key = read_text("fabrikam.key");
    return pems.ca && pems.contoso && pems.contoso_key && pems.fabrikam && pems.fabrikam_key ? 0
                                                                                             : -1;
}

static int free_pems(void **state)
{
    (void)state;
    free(pems.ca);
    free(pems.contoso);
    free(pems.contoso_key);
    free(pems.fabrikam);
    free(pems.fabrikam_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_copies),
        cmocka_unit_test(step_by_step),
        cmocka_unit_test(failures_stay_inside),
        cmocka_unit_test(one_leaves),
        cmocka_unit_test(threads),
        cmocka_unit_test(threads_are_quiet),
        cmocka_unit_test(child_makes_its_own),
    };
    return cmocka_run_group_tests(tests, read_pems, free_pems);
}

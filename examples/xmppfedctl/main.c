/* main.c - xmppfedctl: asks a running proxy and steers it. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <xmppfed/common.h>

#include "proxy/admin/verbs.h"
#include "xmppfedctl/local.h"
#include "xmppfedctl/options.h"
#include "xmppfedctl/request.h"
#include "xmppfedctl/show.h"

enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

/* The command line. */
struct command {
    struct options options;
    const struct admin_verb *verb;
    bool local;       /* no proxy is asked */
    char **arguments; /* of the verb */
    size_t count;
};

static void print_verb(FILE *out, const struct admin_verb *v)
{
    char line[128];
    size_t used = (size_t)snprintf(line, sizeof(line), "%s", v->name);
    size_t i;

    for (i = 0; i < v->field_count && used < sizeof(line); i++) {
        const char *f = v->fields[i];

        used +=
            (size_t)snprintf(line + used, sizeof(line) - used, i < v->needed ? " %s" : " [%s]", f);
    }
    if (v->rest && used < sizeof(line))
        snprintf(line + used, sizeof(line) - used, " [%s...]", v->rest);
    fprintf(out, "  %-38s %s\n", line, v->help);
}

static int usage(FILE *out, int status)
{
    const struct admin_verb *v;

    fputs("Usage: xmppfedctl [OPTION...] COMMAND [ARGUMENT...]\n\n"
          "Asks a running xmppfed-proxy and steers it; makes and checks certificates.\n\n",
          out);
    options_print(out);
    fputs("\nCommands:\n", out);
    for (v = admin_verbs; v->name; v++)
        print_verb(out, v);
    for (v = local_verbs; v->name; v++)
        print_verb(out, v);
    fputs("\nExit status: 0 well, 1 refused or nothing found, 2 wrong command line, 3 the proxy "
          "cannot be\nreached.\n",
          out);
    return status;
}

static int complain_usage(const char *what, const char *sentence)
{
    fprintf(stderr, "xmppfedctl: '%s' %s; see xmppfedctl --help\n", what, sentence);
    return EXIT_USAGE;
}

static const struct admin_verb *find_local(const char *name)
{
    const struct admin_verb *v = local_verbs;

    while (v->name && strcmp(v->name, name) != 0)
        v++;
    return v->name ? v : NULL;
}

/* A verb of two words, or else of one. */
static bool find_verb(char **words, size_t count, struct command *ret)
{
    char name[64];

    if (count > 1) {
        snprintf(name, sizeof(name), "%s %s", words[0], words[1]);
        ret->verb = find_local(name);
        ret->local = ret->verb != NULL;
        if (!ret->verb)
            ret->verb = admin_verb_find(name);
        ret->arguments = words + 2;
        ret->count = count - 2;
        if (ret->verb)
            return true;
    }
    ret->verb = strchr(words[0], ' ') ? NULL : admin_verb_find(words[0]);
    ret->arguments = words + 1;
    ret->count = count - 1;
    return ret->verb != NULL;
}

/* Adds the arguments of a command: those of its fields, then the list that takes the rest. */
static bool add_arguments(const struct command *c, json_t *question)
{
    json_t *rest = json_array();
    bool ok = rest != NULL;
    size_t i;

    for (i = 0; ok && i < c->count; i++) {
        json_t *text = json_string(c->arguments[i]);

        ok = i < c->verb->field_count ? json_object_set_new(question, c->verb->fields[i], text) == 0
                                      : json_array_append_new(rest, text) == 0;
    }
    if (ok && c->verb->rest)
        ok = json_object_set(question, c->verb->rest, rest) == 0;
    json_decref(rest);
    return ok;
}

/* Reads the file that a command takes, or standard input for "-". */
static json_t *document_of(const char *path)
{
    json_error_t error;
    json_t *document = strcmp(path, "-") == 0
                           ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error)
                           : json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!document && error.line < 0)
        fprintf(stderr, "xmppfedctl: %s: %s; name a file that can be read\n", path, error.text);
    else if (!document)
        fprintf(stderr, "xmppfedctl: %s:%d: %s; correct the line or the one before it\n", path,
                error.line, error.text);
    return document;
}

static json_t *question_of(const struct command *c, json_t *document)
{
    json_t *question = json_pack("{s:s}", "command", c->verb->name);
    bool ok = question && add_arguments(c, question) &&
              (!document || json_object_set(question, "document", document) == 0);

    if (ok)
        return question;
    json_decref(question);
    return NULL;
}

/* "refuse" is an answer, and so are "fail" and "Failure", but a script wants to branch on it. */
static int status_of(json_t *answer)
{
    const char *verdict = json_string_value(json_object_get(answer, "verdict"));
    const char *result = json_string_value(json_object_get(answer, "result"));

    if (!json_is_true(json_object_get(answer, "ok")))
        return EXIT_REFUSED;
    if (result && (strcmp(result, "fail") == 0 || strcmp(result, "Failure") == 0))
        return EXIT_REFUSED;
    return verdict && strcmp(verdict, "refuse") == 0 ? EXIT_REFUSED : EXIT_OK;
}

static void print_answer(const struct command *c, json_t *answer)
{
    /* Where all went well "error" is what a test has found. */
    bool ok = json_is_true(json_object_get(answer, "ok"));
    const char *error = ok ? NULL : json_string_value(json_object_get(answer, "error"));

    if (c->options.json || (!error && strcmp(c->verb->name, "export") == 0)) {
        /* What is exported is imported again as it is. */
        json_t *document = error ? NULL : json_object_get(answer, "document");

        json_dumpf(document ? document : answer, stdout, JSON_INDENT(4));
        putchar('\n');
    } else if (error) {
        fprintf(stderr, "xmppfedctl: %s\n", error);
    } else {
        show(c->verb->name, answer);
    }
}

/* What the proxy answers; NULL with an exit status if it cannot be asked. */
static json_t *ask(const struct command *c, int *ret_status)
{
    json_t *document = c->verb->document ? document_of(c->arguments[0]) : NULL;
    json_t *question;
    json_t *answer;
    char why[512];

    *ret_status = EXIT_USAGE;
    if (c->verb->document && !document)
        return NULL;
    question = question_of(c, document);
    json_decref(document);
    if (!question) {
        complain_usage(c->verb->name, "has an argument that is not UTF-8");
        return NULL;
    }
    answer = request(c->options.socket, question, why, sizeof(why));
    json_decref(question);
    if (!answer) {
        fprintf(stderr, "xmppfedctl: %s\n", why);
        *ret_status = EXIT_UNREACHABLE;
    }
    return answer;
}

static int run(const struct command *c)
{
    int status = EXIT_REFUSED;
    json_t *answer = c->local ? local_answer(c->verb, &c->options.cert, c->arguments, c->count)
                              : ask(c, &status);

    if (!answer)
        return status;
    print_answer(c, answer);
    status = status_of(answer);
    json_decref(answer);
    return status;
}

int main(int argc, char **argv)
{
    struct command c = {.verb = NULL};

    if (!options_read(argc, argv, &c.options))
        return EXIT_USAGE;
    if (c.options.version)
        return printf("xmppfedctl %s\n", xmppfed_version()) < 0;
    if (c.options.help)
        return usage(stdout, EXIT_OK);
    if (optind == argc)
        return usage(stderr, EXIT_USAGE);
    if (!find_verb(argv + optind, (size_t)(argc - optind), &c))
        return complain_usage(argv[optind], "is not a command");
    if (c.options.of_cert && !c.local)
        return complain_usage(c.options.of_cert, "is an option of the commands \"cert\" alone");
    if (c.count < c.verb->needed)
        return complain_usage(c.verb->name, "needs more arguments");
    if (c.count > c.verb->field_count && !c.verb->rest)
        return complain_usage(c.verb->name, "has too many arguments");
    return run(&c);
}

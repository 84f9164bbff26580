/* local.c - commands that ask no proxy. */
#include "xmppfedctl/local.h"

const struct admin_verb local_verbs[] = {
    {"cert request", {NULL}, 0, 0, "make a key and a request for a certificate", .rest = "domains"},
    {"cert check",
     {"file"},
     1,
     0,
     "what partners would say about a certificate",
     .rest = "domains"},
    {NULL, {NULL}, 0, 0, NULL},
};

json_t *local_answer(const struct admin_verb *verb, const struct cert_options *o,
                     char *const *words, size_t count)
{
    json_t *answer = json_object();
    struct complaint why;
    bool ok;

    if (!answer)
        return NULL;
    ok = verb == &local_verbs[0] ? cert_request(o, words, count, answer, &why)
                                 : cert_check(o, words, count, answer, &why);
    json_object_set_new(answer, "ok", json_boolean(ok));
    if (!ok)
        json_object_set_new(answer, "error", json_string(why.text));
    return answer;
}

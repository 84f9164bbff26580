/* local.h - commands that ask no proxy. */
#ifndef CTL_LOCAL_H
#define CTL_LOCAL_H

#include "proxy/admin/verbs.h"
#include "xmppfedctl/cert.h"

/* Ends with the name NULL. */
extern const struct admin_verb local_verbs[];

/*
 * Does the command of a verb of that table; the answer is as that of a proxy. NULL when out of
 * memory.
 */
json_t *local_answer(const struct admin_verb *verb, const struct cert_options *o,
                     char *const *words, size_t count);

#endif

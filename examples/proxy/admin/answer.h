/* answer.h - one line of the administration socket in, one line out. */
#ifndef PROXY_ADMIN_ANSWER_H
#define PROXY_ADMIN_ANSWER_H

#include "proxy/admin/author.h"
#include "proxy/proxy.h"

struct admin_later;

/*
 * Does what a line of an author asks for and returns the answer: a line of JSON with its newline,
 * to be freed.
 * {"ok": true, ...} or {"ok": false, "error": "a sentence"}. NULL when out of memory,
 * or when later has a job: the answer comes through it.
 */
char *admin_answer(struct proxy *p, const struct author *author, const char *line, size_t len,
                   struct admin_later *later);
/* An answer that only says what is wrong. */
char *admin_answer_error(const char *sentence);

#endif

/* request.h - one question to a running proxy and its answer. */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

#include <jansson.h>
#include <stdbool.h>

/* Asks over the socket at path. NULL if the proxy cannot be reached; why gets a sentence. */
json_t *request(const char *path, json_t *question, char *why, size_t size);

#endif

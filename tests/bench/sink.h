/* sink.h - the inner side: stands for the host server and counts the stanzas that arrive. */
#ifndef BENCH_SINK_H
#define BENCH_SINK_H

#include <stdbool.h>
#include <stddef.h>

#define SINK_READ_SIZE 262144

struct sink {
    int fd;
    size_t stanzas; /* whole messages so far */
    size_t matched; /* of the closing tag, at the end of what was read */
    char buffer[SINK_READ_SIZE];
};

/*
 * Connects to the UNIX socket of a server that has just been started, waiting for it to listen; as
 * a component (XEP-0114) where the server speaks XMPP. Ends the program on failure.
 */
void sink_open(struct sink *s, const char *path, bool xmpp);
/* Reads until that many stanzas have arrived since the beginning. */
void sink_wait(struct sink *s, size_t stanzas);
void sink_close(struct sink *s);

#endif

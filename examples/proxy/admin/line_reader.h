/* line_reader.h - lines out of bytes that come in any portions, each of a bounded length. */
#ifndef PROXY_ADMIN_LINE_READER_H
#define PROXY_ADMIN_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line, with its newline, unless the reader says otherwise. */
#define LINE_READER_MAX ((size_t)64 * 1024)

struct line_reader {
    char *line; /* as far as it has come */
    size_t len;
    size_t size;
    size_t max; /* 0: LINE_READER_MAX */
};

enum line_reader_result {
    LINE_READER_MORE = 0, /* all bytes were taken, the line has not ended */
    LINE_READER_LINE,     /* a line is whole */
    LINE_READER_TOO_LONG, /* it will not end in time: give up */
    LINE_READER_NO_MEMORY
};

/*
 * Takes bytes up to the end of a line and says in *ret_taken how many. A whole line is in r->line,
 * r->len bytes with the newline, until the next call.
 */
enum line_reader_result line_reader_take(struct line_reader *r, const char *data, size_t len,
                                         size_t *ret_taken);
/* Frees what is left; safe on a zeroed reader. */
void line_reader_fini(struct line_reader *r);

#endif

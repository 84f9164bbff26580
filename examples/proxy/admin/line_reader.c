/* line_reader.c - lines out of bytes that come in any portions, each of a bounded length. */
#include "proxy/admin/line_reader.h"

#include <stdlib.h>
#include <string.h>

/* Room for what is there and more. */
static bool make_room(struct line_reader *r, size_t more)
{
    size_t size = r->size ? r->size : 256;
    char *bigger;

    while (size < r->len + more)
        size *= 2;
    if (size == r->size)
        return true;
    bigger = realloc(r->line, size);
    if (!bigger)
        return false;
    r->line = bigger;
    r->size = size;
    return true;
}

/* A line that the call before has handed out makes place for the next. */
static void begin(struct line_reader *r)
{
    if (r->len > 0 && r->line[r->len - 1] == '\n')
        r->len = 0;
}

enum line_reader_result line_reader_take(struct line_reader *r, const char *data, size_t len,
                                         size_t *ret_taken)
{
    const char *end = memchr(data, '\n', len);
    size_t take = end ? (size_t)(end - data) + 1 : len;

    begin(r);
    *ret_taken = take;
    if (r->len + take > (r->max ? r->max : LINE_READER_MAX))
        return LINE_READER_TOO_LONG;
    if (!make_room(r, take))
        return LINE_READER_NO_MEMORY;
    memcpy(r->line + r->len, data, take);
    r->len += take;
    return end ? LINE_READER_LINE : LINE_READER_MORE;
}

void line_reader_fini(struct line_reader *r)
{
    free(r->line);
    *r = (struct line_reader){0};
}

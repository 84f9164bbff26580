/*
 * xmlstream-dump.c - prints what is in a captured stream, item by item, with byte offsets.
 *
 * It shows the stream parser on its own: bytes go in as they come, headers and elements come out,
 * and what the library would answer to bad input is named together with the byte that shows it.
 *
 *     xmlstream-dump [-t] [-n NAMESPACE] [FILE]     (default: jabber:server, standard input)
 *
 * -t allows what a proved partner may send, not only what a stranger may. After <success/> of SASL
 * the stream begins anew, as it does on the wire (RFC 6120 6.4.6).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xmppfed/stream.h>

#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"

/* How much is handed over at a time; any number gives the same items. */
enum { PIECE = 4096 };

struct dump {
    xmppfed_context *ctx;
    const char *content_ns;
    bool trusted;
    xmppfed_stream *stream;
    char *bytes; /* the whole capture */
    size_t len;
    size_t fed;   /* of bytes, to the present parser or one before it */
    size_t begun; /* where the present stream begins */
    size_t shown; /* where the last item ended */
    bool closed;
};

static void die(const char *what)
{
    fprintf(stderr, "xmlstream-dump: %s\n", what);
    exit(2);
}

/* Takes all of a file into memory: captures are small, and a restart goes back within them. */
static void read_all(struct dump *d, FILE *file)
{
    size_t size = 0;
    size_t got = 1;

    while (got > 0) {
        char *more = d->len == size ? realloc(d->bytes, size = size * 2 + PIECE) : d->bytes;

        if (!more)
            die("out of memory");
        d->bytes = more;
        got = fread(d->bytes + d->len, 1, size - d->len, file);
        d->len += got;
    }
    if (ferror(file))
        die("cannot read the capture");
}

/* A new parser, for the bytes from an offset on. */
static void begin_stream(struct dump *d, size_t at)
{
    xmppfed_stream_free(d->stream);
    if (xmppfed_stream_new(d->ctx, d->content_ns, &d->stream) < 0)
        die("cannot make a parser");
    xmppfed_stream_set_trusted(d->stream, d->trusted);
    d->begun = at;
    d->fed = at;
    d->closed = false;
}

static const char *kind_name(int kind)
{
    switch (kind) {
    case XMPPFED_STREAM_HEADER:
        return "header";
    case XMPPFED_STREAM_ELEMENT:
        return "element";
    default:
        return "close";
    }
}

/* The element as the library would write it, so that prefixes and quotes are always the same. */
static void print_element(const struct dump *d, const xmppfed_element *e)
{
    char *text = NULL;
    size_t len = 0;

    if (xmppfed_element_write(e, d->content_ns, &text, &len) < 0)
        die("cannot write an element");
    printf("  %.*s", (int)len, text);
    xmppfed_element_free_text(d->ctx, text);
}

static void show(struct dump *d, const xmppfed_stream_item *item)
{
    size_t end = d->begun + (size_t)xmppfed_stream_offset(d->stream);

    printf("%8zu..%-8zu %s", d->shown, end, kind_name(item->kind));
    if (item->element)
        print_element(d, item->element);
    printf("\n");
    d->shown = end;
    d->closed = item->kind == XMPPFED_STREAM_CLOSE;
    if (item->element && xmppfed_element_is(item->element, "success", NS_SASL))
        begin_stream(d, end);
}

/* Prints all items that are complete; 0 or the error of the stream. */
static int take_items(struct dump *d)
{
    xmppfed_stream_item item;
    int rc;

    while ((rc = xmppfed_stream_next(d->stream, &item)) == 1) {
        show(d, &item);
        xmppfed_element_free(item.element);
    }
    return rc;
}

/* Names the error as the peer would hear it. */
static void show_error(const struct dump *d, int rc)
{
    printf("%8zu..%-8zu %s: <%s/>, %s\n", d->shown,
           d->begun + (size_t)xmppfed_stream_offset(d->stream), xmppfed_error_name(rc),
           xmppfed_error_condition(rc), xmppfed_error_sentence(rc));
}

/* Prints all of the capture; 0 if it is a sound stream as far as it goes. */
static int dump(struct dump *d)
{
    int rc = 0;

    begin_stream(d, 0);
    while (rc == 0 && d->fed < d->len && !d->closed) {
        size_t piece = d->len - d->fed < PIECE ? d->len - d->fed : PIECE;
        const char *at = d->bytes + d->fed;

        d->fed += piece;
        rc = xmppfed_stream_feed(d->stream, at, piece);
        if (rc == 0)
            rc = take_items(d);
    }
    if (rc < 0)
        show_error(d, rc);
    else if (d->shown < d->len)
        printf("%8zu..%-8zu %s\n", d->shown, d->len,
               d->closed ? "ignored, the stream is closed" : "incomplete");
    return rc < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct dump d = {.content_ns = XMPPFED_NS_SERVER};
    FILE *file = stdin;
    int option;
    int rc;

    while ((option = getopt(argc, argv, "tn:")) != -1) {
        if (option == 't')
            d.trusted = true;
        else if (option == 'n')
            d.content_ns = optarg;
        else
            die("usage: xmlstream-dump [-t] [-n NAMESPACE] [FILE]");
    }
    if (optind < argc)
        file = fopen(argv[optind], "rb");
    if (!file)
        die("cannot open the capture");
    if (xmppfed_context_new(NULL, &d.ctx) < 0)
        die("cannot begin");
    read_all(&d, file);
    if (file != stdin)
        (void)fclose(file);
    rc = dump(&d);
    xmppfed_stream_free(d.stream);
    xmppfed_context_unref(d.ctx);
    free(d.bytes);
    return rc;
}

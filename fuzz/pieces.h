/* pieces.h - the check that what is read of a stream does not depend on how its bytes arrive. */
#ifndef FUZZ_PIECES_H
#define FUZZ_PIECES_H

#include "base/buffer.h"
#include "fuzz.h"

/* Reads the bytes, cut so, and writes down all that is read; mode is the harness's own. */
typedef void (*pieces_run_fn)(xmppfed_context *ctx, uint8_t mode, struct fuzz_cut cut,
                              xmppfed_slice bytes, struct xfed_buffer *log);

/* Runs an input at one go and in pieces: a byte of mode, one of the cut, and the stream. */
void pieces_check(pieces_run_fn run, const uint8_t *data, size_t size);

#endif

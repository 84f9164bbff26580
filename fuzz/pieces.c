/* pieces.c - the check that what is read of a stream does not depend on how its bytes arrive. */
#include "pieces.h"

#include "base/slice.h"

void pieces_check(pieces_run_fn run, const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    uint8_t mode = fuzz_byte(&in);
    struct fuzz_cut cut = fuzz_cut(fuzz_byte(&in));
    xmppfed_context *ctx = fuzz_context();
    struct xfed_account account;
    struct xfed_buffer whole;
    struct xfed_buffer pieces;

    xfed_account_init(&account, ctx, SIZE_MAX);
    xfed_buffer_init(&whole, &account, SIZE_MAX);
    xfed_buffer_init(&pieces, &account, SIZE_MAX);
    run(ctx, mode, fuzz_cut('0'), (xmppfed_slice){in.data, in.len}, &whole);
    run(ctx, mode, cut, (xmppfed_slice){in.data, in.len}, &pieces);
    FUZZ_CHECK(xfed_slice_equal(xfed_buffer_bytes(&whole), xfed_buffer_bytes(&pieces)));
    xfed_buffer_fini(&whole);
    xfed_buffer_fini(&pieces);
    fuzz_context_end(ctx);
}

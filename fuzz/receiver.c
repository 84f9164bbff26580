/*
 * receiver.c - fuzzes the negotiation of a stream that a peer opens, past STARTTLS by the null TLS
 * of talk.h.
 *
 * Input: talk.h says.
 */
#include "talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    struct talk t;

    talk_begin(&t, &in, XMPPFED_INBOUND);
    talk_go_on(&t, &in);
    talk_end(&t);
    return 0;
}

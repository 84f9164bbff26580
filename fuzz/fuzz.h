/*
 * fuzz.h - what every harness needs: checks, a cursor over the input, pieces, a repeatable context.
 *
 * A harness is one function, LLVMFuzzerTestOneInput(). libFuzzer calls it with inputs that it
 * invents; replay.c calls it with the files of a folder, so that every compiler can run it.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <xmppfed/context.h>

/* A harness: always returns 0, ends the process on a finding. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process with the place and the condition, unless it holds. */
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_failed(const char *file, int line, const char *condition);

/* The rest of an input. Reading past the end gives zeros and empty slices. */
struct fuzz_input {
    const char *data;
    size_t len;
};

struct fuzz_input fuzz_input(const uint8_t *data, size_t size);
uint8_t fuzz_byte(struct fuzz_input *in);
/* The bytes up to the next end byte, which is dropped, or all that are left. */
xmppfed_slice fuzz_until(struct fuzz_input *in, char end);
/* The same as a string that the caller frees; bytes after a NUL are lost. */
char *fuzz_text_until(struct fuzz_input *in, char end);

/*
 * How a stream is cut: '0' not at all, '1' into single bytes, any other byte is the seed of pieces
 * of 1 to 64 bytes. So a seed file can be read and written by people.
 */
struct fuzz_cut {
    uint8_t pattern;
    uint32_t state;
};

struct fuzz_cut fuzz_cut(uint8_t pattern);
/* Takes the next piece of bytes; false when none are left. */
bool fuzz_piece(struct fuzz_cut *cut, xmppfed_slice *bytes, xmppfed_slice *ret);

/* A context whose randomness repeats; ends the process if it cannot be made. */
xmppfed_context *fuzz_context(void);
/* Gives it back; no object may still hold bytes of the budget. */
void fuzz_context_end(xmppfed_context *ctx);

#endif

/* code_point.h - numbers in the shape of UTF-8. */
#ifndef TESTS_SUPPORT_CODE_POINT_H
#define TESTS_SUPPORT_CODE_POINT_H

#include <stddef.h>
#include <stdint.h>

/* Encodes any number below 0x200000, valid or not, in the shape of a code point; its length. */
size_t code_point_encode(uint32_t code, char ret[4]);

#endif

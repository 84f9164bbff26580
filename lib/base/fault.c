/* fault.c - an error code with its sentence, kept on the object that failed. */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

int xfed_fault_set(struct xfed_fault *fault, int code, const char *format, ...)
{
    va_list args;

    if (!fault)
        return code;
    fault->code = code;
    va_start(args, format);
    vsnprintf(fault->text, sizeof(fault->text), format, args);
    va_end(args);
    xfed_utf8_scrub(fault->text);
    return code;
}

int xfed_fault_code(struct xfed_fault *fault, int code)
{
    return xfed_fault_set(fault, code, "%s", xmppfed_error_sentence(code));
}

/* fault.c - filling in an xmppfed_problem: an error code with its sentence. */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

int xfed_fault_set(xmppfed_problem *fault, int code, const char *format, ...)
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

int xfed_fault_code(xmppfed_problem *fault, int code)
{
    return xfed_fault_set(fault, code, "%s", xmppfed_error_sentence(code));
}

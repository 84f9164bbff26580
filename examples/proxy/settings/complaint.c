/* complaint.c - one sentence that says what is wrong, where, and what to do. */
#include "proxy/settings/complaint.h"

#include <stdarg.h>
#include <stdio.h>

bool complain(struct complaint *why, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why->text, sizeof(why->text), format, arguments);
    va_end(arguments);
    return false;
}

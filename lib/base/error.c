/* error.c - names, sentences and stream conditions of the error codes, from their one table. */
#include <xmppfed/error.h>

const char *xmppfed_error_name(int code)
{
    switch (code) {
    case XMPPFED_OK:
        return "OK";
#define NAME_CASE(name, value, condition, sentence) \
    case value:                                     \
        return #name;
        XMPPFED_ERROR_MAP(NAME_CASE)
#undef NAME_CASE
    default:
        return "UNKNOWN";
    }
}

const char *xmppfed_error_sentence(int code)
{
    switch (code) {
    case XMPPFED_OK:
        return "no error";
#define SENTENCE_CASE(name, value, condition, sentence) \
    case value:                                         \
        return sentence;
        XMPPFED_ERROR_MAP(SENTENCE_CASE)
#undef SENTENCE_CASE
    default:
        return "an error that this version of the library does not know";
    }
}

const char *xmppfed_error_condition(int code)
{
    switch (code) {
#define CONDITION_CASE(name, value, condition, sentence) \
    case value:                                          \
        return condition;
        XMPPFED_ERROR_MAP(CONDITION_CASE)
#undef CONDITION_CASE
    default:
        return "";
    }
}

int xmppfed_error_class(int code)
{
    int hundreds = -(code / 100);

    if (code >= 0)
        return XMPPFED_CLASS_NONE;
    /* A negative number outside the bands is none of ours: nothing to recover from. */
    if (hundreds < XMPPFED_CLASS_CALLER || hundreds > XMPPFED_CLASS_FATAL)
        return XMPPFED_CLASS_FATAL;
    return hundreds;
}

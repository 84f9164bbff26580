/* domain.c - one comparable form for every domain: A-labels or an IP literal (RFC 7622 3.2). */
#include "address/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <string.h>

#include "base/slice.h"
#include "base/utf8.h"

/* RFC 1035 2.3.4, less the length octets that the text form does not show. */
enum { MAX_LABEL = 63, MAX_NAME = 253 };

/* RFC 7622 3.2: a domainpart as written has at most 1023 octets. */
enum { MAX_WRITTEN = 1023 };

static const char ace_prefix[] = "xn--";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_ldh(char c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static void lower_ascii(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

/* Writes the IPv6 address between brackets in the form of RFC 5952. */
static int prepare_ipv6(xmppfed_slice text, char ret[XMPPFED_DOMAIN_SIZE])
{
    char inner[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (text.len < 2 || text.data[text.len - 1] != ']' ||
        !xfed_slice_copy(inner, sizeof(inner), xfed_slice(text.data + 1, text.len - 2)) ||
        inet_pton(AF_INET6, inner, &address) != 1 ||
        !inet_ntop(AF_INET6, &address, inner, sizeof(inner)))
        return XMPPFED_ERR_ADDRESS;
    ret[0] = '[';
    memcpy(ret + 1, inner, strlen(inner));
    memcpy(ret + 1 + strlen(inner), "]", 2);
    return 0;
}

static bool is_ipv4(const char *text)
{
    struct in_addr address;

    return inet_pton(AF_INET, text, &address) == 1;
}

static int idn2_result(int rc)
{
    if (rc == IDN2_OK)
        return 0;
    return rc == IDN2_MALLOC ? XMPPFED_ERR_NOMEM : XMPPFED_ERR_ADDRESS;
}

/*
 * The A-labels of UTF-8 text, to be freed with idn2_free(). Never with IDN2_USE_STD3_ASCII_RULES:
 * that deletes what it does not like, so that "ex ample.org" would become a name nobody wrote.
 */
static int look_up(const char *text, char **ret)
{
    uint8_t *ascii = NULL;
    int rc = idn2_result(
        idn2_lookup_u8((const uint8_t *)text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL));

    if (rc == 0)
        *ret = (char *)ascii;
    return rc;
}

/*
 * Whether a label that claims to be an A-label is one: it must come back from its U-label
 * unchanged (RFC 5890 2.3.2.1). Otherwise two spellings could stand for one name.
 */
static int check_a_label(const char *label, size_t len)
{
    char written[MAX_LABEL + 1];
    char *unicode = NULL;
    char *again = NULL;
    int rc = XMPPFED_ERR_ADDRESS;

    if (!xfed_slice_copy(written, sizeof(written), xfed_slice(label, len)))
        return rc;
    rc = idn2_result(idn2_to_unicode_8z8z(written, &unicode, 0));
    if (rc == 0 && is_ascii(unicode))
        rc = XMPPFED_ERR_ADDRESS;
    if (rc == 0)
        rc = look_up(unicode, &again);
    if (rc == 0 && strcmp(written, again) != 0)
        rc = XMPPFED_ERR_ADDRESS;
    idn2_free(again);
    idn2_free(unicode);
    return rc;
}

static int check_label(const char *label, size_t len)
{
    if (len == 0 || len > MAX_LABEL || label[0] == '-' || label[len - 1] == '-')
        return XMPPFED_ERR_ADDRESS;
    for (size_t i = 0; i < len; i++)
        if (!is_ldh(label[i]))
            return XMPPFED_ERR_ADDRESS;
    if (strncmp(label, ace_prefix, strlen(ace_prefix)) == 0)
        return check_a_label(label, len);
    return 0;
}

/* A last label of digits only is never a host name (RFC 1123 2.1) but may be read as an address. */
static bool is_number(const char *label)
{
    while (is_digit(*label))
        label++;
    return *label == '\0';
}

/* Checks an ASCII name that libidn2 has not checked: it passes what is ASCII through as it is. */
static int check_name(const char *name)
{
    const char *label = name;

    if (strlen(name) > MAX_NAME)
        return XMPPFED_ERR_ADDRESS;
    for (;;) {
        size_t len = strcspn(label, ".");
        int rc = check_label(label, len);

        if (rc < 0)
            return rc;
        if (label[len] == '\0')
            break;
        label += len + 1;
    }
    return is_number(label) ? XMPPFED_ERR_ADDRESS : 0;
}

/* Converts to lower-case ASCII. */
static int to_ascii(const char *text, char ret[XMPPFED_DOMAIN_SIZE])
{
    char *ascii = NULL;
    int rc = 0;

    if (!is_ascii(text)) {
        rc = look_up(text, &ascii);
        if (rc < 0)
            return rc;
        text = ascii;
    }
    if (xfed_text_copy(ret, XMPPFED_DOMAIN_SIZE, text))
        lower_ascii(ret);
    else
        rc = XMPPFED_ERR_ADDRESS;
    idn2_free(ascii);
    return rc;
}

/*
 * Nearly every domain comes as it is to be compared: lower-case letters, digits, hyphens and dots.
 * False sends all that is not surely so the long way: A-labels, hyphens at an end, numbers.
 */
static bool is_prepared(xmppfed_slice text)
{
    size_t label = 0; /* where the label begins that the loop is in */

    if (text.len > MAX_NAME)
        return false;
    for (size_t i = 0; i <= text.len; i++) {
        const char *start = text.data + label;
        size_t len;

        if (i < text.len && is_ldh(text.data[i]))
            continue;
        if (i < text.len && text.data[i] != '.')
            return false;
        len = i - label;
        if (len == 0 || len > MAX_LABEL || start[0] == '-' || start[len - 1] == '-')
            return false;
        if (len > 3 && memcmp(start, ace_prefix, 4) == 0)
            return false;
        if (i == text.len)
            return start[0] >= 'a'; /* digits at the start may be a number or an address */
        label = i + 1;
    }
    return false;
}

int xfed_domain_prepare_slice(xmppfed_slice text, char ret[XMPPFED_DOMAIN_SIZE])
{
    char written[MAX_WRITTEN + 1];
    char name[XMPPFED_DOMAIN_SIZE];
    size_t len;
    int rc;

    if (text.len > 0 && is_prepared(text)) {
        (void)xfed_slice_copy(ret, XMPPFED_DOMAIN_SIZE, text);
        return 0;
    }
    if (text.len == 0 || text.len > MAX_WRITTEN || memchr(text.data, '\0', text.len) ||
        !xfed_utf8_valid(text))
        return XMPPFED_ERR_ADDRESS;
    if (text.data[0] == '[')
        return prepare_ipv6(text, ret);
    xfed_slice_copy(written, sizeof(written), text);
    rc = to_ascii(written, name);
    if (rc < 0)
        return rc;
    /* RFC 7622 3.2: one final dot, the root of the DNS, is taken off before comparing. */
    len = strlen(name);
    if (len > 0 && name[len - 1] == '.')
        name[len - 1] = '\0';
    if (!is_ipv4(name)) {
        rc = check_name(name);
        if (rc < 0)
            return rc;
    }
    xfed_text_copy(ret, XMPPFED_DOMAIN_SIZE, name);
    return 0;
}

int xmppfed_domain_prepare(const char *text, char ret[XMPPFED_DOMAIN_SIZE])
{
    if (!text || !ret)
        return XMPPFED_ERR_ADDRESS;
    return xfed_domain_prepare_slice(xmppfed_slice_of(text), ret);
}

bool xfed_domain_equal(const char *prepared_a, const char *prepared_b)
{
    return prepared_a && prepared_b && strcmp(prepared_a, prepared_b) == 0;
}

bool xfed_domain_is_ip(const char *prepared)
{
    return prepared[0] == '[' || is_ipv4(prepared);
}

const char *xfed_domain_of_bare(const char *bare)
{
    /* A local part never has an '@' in it (RFC 7622 3.3.1). */
    const char *at = strchr(bare, '@');

    return at ? at + 1 : bare;
}

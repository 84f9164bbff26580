/* endpoint_text.c - an IP address with a port, as people write it. */
#include "proxy/endpoint_text.h"

#include <string.h>
#include <uv.h>

static bool parse_port(const char *text, uint16_t *ret)
{
    unsigned long port = 0;
    size_t i;

    for (i = 0; text[i]; i++) {
        if (text[i] < '0' || text[i] > '9' || i == 5)
            return false;
        port = port * 10 + (unsigned long)(text[i] - '0');
    }
    if (i == 0 || port == 0 || port > UINT16_MAX)
        return false;
    *ret = (uint16_t)port;
    return true;
}

int endpoint_text_socket(const char *ip, uint16_t port, struct sockaddr_storage *ret)
{
    if (strchr(ip, ':'))
        return uv_ip6_addr(ip, port, (struct sockaddr_in6 *)ret);
    return uv_ip4_addr(ip, port, (struct sockaddr_in *)ret);
}

bool endpoint_text_is_ip(const char *text)
{
    struct sockaddr_storage at;

    return endpoint_text_socket(text, 0, &at) == 0;
}

bool endpoint_text_split(const char *text, char ret_address[ENDPOINT_TEXT_SIZE], uint16_t *ret_port)
{
    const char *start = *text == '[' ? text + 1 : text;
    const char *colon = strchr(start, ':');
    const char *end;
    size_t len;

    if (*text == '[')
        end = strchr(start, ']');
    else /* more than one colon: an IPv6 address by itself */
        end = colon && !strchr(colon + 1, ':') ? colon : start + strlen(start);
    if (!end || end - start >= ENDPOINT_TEXT_SIZE)
        return false;
    len = (size_t)(end - start);
    memcpy(ret_address, start, len);
    ret_address[len] = '\0';
    if (*end == ']')
        end++;
    if (*end == ':' ? !parse_port(end + 1, ret_port) : *end != '\0')
        return false;
    return endpoint_text_is_ip(ret_address);
}

/* endpoint_text.h - IP addresses and ports, as people write them and as sockets want them. */
#ifndef PROXY_ENDPOINT_TEXT_H
#define PROXY_ENDPOINT_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define ENDPOINT_TEXT_SIZE 48

/*
 * Splits "192.0.2.1:5269", "[2001:db8::1]:5269", or either without a port; *ret_port is then
 * untouched. False if it is no IP address or the port is not 1..65535.
 */
bool endpoint_text_split(const char *text, char ret_address[ENDPOINT_TEXT_SIZE],
                         uint16_t *ret_port);

/* Whether a text is an IP address, without port and brackets. */
bool endpoint_text_is_ip(const char *text);

/* The socket address of an IP address and a port; 0, or an error of libuv. */
int endpoint_text_socket(const char *ip, uint16_t port, struct sockaddr_storage *ret);

#endif

/* endpoint_text.h - an IP address with a port, as people write it. */
#ifndef PROXY_ENDPOINT_TEXT_H
#define PROXY_ENDPOINT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#define ENDPOINT_TEXT_SIZE 48

/*
 * Splits "192.0.2.1:5269", "[2001:db8::1]:5269", or either without a port; *ret_port is then
 * untouched. False if it is no IP address or the port is not 1..65535.
 */
bool endpoint_text_split(const char *text, char ret_address[ENDPOINT_TEXT_SIZE],
                         uint16_t *ret_port);

#endif

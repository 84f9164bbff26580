/* author.h - who is at the other end of a UNIX socket. */
#ifndef PROXY_ADMIN_AUTHOR_H
#define PROXY_ADMIN_AUTHOR_H

#include <stdbool.h>
#include <stdint.h>

#define AUTHOR_NAME_SIZE 64

struct author {
    uint32_t uid;
    char name[AUTHOR_NAME_SIZE]; /* of the account, "" if there is none of that number */
};

/* The user of the process that connected, as the system says; false if it does not. */
bool author_of_socket(int fd, struct author *ret);

#endif

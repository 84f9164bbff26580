/* pid_file.c - a file with the number of the process. */
#include "proxy/service/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool pid_file_write(const char *path, struct complaint *why)
{
    FILE *f = fopen(path, "w");
    bool ok = f && fprintf(f, "%ld\n", (long)getpid()) > 0;

    if (f && fclose(f) != 0)
        ok = false;
    return ok || complain(why,
                          "%s: cannot write the pid_file: %s; name a file that this user may "
                          "write",
                          path, strerror(errno));
}

bool pid_file_give(const char *path, uid_t uid, gid_t gid)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && fchown(fd, uid, gid) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
}

void pid_file_remove(const char *path)
{
    unlink(path);
}

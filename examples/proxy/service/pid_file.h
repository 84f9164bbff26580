/* pid_file.h - a file with the number of the process. */
#ifndef PROXY_SERVICE_PID_FILE_H
#define PROXY_SERVICE_PID_FILE_H

#include <sys/types.h>

#include "proxy/settings/complaint.h"

/* Writes the number of this process, and takes the file away. */
bool pid_file_write(const char *path, struct complaint *why);
/* Makes the file for another user, who will write it. */
bool pid_file_give(const char *path, uid_t uid, gid_t gid);
void pid_file_remove(const char *path);

#endif

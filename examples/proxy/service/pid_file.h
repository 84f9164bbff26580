/* pid_file.h - a file with the number of the process. */
#ifndef PROXY_SERVICE_PID_FILE_H
#define PROXY_SERVICE_PID_FILE_H

#include "proxy/settings/complaint.h"

/* Writes the number of this process, and takes the file away. */
bool pid_file_write(const char *path, struct complaint *why);
void pid_file_remove(const char *path);

#endif

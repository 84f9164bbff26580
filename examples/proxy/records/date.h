/* date.h - times as people write them into files. */
#ifndef PROXY_RECORDS_DATE_H
#define PROXY_RECORDS_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Reads "2027-01-31T18:00:00Z" (XEP-0082 3.2, without fractions) as Unix seconds after 1970. */
bool date_read(const char *text, int64_t *ret);

#endif

/* date.c - times as people write them into files. */
#include "proxy/records/date.h"

#include <string.h>

/* The number that stands at the digits of a pattern; false if there is another character. */
static bool digits(const char *text, size_t count, int *ret)
{
    size_t i;

    *ret = 0;
    for (i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret = *ret * 10 + (text[i] - '0');
    }
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

bool date_read(const char *text, int64_t *ret)
{
    static const char pattern[] = "0000-00-00T00:00:00Z";
    int64_t days = 0;
    int year, month, day, hour, minute, second;
    int i;

    if (strlen(text) != sizeof(pattern) - 1)
        return false;
    for (i = 0; pattern[i]; i++)
        if (pattern[i] != '0' && text[i] != pattern[i])
            return false;
    if (!digits(text, 4, &year) || !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day) ||
        !digits(text + 11, 2, &hour) || !digits(text + 14, 2, &minute) ||
        !digits(text + 17, 2, &second))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    for (i = 1970; i < year; i++)
        days += is_leap(i) ? 366 : 365;
    for (i = 1; i < month; i++)
        days += days_of_month(year, i);
    *ret = (((days + day - 1) * 24 + hour) * 60 + minute) * 60 + second;
    return *ret > 0;
}

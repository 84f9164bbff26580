/* log.c - structured log lines, each an event of the table events.def. */
#include "proxy/observe/log.h"

#include <inttypes.h>
#include <time.h>

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_DEBUG:
        return "debug";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_ERROR:
        return "error";
    }
    return "info";
}

static void write_time(FILE *out)
{
    time_t now = time(NULL);
    struct tm parts;
    char text[32];

    if (gmtime_r(&now, &parts) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) > 0)
        fputs(text, out);
}

/* Length of the well-formed UTF-8 sequence at p (RFC 3629), or 0. */
static size_t sequence(const unsigned char *p)
{
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xed && p[1] >= 0xa0;
    size_t i;

    if (overlong || surrogate || p[0] > 0xf4 || (p[0] == 0xf4 && p[1] >= 0x90))
        return 0;
    for (i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* Quoted, with JSON's escapes, which do for text lines as well; stray bytes become '?'. */
static void write_quoted(FILE *out, const char *value)
{
    const unsigned char *p = (const unsigned char *)value;

    fputc('"', out);
    while (*p) {
        size_t len = sequence(p);

        if (len == 0)
            fputc('?', out);
        else if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if (*p < 0x20 || *p == 0x7f)
            fprintf(out, "\\u%04x", *p);
        else if (*p == 0xc2 && p[1] < 0xa0) /* C1 controls */
            fprintf(out, "\\u%04x", p[1]);
        else
            fwrite(p, 1, len, out);
        p += len ? len : 1;
    }
    fputc('"', out);
}

static bool is_plain(const char *value)
{
    const unsigned char *p;

    for (p = (const unsigned char *)value; *p; p++)
        if (*p <= 0x20 || *p >= 0x7f || *p == '"' || *p == '\\' || *p == '=')
            return false;
    return *value != '\0';
}

void log_write_fields(FILE *out, const struct event_row *row, const struct log_field *f)
{
    fprintf(out, "event=%s", row->code);
    for (; f && f->key; f++) {
        if (f->text && !*f->text)
            continue;
        fprintf(out, " %s=", f->key);
        if (!f->text)
            fprintf(out, "%" PRId64, f->number);
        else if (is_plain(f->text))
            fputs(f->text, out);
        else
            write_quoted(out, f->text);
    }
}

static void write_text_line(const struct log *log, const struct event_row *row,
                            const struct log_field *fields)
{
    write_time(log->out);
    fprintf(log->out, " %s ", level_name(row->level));
    log_write_fields(log->out, row, fields);
    fputc('\n', log->out);
}

static void write_json_line(const struct log *log, const struct event_row *row,
                            const struct log_field *f)
{
    fputs("{\"time\":\"", log->out);
    write_time(log->out);
    fprintf(log->out, "\",\"level\":\"%s\",\"event\":\"%s\"", level_name(row->level), row->code);
    for (; f && f->key; f++) {
        if (f->text && !*f->text)
            continue;
        fprintf(log->out, ",\"%s\":", f->key);
        if (f->text)
            write_quoted(log->out, f->text);
        else
            fprintf(log->out, "%" PRId64, f->number);
    }
    fputs("}\n", log->out);
}

void log_configure(struct log *log, enum log_format format, enum log_level level,
                   const char *journal)
{
    if (format == LOG_FORMAT_AUTO)
        format = journal_has(fileno(log->out)) ? LOG_FORMAT_JOURNAL : LOG_FORMAT_TEXT;
    journal_close(&log->journal);
    if (format == LOG_FORMAT_JOURNAL && !journal_open(&log->journal, journal))
        format = LOG_FORMAT_TEXT;
    log->format = format;
    log->level = level;
}

void log_write(const struct log *log, enum event_code event, const struct log_field *fields)
{
    const struct event_row *row = event_row(event);

    if (log->counts)
        log->counts[event]++;
    if (row->level < log->level)
        return;
    if (log->format == LOG_FORMAT_JOURNAL && journal_send(&log->journal, row, fields))
        return;
    if (log->format == LOG_FORMAT_JSON)
        write_json_line(log, row, fields);
    else
        write_text_line(log, row, fields);
    fflush(log->out);
}

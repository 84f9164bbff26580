/* exposition.c - numbers as Prometheus reads them: its text format 0.0.4. */
#include "proxy/observe/exposition.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *name;
    const char *type;
    const char *labels; /* with blanks between them */
    const char *help;
} rows[METRIC_COUNT] = {
#define COUNTER "counter"
#define GAUGE "gauge"
#define HISTOGRAM "histogram"
#define X(name, type, labels, help) {"xmppfed_" #name, type, labels, help},
#include "proxy/observe/metrics.def"
#undef X
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
};

void exposition_begin(FILE *out, enum metric metric)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", rows[metric].name, rows[metric].help,
            rows[metric].name, rows[metric].type);
}

static void write_value_of_label(FILE *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\n')
            fputs("\\n", out);
        else if (*value == '"' || *value == '\\')
            fprintf(out, "\\%c", *value);
        else
            fputc(*value, out);
    }
}

/* Seconds with as many digits as they need, whatever the locale. */
static void write_seconds(FILE *out, uint64_t micros)
{
    char digits[8];
    size_t len = 6;

    fprintf(out, "%" PRIu64, micros / 1000000);
    snprintf(digits, sizeof(digits), "%06" PRIu64, micros % 1000000);
    while (len > 0 && digits[len - 1] == '0')
        len--;
    if (len > 0)
        fprintf(out, ".%.*s", (int)len, digits);
}

/* In place of a bound in microseconds. */
#define NO_BUCKET UINT64_MAX
#define INFINITE (UINT64_MAX - 1)

/* The name of a sample with its labels, and le where it is one of a bucket. */
static void write_name(FILE *out, enum metric metric, const char *suffix, const char *const *values,
                       uint64_t le)
{
    const char *label = rows[metric].labels;
    const char *before = "{";

    fprintf(out, "%s%s", rows[metric].name, suffix);
    while (*label) {
        size_t len = strcspn(label, " ");

        fprintf(out, "%s%.*s=\"", before, (int)len, label);
        write_value_of_label(out, *values++);
        fputc('"', out);
        before = ",";
        label += len + (label[len] == ' ');
    }
    if (le != NO_BUCKET) {
        fprintf(out, "%sle=\"", before);
        if (le == INFINITE)
            fputs("+Inf", out);
        else
            write_seconds(out, le);
        fputc('"', out);
        before = ",";
    }
    fputs(*before == ',' ? "} " : " ", out);
}

void exposition_sample(FILE *out, enum metric metric, const char *const *values, uint64_t value)
{
    write_name(out, metric, "", values, NO_BUCKET);
    fprintf(out, "%" PRIu64 "\n", value);
}

void exposition_seconds(FILE *out, enum metric metric, const char *const *values, uint64_t micros)
{
    write_name(out, metric, "", values, NO_BUCKET);
    write_seconds(out, micros);
    fputc('\n', out);
}

void exposition_histogram(FILE *out, enum metric metric, const char *const *values,
                          const struct histogram *h)
{
    uint64_t count = 0;
    size_t i;

    for (i = 0; i < HISTOGRAM_BOUNDS; i++) {
        count += h->counts[i];
        write_name(out, metric, "_bucket", values, h->bounds[i]);
        fprintf(out, "%" PRIu64 "\n", count);
    }
    count += h->counts[HISTOGRAM_BOUNDS];
    write_name(out, metric, "_bucket", values, INFINITE);
    fprintf(out, "%" PRIu64 "\n", count);
    write_name(out, metric, "_sum", values, NO_BUCKET);
    write_seconds(out, h->sum);
    fputc('\n', out);
    write_name(out, metric, "_count", values, NO_BUCKET);
    fprintf(out, "%" PRIu64 "\n", count);
}

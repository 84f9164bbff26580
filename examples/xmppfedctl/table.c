/* table.c - JSON for people: aligned columns, and names with values. */
#include "xmppfedctl/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 16

/* What a peer wrote must not steer the terminal: C0, DEL, and C1 in its UTF-8 form. */
static void disarm(char *text)
{
    unsigned char *p;

    for (p = (unsigned char *)text; *p; p++) {
        if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
            *p++ = '?';
            *p = '?';
        } else if (*p < 0x20 || *p == 0x7f) {
            *p = '?';
        }
    }
}

/* Appends to a text that is moved as it grows; NULL stays NULL. */
static char *append(char *text, const char *more)
{
    size_t len = text ? strlen(text) : 0;
    char *bigger = text ? realloc(text, len + strlen(more) + 1) : NULL;

    if (!bigger) {
        free(text);
        return NULL;
    }
    memcpy(bigger + len, more, strlen(more) + 1);
    return bigger;
}

static char *join(json_t *list)
{
    char *text = strdup("");
    json_t *value;
    size_t i;

    json_array_foreach(list, i, value)
    {
        /* Of the host servers only the name is shown. */
        char *one = table_text(json_is_object(value) ? json_object_get(value, "host") : value);

        text = append(text, i ? ", " : "");
        text = append(text, one ? one : "");
        free(one);
    }
    return text;
}

char *table_text(json_t *value)
{
    char number[32];
    char *text;

    if (json_is_array(value))
        return join(value);
    snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_string(value))
        text = strdup(json_string_value(value));
    else if (json_is_integer(value))
        text = strdup(number);
    else
        text = strdup(json_is_true(value) ? "true" : json_is_false(value) ? "false" : "");
    if (text)
        disarm(text);
    return text;
}

/* Characters, not bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;

    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_cell(const char *text, size_t width, int last)
{
    size_t own = width_of(text);

    printf("%s%*s", text, last ? 0 : (int)(width > own ? width - own : 0) + 2, "");
}

static void print_row(json_t *object, const struct column *columns, const size_t *widths)
{
    size_t i;

    for (i = 0; columns[i].key; i++) {
        char *text = object ? table_text(json_object_get(object, columns[i].key)) : NULL;
        int last = columns[i + 1].key == NULL;

        if (object)
            print_cell(text && *text ? text : "-", widths[i], last);
        else
            print_cell(columns[i].title, widths[i], last);
        free(text);
    }
    putchar('\n');
}

void table_print(json_t *list, const struct column *columns)
{
    size_t widths[COLUMNS_MAX] = {0};
    json_t *object;
    size_t row;
    size_t i;

    for (i = 0; columns[i].key && i < COLUMNS_MAX; i++)
        widths[i] = width_of(columns[i].title);
    json_array_foreach(list, row, object)
    {
        for (i = 0; columns[i].key && i < COLUMNS_MAX; i++) {
            char *text = table_text(json_object_get(object, columns[i].key));
            size_t width = text ? width_of(text) : 0;

            widths[i] = width > widths[i] ? width : widths[i];
            free(text);
        }
    }
    print_row(NULL, columns, widths);
    json_array_foreach(list, row, object) print_row(object, columns, widths);
}

void table_print_fields(json_t *object, const struct column *columns)
{
    size_t width = 0;
    size_t i;

    for (i = 0; columns[i].key; i++)
        width = strlen(columns[i].title) > width ? strlen(columns[i].title) : width;
    for (i = 0; columns[i].key; i++) {
        char *text = table_text(json_object_get(object, columns[i].key));

        if (text && *text) {
            print_cell(columns[i].title, width, 0);
            puts(text);
        }
        free(text);
    }
}

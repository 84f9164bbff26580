/* render.c - the tables of the state machine as text. */
#include "render.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xmppfed/error.h>

static void add(struct text *out, const char *format, ...) XMPPFED_PRINTF(2, 3);

static void add(struct text *out, const char *format, ...)
{
    char line[1024];
    va_list args;
    size_t len;

    va_start(args, format);
    len = (size_t)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (len >= sizeof(line))
        abort();
    if (out->len + len + 1 > out->size) {
        out->size = out->size * 2 + len + 1;
        out->data = realloc(out->data, out->size);
        if (!out->data)
            abort();
    }
    memcpy(out->data + out->len, line, len + 1);
    out->len += len;
}

/* The facts of a set, with a separator, or what stands for none. */
static const char *facts_text(unsigned facts, const char *separator, const char *none,
                              char ret[512])
{
    size_t len = 0;

    if (facts == 0)
        return none;
    ret[0] = '\0';
    for (unsigned i = 0; i < XFED_FACT_COUNT; i++) {
        if (!(facts & (1u << i)))
            continue;
        len +=
            (size_t)snprintf(ret + len, 512 - len, "%s%s", len ? separator : "", xfed_fact_name(i));
    }
    return ret;
}

static const struct xfed_table *table_of(enum xfed_role role)
{
    return role == XFED_INITIATOR ? &xfed_table_initiator : &xfed_table_receiver;
}

void render_table(struct text *out, enum xfed_role role)
{
    const struct xfed_table *table = table_of(role);

    for (size_t i = 0; i < table->count; i++) {
        const struct xfed_row *row = &table->rows[i];
        char need[512];
        char bar[512];

        add(out, "%s %s %s %s %s %s %s\n", xfed_state_name(row->state),
            xfed_event_id_name(row->event), facts_text(row->need, "|", "-", need),
            facts_text(row->bar, "|", "-", bar), xfed_action_name(row->action),
            xfed_state_name(row->next), row->code ? xmppfed_error_name(row->code) : "-");
    }
}

/* A text as Markdown has it: "<" would begin a tag. */
static const char *markdown(const char *text, char ret[512])
{
    size_t len = 0;

    for (; *text && len < 510; text++) {
        if (*text == '<')
            ret[len++] = '\\';
        ret[len++] = *text;
    }
    ret[len] = '\0';
    return ret;
}

static void render_names(struct text *out, const char *head, const char *(*name)(unsigned),
                         const char *(*text)(unsigned), unsigned count)
{
    char buffer[512];

    add(out, "\n| %s | Meaning |\n|---|---|\n", head);
    for (unsigned i = 0; i < count; i++)
        add(out, "| `%s` | %s |\n", name(i), markdown(text(i), buffer));
}

static void render_events(struct text *out)
{
    char buffer[512];

    add(out, "\n| Event | Meaning | Where it is not listed |\n|---|---|---|\n");
    for (unsigned i = XFED_EVENT_NONE + 1; i < XFED_EVENT_COUNT; i++) {
        int refusal = xfed_event_refusal(i);
        const char *condition = xmppfed_error_condition(refusal);

        add(out, "| `%s` | %s | ends the stream: %s%s%s |\n", xfed_event_id_name(i),
            markdown(xfed_event_id_text(i), buffer), xmppfed_error_name(refusal),
            condition[0] ? ", " : "", condition);
    }
}

static void render_role(struct text *out, enum xfed_role role)
{
    const struct xfed_table *table = table_of(role);

    add(out, "\n| State | Event | If | If not | What is done | Next state |\n"
             "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct xfed_row *row = &table->rows[i];
        char need[512];
        char bar[512];
        char done[512];

        add(out, "| `%s` | `%s` | %s | %s | %s%s%s | `%s` |\n", xfed_state_name(row->state),
            xfed_event_id_name(row->event), facts_text(row->need, " and ", "", need),
            facts_text(row->bar, " or ", "", bar), markdown(xfed_action_text(row->action), done),
            row->code ? ": " : "", row->code ? xmppfed_error_name(row->code) : "",
            xfed_state_name(row->next));
    }
}

/* Whether the change of state of a row is none that the diagram shows, or one of a row before. */
static bool is_left_out(const struct xfed_table *table, size_t row)
{
    const struct xfed_row *r = &table->rows[row];

    if (r->next == XFED_STATE_CLOSED || r->next == r->state)
        return true;
    for (size_t i = 0; i < row; i++)
        if (table->rows[i].state == r->state && table->rows[i].next == r->next)
            return true;
    return false;
}

/* The events, each once, that lead from the state of a row to its next. */
static void render_labels(struct text *out, const struct xfed_table *table, size_t row)
{
    const struct xfed_row *r = &table->rows[row];
    unsigned last = XFED_EVENT_NONE;

    for (size_t i = row; i < table->count; i++) {
        const struct xfed_row *other = &table->rows[i];

        if (other->state != r->state || other->next != r->next || other->event == last)
            continue;
        add(out, "%s%s", last == XFED_EVENT_NONE ? "" : ", ", xfed_event_id_name(other->event));
        last = other->event;
    }
}

static void render_diagram(struct text *out, enum xfed_role role)
{
    const struct xfed_table *table = table_of(role);

    add(out, "\n```mermaid\nstateDiagram-v2\n    [*] --> %s\n",
        xfed_state_name(table->rows[0].state));
    for (size_t i = 0; i < table->count; i++) {
        if (is_left_out(table, i))
            continue;
        add(out, "    %s --> %s: ", xfed_state_name(table->rows[i].state),
            xfed_state_name(table->rows[i].next));
        render_labels(out, table, i);
        add(out, "\n");
    }
    add(out, "```\n");
}

void render_document(struct text *out)
{
    add(out, "# The states of a stream\n\n"
             "This page is printed by `tests/table/print_states.c` from the tables that the "
             "library runs\n(`lib/negotiation/*.def`, `table_initiator.c`, "
             "`table_receiver.c`); a test compares the two.\n\n"
             "A row applies when the stream is in its state, its event happens, all facts of "
             "\"If\" hold and\nnone of \"If not\" does. The first such row wins. What no row "
             "lists ends the stream with the\nerror of the event.\n\nThe diagrams show the ways "
             "from state to state, by the events that lead there. What "
             "stays in its\nstate is left out, and so is the way to CLOSED, which is open "
             "everywhere.\n\n## States\n");
    render_names(out, "State", xfed_state_name, xfed_state_text, XFED_STATE_COUNT);
    add(out, "\n## Events\n");
    render_events(out);
    add(out, "\n## Facts\n\nComputed anew for each event, so that policy is asked when something "
             "is accepted.\n");
    render_names(out, "Fact", xfed_fact_name, xfed_fact_text, XFED_FACT_COUNT);
    add(out, "\n## A stream that we open\n");
    render_diagram(out, XFED_INITIATOR);
    render_role(out, XFED_INITIATOR);
    add(out, "\n## A stream that a peer opens\n");
    render_diagram(out, XFED_RECEIVER);
    render_role(out, XFED_RECEIVER);
}

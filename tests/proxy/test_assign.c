/* test_assign.c - FIELD=VALUE put into records: each type, each sign, and the sentence for faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "proxy/records/assign.h"

/* after NULL: refused with a sentence that has said. */
static const struct row {
    const char *name;
    const struct assign_field *fields;
    const char *before;
    const char *text;
    const char *after;
    const char *said;
} rows[] = {
    {"text", assign_partner, "{}", "Description=a b=c", "{\"Description\": \"a b=c\"}", NULL},
    {"text replaced", assign_partner, "{\"Description\": \"x\"}", "Description=y",
     "{\"Description\": \"y\"}", NULL},
    {"taken out", assign_partner, "{\"Description\": \"x\", \"Bidi\": \"never\"}",
     "Description=", "{\"Bidi\": \"never\"}", NULL},
    {"taken out of nothing", assign_partner, "{}", "Description=", "{}", NULL},
    {"case of the name", assign_partner, "{}", "descriptioN=x", "{\"Description\": \"x\"}", NULL},
    {"true", assign_partner, "{}", "EnableKeepAlive=True", "{\"EnableKeepAlive\": true}", NULL},
    {"false", assign_user, "{}", "Branch=false", "{\"Branch\": false}", NULL},
    {"neither", assign_user, "{}", "Branch=yes", NULL, "true or false"},
    {"number", assign_partner, "{}", "ConnectionLimit=5", "{\"ConnectionLimit\": 5}", NULL},
    {"largest number", assign_partner, "{}", "ConnectionLimit=4294967295",
     "{\"ConnectionLimit\": 4294967295}", NULL},
    {"too large", assign_partner, "{}", "ConnectionLimit=4294967296", NULL, "whole number"},
    {"far too large", assign_partner, "{}", "ConnectionLimit=99999999999999999999", NULL,
     "whole number"},
    {"negative", assign_partner, "{}", "ConnectionLimit=-1", NULL, "whole number"},
    {"signed", assign_partner, "{}", "ConnectionLimit=+1", NULL, "whole number"},
    {"no number", assign_partner, "{}", "ConnectionLimit=5x", NULL, "whole number"},
    {"list", assign_rule, "{}", "Allow=a.example, b.example,,c.example",
     "{\"Allow\": [\"a.example\", \"b.example\", \"c.example\"]}", NULL},
    {"list replaced", assign_rule, "{\"Allow\": [\"a\"]}", "Allow=b", "{\"Allow\": [\"b\"]}", NULL},
    {"added", assign_rule, "{\"Allow\": [\"a\"]}", "Allow+=b,a", "{\"Allow\": [\"a\", \"b\"]}",
     NULL},
    {"added to nothing", assign_rule, "{}", "Allow+=b", "{\"Allow\": [\"b\"]}", NULL},
    {"added again in other case", assign_rule, "{\"Allow\": [\"a\"]}", "Allow+=A",
     "{\"Allow\": [\"a\"]}", NULL},
    {"taken out of a list", assign_rule, "{\"Allow\": [\"a\", \"b\", \"c\"]}", "Allow-=C,a",
     "{\"Allow\": [\"b\"]}", NULL},
    {"the last taken out", assign_rule, "{\"Allow\": [\"a\"], \"Deny\": [\"b\"]}", "Allow-=a",
     "{\"Deny\": [\"b\"]}", NULL},
    {"not in the list", assign_rule, "{\"Allow\": [\"a\"]}", "Allow-=b", NULL, "\"b\" is not in"},
    {"nothing behind the sign", assign_rule, "{\"Allow\": [\"a\"]}", "Allow+=", NULL,
     "behind the sign"},
    {"a sign for a text", assign_partner, "{}", "Description+=x", NULL, "is no list"},
    {"a part", assign_partner, "{}", "Gateway.KeepAliveInterval=60",
     "{\"Gateway\": {\"KeepAliveInterval\": 60}}", NULL},
    {"another part", assign_partner, "{\"Inbound\": {\"Add\": \"Never\"}}", "Inbound.Calls=IfAdded",
     "{\"Inbound\": {\"Add\": \"Never\", \"Calls\": \"IfAdded\"}}", NULL},
    {"a part taken out", assign_partner, "{\"Inbound\": {\"Add\": \"Never\", \"Calls\": \"x\"}}",
     "Inbound.Calls=", "{\"Inbound\": {\"Add\": \"Never\"}}", NULL},
    {"the last part taken out", assign_partner, "{\"Inbound\": {\"Add\": \"Never\"}}",
     "Inbound.Add=", "{}", NULL},
    {"a dot in a value", assign_partner, "{}", "ProxyFqdn=a.example",
     "{\"ProxyFqdn\": \"a.example\"}", NULL},
    {"no part", assign_partner, "{}", "Gateway=60", NULL, "write Gateway.NAME=VALUE"},
    {"an empty part", assign_partner, "{}", "Gateway.=60", NULL, "write Gateway.NAME=VALUE"},
    {"an empty part of what has none", assign_partner, "{}", "Description.=x", NULL,
     "has no parts"},
    {"a part of what has none", assign_partner, "{}", "Description.x=60", NULL, "has no parts"},
    {"of another kind of record", assign_policy, "{}", "Site=x", NULL, "\"Site\" is not known"},
    {"the beginning of a name", assign_user, "{}", "Grou=x", NULL, "\"Grou\" is not known"},
    {"a long name", assign_user, "{}",
     "FieldFieldFieldFieldFieldFieldFieldFieldFieldFieldFieldFieldFielX=x", NULL,
     "\"FieldFieldFieldFieldFieldFieldFieldFieldFieldFieldFieldFieldFiel\" is not known"},
    {"no name", assign_user, "{}", "=x", NULL, "write FIELD=VALUE"},
    {"no name before a sign", assign_user, "{}", "+=x", NULL, "is not known"},
    {"no value", assign_user, "{}", "Site", NULL, "write FIELD=VALUE"},
    {"nothing", assign_user, "{}", "", NULL, "write FIELD=VALUE"},
    {"not UTF-8", assign_user, "{}", "Site=\xff", NULL, "UTF-8"},
    {"not UTF-8 in a list", assign_rule, "{}", "Allow=a,\xff", NULL, "UTF-8"},
};

static void check_row(const struct row *r)
{
    struct complaint why = {""};
    json_t *record = json_loads(r->before, 0, NULL);
    json_t *after = r->after ? json_loads(r->after, 0, NULL) : NULL;
    bool ok;

    print_message("# row '%s'\n", r->name);
    assert_non_null(record);
    ok = assign(record, r->fields, r->text, &why);
    assert_int_equal(ok, r->after != NULL);
    if (after) {
        assert_true(json_equal(record, after));
    } else if (!strstr(why.text, r->said)) {
        fail_msg("said \"%s\"", why.text);
    }
    json_decref(after);
    json_decref(record);
}

static void all_rows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_rows)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

# selftest.py - each lint is shown a small tree that it must refuse, and one that it must accept.
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import apidoc
import banned
import documents
import events
import layers
import metrics
import size
import tap
import threats

LONG_BODY = "    x++;\n" * 60
FUNCTION = "/* f.c - a function. */\nstatic void f(int x)\n{\n%s}\n"
TABLE = "    static const int rows[] = {\n" + "        1,\n" * 90 + "    };\n"

# (lint, what it is about, path, text, a part of the complaint or None if there must be none)
EVENTS = "examples/proxy/observe/events.def"
EVENT = '/* events.def - x. */\nX(RAIN, INFO, "text", "it rains", "", "%s")\n' % ("0" * 32)

CASES = [
    (layers, "a layer may include itself", "lib/xml/a.c", '#include "xml/gate.h"\n', None),
    (layers, "a layer may include one below", "lib/xml/a.c", '#include "base/map.h"\n', None),
    (layers, "no layer includes one above", "lib/xml/a.c", '#include "stream/header.h"\n',
     "xml may not know stream"),
    (layers, "no layer includes one beside it", "lib/negotiation/a.c", '#include "tls/session.h"\n',
     "negotiation may not know tls"),
    (layers, "the owner includes a third party", "lib/tls/a.c", "#include <gnutls/x509.h>\n", None),
    (layers, "nobody else does", "lib/sasl/a.c", "#include <gnutls/gnutls.h>\n", "may not use it"),
    (layers, "the core has no sockets", "lib/federation/a.c", "#include <sys/socket.h>\n",
     "may not use it"),
    (layers, "the core reads no clock", "lib/connection/a.c", "#include <time.h>\n",
     "may not use it"),
    (layers, "a public header of a layer above", "lib/policy/a.c",
     "#include <xmppfed/federation.h>\n", "public header of federation"),
    (layers, "a short path inside the core", "lib/xml/a.c", '#include "gate.h"\n', "layer/file.h"),
    (layers, "an include in a comment does not count", "lib/xml/a.c",
     '/*\n#include "stream/header.h"\n*/\n', None),
    (layers, "a blank before the hash is seen", "lib/xml/a.c", '  # include "tls/names.h"\n',
     "xml may not know tls"),
    (layers, "a folder that is no layer", "lib/misc/a.c", '#include "base/map.h"\n', "LAYERS"),
    (layers, "a third party in a public header", "include/xmppfed/tls.h",
     "#include <gnutls/gnutls.h>\n", "no foreign header"),
    (layers, "a public header above another", "include/xmppfed/policy.h",
     "#include <xmppfed/event.h>\n", "stands below"),
    (layers, "an example may not look inside", "examples/proxy/a.c", '#include "xml/gate.h"\n',
     "only the public headers"),
    (layers, "nor the adapter", "lib/uv/a.c", '#include "base/buffer.h"\n',
     "only the public headers"),
    (layers, "an example has public headers", "examples/proxy/a.c",
     "#include <uv.h>\n#include <xmppfed/uv.h>\n", None),
    (layers, "a pure example has its own headers", "examples/translate/a.c",
     '#include <xmppfed/element.h>\n#include <string.h>\n', None),
    (layers, "but not those of another", "examples/translate/a.c", '#include "proxy/log.h"\n',
     "only its own headers"),
    (layers, "nor a SIP library", "examples/translate/a.c", "#include <sofia-sip/sip.h>\n", "pure"),
    (layers, "nor a clock", "examples/translate/a.c", "#include <time.h>\n", "pure"),
    (size, "a long file", "lib/xml/a.c", "\n" * 801, "801 lines"),
    (size, "a file at the limit", "lib/xml/a.c", "\n" * 800, None),
    (size, "a long function", "lib/xml/a.c", FUNCTION % LONG_BODY, "f() has 63 lines"),
    (size, "a function at the limit", "lib/xml/a.c", FUNCTION % LONG_BODY[:-3 * 9], None),
    (size, "a table in a function", "tests/unit/a.c", FUNCTION % TABLE, None),
    (banned, "a banned function", "lib/xml/a.c", "strcpy(a, b);\n", "strcpy() is banned"),
    (banned, "one in a test", "tests/a.c", "strcat(a, b);\n", "strcat() is banned"),
    (banned, "its name in a comment or a text", "lib/xml/a.c", '/* strcpy( */ f("strcpy(");\n', None),
    (banned, "a longer name", "lib/xml/a.c", "my_strcpy(a, b); p->time(3);\n", None),
    (banned, "memory beside the allocator", "lib/xml/a.c", "p = malloc(3);\n", "is for hosts"),
    (banned, "memory in a host", "examples/proxy/a.c", "p = malloc(3);\n", None),
    (banned, "a clock in a pure example", "examples/translate/a.c", "t = time(NULL);\n",
     "is for hosts"),
    (banned, "printing in the core", "lib/policy/a.c", 'printf("x");\n', "is for hosts"),
    (banned, "a GNU header", "lib/xml/a.c", "#include <error.h>\n", "not standard C or POSIX"),
    (banned, "an attribute", "lib/xml/a.c", "__attribute__((unused)) int x;\n", "an extension"),
    (banned, "a statement expression", "lib/xml/a.c", "x = ({ 1; });\n", "a statement expression"),
    (banned, "unfinished work", "lib/xml/a.c", "/* TO" + "DO: more */\n", "finish it"),
    (banned, "a private path", "doc/a.md", "see /ho" + "me/me/notes\n", "private path"),
    (apidoc, "a file without a purpose", "lib/xml/a.c", "int x;\n", "does not open with"),
    (apidoc, "a file with another's name", "lib/xml/a.c", "/* b.c - things. */\n",
     "does not open with"),
    (apidoc, "a documented function", "lib/xml/a.h", "/* a.h - x. */\n\n/* Does. */\nint f(void);\n",
     None),
    (apidoc, "an undocumented one", "lib/xml/a.h", "/* a.h - x. */\n\nint f(void);\n",
     "f() has no comment"),
    (apidoc, "two that share a comment", "lib/xml/a.h",
     "/* a.h - x. */\n\n/* Both. */\nint f(int a,\n      int b);\nint g(void);\n", None),
    (apidoc, "one apart from the group", "lib/xml/a.h",
     "/* a.h - x. */\n\n/* Both. */\nint f(void);\n\nint g(void);\n", "g() has no comment"),
    (apidoc, "members of a struct", "lib/xml/a.h",
     "/* a.h - x. */\n\nstruct a {\n    int (*f)(void);\n};\n", None),
    (apidoc, "a public function", "include/xmppfed/a.h",
     "/* xmppfed/a.h - x. */\n\nXMPPFED_API int f(void);\n", "f() has no comment"),
    (apidoc, "an error that exists", "include/xmppfed/a.h",
     "/* xmppfed/a.h - x. */\n/* Errors: XMPPFED_ERR_POLICY_RECORD, _E1, _NOMEM, _LIMIT_*. */\n",
     None),
    (apidoc, "an error that does not", "include/xmppfed/a.h",
     "/* xmppfed/a.h - x. */\n/* Errors: XMPPFED_ERR_WEATHER. */\n", "XMPPFED_ERR_WEATHER"),
    (apidoc, "a short form that does not", "include/xmppfed/a.h",
     "/* xmppfed/a.h - x. */\n/* Errors: XMPPFED_ERR_NOMEM, _RAIN. */\n", "_RAIN"),
    (apidoc, "a function that does not exist", "lib/xml/a.c",
     "/* a.c - serves xmppfed_weather(). */\n", "there is no xmppfed_weather()"),
    (documents, "a link to nothing", "doc/a.md", "See [b](b.md).\n", "links to b.md"),
    (documents, "a link to the web", "doc/a.md", "See [b](https://b.example/).\n", None),
    (documents, "a file that is gone", "doc/a.md", "See `lib/xml/b.c`.\n", "names lib/xml/b.c"),
    (documents, "a file that is there", "doc/a.md", "See `doc/a.md`, `tools` and `lib/*/b.c`.\n", None),
    (documents, "a test that is gone", "doc/a.md", "By `test_rain`.\n", "test_rain"),
    (events, "an event that nothing writes", EVENTS, EVENT, "nothing writes RAIN"),
    (events, "an id that is none", EVENTS, EVENT.replace("0", "x"), "events.def: x"),
    (events, "an event that is not in the table", "examples/proxy/a.c", "log_write(l, EVENT_RAIN, NULL);\n",
     "there is no event RAIN"),
    (events, "a line of an unknown event", "examples/proxy/a.c", "log_event(l, e, LOG_TEXT(\"a\", b));\n",
     "does not see"),
    (metrics, "a counter without its ending", "examples/proxy/observe/metrics.def",
     '/* metrics.def - x. */\nX(rain, COUNTER, "", "How much it rained")\n', "end in _total"),
    (threats, "an attack without a test", "doc/threat-model.md", "| 3 | rain | met | roof | `tests/a.c` |\n",
     "attack 3 names no test"),
    (threats, "a test that nobody runs", "doc/threat-model.md", "| 3 | rain | met | roof | `test_rain` |\n",
     "test_rain() is registered by no"),
    (threats, "a transcript that is gone", "doc/threat-model.md",
     "| 3 | rain | met | roof | `tests/transcript/rain.xt` |\n", "rain.xt does not exist"),
]

ERROR_TABLE = """/* xmppfed/error.h - errors. */
    X(POLICY_RECORD, -703, "", "x")
    X(POLICY_RECORD_E1, -704, "", "x")
    X(LIMIT_SIZE, -800, "", "x")
    X(NOMEM, -900, "", "x")
"""


def write(root, path, text):
    """Makes a file with its folders."""
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as file:
        file.write(text)


def complaints(lint, path, text):
    """What a lint says about a tree that holds one file (and an error table)."""
    with tempfile.TemporaryDirectory() as root:
        write(root, apidoc.ERROR_TABLE, ERROR_TABLE)
        write(root, path, text)
        return [problem for _, problems in lint.check(root) for problem in problems]


def main():
    """Runs all cases."""
    for lint, about, path, text, expected in CASES:
        said = complaints(lint, path, text)
        name = f"{lint.__name__}: {about}"
        if expected is None:
            yield name, said
        elif not any(path in line and expected in line for line in said):
            yield name, [f"no complaint with '{expected}', but: {said}"]
        else:
            yield name, []


if __name__ == "__main__":
    tap.report(main())

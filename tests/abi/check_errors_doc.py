# check_errors_doc.py - doc/errors.md is what the error table of include/xmppfed/error.h says.
#
# check_errors_doc.py ROOT            compares, as TAP
# check_errors_doc.py --update ROOT   writes the document anew
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap

HEADER = "include/xmppfed/error.h"
DOCUMENT = "doc/errors.md"

INTRODUCTION = """# Errors

Made from the table in `include/xmppfed/error.h` by `tests/abi/check_errors_doc.py --update .`; do not
edit by hand.

A call that can fail returns 0 or a count on success and one of these codes otherwise. The hundreds
of a code are its class (`xmppfed_error_class()`), so that a host may branch coarsely; codes may be
added within a class. A code never changes its number or its meaning.

*Condition* is the stream error (RFC 6120 4.9.3) by which the peer is told; where it is empty no
peer is concerned or the peer must not be told. The sentence is `xmppfed_error_sentence()`; the one
that names the domain and the step is in the `xmppfed_problem` that the call fills in, or in the
text of the event.
"""


def rows(text):
    """Yields ('class', title) and ('error', name, value, condition, sentence) in order."""
    table = text[text.index("#define XMPPFED_ERROR_MAP"):]
    table = table[:table.index("\n\n")]
    pattern = re.compile(r'/\* -(\d)xx: (.*?) \*/|X\((\w+), (-\d+), "([^"]*)",\s*"([^"]*)"\)')
    for match in pattern.finditer(table.replace("\\\n", " ")):
        if match.group(1):
            yield "class", f"-{match.group(1)}xx: {match.group(2)}"
        else:
            yield ("error",) + match.groups()[2:]


def document(text):
    """The document for a header."""
    parts = [INTRODUCTION]
    for kind, *row in rows(text):
        if kind == "class":
            parts.append(f"\n## {row[0]}\n\n| code | name | condition | sentence |\n|--:|---|---|---|\n")
        else:
            name, value, condition, sentence = row
            shown = f"`{condition}`" if condition else ""
            parts.append(f"| {value} | `XMPPFED_ERR_{name}` | {shown} | {sentence} |\n")
    return "".join(parts)


def read(root, path):
    """The text of a file, "" if there is none."""
    full = os.path.join(root, path)
    if not os.path.exists(full):
        return ""
    with open(full, encoding="utf-8") as file:
        return file.read()


def check(root):
    """(name, problems) of the rules for the table and its document."""
    header = read(root, HEADER)
    errors = [row[1:] for row in rows(header) if row[0] == "error"]
    values = [int(value) for _, value, _, _ in errors]
    doubled = sorted({value for value in values if values.count(value) > 1})
    how = f"run: python3 tests/abi/check_errors_doc.py --update {root}"
    yield "the table was read whole", [] if len(errors) == header.count(" X(") else ["rows missed"]
    yield "no value stands twice", [str(value) for value in doubled]
    yield "values fall in order", [] if values == sorted(values, reverse=True) else ["not sorted"]
    yield "the document is up to date", [] if read(root, DOCUMENT) == document(header) else [how]


if __name__ == "__main__":
    if sys.argv[1] == "--update":
        with open(os.path.join(sys.argv[2], DOCUMENT), "w", encoding="utf-8") as output:
            output.write(document(read(sys.argv[2], HEADER)))
    else:
        tap.report(check(sys.argv[1]))

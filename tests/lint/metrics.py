# metrics.py - lint: doc/metrics.md is what examples/proxy/observe/metrics.def says.
#
# metrics.py ROOT            compares, as TAP
# metrics.py --update ROOT   writes the document anew
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

TABLE = "examples/proxy/observe/metrics.def"
DOCUMENT = "doc/metrics.md"

INTRODUCTION = """# Metrics

Made from the table `examples/proxy/observe/metrics.def` by `tests/lint/metrics.py --update .`; do not edit by hand.

All that `xmppfed-proxy` shows at `/metrics`, where its configuration has `metrics`; names and labels keep their meaning.
Every series is there from the start, at zero, so that `rate()` and `increase()` see the first time as well. Labels have
no values that a stranger could choose: `domain` is one of ours, `cause`, `result` and `condition` are the codes of
[errors.md](errors.md) and the conditions of RFC 6120 8.3.3, `event` is one of [events.md](events.md).
`direction` is `in` for who dialled us and what came, `out` for the rest. `examples/grafana/xmppfed.json` is a
dashboard, `examples/prometheus/xmppfed.rules.yml` has alerts.
"""

ROW = re.compile(r'^X\((\w+), (\w+), "([^"]*)", "([^"]*)"\)$')


def read(root, path):
    """The text of a file, "" if there is none."""
    return source.read(root, path) if os.path.exists(os.path.join(root, path)) else ""


def rows(text):
    """Yields ('class', title) and ('metric', name, type, labels, help) in order."""
    for line in text.partition("*/")[2].splitlines():
        match = ROW.match(line)
        if match:
            yield ("metric",) + match.groups()
        elif line.strip():
            yield "class", line.strip("/* ")


def document(text):
    """The document for a table."""
    parts = [INTRODUCTION]
    for kind, *row in rows(text):
        if kind == "class":
            parts.append(f"\n## {row[0]}\n\n| metric | type | labels | |\n|---|---|---|---|\n")
            continue
        name, sort, labels, about = row
        shown = " ".join(f"`{label}`" for label in labels.split())
        parts.append(f"| `xmppfed_{name}` | {sort.lower()} | {shown} | {about} |\n")
    return "".join(parts)


def wrong_names(table):
    """Metrics whose names break Prometheus' conventions."""
    for kind, *row in rows(table):
        if kind == "metric" and (row[1] == "COUNTER") != row[0].endswith("_total"):
            yield f"{TABLE}: {row[0]}: counters, and only they, end in _total"


def check(root):
    """(name, problems) of the rules for the table and its document."""
    table = read(root, TABLE)
    found = sum(row[0] == "metric" for row in rows(table))
    how = f"run: python3 tests/lint/metrics.py --update {root}"
    yield "the table was read whole", [] if found == table.count("\nX(") else ["rows missed"]
    yield "names are as they should be", list(wrong_names(table))
    yield "the document is up to date", [] if read(root, DOCUMENT) == document(table) else [how]


if __name__ == "__main__":
    if sys.argv[1] == "--update":
        with open(os.path.join(sys.argv[2], DOCUMENT), "w", encoding="utf-8") as output:
            output.write(document(read(sys.argv[2], TABLE)))
    else:
        tap.report(check(sys.argv[1]))

# metrics.py - lint: doc/metrics.md is what examples/proxy/observe/metrics.def says.
#
# metrics.py ROOT            compares, as TAP
# metrics.py --update ROOT   writes the document anew
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
from listing import Listing

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


def heading(title):
    return f"\n## {title}\n\n| metric | type | labels | |\n|---|---|---|---|\n"


def entry(name, sort, labels, about):
    shown = " ".join(f"`{label}`" for label in labels.split())
    return f"| `xmppfed_{name}` | {sort.lower()} | {shown} | {about} |\n"


LISTING = Listing(TABLE, DOCUMENT, "metric", r'^X\((\w+), (\w+), "([^"]*)", "([^"]*)"\)$',
                  INTRODUCTION, heading, entry)


def wrong_names(table):
    """Metrics whose names break Prometheus' conventions."""
    for kind, *row in LISTING.rows(table):
        if kind == "metric" and (row[1] == "COUNTER") != row[0].endswith("_total"):
            yield f"{TABLE}: {row[0]}: counters, and only they, end in _total"


def check(root):
    """(name, problems) of the rules for the table and its document."""
    yield from LISTING.check(root, "metrics.py")
    yield "names are as they should be", list(wrong_names(source.read_if(root, TABLE)))


if __name__ == "__main__":
    LISTING.main(check)

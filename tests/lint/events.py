# events.py - lint: doc/events.md is what examples/proxy/observe/events.def says, and the code
# gives each event those fields.
#
# events.py ROOT            compares, as TAP
# events.py --update ROOT   writes the document anew
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
from listing import Listing

TABLE = "examples/proxy/observe/events.def"
DOCUMENT = "doc/events.md"
FOLDER = "examples/proxy"

INTRODUCTION = """# Events

Made from the table `examples/proxy/observe/events.def` by `tests/lint/events.py --update .`; do not
edit by hand.

All that `xmppfed-proxy` can write to its log. A code, its fields and its id keep their meaning; codes and fields may be
added. Fields without a value are left out. The id is the `MESSAGE_ID` in the journal:
`journalctl MESSAGE_ID=...` shows the events of one kind. In the metrics ([metrics.md](metrics.md)) each is counted as
`xmppfed_events_total{event="..."}`, also those below `log.level`. The codes in the field `code` are in
[errors.md](errors.md), but for those of partner records, which are in [proxy.md](proxy.md#the-matrix).
"""

CALL = re.compile(r"\blog_(?:event|write)\((?!const)(.*?)\);", re.DOTALL)


def heading(title):
    return f"\n## {title}\n"


def entry(code, level, fields, meaning, action, message):
    listed = ", ".join(f"`{field}`" for field in fields.split()) or "none"
    what = f"\nWhat to do: {action}.\n" if action else ""
    return (f"\n### {code}\n\n{meaning[0].upper() + meaning[1:]}.\n{what}"
            f"\nLevel {level.lower()}; fields {listed}; id `{message}`.\n")


LISTING = Listing(TABLE, DOCUMENT, "event",
                  r'^X\((\w+), (\w+), "([^"]*)", "([^"]*)", "([^"]*)", "([^"]*)"\)$',
                  INTRODUCTION, heading, entry)


def calls(root):
    """(where, codes, keys) of each call that writes a line."""
    for path in source.files(root, (FOLDER,), (".c",)):
        if path.endswith("observe/log.c"):
            continue
        for call in CALL.findall(source.read(root, path)):
            keys = re.findall(r'LOG_(?:TEXT|NUMBER)\(\s*"(\w+)"', call)
            yield path, re.findall(r"\bEVENT_(\w+)", call), keys


def wrong_calls(root, events):
    for path, codes, keys in calls(root):
        if not codes:
            yield f"{path}: a line whose event this script does not see"
        for code in codes:
            if code not in events:
                yield f"{path}: there is no event {code} in {TABLE}"
                continue
            unknown = [key for key in keys if key not in events[code][2].split()]
            if unknown:
                yield f"{path}: {code} has no field {', '.join(unknown)} in {TABLE}"


def dead_fields(root, events):
    """Events that nothing writes, and fields that no call gives."""
    given = {}
    for _, codes, keys in calls(root):
        for code in codes:
            given.setdefault(code, set()).update(keys)
    for code, row in events.items():
        if code not in given:
            yield f"{TABLE}: nothing writes {code}"
        else:
            yield from (f"{TABLE}: {code} never has {f}" for f in row[2].split() if f not in given[code])


def check(root):
    """(name, problems) of the rules for the table, its document and the calls."""
    events = {row[1]: row[1:] for row in LISTING.rows(source.read_if(root, TABLE)) if row[0] == "event"}
    ids = [row[5] for row in events.values()]
    yield from LISTING.check(root, "events.py")
    yield "each id is one of its own", [f"{TABLE}: {i}" for i in ids
                                        if not re.fullmatch("[0-9a-f]{32}", i) or ids.count(i) > 1]
    yield "the code gives the fields of the table", list(wrong_calls(root, events))
    yield "nothing in the table is dead", list(dead_fields(root, events))


if __name__ == "__main__":
    LISTING.main(check)

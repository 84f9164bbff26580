# size.py - lint: no file over 800 lines, no function over 60; files over 600 are listed.
#
# The rows of a table inside a function are data and do not count; a test may have many.
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

FILE_LISTED = 600
FILE_FAILS = 800
FUNCTION_FAILS = 60

FOLDERS = source.CODE + ("tests", "fuzz")


_TABLE = re.compile(r"^    static const [^\n;]*= \{\n.*?^    \};$", re.MULTILINE | re.DOTALL)


def without_tables(text):
    """The text of a function body less the local tables in it."""
    return _TABLE.sub("", text)


def problems_of(root, path):
    """What is too long in one file."""
    text = source.read(root, path)
    lines = text.count("\n")
    if lines > FILE_FAILS:
        yield f"{path}: {lines} lines; split it, at most {FILE_FAILS} are allowed"
    elif lines > FILE_LISTED:
        print(f"# {path}: {lines} lines; think of splitting it")
    if not path.endswith((".c", ".h")):
        return
    rows = text.split("\n")
    for name, first, last in source.functions(text):
        length = without_tables("\n".join(rows[first - 1:last])).count("\n") + 1
        if length > FUNCTION_FAILS:
            yield (f"{path}:{first}: {name}() has {length} lines; "
                   f"at most {FUNCTION_FAILS} fit a screen")


def check(root):
    """(folder, problems) for each folder."""
    paths = source.files(root, FOLDERS, (".c", ".h", ".def", ".py"))
    for folder, members in source.by_folder(paths).items():
        yield folder, [p for path in members for p in problems_of(root, path)]


if __name__ == "__main__":
    tap.report(check(sys.argv[1]))

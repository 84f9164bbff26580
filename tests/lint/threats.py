# threats.py - lint: each attack of doc/threat-model.md names a test that runs.
#
# A test is a function that a test program registers, or a transcript. "No test" must be an attack
# that is no longer in the table, not an empty cell: also what is absent can come back.
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

DOCUMENT = "doc/threat-model.md"
NAMED = re.compile(r"`(test_\w+)`|`(tests/transcript/[\w-]+\.xt)`")
REGISTERED = re.compile(r"\b(?:cmocka_unit_test\w*|\w+_test|\w*_TEST)\(\s*(test_\w+)")


def registered(root):
    """The test functions that test programs run."""
    names = set()
    for path in source.files(root, ("tests",), (".c",)):
        names.update(REGISTERED.findall(source.read(root, path)))
    return names


def rows(text):
    """(number, cells) of each attack."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            yield int(cells[0]), cells


def problems_of(root, cells, tests):
    """What the last cell of a row lacks."""
    found = NAMED.findall(cells[-1])
    for function, transcript in found:
        if function and function not in tests:
            yield f"{DOCUMENT}: {function}() is registered by no test program"
        if transcript and not os.path.exists(os.path.join(root, transcript)):
            yield f"{DOCUMENT}: {transcript} does not exist"
    if not found:
        yield f"{DOCUMENT}: attack {cells[0]} names no test function and no transcript"


def check(root):
    """(attack, problems) for each row."""
    tests = registered(root)
    for number, cells in rows(source.read(root, DOCUMENT)):
        yield f"attack {number}", list(problems_of(root, cells, tests))


if __name__ == "__main__":
    tap.report(check(sys.argv[1]))

# documents.py - lint: what the documents point at exists: files, folders, links and test functions.
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(r"`((?:lib|include|examples|tests|doc|tools)/[\w./*-]*[\w/])(?:\s[^`]*)?`")
TEST = re.compile(r"`(test_\w+)`")


def names_of_tests(root):
    """Every word of the test sources that could be a test's name."""
    names = set()
    for path in source.files(root, ("tests",), (".c", ".py")):
        names.update(re.findall(r"\btest_\w+", source.read(root, path)))
    return names


def problems_of(root, path, tests):
    """What one document names and the tree lacks."""
    text = source.read(root, path)
    for match in LINK.finditer(text):
        target = match.group(1)
        if not re.match(r"\w+:", target) and \
                not os.path.exists(os.path.join(root, os.path.dirname(path), target)):
            yield f"{path}: links to {target}, which does not exist"
    for match in PATH.finditer(text):
        if "*" not in match.group(1) and not os.path.exists(os.path.join(root, match.group(1))):
            yield f"{path}: names {match.group(1)}, which does not exist"
    for match in TEST.finditer(text):
        if match.group(1) not in tests:
            yield f"{path}: names {match.group(1)}(), which no test is"


def check(root):
    """(document, problems) for each document."""
    tests = names_of_tests(root)
    tops = [leaf for leaf in sorted(os.listdir(root)) if leaf.endswith(".md")]
    for path in tops + list(source.files(root, ("doc", "tests"), (".md",))):
        yield path, list(problems_of(root, path, tests))


if __name__ == "__main__":
    tap.report(check(sys.argv[1]))

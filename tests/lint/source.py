# source.py - what the lints share: finding the files of the tree and reading C just far enough.
import os
import re

# Folders with C that is held to the rules of doc/hacking.md.
CODE = ("lib", "include", "examples")


def files(root, folders, suffixes):
    """Yields the paths, relative to root and sorted, of files with one of the suffixes."""
    for folder in folders:
        found = []
        for where, names, leaves in os.walk(os.path.join(root, folder)):
            names[:] = [name for name in names if not name.startswith((".", "__"))]
            found += [os.path.join(where, leaf) for leaf in leaves if leaf.endswith(suffixes)]
        yield from sorted(os.path.relpath(path, root) for path in found)


def by_folder(paths):
    """Groups paths by their folder, in order: a dictionary of lists."""
    groups = {}
    for path in paths:
        groups.setdefault(os.path.dirname(path), []).append(path)
    return groups


def read(root, path):
    """The text of a file."""
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def read_if(root, path):
    """The text of a file, "" if there is none."""
    return read(root, path) if os.path.exists(os.path.join(root, path)) else ""


# A comment, a string or a character constant: whichever begins first swallows the others.
_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_only(text):
    """The text with comments and the insides of strings blanked; lines keep their numbers."""

    def keep(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] + " " * (len(token) - 2) + token[0]
        return _blank(token)

    return _TOKEN.sub(keep, text)


def comments_only(text):
    """The text with all but its comments blanked; lines keep their numbers."""
    parts = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.group()[0] == "/":
            parts.append(_blank(text[end:match.start()]) + match.group())
            end = match.end()
    return "".join(parts) + _blank(text[end:])


_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text):
    """Yields (line number, '<' or '"', name) of each #include that is not in a comment."""
    code = code_only(text)
    for match in _INCLUDE.finditer(text):
        if code[match.start():match.end()].lstrip().startswith("#"):
            yield text.count("\n", 0, match.start(2)) + 1, match.group(1), match.group(2)


def functions(text):
    """
    Yields (name, first line, last line) of each function body. Relies on the brace style of the
    tree: the braces of a function, and only those, stand alone in the first column.
    """
    lines = code_only(text).split("\n")
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            start = number
            while start > 0 and lines[start - 1].strip() and \
                    not lines[start - 1].rstrip().endswith((";", "}")) and \
                    not lines[start - 1].startswith("#"):
                start -= 1
            name = re.search(r"(\w+)\s*\(", " ".join(lines[start:number]))
        elif line.rstrip() == "}" and start is not None:
            yield (name.group(1) if name else "?"), start + 1, number + 1
            start = None

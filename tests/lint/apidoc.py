# apidoc.py - lint: files say what they are for, functions what they promise, errors exist.
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

ERROR_TABLE = "include/xmppfed/error.h"


def purpose_problem(path, text):
    """Every file opens with its own name and its purpose: "name.c - what it is for"."""
    leaf = os.path.basename(path)
    name = "xmppfed/" + leaf if path.startswith("include/") else leaf
    opening = text[:400].replace("/*", "", 1).lstrip(" *\n")
    if text.startswith("/*") and opening.startswith(f"{name} - "):
        return []
    return [f"{path}:1: does not open with \"/* {name} - purpose. */\""]


def declarations(text):
    """
    Yields (name, first line, last line) of the function declarations at file level, lines counted
    from 0. Struct, enum and macro bodies are skipped.
    """
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()),
                  source.code_only(text), flags=re.MULTILINE)
    depth = 0
    begin = None
    for number, line in enumerate(code.split("\n")):
        if re.match(r"\s*XMPPFED_(?:BEGIN|END)_DECLS\s*$", line):
            continue
        if depth == 0 and begin is None and line.strip():
            begin = number
            statement = ""
        if begin is not None:
            statement += " " + line.strip()
        depth += line.count("{") - line.count("}")
        if depth or begin is None:
            continue
        if line.rstrip().endswith((";", "}")):
            name = function_name(statement)
            if name:
                yield name, begin, number
            begin = None


def function_name(statement):
    """The name that a declaration or an inline definition gives to a function, or None."""
    head = statement.split("{")[0]
    for marker in ("XMPPFED_API", "XMPPFED_MUST_CHECK", "static inline", "extern"):
        head = head.replace(marker, " ")
    head = re.sub(r"XMPPFED_PRINTF\([^)]*\)", " ", head).strip()
    if head.startswith(("typedef", "struct xmppfed_", "enum")) and "(" not in head.split(";")[0]:
        return None
    if head.startswith("typedef"):
        return None
    match = re.match(r"[\w\s*]*?(\w+)\s*\(", head)
    return match.group(1) if match else None


# What these do to their first argument is the same everywhere (doc/hacking.md, "Names").
SELF_EVIDENT = re.compile(r"_(?:init|fini)$")


def undocumented(text, public):
    """Yields (line, name) of functions without a comment of their own or of their group."""
    lines = text.split("\n")
    covered_to = None
    for name, first, last in declarations(text):
        above = lines[first - 1].strip() if first else ""
        if above.endswith("*/") or (covered_to is not None and covered_to == first - 1):
            covered_to = last
        elif public or not SELF_EVIDENT.search(name):
            yield first + 1, name


def error_names(text):
    """The names of the error table."""
    return set(re.findall(r"^\s*X\((\w+), -\d+", text, re.MULTILINE)) | {"LAST"}


def unknown_errors(text, known):
    """
    Yields (line, code) of error codes in comments that are not in the table. "_NOMEM" after a full
    name is short for XMPPFED_ERR_NOMEM or for that name with the ending; "_*" names a whole group.
    """
    last = ""
    comments = source.comments_only(text)
    for match in re.finditer(r"(?<!\w)(XMPPFED_ERR_|_)([A-Z][A-Z0-9_]*)(\*)?", comments):
        prefix, name, group = match.groups()
        line = comments.count("\n", 0, match.start()) + 1
        if group:
            good = any(code.startswith(name) for code in known)
        else:
            good = name in known or (prefix == "_" and f"{last}_{name}" in known)
        if prefix != "_":
            last = name
        if not good:
            yield line, match.group()


def unknown_functions(text, functions):
    """Yields (line, name) of public functions that comments speak of and no header declares."""
    comments = source.comments_only(text)
    for match in re.finditer(r"\b(xmppfed_[a-z0-9_]+)\(", comments):
        if match.group(1) not in functions:
            yield comments.count("\n", 0, match.start()) + 1, match.group(1)


def problems_of(root, path, known, functions):
    """What one file fails to say."""
    text = source.read(root, path)
    yield from purpose_problem(path, text)
    if path.endswith(".h"):
        for line, name in undocumented(text, path.startswith("include/")):
            yield f"{path}:{line}: {name}() has no comment"
    if path.startswith("include/"):
        for line, code in unknown_errors(text, known):
            yield f"{path}:{line}: there is no error {code}"
    for line, name in unknown_functions(text, functions):
        yield f"{path}:{line}: there is no {name}()"


def check(root):
    """(folder, problems) for each folder."""
    known = error_names(source.read(root, ERROR_TABLE))
    functions = {name for path in source.files(root, ("include",), (".h",))
                 for name, _, _ in declarations(source.read(root, path))}
    paths = source.files(root, source.CODE, (".c", ".h", ".def"))
    for folder, members in source.by_folder(paths).items():
        yield folder, [p for path in members for p in problems_of(root, path, known, functions)]


if __name__ == "__main__":
    tap.report(check(sys.argv[1]))

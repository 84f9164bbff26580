# pages.py - lint: the manual pages of section 5 are what doc/proxy.md says of the files.
#
# pages.py ROOT            compares, as TAP
# pages.py --update ROOT   writes the pages anew
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import source
import tap

DOCUMENT = "doc/proxy.md"
# page: the section of the document, what it is, other pages
PAGES = {
    "doc/man/xmppfed-proxy.conf.5": ("The configuration file", "configuration of xmppfed-proxy"),
    "doc/man/xmppfed-partners.5": ("The partner file", "partners, policies and users of xmppfed-proxy"),
}
HEAD = """.\\" Made from doc/proxy.md by tests/lint/pages.py --update .; do not edit by hand.
.Dd $Mdocdate$
.Dt {title} 5
.Os
.Sh NAME
.Nm {name}
.Nd {what}
.Sh DESCRIPTION
"""
TAIL = """.Sh SEE ALSO
.Xr xmppfedctl 1 ,
.Xr {other} 5 ,
.Xr xmppfed-proxy 8
"""


def inline(text):
    """Markdown within a line as roff."""
    text = text.replace("\\", "\\e")
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\*\*([^*]*)\*\*", r"\\fB\1\\fP", text)
    text = re.sub(r"`([^`]*)`", r"\\fB\1\\fP", text)
    return "\\&" + text if text[:1] in (".", "'") else text


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(lines):
    """A table as a list: the first cell is the term, the others say what their columns are."""
    heads = cells(lines[0])
    yield ".Bl -tag -width Ds"
    for line in lines[2:]:
        first, *others = cells(line)
        yield ".It \\&" + inline(first).replace('"', "\\(dq")
        told = [f"{head}: {cell}" if head and index + 2 < len(heads) else cell
                for index, (head, cell) in enumerate(zip(heads[1:], others)) if cell]
        yield from "\n.br\n".join(inline(part) for part in told).splitlines()
    yield ".El"


def body(text):
    """A section of the document as lines of roff."""
    lines = iter(text.splitlines())
    rows = []
    for line in lines:
        if line.startswith("|"):
            rows.append(line)
            continue
        if rows:
            yield from table(rows)
            rows = []
        if line.startswith("```"):
            yield ".Bd -literal"
            yield from (row.replace("\\", "\\e") for row in iter(lambda: next(lines), "```"))
            yield ".Ed"
        elif line.startswith("### "):
            yield ".Ss " + inline(line[4:])
        elif line:
            yield inline(line)
        else:
            yield ".Pp"
    if rows:
        yield from table(rows)


def tidy(lines):
    """Without breaks and paragraphs where a list or a section begins or ends."""
    kept = []
    for line in lines:
        if kept and kept[-1] in (".Pp", ".br") and line.split(" ")[0] in (
                ".Bl", ".El", ".It", ".Ss", ".Sh", ".Pp"):
            kept.pop()
        if line == ".Pp" and (not kept or kept[-1].split(" ")[0] in (".El", ".Ss", ".Ed")):
            if kept and kept[-1] in (".El", ".Ed"):
                kept.append(line)
            continue
        kept.append(line)
    while kept and kept[-1] == ".Pp":
        kept.pop()
    return kept


def page(root, path):
    """What a page has to be."""
    section, what = PAGES[path]
    text = source.read(root, DOCUMENT)
    match = re.search(rf"^## {section}\n\n(.*?)^## ", text, re.M | re.S)
    name = os.path.basename(path)[:-2]
    other = next(os.path.basename(other)[:-2] for other in PAGES if other != path)
    lines = tidy(body(match.group(1) if match else ""))
    head = HEAD.format(title=name.upper(), name=name, what=what).replace("$Mdocdate$", "2026")
    return head + "\n".join(lines) + "\n" + TAIL.format(other=other)


def fields_of_code(root, path):
    """The names of fields that the code takes in the file of a page."""
    if "partners" not in path:
        text = source.read(root, "examples/proxy/settings/config.c")
        lists = re.findall(r"const fields\[\] = \{(.*?)NULL\}", text, re.S)
        return {word for each in lists for word in re.findall(r'"(\w+)"', each)}
    return {word for name in ("partners", "partner_fields", "partner_trust", "words")
            for word in re.findall(r'"([A-Z][a-zA-Z]{3,})"',
                                   source.read(root, f"examples/proxy/records/{name}.c"))}


def check(root):
    """(page, problems) for each page."""
    for path in PAGES:
        there = source.read_if(root, path)
        words = set(re.findall(r"\w+", re.sub(r"\\f[BP]", " ", there)))
        problems = [f"{path} does not tell of {field}, which the program takes"
                    for field in sorted(fields_of_code(root, path) - words)]
        if there != page(root, path):
            problems.append(f"{path} is not what {DOCUMENT} says: "
                            "python3 tests/lint/pages.py --update .")
        yield path, problems


if __name__ == "__main__":
    if sys.argv[1] == "--update":
        for each in PAGES:
            with open(os.path.join(sys.argv[2], each), "w", encoding="utf-8") as file:
                file.write(page(sys.argv[2], each))
    else:
        tap.report(check(sys.argv[1]))

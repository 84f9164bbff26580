# check_symbols.py - a library exports what its committed list says, no less and no more.
#
# check_symbols.py LIBRARY LIST HEADER...   compares, as TAP
# check_symbols.py --update LIBRARY LIST    writes the list anew; the commit says why
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap

PREFIX = "xmppfed_"
HEADER = "# The symbols of {0}, one a line, with the version node of each. See tests/abi/meson.build.\n"


def exported(library):
    """The symbols that a program can link with, as "name@@NODE"; nodes themselves are left out."""
    run = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True,
                         check=True)
    symbols = [line.split()[-2:] for line in run.stdout.splitlines()]
    return sorted(name for kind, name in symbols if kind != "A")


def listed(path):
    """The symbols of a committed list."""
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and not line.startswith("#")]


def declared(headers):
    """The functions that the public headers promise."""
    names = set()
    for path in headers:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.DOTALL)
        names.update(re.findall(r"XMPPFED_API\s[^;#]*?\b(xmppfed_\w+)\(", text))
    return names


def update(library, path):
    """Writes the list as the library is now."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADER.format(os.path.basename(library).split(".so")[0]))
        file.writelines(name + "\n" for name in exported(library))


def check(library, path, headers):
    """(name, problems) of the rules for one library."""
    now = exported(library)
    before = listed(path)
    how = f"# python3 tests/abi/check_symbols.py --update {library} {path}"
    removed = [f"removed: {name}; a host that uses it no longer runs" for name in before
               if name not in now]
    added = [f"not listed: {name}" for name in now if name not in before]
    foreign = [f"exported: {name}; hide it in lib/*.map" for name in now
               if not name.startswith(PREFIX)]
    plain = {name.split("@")[0] for name in now}
    promised = declared(headers)
    yield "what the headers declare is exported", sorted(promised - plain)
    yield "what is exported is declared in a header", sorted(plain - promised)
    yield "nothing is removed", removed + ([how] if removed else [])
    yield "nothing is added unlisted", added + ([how] if added else [])
    yield f"only {PREFIX}* is exported", foreign
    yield "every symbol has a version", [f"without version: {n}" for n in now if "@@" not in n]
    yield "the list is sorted", [] if before == sorted(before) else [how]
    yield "the list is not empty", [] if before else [how]


if __name__ == "__main__":
    if sys.argv[1] == "--update":
        update(sys.argv[2], sys.argv[3])
    else:
        tap.report(check(sys.argv[1], sys.argv[2], sys.argv[3:]))

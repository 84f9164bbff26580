# snippets.py - the code in the headers' opening comments and in README.md compiles.
import argparse
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))

import tap
from compiler import Compiler

# libuv's header wants POSIX.
HOST = ("-D_POSIX_C_SOURCE=200809L",)
# A sketch shows the order of calls: it may leave results unlooked at and variables unused.
SKETCH_MAY = ("-Wno-unused-result", "-Wno-unused-variable", "-Wno-unused-but-set-variable",
              "-Wno-unused-function")


def sketch_of(header):
    """The code in a header's opening comment: the lines indented by four more than its text."""
    opening = header[:header.index("*/")]
    lines = [line[3:] for line in opening.split("\n") if line.startswith(" *     ")]
    return "\n".join(line[4:] for line in lines)


def wrapped(sketch):
    """A file that holds the sketch as the body of a function of a host."""
    return f'#include "sketch_host.h"\n\nvoid sketch(void);\nvoid sketch(void)\n{{\n{sketch}\n}}\n'


def programs_of(markdown):
    """The C blocks of a document."""
    return re.findall(r"^```c\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


def read(path):
    """The text of a file."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    """Compiles all sketches, then all blocks of the README."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True, help="the top of the source tree")
    parser.add_argument("--include", action="append", default=[], help="libuv's include folder")
    parser.add_argument("cc", nargs="+", help="the C compiler, perhaps with arguments")
    args = parser.parse_args()
    public = os.path.join(args.root, "include")
    cc = Compiler(args.cc, "c", [public, HERE, *args.include])
    report = tap.Tap()
    for name in sorted(os.listdir(os.path.join(public, "xmppfed"))):
        if not name.endswith(".h"):
            continue
        sketch = sketch_of(read(os.path.join(public, "xmppfed", name)))
        problems = cc.problems(wrapped(sketch), "c11", *HOST, *SKETCH_MAY) if sketch else ["no sketch"]
        report.result(f"sketch in {name}", problems)
    blocks = programs_of(read(os.path.join(args.root, "README.md")))
    if not blocks:
        report.result("program in README.md", ["there is none"])
    for number, block in enumerate(blocks, 1):
        report.result(f"program {number} in README.md", cc.problems(block, "c11", *HOST))
    report.done()


if __name__ == "__main__":
    main()

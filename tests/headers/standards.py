# standards.py - each public header compiles alone, in every language a host may be written in.
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap
from compiler import Compiler

C_STANDARDS = ("c99", "c11", "c17")
CXX_STANDARDS = ("c++17",)


def main():
    """Compiles each header of the folder, first thing in a file, under each standard."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--include", required=True, help="the folder that holds xmppfed/")
    parser.add_argument("--cxx", help="a C++ compiler; without one those subtests are skipped")
    parser.add_argument("cc", nargs="+", help="the C compiler, perhaps with arguments")
    args = parser.parse_args()
    cc = Compiler(args.cc, "c", [args.include])
    cxx = Compiler([args.cxx], "c++", [args.include]) if args.cxx else None
    report = tap.Tap()
    for header in sorted(os.listdir(os.path.join(args.include, "xmppfed"))):
        if not header.endswith(".h"):
            continue
        # Twice, so that a missing guard is seen too.
        text = f"#include <xmppfed/{header}>\n" * 2 + "int main(void);\n"
        for standard in C_STANDARDS:
            report.result(f"{header} as {standard}",
                          cc.problems(text, standard, "-Wstrict-prototypes"))
        for standard in CXX_STANDARDS:
            if cxx:
                report.result(f"{header} as {standard}", cxx.problems(text, standard))
            else:
                report.skip(f"{header} as {standard}", "no C++ compiler")
    report.done()


if __name__ == "__main__":
    main()

# check_globals.py - the library keeps no mutable global: nothing of it is in .data or .bss.
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap

WRITABLE = (".data", ".bss", ".tdata", ".tbss")
# The compiler's own, and the guards of what is set up once per process.
ALLOWED = re.compile(r"^(?:__\w+|_edata|_end|completed\.\d+|\w*once(?:\.\d+)?)$")


def globals_of(library):
    """Yields (name, section) of the writable objects of the library."""
    run = subprocess.run(["readelf", "-SW", library], capture_output=True, text=True, check=True)
    sections = dict(re.findall(r"^\s*\[\s*(\d+)\]\s+(\S+)", run.stdout, re.MULTILINE))
    run = subprocess.run(["readelf", "-sW", library], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        fields = line.split()
        if len(fields) >= 8 and fields[3] in ("OBJECT", "TLS") and \
                sections.get(fields[6]) in WRITABLE:
            yield fields[7], sections[fields[6]]


def main():
    """Reports each writable object that is not allowed."""
    library = sys.argv[1]
    symbols = subprocess.run(["nm", "-D", library], capture_output=True, text=True, check=True)
    report = tap.Tap()
    if "__asan_" in symbols.stdout:
        report.skip("no mutable global", "sanitizers add their own")
    else:
        report.result("no mutable global",
                      [f"{name} in {section}" for name, section in sorted(set(globals_of(library)))
                       if not ALLOWED.match(name)])
    report.done()


if __name__ == "__main__":
    main()

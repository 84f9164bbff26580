"""demo_frame.py - what the programs behind tools/demo share: a private directory, a table, the end."""

import os
import shutil
import signal
import sys
import tempfile

from process import HarnessError
from world import Certificates


def line(cells, widths):
    """One line of a table."""
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()


def play_in_private(play, programs):
    """Call play(programs, certificates, directory), which returns how many rows were wrong.

    The directory is removed if none was.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = tempfile.mkdtemp(prefix="xmppfed-demo-")
    programs = {name: path and os.path.abspath(path) for name, path in programs.items()}
    wrong = None
    try:
        wrong = play(programs, Certificates(work), work)
    finally:
        if wrong == 0:
            shutil.rmtree(work, ignore_errors=True)
        else:
            print(f"The logs and files of this run are kept in {work}")
    return wrong


def end(main):
    """End the program with the status of main(), or 2 if something that it needs is not there."""
    try:
        sys.exit(main())
    except HarnessError as problem:
        print(f"demo: {problem}", file=sys.stderr)
        sys.exit(2)

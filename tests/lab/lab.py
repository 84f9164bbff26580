#!/usr/bin/python3
"""lab.py - keep the lab running for a person, until it is told to end; tools/lab starts it."""

import os
import shutil
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "interop"))
sys.path.insert(0, HERE)

import namespace  # noqa: E402
import servers  # noqa: E402
import table  # noqa: E402
from process import HarnessError  # noqa: E402


def main():
    namespace.enter()
    namespace.furnish(servers.RESOLVER)
    namespace.make_dead_ends()
    work = tempfile.mkdtemp(prefix="xmppfed-lab-")
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        with servers.Lab(work, table.read()):
            print("ready", flush=True)
            signal.sigwait(signals)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    try:
        STATUS = main()
    except HarnessError as problem:
        print(f"lab.py: {problem}", file=sys.stderr)
        STATUS = 2
    sys.exit(STATUS)

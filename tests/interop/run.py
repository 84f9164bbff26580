#!/usr/bin/python3
"""run.py - run the interop cases against real servers; TAP lines, then "N passed, N failed".

Usage: run.py [--proxy PATH] [--echo PATH] [--ctl PATH] [--module PATH] [--gateway PATH] [--logs DIR]
              [--record FOLDER] [--transcripts FOLDER] [--list] [NAME...]

A NAME is a case ("prosody.external") or the beginning of several ("prosody", "scan."). Without
--proxy, --echo and --ctl the newest build directory of this source tree is used.
"""

import argparse
import glob
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import namespace  # noqa: E402
import runner  # noqa: E402
import transcripts  # noqa: E402
from case import CASES, Failed  # noqa: E402
from dns import NameServer  # noqa: E402
from process import HarnessError  # noqa: E402
from record import Recorder, write as write_seeds  # noqa: E402
from world import DIRECT, NAME_SERVER, OUR_ADDRESS, PEERS, ZONES, Certificates, World  # noqa: E402
import cases.harness  # noqa: E402,F401
import cases.federation  # noqa: E402,F401
import cases.bidi  # noqa: E402,F401
import cases.pairs  # noqa: E402,F401
import cases.blocking  # noqa: E402,F401
import cases.certificates  # noqa: E402,F401
import cases.guide  # noqa: E402,F401
import cases.kamailio  # noqa: E402,F401
import cases.module  # noqa: E402,F401
import cases.management  # noqa: E402,F401
import cases.operation  # noqa: E402,F401
import cases.failover  # noqa: E402,F401
import cases.crash  # noqa: E402,F401
import cases.dane  # noqa: E402,F401
import cases.permissions  # noqa: E402,F401
import cases.rows  # noqa: E402,F401
import cases.scan  # noqa: E402,F401
import cases.sip  # noqa: E402,F401

SANITIZER = re.compile(r"ERROR: \w+Sanitizer|: runtime error: ")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--proxy", default=runner.find_program("xmppfed-proxy"))
    parser.add_argument("--echo", default=runner.find_program("echo-host"))
    parser.add_argument("--ctl", default=runner.find_program("xmppfedctl"))
    parser.add_argument("--module", default=runner.find_program("xmppfed.so"))
    parser.add_argument("--gateway", default=runner.find_program("sip-gateway"))
    runner.add_arguments(parser, "where logs of failed cases go (default: a new folder in /tmp)")
    parser.add_argument("--record", metavar="FOLDER",
                        help="write what peers say as seeds, as into fuzz/corpus")
    parser.add_argument("--transcripts", metavar="FOLDER",
                        help="write how streams are negotiated, as into tests/transcript/peers")
    options = parser.parse_args()
    for name in ("proxy", "echo", "ctl", "module", "gateway"):
        path = getattr(options, name)
        setattr(options, name, os.path.abspath(path) if path else None)
    for name in ("record", "transcripts"):
        path = getattr(options, name)
        setattr(options, name, os.path.abspath(path) if path else None)
    return options


def selected(names):
    """The cases to run: those whose name is or begins with one of the names."""
    for name in names:
        if not any(item.name.startswith(name) for item in CASES):
            raise HarnessError(f"no case is called or begins with '{name}' (see --list)")
    return [item for item in CASES if not names or any(item.name.startswith(n) for n in names)]


def run_limited(function, seconds):
    """Run in a thread; return the exception that ended it, or None. The thread may outlive us."""
    outcome = []

    def body():
        try:
            function()
            outcome.append(None)
        except Exception as error:  # pylint: disable=broad-except
            outcome.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(seconds)
    return outcome[0] if outcome else Failed(f"did not end within {seconds} s")


def describe(error):
    if isinstance(error, (Failed, HarnessError)):
        return str(error)
    return "".join(traceback.format_exception(error))


def sanitizer_report(directory):
    """What a sanitizer has written into a log, as an error; None if nothing."""
    for path in glob.glob(os.path.join(directory, "**", "*.log"), recursive=True):
        with open(path, encoding="utf-8", errors="replace") as log:
            lines = log.read().splitlines()
        for number, line in enumerate(lines):
            if SANITIZER.search(line):
                return Failed("\n".join([f"{os.path.basename(path)}:", *lines[number:number + 20]]))
    return None


class Stage:
    """The World of one case, or of some in a row that share it, in a directory of its own."""

    def __init__(self, directory, certificates, programs, name, options):
        os.makedirs(directory)
        self.directory = directory
        self._name = name
        self._options = options
        self._recorder = Recorder() if options.record else None
        self._world = World(directory, certificates, programs, options.record or options.transcripts)

    def play(self, item, last):
        """Run a case and, after the last one, end everything; return the error or None."""
        error = run_limited(lambda: item.run(self._world), item.seconds)
        if not last:
            return error
        leftover = run_limited(self._world.close, 60)
        if self._recorder:
            streams = self._recorder.close()
            for name, (_, domain, address) in PEERS.items():
                write_seeds(self._options.record, name, OUR_ADDRESS, address, domain, streams)
        domains = {domain: name for name, (_, domain, _) in PEERS.items()}
        transcripts.write(self.directory, self._name, domains, self._options.transcripts,
                          self._options.record)
        return error or leftover or sanitizer_report(self.directory)


def staged(items):
    """The cases in order, each with the name of its stage and whether it is the last there."""
    stages = [item.shares or item.name for item in items]
    return zip(items, stages, [here != after for here, after in zip(stages, [*stages[1:], None])])


def run_all(items, options, work):
    """Run the cases one after the other; return the number that failed."""
    certificates = Certificates(work)
    programs = {"proxy": options.proxy, "echo": options.echo, "ctl": options.ctl,
                "expat": runner.find_program("libexpat-attributes.so"),
                "gateway": options.gateway, "module": options.module}
    logs = options.logs
    failed = 0
    stage = None
    print(f"1..{len(items)}")
    with NameServer(work, ZONES, NAME_SERVER, DIRECT):
        for number, (item, place, last) in enumerate(staged(items), 1):
            start = time.monotonic()
            directory = os.path.join(work, place)
            stage = stage or Stage(directory, certificates, programs, place, options)
            error = stage.play(item, last)
            stage = None if last else stage
            took = time.monotonic() - start
            problem = None
            if error:
                failed += 1
                logs = logs or tempfile.mkdtemp(prefix="xmppfed-interop-failed-")
                kept = os.path.join(logs, item.name)
                shutil.copytree(directory, kept, dirs_exist_ok=True,
                                ignore=shutil.ignore_patterns("*.sock", "mnesia", "db-*"))
                problem = f"{describe(error)}\nlogs: {kept}"
            runner.tell(number, item.name, took, problem)
    return failed


def main():
    options = arguments()
    if options.list:
        for item in CASES:
            print(item.name)
        return 0
    items = selected(options.names)
    built = options.proxy and options.echo and options.ctl
    if any(item.needs_product for item in items) and not built:
        raise HarnessError("xmppfed-proxy, echo-host and xmppfedctl are not built; build them or name "
                           "them with --proxy, --echo and --ctl")
    namespace.enter()
    namespace.furnish(NAME_SERVER)
    work = tempfile.mkdtemp(prefix="xmppfed-interop-")
    try:
        failed = run_all(items, options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return runner.conclude(len(items), failed)


if __name__ == "__main__":
    STATUS = runner.run_main(main)
    # Threads of a case that overran its time must not keep the process alive.
    os._exit(STATUS)

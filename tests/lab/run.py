#!/usr/bin/python3
"""run.py - look every situation of zones.md up in real name servers; TAP, "N passed, N failed".

Usage: run.py [--lookup PATH] [--logs DIR] [--list] [NAME...]

Without --lookup the newest build of this tree is used. Needs root: all runs in namespaces of its own.
"""

import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "interop"))
sys.path.insert(0, HERE)

import namespace  # noqa: E402
import runner  # noqa: E402
import servers  # noqa: E402
import table  # noqa: E402
from process import HarnessError, run  # noqa: E402

ASKED = {"v": servers.RESOLVER, "u": servers.RESOLVER, "k": servers.AUTHORITY,
         "silent": servers.SILENT, "refusing": servers.REFUSING}
MAY_TAKE = 15.5  # seconds: the longest a look-up can last, and a little for the process
ROWS_AT_LEAST = 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lookup", default=runner.find_program("lookup"))
    runner.add_arguments(parser, "where the servers' logs go if a case fails")
    options = parser.parse_args()
    if options.lookup:
        options.lookup = os.path.abspath(options.lookup)
    return options


def command(case, lookup, anchor):
    """How to look a case up; with an anchor lookup validates.

    Then it asks knot, which proves nothing; where servers are lame, unbound has to go and see.
    """
    if anchor:
        server = servers.RESOLVER if "lame" in case.name else servers.AUTHORITY
        return [lookup, case.domain, "--server", server, "--validate", anchor]
    argv = [lookup, case.domain]
    words = case.asked.split()
    for word in words:
        argv += ["--server", ASKED[word]]
    return argv if "u" in words else argv + ["--trusted"]


def check(case, argv):
    """Look one domain up; return (what is wrong or None, seconds)."""
    start = time.monotonic()
    try:
        status, output = run(argv, seconds=2 * MAY_TAKE)
    except HarnessError as error:
        return str(error), time.monotonic() - start
    took = time.monotonic() - start
    found = table.found(output)
    expected = case.expected
    if case.any_order:
        found, expected = sorted(found), sorted(expected)
    if found != expected or status != (1 if isinstance(expected[0], str) else 0):
        return f"status {status}\nexpected {expected}\nfound    {found}\n{output}", took
    if took > MAY_TAKE:
        return f"took {took:.1f} s", took
    return None, took


def validates(lookup):
    """Whether this lookup was built with libxmppfed-unbound."""
    _, output = run([lookup, "192.0.2.1", "--validate", os.devnull])
    return "built without" not in output


def plays(cases, options, anchor):
    """(name, case, command): each case, and once more where lookup itself can play unbound."""
    anchors = [None]
    if validates(options.lookup):
        anchors.append(anchor)
    else:
        print("# this lookup does not validate: no case in process")
    return [(f"{case.name}.{case.zone}{' in process' if anchor else ''}", case,
             command(case, options.lookup, anchor))
            for anchor in anchors for case in cases if not anchor or case.asked == "v"]


def run_all(all_plays):
    """Run the cases side by side, for some only wait; return the number that failed."""
    failed = 0
    print(f"1..{len(all_plays)}")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda play: check(*play[1:]), all_plays)
        for number, (play, (error, took)) in enumerate(zip(all_plays, results), 1):
            runner.tell(number, play[0], took, error)
            failed += bool(error)
    return failed


def main():
    options = arguments()
    everything = table.read()
    cases = [c for c in everything
             if not options.names or any(c.name.startswith(n) for n in options.names)]
    if options.list:
        for case in cases:
            print(case.name)
        return 0
    if len(everything) < ROWS_AT_LEAST or not cases:
        raise HarnessError(f"{len(everything)} situations in zones.md, {len(cases)} chosen")
    if not options.lookup:
        raise HarnessError("examples/lookup is not built; build it or name it with --lookup")
    namespace.enter()
    namespace.furnish(servers.RESOLVER)
    namespace.make_dead_ends()
    work = tempfile.mkdtemp(prefix="xmppfed-lab-")
    try:
        with servers.Lab(work, everything) as lab:
            all_plays = plays(cases, options, lab.anchor)
            failed = run_all(all_plays)
        if failed and options.logs:
            shutil.copytree(work, options.logs, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("*.sock", "keys", "timers", "journal"))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return runner.conclude(len(all_plays), failed)


if __name__ == "__main__":
    sys.exit(runner.run_main(main))

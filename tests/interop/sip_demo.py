#!/usr/bin/python3
"""sip_demo.py - SIP phones and XMPP users, shown: chat and presence in each way it can be built.

Usage: sip_demo.py --proxy PATH --gateway PATH --module PATH

For each thing that can stand between SIP and XMPP, and for each partner type, phones register at a
real Kamailio for contoso.example and alice logs in at a real Prosody for fabrikam.example; they then
do what the table says. The exit status is 0 if every row is as expected.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from demo_frame import end, line, play_in_private  # noqa: E402
from process import require_free  # noqa: E402
from sip_between import BETWEEN  # noqa: E402
from sip_rows import ROWS, TYPES, act  # noqa: E402
from sip_scene import Scene  # noqa: E402
from world import OUR_ADDRESS, PEERS, World  # noqa: E402

HEADINGS = ("partner type", "direction", "action", "expected", "seen", "")
WIDTHS = (16, 11, 51, 21, 21, 0)


def show(world, between, kind):
    """Play all rows for one partner type; return how many were not as expected."""
    wrong = 0
    scene = Scene(world, between, kind)
    for row in ROWS:
        expected = row.expectation(kind)
        seen, why = act(row, scene)
        ok = seen == expected
        wrong += not ok
        print(line((kind, row.direction, row.action, expected, seen, "ok" if ok else "WRONG"),
                   WIDTHS), flush=True)
        if why:
            print("    " + why, flush=True)
    return wrong


def play(programs, certificates, work):
    wrong = 0
    for between, (title, _) in BETWEEN.items():
        print(f"== {title}")
        print(line(HEADINGS, WIDTHS))
        for kind in TYPES:
            directory = os.path.join(work, f"{between}-{kind}")
            os.makedirs(directory)
            world = World(directory, certificates, programs)
            try:
                wrong += show(world, between, kind)
            finally:
                world.close()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for program in ("proxy", "gateway", "module"):
        parser.add_argument("--" + program, required=True)
    options = parser.parse_args()
    for address in (OUR_ADDRESS, PEERS["prosody"][2]):
        require_free(address, 5269)
    wrong = play_in_private(play, vars(options))
    total = len(ROWS) * len(TYPES) * len(BETWEEN)
    print(f"{total - wrong} of {total} rows as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    end(main)

#!/usr/bin/python3
"""demo.py - the main job, shown: federation with a real Prosody under every partner type.

Usage: demo.py --proxy PATH --echo PATH

For each partner type, proved by certificates and by dialback inside TLS, the proxy for
contoso.example and a Prosody for fabrikam.example are started; alice at fabrikam.example and bob
behind the proxy then do what the table says. The exit status is 0 if every row is as expected.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from demo_frame import end, line, play_in_private  # noqa: E402
from demo_rows import NOTE, ROWS, TYPES, Scene  # noqa: E402
from process import HarnessError, require_free  # noqa: E402
from proxy import partner  # noqa: E402
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS, World  # noqa: E402

PROVED_BY = {"certificate": "TLS + SASL EXTERNAL", "dialback": "TLS + dialback"}
HEADINGS = ("partner type", "direction", "action", "expected", "seen", "domain proved by", "")
WIDTHS = (16, 15, 36, 9, 9, 20, 0)


def record(kind, proved_by, domain, address):
    """A partner record with a fixed address, so that our side needs no name server."""
    external = proved_by == "certificate"
    return partner(domain, kind, sasl="Required" if external else "NotSupported",
                   dialback=not external, addresses=[f"{address}:5269"])


def act(row, scene):
    """What was seen, or why nothing was."""
    try:
        return row.act(scene), ""
    except HarnessError as error:
        return "nothing", str(error)


def show(world, kind, proved_by):
    """Play all rows for one partner type; return how many were not as expected."""
    _, domain, address = PEERS["prosody"]
    wrong = 0
    peer = world.peer("prosody", auth="external" if proved_by == "certificate" else "dialback",
                      fixed={OUR_DOMAIN: OUR_ADDRESS})
    proxy, echo = world.federation([record(kind, proved_by, domain, address)], name_server=None,
                                  host={"status": NOTE})
    scene = Scene(peer.log_in("alice"), echo, proxy)
    for row in ROWS:
        expected = row.expected[TYPES.index(kind)]
        seen, why = act(row, scene)
        ok = seen == expected
        wrong += not ok
        print(line((kind, row.direction, row.action, expected, seen, scene.proof(row.direction),
                    "ok" if ok else "WRONG"), WIDTHS), flush=True)
        if why:
            print("    " + why, flush=True)
    return wrong


def play(programs, certificates, work):
    wrong = 0
    print(line(HEADINGS, WIDTHS))
    for kind in TYPES:
        for proved_by, title in PROVED_BY.items():
            print(f"-- {kind}, {title}")
            directory = os.path.join(work, f"{kind}-{proved_by}")
            os.makedirs(directory)
            world = World(directory, certificates, programs)
            try:
                wrong += show(world, kind, proved_by)
            finally:
                world.close()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--echo", required=True)
    options = parser.parse_args()
    for address in (OUR_ADDRESS, PEERS["prosody"][2]):
        require_free(address, 5269)
    wrong = play_in_private(play, vars(options))
    total = len(ROWS) * len(TYPES) * len(PROVED_BY)
    print(f"{total - wrong} of {total} rows as Lync Server 2013's documentation says")
    return 1 if wrong else 0


if __name__ == "__main__":
    end(main)

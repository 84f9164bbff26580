"""sip.py - the rows of "tools/demo sip", each as a case; those of one table share their servers."""

import re

from case import case, expect
from sip_between import BETWEEN
from sip_rows import ROWS, TYPES, act
from sip_scene import Scene


def play(world, between, kind, row):
    scene = world.keep("scene", lambda: Scene(world, between, kind))
    expected = row.expectation(kind)
    seen, why = act(row, scene)
    expect(seen == expected, f"{expected} was expected, {seen} was seen; {why}")


def hyphened(kind):
    """PublicVerified as public-verified."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"-\1", kind).lower()


for a_way in BETWEEN:
    for a_kind in TYPES:
        stage = f"sip.{a_way}.{hyphened(a_kind)}"
        for a_row in ROWS:
            case(f"{stage}.{a_row.name()}", shares=stage, between=a_way, kind=a_kind,
                 row=a_row)(play)

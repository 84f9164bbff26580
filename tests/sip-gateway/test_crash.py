"""
test_crash.py - messages both ways while the gateway is killed again and again: each is delivered
once, or its sender learns that it was not, or that nobody knows; none is lost without a word.

CRASH_MESSAGES says how many go each way, CRASH_KILLS how often the gateway dies.
"""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from crash import Traffic

COUNT = int(os.environ.get("CRASH_MESSAGES", "300"))
KILLS = int(os.environ.get("CRASH_KILLS", "3"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        traffic = Traffic(folder, COUNT)
        gateway = traffic.gateway("one")
        traffic.begin(gateway)
        for kill in range(KILLS):
            traffic.part((kill + 1) / (KILLS + 2))
            gateway.end(9)
            gateway = traffic.gateway("one", gateway.port)
        traffic.settle()
        traffic.judge()
        traffic.end(gateway)


if __name__ == "__main__":
    main()

# rows.py - each row of the two tables is taken by some test that plays whole streams.
#
# rows.py EXPECTED DATA TRANSCRIPT-PROGRAM TRANSCRIPTS PROGRAM...
#
# EXPECTED has initiator.txt and receiver.txt, one line a row; the programs are linked with
# tests/support/rows.c, which writes down the rows that they take.
import glob
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap


def taken_by(commands, environment):
    """The rows, as ("initiator", 12), that the commands take."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows")
        for command in commands:
            subprocess.run(command, env={**environment, "TEST_ROWS": path}, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(path, encoding="utf-8") as f:
            words = [line.split() for line in f]
    return {(role, int(index)) for role, index in words}


def untaken(expected, role, taken):
    """A sentence for each row of a table that nothing takes."""
    with open(os.path.join(expected, role + ".txt"), encoding="utf-8") as f:
        for index, line in enumerate(f):
            if (role, index) not in taken:
                yield f"no test takes: {line.strip()}; write a transcript that does"


def main(expected, data, player, transcripts, *programs):
    commands = [[player, "--once"] + sorted(glob.glob(os.path.join(transcripts, "*.xt")))]
    commands += [[program] for program in programs]
    taken = taken_by(commands, {**os.environ, "TEST_DATA": data,
                                "TEST_EXPECTED": os.path.join(expected, "matrix")})
    tap.report((f"rows of the {role}", untaken(expected, role, taken))
               for role in ("initiator", "receiver"))


if __name__ == "__main__":
    main(*sys.argv[1:])

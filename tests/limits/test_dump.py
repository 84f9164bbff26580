# test_dump.py - the example that prints captured streams, fed with some.
#
# test_dump.py XMLSTREAM-DUMP
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
          "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")
SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
END = len(HEADER)

# name: (arguments, capture, exit status, what the lines begin with, without their spaces)
CASES = {
    "a stream": ([], HEADER + "<a>b</a> <c/></stream:stream>", 0,
                 [f"0..{END} header <stream:stream", f"{END}..{END + 8} element <a>b</a>",
                  f"{END + 8}..{END + 13} element <c/>", f"{END + 13}..{END + 29} close"]),
    "bytes after the end": ([], HEADER + "</stream:stream>\n<x/>", 0,
                            [f"0..{END} header", f"{END}..{END + 16} close",
                             f"{END + 16}..{END + 21} ignored"]),
    "cut off": ([], HEADER + "<a", 0, [f"0..{END} header", f"{END}..{END + 2} incomplete"]),
    "nothing": ([], "", 0, []),
    "a restart": ([], HEADER + SUCCESS + HEADER + "<a/>", 0,
                  [f"0..{END} header", f"{END}..{END + len(SUCCESS)} element <success",
                   f"{END + len(SUCCESS)}..{2 * END + len(SUCCESS)} header",
                   f"{2 * END + len(SUCCESS)}..{2 * END + len(SUCCESS) + 4} element <a/>"]),
    "a comment": ([], HEADER + "<a/><!-- b -->", 1,
                  [f"0..{END} header", f"{END}..{END + 4} element",
                   f"{END + 4}..{END + 7} XML_RESTRICTED: <restricted-xml/>"]),
    "a stranger's large element": ([], HEADER + "<a>" + "x" * 11000 + "</a>", 1,
                                   [f"0..{END} header", f"{END}..{END + 10241} LIMIT_SIZE:"]),
    "a partner's large element": (["-t"], HEADER + "<a>" + "x" * 11000 + "</a>", 0,
                                  [f"0..{END} header", f"{END}..{END + 11007} element <a>xx"]),
    "another namespace": (["-n", "jabber:component:accept"], HEADER, 1,
                          [f"0..{END} STREAM_NAMESPACE: <invalid-namespace/>"]),
}


def problems(program, case):
    """What is wrong with the output for one capture."""
    arguments, capture, status, expected = case
    run = subprocess.run([program] + arguments, input=capture, capture_output=True, text=True,
                         check=False)
    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    wrong = []
    if run.returncode != status:
        wrong.append(f"exit status {run.returncode}, not {status}: {run.stderr}")
    if len(lines) != len(expected):
        wrong.append(f"{len(lines)} lines, not {len(expected)}: {lines}")
    wrong += [f"{line[:80]!r} is not {want!r}" for line, want in zip(lines, expected)
              if not line.startswith(want)]
    return wrong


if __name__ == "__main__":
    tap.report([(name, problems(sys.argv[1], case)) for name, case in CASES.items()])

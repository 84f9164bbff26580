# test_replay.py - examples/replay plays what was recorded with real servers, and sees any difference.
import glob
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tap

PROGRAM, FOLDER = sys.argv[1:]
SERVERS = ("prosody", "ejabberd", "jabberd2")


def play(text):
    """(exit status, stderr) of a replay."""
    path = f"replay-{os.getpid()}.xt"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        run = subprocess.run([PROGRAM, path], capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.unlink(path)
    return run.returncode, run.stderr


def problems_of(text, status, complaint=""):
    """What is wrong with the end of a replay."""
    ended, said = play(text)
    if ended != status or not re.search(complaint, said):
        yield f"ended with {ended}: {said}"


# What is changed in a recording, and what a replay says of it.
CHANGES = (
    ("another event", r"^E: STREAM_UP (.*)proof=\w+", r"E: STREAM_UP \1proof=NONE", 1,
     ":[0-9]+: happens in its place: STREAM_UP"),
    ("one letter of ours", r"^(S: <db:result .*)0", r"\1g", 1, ":[0-9]+: said in its place: <db:result"),
    ("an event too few", r"^E: STREAM_DOWN.*\n", "", 1, ":[0-9]+: happens and was not recorded"),
    ("a line of ours too few", r"^S: </stream:stream>\n", "", 1, ":[0-9]+: said and not recorded"),
    ("an event too many", r"\Z", "E: STREAM_UP\n", 1, ":[0-9]+: nothing happens here"),
    ("a record without dialback", "dialback=true", "dialback=false", 2, "replay: .*policy|no method|:"),
    ("another secret", r"(C: <db:result .*)valid", r"\1invalid", 1, "in its place"),
    ("no line of a recording", r"\A", "x\n", 1, ":1: this is no line"),
    ("a record of no kind", r"tls=\w+", "tls=perhaps", 2, "is no setting"),
)


def main():
    results = tap.Tap()
    files = sorted(glob.glob(os.path.join(FOLDER, "peers", "*.xt")))
    for path in files:
        with open(path, encoding="utf-8") as file:
            results.result(os.path.basename(path), problems_of(file.read(), 0, "^$"))
    for server in SERVERS:
        of_server = [path for path in files if os.path.basename(path).startswith(server)]
        results.result(f"{server} is there in both directions",
                       [f"no {role}" for role in ("initiator", "receiver", "verifier")
                        if not any(f"-{role}" in path for path in of_server)])
    with open(os.path.join(FOLDER, "peers", "prosody-dialback-plain-initiator.xt"),
              encoding="utf-8") as file:
        text = file.read()
    for name, find, put, status, complaint in CHANGES:
        changed = re.sub(find, put, text, count=1, flags=re.MULTILINE)
        results.result(f"{name} is seen", ["nothing was changed"] if changed == text else
                       problems_of(changed, status, complaint))
    results.done()


main()

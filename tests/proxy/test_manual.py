"""test_manual.py - the manual pages tell every option and command that --help tells."""

import os
import re
import subprocess

from programs import Failure


def help_of(program):
    return subprocess.run([program, "--help"], capture_output=True, text=True, timeout=20,
                          check=True).stdout


def manual(name):
    with open(os.path.join(os.environ["MANUAL"], name), encoding="utf-8") as file:
        return file.read()


def check(name, missing):
    if missing:
        raise Failure(f"{name} does not tell: {', '.join(missing)}")


def main():
    for program, page in (("XMPPFEDCTL", "xmppfedctl.1"), ("XMPPFED_PROXY", "xmppfed-proxy.8")):
        text, told = manual(page), help_of(os.environ[program])
        options = set(re.findall(r"--([a-z]+)", told))
        check(page, [o for o in sorted(options) if f"Fl -{o}" not in text])
        check(page, [s for s in re.findall(r"SIG[A-Z]+", told) if s not in text])
    items = [line for line in manual("xmppfedctl.1").splitlines() if line.startswith(".It Cm ")]
    section = help_of(os.environ["XMPPFEDCTL"]).split("Commands:\n")[1].split("\n\n")[0]
    for line in section.splitlines():
        words = line[2:40].replace("[", "").replace("...]", "").replace("]", "").split()
        told = [re.sub(r" (?:Op )?Ar ", " ", item)[7:].split() for item in items]
        if words not in [[w for w in item if w not in ("Op", "Ar", "...")] for item in told]:
            raise Failure(f"xmppfedctl.1 does not tell: {' '.join(words)}")


if __name__ == "__main__":
    main()

"""test_completion.py - bash completes what --help tells: every command, every word, every option."""

import os
import re
import subprocess

from ctl import check
from test_manual import help_of

SCRIPT = os.path.join(os.environ["EXAMPLE"], "..", "xmppfedctl", "xmppfedctl.bash")
# Asks the shell function as bash does; compopt fails outside of a completion and says so.
ASK = """. "$1"; shift; COMP_WORDS=(xmppfedctl "$@"); COMP_CWORD=$#
_xmppfedctl; printf '%s\\n' "${COMPREPLY[@]}" """


def complete(*words):
    done = subprocess.run(["bash", "--norc", "-c", ASK, "bash", SCRIPT, *words], check=True,
                          capture_output=True, text=True, timeout=20, env={"PATH": "/usr/bin:/bin"})
    check(f"{words}: {done.stderr}", not done.stderr)
    return sorted(set(done.stdout.split()))


def commands(told):
    """The names of the commands, as lists of words: an argument is behind at least one."""
    lines = told.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    firsts = [line.split()[0] for line in lines]
    # Whose first word stands alone takes arguments; of two words are those that share the first.
    families = {f for f in firsts if firsts.count(f) > 1}
    return [line.split()[:2] if f in families else [f] for f, line in zip(firsts, lines)]


def main():
    told = help_of(os.environ["XMPPFEDCTL"])
    names = commands(told)
    check("read", ["status"] in names and ["partner", "new"] in names and len(names) > 35, names)
    check("first words", complete("") == sorted({n[0] for n in names}), complete(""))
    for first in {n[0] for n in names if len(n) == 2}:
        seconds = sorted(n[1] for n in names if n[0] == first and len(n) == 2)
        check(first, complete(first, "") == seconds, complete(first, ""))
        check(f"{first} behind options", complete("--json", "--socket", "x", first, "") == seconds)
    options = set(re.findall(r"--[a-z-]+", told.split("Commands:")[0]))
    found = {option for words in ((), ("cert", "request"), ("cert", "check"))
             for option in complete(*words, "-")}
    check("options", found == options, (found ^ options))
    check("begun", complete("par") == ["partner"] and complete("partner", "s") == ["set"])
    types = set(re.search(r"request: (ecdsa256.*)", told)[1].replace(" (default)", "").split(", "))
    check("types of keys", set(complete("cert", "request", "--key-type", "")) == types)
    check("a text is not guessed", complete("cert", "request", "--country", "") == [])
    check("behind a text", complete("cert", "--country", "DE", "") == ["check", "request"])


if __name__ == "__main__":
    main()

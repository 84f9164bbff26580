#!/usr/bin/env python3
"""flags.py - the defines that Kamailio's own makefiles compile a module with, one a line.

Usage: flags.py DIRECTORY       (src of Kamailio's source tree)

The core refuses a module with other ones. They are asked of make, which prints what it would do.
"""

import re
import shlex
import subprocess
import sys


def main():
    command = ["make", "--no-print-directory", "-n", "-C", sys.argv[1] + "/modules/xmpp", "-B",
               "network.o"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next((line for line in text.splitlines() if "-c network.c" in line), None)
    if line is None:
        sys.exit("flags.py: make does not say how it would compile a module")
    for word in shlex.split(re.sub(r"^.*?;", "", line, count=1)):
        if word.startswith("-D") and not word.startswith("-DMOD_NAME"):
            print(word)
    print('-DMOD_NAME="xmppfed"')


if __name__ == "__main__":
    main()

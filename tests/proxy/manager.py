"""manager.py - plays the service manager: listens to notifications, passes sockets."""

import os
import socket
import sys

from programs import Failure

# Puts the descriptors named in its first argument where sd_listen_fds(3) wants them, and becomes
# the program behind it.
PASS = """
import os, sys
high = [os.dup2(int(fd), 200 + i, inheritable=False)
        for i, fd in enumerate(sys.argv[1].split(","))]
for i, fd in enumerate(high):
    os.dup2(fd, 3 + i)
os.environ["LISTEN_FDS"] = str(len(high))
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Manager:
    """A socket for notifications; abstract: one in no file system."""

    def __init__(self, path, abstract=False, watchdog=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + path if abstract else path)
        self.environment = {**os.environ, "NOTIFY_SOCKET": "@" + path if abstract else path}
        if watchdog:
            self.environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))

    def next(self, seconds=15):
        """The next notification as a dictionary; None if there is none in time."""
        self.socket.settimeout(seconds)
        try:
            text = self.socket.recv(4096).decode()
        except TimeoutError:
            return None
        return dict(line.split("=", 1) for line in text.splitlines())

    def wait(self, **wanted):
        """The next notification that has these fields."""
        while (told := self.next()) is not None:
            if wanted.items() <= told.items():
                return told
        raise Failure(f"the manager was not told {wanted}")

    def count(self, name):
        """How many of the notifications that wait have this field."""
        found = 0
        while (told := self.next(0.01)) is not None:
            found += name in told
        return found


def passing(sockets):
    """Arguments of Proxy.start() that pass sockets, a list of (name, socket)."""
    fds = [s.fileno() for _, s in sockets]
    names = ":".join(name for name, _ in sockets)
    return {"before": [sys.executable, "-c", PASS, ",".join(map(str, fds))], "pass_fds": fds,
            "env": {**os.environ, "LISTEN_FDNAMES": names}}

"""kamailio.py - Kamailio with its own xmpp module, run by the file of the recipe."""

import os

from process import HarnessError, Process, run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
CONFIG = os.path.join(ROOT, "examples", "kamailio", "kamailio-stock.cfg")


class Kamailio:
    """One Kamailio in the foreground: examples/kamailio/kamailio-stock.cfg at another address.

    `preload` is the library that the recipe has loaded first.
    """

    def __init__(self, address, directory, secret, preload=None):
        self._environment = {"LD_PRELOAD": preload} if preload else {}
        self.address, self.port = address, 5060
        self.directory = os.path.join(directory, "kamailio")
        self.process = None
        os.makedirs(self.directory, exist_ok=True)
        with open(CONFIG, encoding="ascii") as file:
            text = file.read()
        text = text.replace("192.0.2.10", address).replace("CHANGE-ME", secret)
        with open(self._path("kamailio.cfg"), "w", encoding="ascii") as file:
            file.write(text)

    def _path(self, name):
        return os.path.join(self.directory, name)

    def start(self):
        """Start it; that it answers is for the SIP user to find out, who repeats what he sends."""
        status, said = run(["kamailio", "-c", "-f", self._path("kamailio.cfg")], self.directory)
        if status != 0:
            raise HarnessError(f"Kamailio does not take its file:\n{said}")
        self.process = Process("kamailio", [
            "kamailio", "-DD", "-E", "-m", "32", "-M", "4", "-f", self._path("kamailio.cfg"),
            "-P", self._path("kamailio.pid"), "-w", self.directory, "-Y", self.directory],
            self.directory, self._environment)
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

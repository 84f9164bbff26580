"""kamailio_module.py - Kamailio with the module xmppfed, run by examples/kamailio/kamailio.cfg.

The proxy's engine runs in a process of Kamailio's: it logs, is asked and reloads as the program
does, so that this is a Proxy to the cases.
"""

import os
import subprocess

from proxy import Proxy
from peers.sip_server import ROOT, SipServer

FOLDER = os.path.join(ROOT, "examples", "kamailio")


def sanitizers(module):
    """The runtimes that a module built with sanitizers wants loaded first."""
    listed = subprocess.run(["ldd", module], capture_output=True, text=True, check=True).stdout
    return [line.split()[2] for line in listed.splitlines() if "libasan" in line or "libubsan" in line]


class KamailioModule(Proxy):
    """One Kamailio in the foreground; `sip` is its SIP side, a SipServer."""

    def __init__(self, module, directory, *more, users=(), defines=None, **options):
        super().__init__(None, directory, *more, inside="", **options)
        preload = sanitizers(module)
        environment = {"LD_PRELOAD": ":".join(preload), "ASAN_OPTIONS": "detect_leaks=0"}
        at = f"{self.address}:5060"
        self.sip = SipServer(os.path.join(FOLDER, "kamailio.cfg"), self.domain, self.address, directory, {
            "XMPP_URI": f'"sip:xmppfed@{at}"', "MODULE": f'"{module}"',
            "XMPPFED_CONFIG": f'"{self.path("proxy.conf")}"',
            "LEDGER": f'"{self.path("ledger.sqlite")}"', **(defines or {})},
            environment=environment if preload else None)
        with open(os.path.join(FOLDER, "xmppfed-create.sql"), encoding="utf-8") as file:
            self.sip.execute(file.read())
        for user in users:
            self.sip.add_user(user)

    def launch(self):
        self.process = self.sip.start().process
        return self.process

    def federation_pid(self):
        """The process of Kamailio's in which the proxy's engine runs."""
        lines = [line.strip() for line in self.sip.control("core.ps").splitlines()]
        return int(lines[lines.index("XMPP federation") - 1])

"""crash.py - messages both ways between a SIP server in miniature and a pair of proxies, counted."""

import collections
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from test_messages import ALICE, BOB, Gateway, check, partner
from programs import Host, Proxy, finish
from sip_load import SipLoad

WINDOW = 200
SETTLE = 30


class Traffic:
    """count messages each way, through whatever gateways there are."""

    def __init__(self, folder, count):
        self.folder, self.count = folder, count
        self.contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
        self.fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
        self.fabrikam.set_partners([partner("contoso.example", self.contoso.outside)])
        self.fabrikam.start()
        self.contoso.set_partners([partner("fabrikam.example", self.fabrikam.outside)])
        self.contoso.reload()
        self.theirs = Host(self.fabrikam, "--user", "bob")
        self.fabrikam.wait(event="INSIDE_UP")
        self.load = SipLoad(ALICE, BOB, count, WINDOW)
        self.arrived = collections.Counter()  # bodies of messages in XMPP
        self.errors = {}                      # id: condition
        self.feeder = threading.Thread(target=self._feed, daemon=True)

    def gateway(self, name, port=None):
        """Another gateway on the one ledger."""
        gateway = Gateway(self.contoso, self.load, "--ledger", os.path.join(self.folder, "ledger"),
                          "--name", name, "--grace", "1", "--limit", "2000", port=port)
        gateway.wait(event="UP")
        return gateway

    def begin(self, *gateways):
        self.load.ports = [gateway.port for gateway in gateways]
        self.load.start()
        self.feeder.start()

    def _feed(self):
        """Messages from XMPP at the pace of those from SIP, so that each kill meets both."""
        sent = 0
        while sent < self.count:
            while sent < self.load.begun:
                self.theirs.send(kind="message", id=f"x{sent}", body=f"x {sent}",
                                 **{"from": BOB, "to": ALICE})
                sent += 1
            time.sleep(0.01)

    def look(self):
        """Take what the XMPP side has received."""
        while not self.theirs.lines.empty():
            line = self.theirs.lines.get()
            stanza = json.loads(line) if line and line.startswith("{") else {}
            if stanza.get("type") == "error":
                self.errors[stanza.get("id")] = stanza.get("error")
            elif stanza.get("kind") == "message":
                self.arrived[stanza.get("body")] += 1

    def wait(self, what, holds, seconds):
        deadline = time.monotonic() + seconds
        while not holds():
            check(what, time.monotonic() < deadline)
            time.sleep(0.05)
            self.look()

    def part(self, of):
        """Until this part of all messages from SIP is answered."""
        self.wait("progress", lambda: len(self.load.results) >= self.count * of, 600)

    def settle(self):
        """Until each has ended, or nothing more can be hoped for."""
        self.wait("all answered", lambda: len(self.load.results) == self.count, 600)
        self.feeder.join()
        deadline = time.monotonic() + SETTLE
        while time.monotonic() < deadline and not all(
                self.load.arrived[f"x {n}"] or f"x{n}" in self.errors for n in range(self.count)):
            time.sleep(0.2)
            self.look()
        # What would come twice has time to.
        time.sleep(3)
        self.look()

    def judge(self):
        """Fails unless each message was delivered once, or its sender was told."""
        load, numbers = self.load, range(self.count)
        from_sip = [(f"s {n}", self.arrived[f"s {n}"],
                     # No response at all is the sender's own 408.
                     load.results[n] is None or load.results[n] >= 300) for n in numbers]
        from_xmpp = [(f"x {n}", load.arrived[f"x {n}"], f"x{n}" in self.errors) for n in numbers]
        answers = collections.Counter(str(status) for status in load.results.values())
        print(f"answers to SIP: {dict(answers)}")
        for name, rows in (("SIP", from_sip), ("XMPP", from_xmpp)):
            print(f"from {name}: {len(rows)} sent, {sum(1 for r in rows if r[1])} delivered, "
                  f"{sum(1 for r in rows if r[2])} told as failed or not known, "
                  f"{sum(1 for r in rows if r[1] and r[2])} of those delivered")
        both = from_sip + from_xmpp
        twice = [row for row in both if row[1] > 1]
        lost = [row for row in both if not row[1] and not row[2]]
        check("none twice", not twice, twice[:20])
        check("none lost without a word", not lost, (len(lost), lost[:20]))
        check("some are delivered", any(r[1] for r in from_sip) and any(r[1] for r in from_xmpp))

    def end(self, *gateways):
        self.load.ending = True
        finish(*gateways, self.theirs, self.fabrikam, self.contoso)

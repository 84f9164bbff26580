"""rows.py - the negotiation matrix with real peers: each valid row, both directions, and how it ended.

The rows are those of doc/proxy.md. Each peer is there twice: with TLS for whoever can, and without.
What must come of a row is worked out from the row and from what the peer can; each case prints it.
"""

import contextlib
import dataclasses

from case import case, expect
from client import is_message
from process import HarnessError, wait_until
from proxy import partner
from stanzas import heard, heard_error
from world import PEERS

EXTERNAL, TLS_DIALBACK, TCP_DIALBACK = "PKIX", "DIALBACK_TLS", "DIALBACK_TCP"  # best first
NOTHING = "refused"
UNABLE = {True: "POLICY_NO_METHOD", False: "TLS_UNAVAILABLE"}  # whether the peer has TLS
VALUES = ("Required", "Optional", "NotSupported")


@dataclasses.dataclass
class Row:
    number: int
    tls: str
    sasl: str
    dialback: bool

    def methods(self):
        """What the row opens, as the table of Lync Server 2013 has it; nothing if it is invalid."""
        found = []
        if "NotSupported" not in (self.tls, self.sasl):
            found.append(EXTERNAL)
        if self.dialback and self.tls != "NotSupported" and \
                (self.tls, self.sasl) != ("Required", "Required"):
            found.append(TLS_DIALBACK)
        if self.dialback and self.tls != "Required":
            found.append(TCP_DIALBACK)
        return found

    def record(self, domain):
        """The partner record, with a stream of its own for each direction."""
        return {**partner(domain, tls=self.tls, sasl=self.sasl, dialback=self.dialback,
                          plaintext=TCP_DIALBACK in self.methods()), "Bidi": "never"}


ROWS = [Row(number, *fields) for number, fields in enumerate(
    ((tls, sasl, dialback) for sasl in VALUES for tls in VALUES for dialback in (True, False)), 1)]

# What each peer can. Where both sides have TLS they use it, so dialback without it is out then.
ABLE = {
    "prosody": (EXTERNAL, TLS_DIALBACK, TCP_DIALBACK),
    "ejabberd": (EXTERNAL, TLS_DIALBACK, TCP_DIALBACK),
    "jabberd2": (TLS_DIALBACK, TCP_DIALBACK),
    "prosody-plain": (TCP_DIALBACK,),
    "ejabberd-plain": (TCP_DIALBACK,),
    "jabberd2-plain": (TCP_DIALBACK,),
}


def expected(row, name):
    """The best method that is open to both, or NOTHING."""
    for method in row.methods():
        both_tls = row.tls != "NotSupported" and TLS_DIALBACK in ABLE[name]
        if method in ABLE[name] and not (method == TCP_DIALBACK and both_tls):
            return method
    return NOTHING


class Table:
    """One peer and the proxy, kept for all rows."""

    def __init__(self, world, name):
        kind = name.removesuffix("-plain")
        self.domain = PEERS[kind][1]
        self._ctl = world.programs["ctl"]
        self.proxy, self.echo = world.federation([], queue_seconds=8)
        peer = world.peer(kind, tls="off" if kind != name else "offered", auth="dialback")
        self.alice = peer.log_in("alice")
        self._asked = None

    def streams(self):
        """All streams of the proxy, which has no other partner."""
        return self.proxy.ctl(self._ctl, "streams", "list")["streams"]

    def turn_to(self, row):
        """Put the row in force and close what came up under the one before; return a mark in the log."""
        self.proxy.set_partners([row.record(self.domain)])
        self.proxy.ctl(self._ctl, "reload")
        for item in self.streams():
            if item["state"] != "closing":
                # One that ends by itself in between is as good.
                with contextlib.suppress(HarnessError):
                    self.proxy.ctl(self._ctl, "streams", "close", str(item["link"]))
        wait_until(lambda: not self.streams(), 10, "the end of the streams of the row before")
        self._asked = None
        return self.proxy.process.mark()

    def codes(self, direction, start):
        """The codes with which streams in this direction have ended since a line of the log."""
        return [item["code"] for item in self.proxy.events(direction=direction, start=start)
                if item.get("code")]

    def arrives(self, text):
        """A message each way; returns how the stream that carried it came up, by direction."""
        self.echo.message(self.alice.jid, text, text)
        wait_until(lambda: self._heard_by_bob(text), 30, "the peer's message", interval=0.1)
        self.alice.wait_for(is_message(self.echo.jid(), text), 20, "the host's message")
        return {item["direction"]: item["proof"] for item in self.streams() if item["proof"]}

    def _ask(self, text):
        """Alice writes, and again if her server still remembers the refusal of the row before."""
        last = [item for item in self.alice.history if item.get("id") == self._asked]
        if self._asked is None or any(item.get("type") == "error" for item in last):
            self._asked = self.alice.message(self.echo.jid(), text)

    def _heard_by_bob(self, text):
        self._ask(text)
        return self.echo.received(heard("message", self.alice.jid, body=text))

    def _refused(self, text, start):
        self._ask(text)
        return self.codes("in", start)

    def ends(self, text, start):
        """A message each way that must not arrive; returns the codes of the refusals."""
        self.echo.message(self.alice.jid, text, text)
        self.echo.wait_for(heard_error(text), 20, "the error for the host's message")
        wait_until(lambda: self._refused(text, start), 20, "the refusal of the peer's stream",
                   interval=0.1)
        expect(not self.echo.received(heard("message", self.alice.jid, body=text)),
               "the peer's message reached the host")
        expect(not any(is_message(self.echo.jid(), text)(item) for item in self.alice.history),
               "the host's message reached the peer")
        expect(not self.proxy.events("STREAM_UP", start=start), "a stream came up all the same")
        return {way: self.codes(way, start)[0] for way in ("in", "out")}


def play(world, peer, row):
    """One row with one peer."""
    table = world.keep(peer, lambda: Table(world, peer))
    start = table.turn_to(row)
    wanted = expected(row, peer)
    text = f"row {row.number}"
    if wanted == NOTHING:
        seen = table.ends(text, start)
        # The peer sees in our features that it cannot go on, and ends its stream by itself.
        why = {"in": "STREAM_ERROR_RECEIVED", "out": UNABLE[TLS_DIALBACK in ABLE[peer]]}
        expect(seen == why, f"the refusals are {seen}, not {why}")
    else:
        seen = table.arrives(text)
        expect(seen == {"in": wanted, "out": wanted}, f"the proofs are {seen}, not {wanted}")
    print(f"# {peer}, row {row.number}: from the peer {seen['in']}, to the peer {seen['out']}")


for peer_name in ABLE:
    for a_row in ROWS:
        if a_row.methods():
            case(f"rows.{peer_name}.{a_row.number}", shares=f"rows.{peer_name}", peer=peer_name,
                 row=a_row)(play)

"""test_inside.py - the inside link: hosts that are killed, and hosts that are refused.

After kill -9 of a host that acknowledges nothing is lost without a word, and nothing handled twice.
"""

import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time

from ctl import check
from programs import Failure, Program, finish
from steady_host import HEADER, MESSAGE, SteadyHost, start_talking
from test_pool import until
from test_upgrade import ALICE, BOB, pair

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "8"))
ERROR = ("<message type='error' from='" + BOB + "' to='" + ALICE + "' id='{}'><error type='wait'>"
         "<recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
PRESENCE = "<presence{} from='" + BOB + "/x' to='" + ALICE + "' id='{}'/>"
UNKNOWN = "not known whether this has arrived"


class Acking(Program):
    """acking_host.py in a process of its own."""

    def __init__(self, proxy, name="record", pause=0.0):
        self.record = proxy.path(name)
        super().__init__([sys.executable, os.path.join(HERE, "acking_host.py"),
                          proxy.path("inside.sock"), proxy.domain, proxy.path("secret"),
                          self.record, str(pause)])
        self.wait(up=True)

    def kill(self):
        self.child.kill()
        self.child.wait(10)

    def handled(self):
        """What it and those before it with the same record have handled, in order."""
        if not os.path.exists(self.record):
            return []
        with open(self.record, encoding="utf-8") as file:
            return [tuple(line.split()) for line in file]

    def ids(self):
        return [name for _, _, name in self.handled()]


def two_sides(folder, seconds=None):
    """Two proxies that know each other, and a host of the second."""
    contoso, fabrikam = pair(folder)
    if seconds:
        with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
            text = file.read()
        contoso.put("proxy.conf", text + f"queue = {{ seconds = {seconds}; }};\n")
        contoso.reload()
    return contoso, fabrikam, SteadyHost(fabrikam)


def end(contoso, fabrikam, other):
    other.end()
    finish(contoso, fabrikam)


def meet(host, other, name="hello"):
    """Have a first message arrive, so that the stream between the proxies is there."""
    other.send(name, BOB, ALICE)
    until("the first message", 20, lambda: name in host.ids())


def test_kills(folder):
    """Under traffic: each message is handled once or comes back; some are under way when it dies."""
    contoso, fabrikam, other = two_sides(folder)
    stop = threading.Event()
    host = Acking(contoso, pause=0.002)
    talker = start_talking(other, BOB, ALICE, "b", stop, pause=0.002)
    for _ in range(ROUNDS):
        before = len(host.handled())
        until("traffic", 20, lambda seen=before: len(host.handled()) > seen + 20)
        time.sleep(random.uniform(0, 0.05))
        host.kill()
        contoso.wait(event="INSIDE_DOWN")
        host = Acking(contoso, pause=0.002)
    stop.set()
    talker.join(20)

    def missing():
        return other.sent - set(host.ids()) - other.bounced
    deadline = time.monotonic() + 20
    while missing() and time.monotonic() < deadline:
        time.sleep(0.1)
    handled = host.ids()
    unsure = [name for name, text in other.errors.items() if UNKNOWN in text]
    print(f"sent {len(other.sent)}, handled {len(handled)}, came back {len(other.bounced)}, of those "
          f"not known {len(unsure)}, handled all the same {len(set(unsure) & set(handled))}")
    check("nothing is lost", not missing(), sorted(missing())[:10])
    check("nothing is handled twice", len(set(handled)) == len(handled))
    check("some were under way", unsure)
    both = other.bounced & set(handled)
    check("who is told that it did not arrive is told the truth", both <= set(unsure), both)
    host.kill()
    end(contoso, fabrikam, other)


def test_errors_wait(folder):
    """An error, and presence in its order, wait for the next host."""
    contoso, fabrikam, other = two_sides(folder)
    host = Acking(contoso)
    host.write(MESSAGE.format(ALICE, BOB, "mine", "x"))
    until("the host's message", 20, lambda: "mine" in other.received)
    check("it is acknowledged", host.wait(acked=1))
    host.kill()
    contoso.wait(event="INSIDE_DOWN", unacknowledged=0)
    other.send_raw(ERROR.format("mine"))
    other.send_raw(PRESENCE.format("", "there"))
    other.send_raw(PRESENCE.format(" type='unavailable'", "gone"))
    other.send("message", BOB, ALICE)
    until("the message is back", 20, lambda: "message" in other.bounced)
    check("it is known that it did not arrive", UNKNOWN not in other.errors["message"])
    host = Acking(contoso)
    until("what waited", 20, lambda: len(host.handled()) == 3)
    check("in order", host.handled() == [("message", "error", "mine"), ("presence", "-", "there"),
                                         ("presence", "unavailable", "gone")], host.handled())
    host.kill()
    end(contoso, fabrikam, other)


def test_errors_do_not_wait_for_ever(folder):
    """After queue.seconds they are dropped, which is told."""
    contoso, fabrikam, other = two_sides(folder, seconds=2)
    host = Acking(contoso)
    meet(host, other)
    host.kill()
    contoso.wait(event="INSIDE_DOWN")
    other.send_raw(ERROR.format("late"))
    begun = time.monotonic()
    told = contoso.wait(event="INSIDE_DROPPED", seconds=20)
    check("what is told", (told["kind"], told["local"], told["remote"]) == ("message", ALICE, BOB))
    check("not at once", 1 < time.monotonic() - begun < 10)
    host = Acking(contoso)
    meet(host, other, "second")
    check("it is gone", host.ids() == ["hello", "second"], host.ids())
    host.kill()
    end(contoso, fabrikam, other)


def test_another_host(folder):
    """What a host leaves behind goes to another of its domain, but for messages."""
    contoso, fabrikam, other = two_sides(folder)
    hosts = [Acking(contoso, "one"), Acking(contoso, "two")]
    other.send("hello", BOB, ALICE)
    until("the first message", 20, lambda: any(host.handled() for host in hosts))
    if not hosts[0].handled():
        hosts.reverse()
    hosts[0].child.send_signal(signal.SIGSTOP)
    other.send_raw(ERROR.format("error"))
    other.send("message", BOB, ALICE)
    contoso.wait(event="STANZA")
    contoso.wait(event="STANZA")
    contoso.wait(event="STANZA")
    check("nobody else has it", hosts[1].handled() == [])
    hosts[0].kill()
    told = contoso.wait(event="INSIDE_DOWN")
    check("what it leaves", told["unacknowledged"] == 2, told)
    until("the error", 20, lambda: hosts[1].handled() == [("message", "error", "error")])
    until("the message is back", 20, lambda: UNKNOWN in other.errors.get("message", ""))
    time.sleep(0.3)
    check("nobody has handled it", len(hosts[1].handled()) == 1 and hosts[0].ids() == ["hello"])
    hosts[1].kill()
    end(contoso, fabrikam, other)


def test_host_without(folder):
    """A host that knows no acknowledgements is served as ever, and leaves nothing behind."""
    contoso, fabrikam, other = two_sides(folder)
    host = SteadyHost(contoso)
    for name in "abc":
        other.send(name, BOB, ALICE)
    until("the messages", 20, lambda: host.received == set("abc"))
    host.end()
    told = contoso.wait(event="INSIDE_DOWN")
    check("what it leaves", told["unacknowledged"] == 0, told)
    check("nothing came back", not other.bounced)
    end(contoso, fabrikam, other)


def knock(proxy):
    """A connection to the inside listener."""
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(proxy.path("inside.sock"))
    peer.settimeout(20)
    return peer


def refuse(proxy):
    """Have a host with a wrong secret refused; what it is told, and after how many seconds."""
    with knock(proxy) as peer:
        peer.sendall(HEADER.format(proxy.domain).encode())
        SteadyHost.until(peer, r"<stream:stream[^>]*>")
        begun = time.monotonic()
        peer.sendall(b"<handshake>0123</handshake>")
        return SteadyHost.until(peer, "</stream:stream>"), time.monotonic() - begun


def test_refused_host_is_slowed_down(folder):
    """One that tries again at once is refused once a second, and nobody else waits for that."""
    contoso, fabrikam, other = two_sides(folder)
    stop = threading.Event()
    told = []

    def try_again():
        while not stop.is_set():
            told.append(refuse(contoso))
    thread = threading.Thread(target=try_again, daemon=True)
    thread.start()
    begun = time.monotonic()
    host = Acking(contoso)
    meet(host, other)
    while time.monotonic() - begun < 2.5:
        time.sleep(0.1)
    stop.set()
    thread.join(20)
    check("it was told", told and all("not-authorized" in text for text, _ in told), told)
    check("each time after a second", min(seconds for _, seconds in told) > 0.9, told)
    host.kill()
    end(contoso, fabrikam, other)


def test_refused_hosts_are_counted(folder):
    """Those who wait for their refusal are links as any other: with 256 there is no room."""
    contoso, fabrikam, other = two_sides(folder)
    idle = [knock(contoso) for _ in range(255)]
    last = knock(contoso)
    last.sendall(HEADER.format("elsewhere.example").encode())
    with knock(contoso) as peer:
        begun = time.monotonic()
        text = SteadyHost.until(peer, "</stream:stream>")
        check("no room", "resource-constraint" in text, text)
        check("told at once", time.monotonic() - begun < 0.9)
    check("the other", "host-unknown" in SteadyHost.until(last, "</stream:stream>"))
    for peer in [last, *idle]:
        peer.close()
    host = Acking(contoso)
    meet(host, other)
    host.kill()
    end(contoso, fabrikam, other)


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            try:
                with tempfile.TemporaryDirectory() as folder:
                    test(folder)
            except Failure as failure:
                raise Failure(f"{name}: {failure}") from failure


if __name__ == "__main__":
    main()

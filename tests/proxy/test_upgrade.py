"""test_upgrade.py - a new process takes over from the old one, and a proxy drains."""

import os
import queue
import shutil
import signal
import socket
import tempfile
import threading
import time

from ctl import ask, check, ctl
from manager import Manager
from programs import Failure, Proxy, finish
from steady_host import SteadyHost, start_talking

HEADER = (b"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
          b"from='fabrikam.example' to='contoso.example' version='1.0'>")
ALICE, BOB = "alice@contoso.example", "bob@fabrikam.example"


def start(folder, domain, partner_of=None, program=None, **how):
    """A proxy whose process is pid; its program can be replaced."""
    name = domain.split(".", maxsplit=1)[0]
    proxy = Proxy(os.path.join(folder, name), domain, name)
    with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    proxy.put("proxy.conf", text + 'pid_file = "proxy.pid";\n')
    if partner_of:
        proxy.set_partners([record(partner_of)])
    if program:
        os.environ["XMPPFED_PROXY"], before = program, os.environ["XMPPFED_PROXY"]
    try:
        proxy.start(**how)
    finally:
        if program:
            os.environ["XMPPFED_PROXY"] = before
    proxy.pid = proxy.child.pid
    return proxy


def record(proxy):
    return {"Domain": proxy.domain, "PartnerType": "Federated", "Addresses": [proxy.outside]}


def pair(folder):
    contoso = start(folder, "contoso.example")
    fabrikam = start(folder, "fabrikam.example", contoso)
    contoso.set_partners([record(fabrikam)])
    contoso.reload()
    return contoso, fabrikam


def upgrade(proxy):
    """Have a new process take over and wait until the old one has ended."""
    os.kill(proxy.pid, signal.SIGUSR2)
    proxy.pid = proxy.wait(event="UPGRADED", seconds=60)["pid"]
    proxy.wait(event="STOPPED", seconds=30)
    proxy.wait(event="PREDECESSOR_GONE", seconds=30)


def end(*proxies):
    """End the processes of the moment; nobody had anything to say to a sanitizer."""
    for proxy in proxies:
        os.kill(proxy.pid, signal.SIGTERM)
        try:
            while (line := proxy.lines.get(timeout=30)) is not None:
                proxy.seen.append(line)
        except queue.Empty as error:
            raise Failure("it does not end:\n" + proxy.tail()) from error
        proxy.child.wait(5)
        text = "\n".join(proxy.seen)
        if "Sanitizer" in text or "runtime error" in text:
            raise Failure(text)


class Knocker:
    """Connects again and again, and remembers what went wrong."""

    def __init__(self, proxy):
        self.port = int(proxy.outside.rsplit(":", 1)[1])
        self.greeted, self.trouble = 0, []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._knock, daemon=True)
        self.thread.start()

    def _knock(self):
        while not self.stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), 15) as peer:
                    peer.sendall(HEADER)
                    said = b""
                    while b"</stream:features>" not in said and b"</stream:stream>" not in said:
                        some = peer.recv(4096)
                        if not some:
                            raise OSError(f"the end after {said!r}")
                        said += some
                self.greeted += 1
            except OSError as error:
                self.trouble.append(repr(error))
            time.sleep(0.01)

    def result(self):
        self.stop.set()
        self.thread.join(20)
        check("connections that were refused or cut", not self.trouble, self.trouble[:5])
        return self.greeted


def settle(host, other, seconds=30):
    """Wait until every message has arrived or come back; return those that have not."""
    deadline = time.monotonic() + seconds
    while host.sent - other.received - host.bounced and time.monotonic() < deadline:
        time.sleep(0.1)
    return host.sent - other.received - host.bounced


def test_many_upgrades(folder):
    """Under traffic both ways and strangers who connect: nobody is refused, nothing is lost."""
    contoso, fabrikam = pair(folder)
    hosts = SteadyHost(contoso), SteadyHost(fabrikam)
    stop = threading.Event()
    talkers = [start_talking(hosts[0], ALICE, BOB, "a", stop),
               start_talking(hosts[1], BOB, ALICE, "b", stop)]
    knockers = [Knocker(contoso), Knocker(fabrikam)]
    for _ in range(4):
        upgrade(contoso)
        upgrade(fabrikam)
    time.sleep(0.5)
    stop.set()
    for talker in talkers:
        talker.join(20)
    lost = settle(hosts[0], hosts[1]), settle(hosts[1], hosts[0])
    greeted = [knocker.result() for knocker in knockers]
    print(f"sent {[len(h.sent) for h in hosts]}, came back {[len(h.bounced) for h in hosts]}, "
          f"strangers {greeted}, links {[h.links for h in hosts]}")
    check("nothing is lost", lost == (set(), set()), [sorted(names)[:10] for names in lost])
    check("the hosts came over each time", [h.links for h in hosts] == [5, 5])
    check("little comes back", all(len(h.bounced) * 10 < len(h.sent) for h in hosts))
    check("there were strangers", min(greeted) > 10)
    with open(contoso.path("proxy.pid"), encoding="ascii") as file:
        check("the number in the file", int(file.read()) == contoso.pid)
    for host in hosts:
        host.end()
    end(contoso, fabrikam)
    check("its files are gone", not os.path.exists(contoso.path("proxy.pid")) and
          not os.path.exists(contoso.path("inside.sock")))


def test_slow_host(folder):
    """What comes for a host that is on its way waits for it, and goes back if it does not come."""
    contoso, fabrikam = pair(folder)
    hosts = SteadyHost(contoso), SteadyHost(fabrikam)
    hosts[1].send("first", BOB, ALICE)
    check("the first arrives", not settle(hosts[1], hosts[0]))
    hosts[0].rest = 2
    upgrade(contoso)
    hosts[1].send("second", BOB, ALICE)
    check("the second arrives", not settle(hosts[1], hosts[0]))
    check("none came back", not hosts[1].bounced)
    hosts[0].rest = 30
    upgrade(contoso)
    begun = time.monotonic()
    hosts[1].send("third", BOB, ALICE)
    check("the third comes back", not settle(hosts[1], hosts[0]) and "third" in hosts[1].bounced)
    check("after a while", 5 < time.monotonic() - begun < 20)
    hosts[1].end()
    end(contoso, fabrikam)


def test_failed_upgrade(folder):
    """A new process that does not come into service leaves the old one there, with a sentence."""
    program = os.path.join(folder, "proxy")
    shutil.copy(os.environ["XMPPFED_PROXY"], program)
    contoso = start(folder, "contoso.example", program=program)
    host = SteadyHost(contoso)
    contoso.wait(event="INSIDE_UP")
    good = contoso.path("partners.json")
    os.rename(good, good + ".good")
    os.kill(contoso.pid, signal.SIGUSR2)
    text = contoso.wait(event="UPGRADE_FAILED")["text"]
    check(text, "status 1" in text and "stays in service" in text)
    os.rename(good + ".good", good)
    os.rename(program, program + ".old")
    os.kill(contoso.pid, signal.SIGUSR2)
    text = contoso.wait(event="UPGRADE_FAILED")["text"]
    check(text, "could not be started: no such file" in text)
    with open(program, "w", encoding="ascii") as file:
        file.write("#!/bin/sh\nexec sleep 100\n")
    os.chmod(program, 0o755)
    os.kill(contoso.pid, signal.SIGUSR2)
    late = contoso.wait(event="UPGRADING")["pid"]
    os.kill(contoso.pid, signal.SIGUSR2)
    text = contoso.wait(event="UPGRADE_FAILED")["text"]
    check(text, "started already" in text)
    text = ctl(contoso, "gateway", "set", "KeepAliveInterval=100", status=1)
    check(text, "new process is taking over" in text)
    os.kill(late, signal.SIGKILL)
    contoso.wait(event="UPGRADE_FAILED")
    check("the host noticed nothing", host.links == 1 and
          ask(contoso, "status")["state"] == "running")
    os.unlink(program)
    os.rename(program + ".old", program)
    upgrade(contoso)
    host.end()
    end(contoso)


def test_upgrade_tells_manager(folder):
    """The service manager learns the number of the new process, and no end is told."""
    manager = Manager(os.path.join(folder, "notify"), watchdog=1)
    contoso = start(folder, "contoso.example", env=manager.environment)
    manager.wait(READY="1")
    upgrade(contoso)
    told = []
    while (one := manager.next(0.3)) is not None:
        told.append(one)
        check("no end yet", "STOPPING" not in one and len(told) < 20, told)
        if "WATCHDOG" in one and {"MAINPID": str(contoso.pid)} in told:
            break
    check("the number", {"MAINPID": str(contoso.pid)} in told, told)
    manager.wait(WATCHDOG="1")
    end(contoso)
    manager.wait(STOPPING="1")


def test_changed_listeners(folder):
    """A new process takes the listeners of the configuration of the day."""
    contoso = start(folder, "contoso.example")
    with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    one = contoso.outside
    more = '{ address = "127.0.0.1"; port = 0; }, { address = "127.0.0.2"; port = 0; }'
    contoso.put("proxy.conf", text.replace('{ address = "127.0.0.1"; port = 0; }', more, 1))
    upgrade(contoso)
    both = ask(contoso, "status")["outside"]
    check("one has come", both[0] == one and both[1].startswith("127.0.0.2:"), both)
    contoso.put("proxy.conf", text)
    upgrade(contoso)
    check("and has gone", ask(contoso, "status")["outside"] == [one])
    address, port = both[1].split(":")
    try:
        socket.create_connection((address, int(port)), 5).close()
        raise Failure("the other address still takes connections")
    except ConnectionRefusedError:
        pass
    end(contoso)


def test_drain(folder):
    """Nobody new is let in; who is there is served until the streams or the time are over."""
    contoso, fabrikam = pair(folder)
    hosts = SteadyHost(contoso), SteadyHost(fabrikam)
    hosts[0].send("first", ALICE, BOB)
    check("the first arrives", not settle(hosts[0], hosts[1]))
    text = ctl(contoso, "drain", "long", status=1)
    check(text, "number of seconds" in text)
    ctl(contoso, "drain", "30")
    contoso.wait(event="DRAINING", seconds=5)
    check("the state", ask(contoso, "status")["state"] == "draining")
    address, port = contoso.outside.split(":")
    try:
        socket.create_connection((address, int(port)), 5).close()
        raise Failure("it still takes connections")
    except ConnectionRefusedError:
        pass
    hosts[0].send("second", ALICE, BOB)
    check("the second arrives", not settle(hosts[0], hosts[1]))
    check("none came back", not hosts[0].bounced)
    begun = time.monotonic()
    hosts[1].end()
    end(fabrikam)
    contoso.wait(event="STOPPED", seconds=20)
    check("it ended with the last stream", time.monotonic() - begun < 25)
    hosts[0].ending = True
    check("status", contoso.child.wait(20) == 0)


def test_drain_in_time(folder):
    """Streams that stand when the time is over are closed."""
    contoso, fabrikam = pair(folder)
    hosts = SteadyHost(contoso), SteadyHost(fabrikam)
    hosts[0].send("first", ALICE, BOB)
    check("the first arrives", not settle(hosts[0], hosts[1]))
    ctl(contoso, "drain", "2")
    begun = time.monotonic()
    hosts[0].ending = True
    check("stopped in order", contoso.wait(event="STOPPED", seconds=15)["streams_cut"] == 0)
    check("not before", time.monotonic() - begun > 1.5)
    check("status", contoso.child.wait(20) == 0)
    hosts[1].end()
    finish(fabrikam)


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

"""crash.py - kill -9 in the middle of traffic and changes: of the proxy, its database, the host.

Numbered messages flow both ways all the time, and records change one after the other. After each
kill, what was ended is started again as a service manager would; nothing else is done.
"""

import os
import random
import signal
import sys
import threading
import time

from case import case, expect
from client import is_message
from process import HarnessError, wait_until
from proxy import partner
from stanzas import heard
from world import PEERS

from cases.operation import edit

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proxy"))

from database_server import DatabaseServer  # noqa: E402

DOMAIN = PEERS["prosody"][1]
VICTIMS = ("the proxy", "the database", "the host") * 2
CHANGING = "changing.example"
FILE_STORE = 'partners = "partners.json";\nstore = "contacts.sqlite";'


class Background:
    """Does one thing again and again in a thread; what fails while something is down is no matter."""

    def __init__(self, act, pause):
        self.count = self.done = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(act, pause), daemon=True)
        self._thread.start()

    def _run(self, act, pause):
        while not self._ended.wait(pause):
            self.count += 1
            try:
                act(self.count)
                self.done = self.count
            except (HarnessError, OSError, ValueError, AttributeError):
                pass

    def end(self):
        self._ended.set()
        self._thread.join(30)
        expect(not self._thread.is_alive(), "the background never ends")


def generation(proxy, ctl):
    """The number in the record that changes; its two fields are of one change."""
    record = next(p for p in proxy.ctl(ctl, "export")["Partners"] if p["Domain"] == CHANGING)
    number = record["ConnectionLimit"]
    expect(record["Description"] == f"generation {number}", f"half a change: {record}")
    return number


def change(proxy, ctl):
    return lambda number: proxy.ctl(ctl, "partner", "set", CHANGING, f"ConnectionLimit={number}",
                                    f"Description=generation {number}")


def kill(victim, proxy, server, echo):
    """End a program without a word, and start it again."""
    if victim == "the database":
        server.kill()
        time.sleep(random.uniform(0, 1))
        server.start()
        return
    program = proxy if victim == "the proxy" else echo
    program.process.send_signal(signal.SIGKILL)
    program.process.wait_exit(10)
    time.sleep(random.uniform(0, 1))
    if program is proxy:
        proxy.start()
    if not echo.process.running:
        echo.process.wait_exit(10)
    echo.stop()
    echo.start()
    proxy.wait_event("INSIDE_UP", seconds=20)


def expect_both_ways(alice, echo, name):
    """Messages pass in both directions; whoever sends them tries again, as people do."""
    def to_us():
        alice.message(echo.jid(), name)
        return echo.received(heard("message", alice.jid, body=name))

    def to_them():
        echo.message(alice.jid, name)
        return any(is_message(echo.jid(), name)(item) for item in alice.history)

    wait_until(to_us, 40, f"a message to our side after {name}", interval=0.5)
    wait_until(to_them, 40, f"a message to the partner after {name}", interval=0.5)


def numbers(bodies, start):
    """The numbers of messages whose text begins so: the host's answers are of no interest."""
    return [int(body[len(start):]) for body in bodies if body.startswith(start)]


def expect_in_order(found, where):
    expect(found and found == sorted(set(found)), f"twice or out of order {where}: {found}")


@case("crash.everything", seconds=180)
def everything(world):
    ctl = world.programs["ctl"]
    server = DatabaseServer()
    world.on_close(server.remove)
    proxy = world.proxy([partner(DOMAIN), partner(CHANGING)], queue_seconds=20)
    edit(proxy, "proxy.conf", FILE_STORE, f'store = "{server.address}";')
    proxy.start()
    proxy.ctl(ctl, "import", proxy.path("partners.json"))
    echo = world.host(proxy)
    alice = world.peer("prosody").log_in("alice")
    expect_both_ways(alice, echo, "the start")
    carol = f"carol@{proxy.domain}"
    ours = Background(lambda n: echo.message(alice.jid, f"ours {n}", sender=carol), 0.02)
    theirs = Background(lambda n: alice.message(carol, f"theirs {n}"), 0.02)
    changes = Background(change(proxy, ctl), 0)
    for number, victim in enumerate(VICTIMS):
        before = changes.done
        wait_until(lambda: changes.done >= before + 2, 40, f"changes before {victim} is killed")
        answered = changes.done
        kill(victim, proxy, server, echo)
        expect_both_ways(alice, echo, f"{victim} {number}")
        stored = wait_until(lambda: generation(proxy, ctl), 10, "the store")
        expect(answered <= stored <= changes.count, f"{answered}, {stored}, {changes.count}")
    for background in (ours, theirs, changes):
        background.end()
    bodies = [item.findtext("{jabber:client}body") for item in alice.history
              if is_message(carol)(item)]
    expect_in_order(numbers(bodies, "ours "), "at alice")
    # What earlier hosts had is gone with them; the last one has a run of its own.
    expect_in_order(numbers([item["body"] for item in echo.received(heard("message", alice.jid))],
                            "theirs "), "at the host")

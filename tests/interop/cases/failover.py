"""failover.py - a partner whose first server is dead: how long the first stanza then takes."""

import contextlib
import socket
import threading
import time

import namespace
from case import case, expect
from client import is_message
from proxy import partner
from secure_dns import Records, secure_dns
from world import PEERS

DOMAIN, SECOND = PEERS["prosody"][1:]
RACING_DELAY = 0.25
REFUSING = "127.0.0.98"
SILENT = "127.0.0.99"
SWALLOWING = "198.51.100.7"


@contextlib.contextmanager
def silent_server(address):
    """A server that takes every connection and never says anything."""
    taken = []
    with socket.create_server((address, 5269)) as server:
        def accept():
            with contextlib.suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield address
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def deliver(world, partners, first, **more):
    """The first stanza arrives over the second server, within a second of the racing delay."""
    peer = world.peer("prosody")
    alice = peer.log_in("alice")
    _, echo = world.federation(partners, **more)
    start = time.monotonic()
    echo.message(alice.jid, "Are you there?")
    alice.wait_for(is_message(echo.jid(), "Are you there?"), 20, "the host's message")
    took = time.monotonic() - start
    print(f"# {first}: the first stanza took {1000 * took:.0f} ms")
    expect(took < RACING_DELAY + 1, f"the first stanza took {took:.2f} s")


def deliver_by_address(world, first):
    deliver(world, [partner(DOMAIN, addresses=[first, SECOND])], first)


@case("failover.refused")
def refused(world):
    deliver_by_address(world, REFUSING)


@case("failover.black-hole")
def hole(world):
    namespace.make_dead_ends()
    deliver_by_address(world, SWALLOWING)


@case("failover.srv", seconds=90)
def srv(world):
    """As an administrator would write it: two SRV priorities, and the better server is gone."""
    namespace.make_dead_ends()
    names = Records(DOMAIN).server(SWALLOWING, "first", 10).server(SECOND, "second", 20)
    with secure_dns(world, names) as lab:
        deliver(world, [partner(DOMAIN)], "the better SRV record", name_server=lab.resolver,
                dns_trusted=True)


@case("failover.silent")
def silent(world):
    with silent_server(SILENT) as first:
        deliver_by_address(world, first)

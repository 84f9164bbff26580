"""bidi.py - one TCP connection for stanzas both ways (XEP-0288), counted in the kernel's own table."""

from case import case, expect
from cases.federation import messages, pings, subscriptions
from client import is_message
from proxy import partner
from stanzas import heard
from world import PEERS

ESTABLISHED = "01"
S2S_PORT = 5269


def connections():
    """Standing TCP connections to port 5269 in this namespace, which is that of the case alone."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return sum(row[3] == ESTABLISHED and int(row[2].split(":")[1], 16) == S2S_PORT for row in rows)


def directions(proxy, domain):
    return [record["direction"] for record in proxy.events("STREAM_UP", remote=domain)]


def talk(alice, echo, first):
    """A message each way, the first from whom it says, then everything else."""
    bob = echo.jid()
    if first == "us":
        echo.message(alice.jid, "from the host")
        alice.wait_for(is_message(bob, "from the host"), 20, "the host's message")
    else:
        alice.message(bob, "from the peer")
        echo.wait_for(heard("message", alice.jid, body="from the peer"), what="the peer's message")
    messages(alice, echo, bob)
    subscriptions(alice, echo, bob)
    pings(alice, echo, bob)


@case("bidi.prosody-is-dialled", first="us", wanted=["out"])
@case("bidi.prosody-dials", first="peer", wanted=["in"])
def both_ways(world, first, wanted):
    """Whoever dials, one connection carries everything."""
    domain = PEERS["prosody"][1]
    proxy, echo = world.federation([partner(domain, sasl="Required", dialback=False)])
    talk(world.peer("prosody", modules=("s2s_bidi",)).log_in("alice"), echo, first)
    expect(connections() == 1, f"{connections()} connections instead of one")
    expect(directions(proxy, domain) == wanted, f"streams: {directions(proxy, domain)}")


@case("bidi.never", first="us", kind="prosody", bidi=True, record={"Bidi": "never"})
@case("bidi.prosody-cannot", first="us", kind="prosody")
@case("bidi.ejabberd-cannot", first="us", kind="ejabberd")
@case("bidi.ejabberd-cannot-dials", first="peer", kind="ejabberd")
def one_way_each(world, first, kind, bidi=None, record=None):
    """A peer that does not do it, or a record that does not want it: a stream each way as ever."""
    domain = PEERS[kind][1]
    ours = {**partner(domain, sasl="Required", dialback=False), **(record or {})}
    proxy, echo = world.federation([ours])
    peer = world.peer(kind, modules=("s2s_bidi",)) if bidi else world.peer(kind)
    talk(peer.log_in("alice"), echo, first)
    expect(connections() == 2, f"{connections()} connections instead of two")
    expect(sorted(directions(proxy, domain)) == ["in", "out"],
           f"streams: {directions(proxy, domain)}")

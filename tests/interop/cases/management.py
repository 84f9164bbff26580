"""management.py - stream management (XEP-0198) with real peers: who acknowledges what to whom."""

from case import case, expect
from client import is_message
from process import wait_until
from proxy import partner
from stanzas import heard
from world import PEERS

SM = "smacks"


def outcomes(proxy):
    return [record.get("outcome") for record in proxy.events() if "outcome" in record]


def exchange(alice, echo, numbers):
    """Messages in both directions; returns when all have arrived."""
    bob = echo.jid()
    for number in numbers:
        alice.message(bob, f"in {number}")
        echo.message(alice.jid, f"out {number}")
    for number in numbers:
        echo.wait_for(heard("message", alice.jid, body=f"in {number}"), what="a message in")
        alice.wait_for(is_message(bob, f"out {number}"), 20, "a message out")


@case("sm.prosody-acks")
def acks(world):
    """Prosody offers acks once EXTERNAL has proved the stream, and asks for ours likewise."""
    domain = PEERS["prosody"][1]
    proxy, echo = world.federation([partner(domain, sasl="Required", dialback=False)])
    peer = world.peer("prosody", modules=(SM,))
    alice = peer.log_in("alice")
    exchange(alice, echo, range(5))
    # What has waited for the stream goes out before Prosody's <enable/> and is not counted.
    wait_until(lambda: "Received[s2sout]: <enabled" in peer.log_text(), 10, "our <enabled/>")
    exchange(alice, echo, range(5, 10))
    wait_until(lambda: outcomes(proxy).count("ACKNOWLEDGED") >= 10, 10, "Prosody's acks")
    expect("HANDED" not in outcomes(proxy), f"not all were acknowledged: {outcomes(proxy)}")
    wait_until(lambda: "#queue = 0 (acked: " in peer.log_text(), 10, "our acks at Prosody")


@case("sm.prosody-dialback")
def without(world):
    """With dialback Prosody's features come before the proof and have no acks: all is as before."""
    domain = PEERS["prosody"][1]
    proxy, echo = world.federation([partner(domain, sasl="NotSupported")])
    exchange(world.peer("prosody", auth="dialback", modules=(SM,)).log_in("alice"), echo, range(3))
    wait_until(lambda: outcomes(proxy).count("HANDED") >= 3, 10, "the ends of our messages")
    expect("ACKNOWLEDGED" not in outcomes(proxy), "Prosody has acks with dialback after all")

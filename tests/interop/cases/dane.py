"""dane.py - TLSA records prove certificates, and refute them, in both directions (RFC 7673)."""

import contextlib

from case import case, expect
from cases.federation import expect_proof, messages, refused_both_ways
from client import is_error, is_message
from proxy import partner
from secure_dns import Records, secure_dns
from stanzas import heard, heard_error
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

DOMAIN, ADDRESS = PEERS["prosody"][1:]
ALONE = {"sasl": "Required", "dialback": False}


class Scene:
    """The proxy and Prosody, who ask the lab's name server; what a domain promises by TLSA records
    and what its server has may differ."""

    def __init__(self, world, stack, ours="good", theirs="good", our_promise=None,
                 their_promise=None, their_dns=None, **record):
        certificate = world.certificates.get
        our_dns = Records(OUR_DOMAIN).server(
            OUR_ADDRESS, tlsa=our_promise and certificate(OUR_DOMAIN, our_promise))
        their_dns = their_dns or Records(DOMAIN).server(
            ADDRESS, tlsa=their_promise and certificate(DOMAIN, their_promise))
        self.lab = stack.enter_context(secure_dns(world, our_dns, their_dns))
        self.peer = world.peer("prosody", theirs, lab=self.lab)
        self.proxy, self.echo = world.federation(
            [partner(DOMAIN, **record)], certificate=ours, name_server=self.lab.resolver,
            dns_trusted=True, queue_seconds=15)


@contextlib.contextmanager
def scene(world, **more):
    with contextlib.ExitStack() as stack:
        yield Scene(world, stack, **more)


def inbound(item):
    """The peer's message reaches the host, over a stream that the peer's TLSA records prove."""
    alice = item.peer.log_in("alice")
    alice.message(item.echo.jid(), "from the peer")
    item.echo.wait_for(heard("message", alice.jid, body="from the peer"), what="the peer's message")
    up = item.proxy.wait_event("STREAM_UP", remote=DOMAIN, direction="in")
    expect(up.get("proof") == "DANE", f"the inbound proof is {up.get('proof')}")


@case("dane.outbound", seconds=90)
def outbound(world):
    """Only TLSA records prove the server that we dial: nobody has signed its certificate."""
    with scene(world, theirs="selfsigned", their_promise="selfsigned", **ALONE) as item:
        alice = item.peer.log_in("alice")
        item.echo.message(alice.jid, "from the host")
        alice.wait_for(is_message(item.echo.jid(), "from the host"), 20, "the host's message")
        up = item.proxy.wait_event("STREAM_UP", remote=DOMAIN, direction="out")
        expect(up.get("proof") == "DANE", f"the outbound proof is {up.get('proof')}")


@case("dane.inbound", seconds=90)
def each_other(world):
    """Nobody has signed either certificate; Prosody dials by our records, we believe by its."""
    with scene(world, ours="selfsigned", our_promise="selfsigned", theirs="selfsigned",
               their_promise="selfsigned", **ALONE) as item:
        inbound(item)


@case("dane.required", seconds=90)
def required(world):
    """PKIX would do, and is not enough: in both directions nothing but DANE is taken."""
    with scene(world, their_promise="good", dane="required") as item:
        messages(item.peer.log_in("alice"), item.echo, item.echo.jid())
        expect_proof(item.proxy, DOMAIN, "DANE")


@case("dane.required-without-records", seconds=120)
def required_without(world):
    with scene(world, dane="required") as item:
        refused_both_ways(item.peer, item.proxy, item.echo, "TLS_CERTIFICATE", "TLS_CERTIFICATE",
                          "TLSA")


@case("dane.mismatch-theirs", seconds=120)
def mismatch_theirs(world):
    """A good certificate of another key than DNS promises is refused, dialback or not."""
    with scene(world, their_promise="selfsigned") as item:
        item.echo.message(f"alice@{DOMAIN}", "must not arrive", "refused-1")
        item.echo.wait_for(heard_error("refused-1"), 60, "the error for the host's message")
        expect(item.proxy.events("STREAM_DOWN", remote=DOMAIN, code="TLS_CERTIFICATE"),
               "the mismatch is not in the log")
        expect(not item.proxy.events("STREAM_UP", remote=DOMAIN), "a stream came up all the same")


@case("dane.mismatch-ours", seconds=120)
def mismatch_ours(world):
    """The same seen from there: Prosody refuses us, whose certificate is good but not promised."""
    with scene(world, our_promise="selfsigned") as item:
        alice = item.peer.log_in("alice")
        identifier = alice.message(item.echo.jid(), "must not arrive")
        alice.wait_for(is_error(identifier), 60, "the error for the peer's message")
        expect(not item.proxy.events("STREAM_UP", remote=DOMAIN, direction="in"),
               "the peer's stream came up all the same")


@case("dane.bogus", seconds=120)
def bogus(world):
    """Bogus data are no data: we dial nobody, neither by PKIX nor for dialback, and prove nobody."""
    their_dns = Records(DOMAIN).server(ADDRESS).bogus()
    with scene(world, theirs="selfsigned", their_dns=their_dns) as item:
        alice = item.peer.log_in("alice")
        item.echo.message(alice.jid, "must not arrive", "refused-1")
        identifier = alice.message(item.echo.jid(), "must not arrive")
        alice.wait_for(is_error(identifier), 60, "the error for the peer's message")
        item.echo.wait_for(heard_error("refused-1"), 90, "the error for the host's message")
        expect(not item.proxy.events("STREAM_UP", remote=DOMAIN), "a stream came up all the same")
        expect(not item.proxy.events("STREAM_DOWN", remote=DOMAIN, direction="out"),
               "somebody was dialled")

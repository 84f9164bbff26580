"""harness.py - the peers federate with each other: proof that the test bed itself is sound."""

from case import case, expect
from client import is_error, is_message, is_presence

PING = "<ping xmlns='urn:xmpp:ping'/>"


@case("harness.prosody-ejabberd-external", others="ejabberd", auth="external", needs_product=False)
@case("harness.prosody-ejabberd-dialback", others="ejabberd", auth="dialback", needs_product=False)
@case("harness.prosody-jabberd2-dialback", others="jabberd2", auth="dialback", needs_product=False)
def two_peers(world, others, auth):
    """Messages, a subscription and pings between two servers that are not ours."""
    alice = world.peer("prosody", auth=auth).log_in("alice")
    carol = world.peer(others, auth=auth).log_in("carol")
    alice.message(carol.jid, "there")
    carol.wait_for(is_message(alice.jid, "there"))
    carol.message(alice.jid, "and back")
    alice.wait_for(is_message(carol.jid, "and back"))
    alice.presence(carol.jid, "subscribe")
    carol.wait_for(is_presence(alice.jid, "subscribe"))
    carol.presence(alice.jid, "subscribed")
    alice.wait_for(is_presence(carol.jid, "subscribed"))
    alice.wait_for(is_presence(carol.jid))
    alice.ask(PING, to=carol.full_jid)
    carol.ask(PING, to=alice.full_jid)


@case("harness.prosody-refuses-bad-certificates", others="ejabberd", needs_product=False)
def bad_certificate(world, others):
    """A certificate that Prosody does not believe fails where dialback is off."""
    prosody = world.peer("prosody")
    peer = world.peer(others, certificate="unknown")
    alice, carol = prosody.log_in("alice"), peer.log_in("carol")
    identifier = alice.message(carol.jid, "must not arrive")
    alice.wait_for(is_error(identifier), 30)
    carol.message(alice.jid, "must not arrive")
    alice.never(is_message(carol.jid), 2)
    expect("certificate" in prosody.log_text(), "Prosody's log says nothing of the certificate")

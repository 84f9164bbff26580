"""harness.py - the peers federate with each other: proof that the test bed itself is sound."""

from case import case, expect
from client import is_error, is_message, is_presence
from peers.sip_server import GATEWAY_CONFIG, SipServer
from sip_phone import SipPhone, State
from world import OUR_ADDRESS, OUR_DOMAIN

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


@case("harness.sip-server", needs_product=False)
def sip_server(world):
    """Two phones at Kamailio write, and one watches the other: waits, may, sees, may no more."""
    server = SipServer(GATEWAY_CONFIG, OUR_DOMAIN, OUR_ADDRESS, world.directory)
    for user in ("carol", "dave"):
        server.add_user(user)
    world.on_close(server.stop)
    server.start()
    carol, dave = (SipPhone(user, OUR_DOMAIN, "127.0.0.12", (OUR_ADDRESS, server.port))
                   for user in ("carol", "dave"))
    for phone in (carol, dave):
        world.on_close(phone.close)
        phone.register()
    expect(carol.message(dave.address, "good morning") == 200, "the message is not accepted")
    dave.wait_message(carol.address, "good morning")
    expect(carol.message("erin@" + OUR_DOMAIN, "who?") == 404, "an unknown user is known")
    watch = dave.watch(carol.address)
    watch.wait(lambda it: it.condition == "pending", "the first notification")
    server.rule("carol", dave.address, "allow")
    watch.wait(lambda it: it.condition == "active", "the permission")
    for state in (State(True, "", "here"), State(True, "away", "at lunch")):
        carol.publish(state)
        watch.wait(lambda it, wanted=state: it.state == wanted, f"{state}")
    expect(watch.ask(300) == 200, "the subscription cannot be refreshed")
    carol.publish(None)
    watch.wait(lambda it: not it.state.open, "the end of carol's presence")
    server.rule("carol", dave.address, "block")
    watch.wait(lambda it: it.condition == "terminated;reason=rejected", "the refusal")

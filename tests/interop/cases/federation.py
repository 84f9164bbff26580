"""federation.py - the proxy with each real peer: all kinds of stanzas, refusals and restarts."""

from case import case, expect
from client import is_error, is_message, is_presence
from process import HarnessError
from proxy import partner
from stanzas import heard, heard_error
from world import OUR_DIRECT_ADDRESS, OUR_DIRECT_DOMAIN, PEERS

PING_PAYLOAD = "<ping xmlns='urn:xmpp:ping'/>"
NOTE = "in a meeting"


def converse(peer, echo):
    """Every kind of stanza in both directions between alice at the peer and bob at our host."""
    alice, bob = peer.log_in("alice"), echo.jid()
    messages(alice, echo, bob)
    subscriptions(alice, echo, bob)
    pings(alice, echo, bob)


def messages(alice, echo, bob):
    alice.message(bob, "from the peer")
    echo.wait_for(heard("message", alice.jid, body="from the peer"), what="the peer's message")
    echo.message(alice.jid, "from the host")
    alice.wait_for(is_message(bob, "from the host"), 20, "the host's message")


def subscriptions(alice, echo, bob):
    alice.presence(bob, "subscribe")
    echo.wait_for(heard("presence", alice.jid, "subscribe"), what="the peer's subscription")
    alice.wait_for(is_presence(bob, "subscribed"), 20, "the answer to the subscription")
    alice.wait_for(lambda item: is_presence(bob)(item)
                   and item.findtext("{jabber:client}status") == NOTE, 20, "the host's presence")
    echo.presence(alice.jid, "subscribe")
    alice.wait_for(is_presence(bob, "subscribe"), 20, "the host's subscription")
    alice.presence(bob, "subscribed")
    echo.wait_for(heard("presence", alice.jid, "subscribed"), what="the peer's approval")
    echo.wait_for(heard("presence", alice.jid), what="the peer's presence")


def pings(alice, echo, bob):
    identifier = alice.new_id()
    alice.send(f"<iq type='get' id='{identifier}' to='{bob}'>{PING_PAYLOAD}</iq>")
    echo.wait_for(heard("iq", alice.jid, "get", id=identifier), what="the peer's ping")
    alice.wait_for(lambda item: item.get("id") == identifier and item.get("type") == "result",
                   20, "the host's answer")
    echo.send("iq", alice.full_jid, type="get", id="ping-1")
    echo.wait_for(heard("iq", alice.jid, "result", id="ping-1"), what="the peer's answer")


def refused_both_ways(peer, proxy, echo, inbound, outbound, phrase=""):
    """Neither side's stanzas arrive, both senders are told, and the log names these causes."""
    alice, bob = peer.log_in("alice"), echo.jid()
    echo.message(alice.jid, "must not arrive", "refused-1")
    identifier = alice.message(bob, "must not arrive")
    echo.wait_for(heard_error("refused-1"), 40, "the error for the host's message")
    alice.wait_for(is_error(identifier), 40, "the error for the peer's message")
    alice.never(is_message(bob), 0.5, "a message that should have been refused")
    expect(not echo.received(heard("message", alice.jid)), "the peer's message reached the host")
    for direction, code in (("in", inbound), ("out", outbound)):
        records = [item for item in proxy.events(direction=direction) if "code" in item]
        expect(any(item["code"] == code and phrase in item["text"] for item in records),
               f"no {direction}bound {code} with '{phrase}' in the log, but {records}")
    expect(not proxy.events("STREAM_UP", remote=peer.domain), "a stream was accepted all the same")


def proofs(proxy, domain):
    """How this domain was proved, by direction, from the proxy's log."""
    return {record.get("direction"): record.get("proof")
            for record in proxy.events("STREAM_UP") if record.get("remote") == domain}


def expect_proof(proxy, domain, wanted):
    found = proofs(proxy, domain)
    for direction in ("in", "out"):
        expect(found.get(direction) == wanted,
               f"the {direction}bound stream's proof is {found.get(direction)}, not {wanted}")


@case("jabberd2.dialback-tls", kind="jabberd2")
@case("ejabberd.dialback-tls", kind="ejabberd")
@case("prosody.dialback-tls", kind="prosody", certificate="selfsigned")
def dialback_over_tls(world, kind, certificate="good"):
    domain = PEERS[kind][1]
    proxy, echo = world.federation([partner(domain, sasl="NotSupported")])
    converse(world.peer(kind, certificate, auth="dialback"), echo)
    expect_proof(proxy, domain, "DIALBACK_TLS")


@case("jabberd2.dialback-plain", kind="jabberd2")
@case("ejabberd.dialback-plain", kind="ejabberd")
@case("prosody.dialback-plain", kind="prosody")
def dialback_over_tcp(world, kind):
    domain = PEERS[kind][1]
    record = partner(domain, tls="NotSupported", sasl="NotSupported", plaintext=True)
    proxy, echo = world.federation([record])
    converse(world.peer(kind, tls="off", auth="dialback"), echo)
    expect_proof(proxy, domain, "DIALBACK_TCP")


@case("ejabberd.external", kind="ejabberd")
@case("prosody.external", kind="prosody")
def external(world, kind):
    domain = PEERS[kind][1]
    record = partner(domain, sasl="Required", dialback=False)
    proxy, echo = world.federation([record])
    converse(world.peer(kind), echo)
    expect_proof(proxy, domain, "PKIX")


@case("ejabberd.direct-dialback", kind="ejabberd", auth="dialback")
@case("ejabberd.direct-external", kind="ejabberd")
@case("prosody.direct-dialback", kind="prosody", auth="dialback")
@case("prosody.direct-shared-port", kind="prosody", direct=False)
@case("prosody.direct-external", kind="prosody")
def direct_tls(world, kind, auth="external", direct=True):
    """Direct TLS (XEP-0368): neither side listens for anything else, or ours tells the two apart."""
    kind += "-direct"
    domain = PEERS[kind][1]
    record = partner(domain, sasl="Required", dialback=False) if auth == "external" \
        else partner(domain, sasl="NotSupported")
    proxy, echo = world.federation([record], domain=OUR_DIRECT_DOMAIN, address=OUR_DIRECT_ADDRESS,
                                   port=5270, direct=direct)
    converse(world.peer(kind, auth=auth, direct=True), echo)
    expect_proof(proxy, domain, "PKIX" if auth == "external" else "DIALBACK_TLS")


@case("prosody.external-falls-back", kind="prosody")
def falls_back(world, kind):
    """A peer whose certificate proves nothing is let in by dialback where the record allows it."""
    domain = PEERS[kind][1]
    proxy, echo = world.federation([partner(domain, sasl="Optional")])
    converse(world.peer(kind, "wrongname", auth="dialback"), echo)
    expect_proof(proxy, domain, "DIALBACK_TLS")


@case("jabberd2.wrong-certificate", kind="jabberd2", auth="dialback", seconds=120)
@case("ejabberd.wrong-certificate", kind="ejabberd", seconds=120)
@case("prosody.wrong-certificate", kind="prosody", seconds=120)
def wrong_certificate(world, kind, auth="external"):
    """A certificate for another name proves nothing where the record wants one."""
    domain = PEERS[kind][1]
    record = partner(domain, sasl="Required", dialback=False)
    proxy, echo = world.federation([record])
    # jabberd2 does not even offer the only method that is allowed.
    outbound = "POLICY_NO_METHOD" if kind == "jabberd2" else "TLS_IDENTITY"
    refused_both_ways(world.peer(kind, "wrongname", auth=auth), proxy, echo, "TLS_IDENTITY",
                      outbound)


@case("jabberd2.unlisted", kind="jabberd2", auth="dialback", seconds=120)
@case("ejabberd.unlisted", kind="ejabberd", seconds=120)
@case("prosody.unlisted", kind="prosody", seconds=120)
def unlisted(world, kind, auth="external"):
    """A domain without a record is refused, whatever it can prove."""
    proxy, echo = world.federation([partner("elsewhere.example")])
    refused_both_ways(world.peer(kind, auth=auth), proxy, echo, "POLICY_UNKNOWN_PARTNER",
                      "POLICY_REFUSED")


@case("jabberd2.restart", kind="jabberd2", auth="dialback", seconds=150)
@case("ejabberd.restart", kind="ejabberd", seconds=150)
@case("prosody.restart", kind="prosody", seconds=150)
def restart(world, kind, auth="external"):
    """Every message sent while the peer is down ends once: delivered in order, or as an error."""
    domain = PEERS[kind][1]
    _, echo = world.federation([partner(domain)], queue_seconds=45)
    peer = world.peer(kind, auth=auth)
    messages(peer.log_in("alice"), echo, echo.jid())
    peer.stop()
    texts = [f"queued {number}" for number in range(10)]
    for text in texts:
        echo.message("alice@" + domain, text, text.replace(" ", "-"))
    peer.start()
    alice = peer.log_in("alice")
    echo.message(alice.jid, "last", "last")
    account_for(alice, echo, texts + ["last"])
    alice.message(echo.jid(), "after the restart")
    echo.wait_for(heard("message", alice.jid, body="after the restart"), 40)


def account_for(alice, echo, texts):
    """Each text has reached alice exactly once, in order, or has come back exactly once."""
    for text in texts:
        if not returned(echo, text):
            wait_for_either(alice, echo, text)
    arrived = [item.findtext("{jabber:client}body") for item in alice.history
               if is_message(echo.jid())(item)]
    arrived = [text for text in arrived if text in texts]
    expect(arrived == [text for text in texts if text in arrived],
           f"messages arrived out of order or twice: {arrived}")
    for text in texts:
        count = arrived.count(text) + len(returned(echo, text))
        expect(count == 1, f"'{text}' ended {count} times")
    print(f"# while the peer was down: {len(arrived)} of {len(texts)} arrived, the others came back")


def returned(echo, text):
    return echo.received(heard_error(text.replace(" ", "-")))


def wait_for_either(alice, echo, text):
    for _ in range(60):
        try:
            alice.wait_for(is_message(echo.jid(), text), 1, text)
            return
        except HarnessError:
            if returned(echo, text):
                return
    raise HarnessError(f"'{text}' neither arrived nor came back")

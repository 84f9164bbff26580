"""certificates.py - which certificates prove a domain to the proxy, shown by a real Prosody."""

from case import case, expect
from cases.federation import converse, expect_proof, proofs, refused_both_ways
from client import is_error
from proxy import partner
from stanzas import heard, heard_error
from world import OUR_DOMAIN, PEERS

DOMAIN = PEERS["prosody"][1]


def only_external(eku=None):
    return [partner(DOMAIN, sasl="Required", dialback=False, eku=eku)]


@case("certificate.any-usage-client-only", variant="client", eku="any")
@case("certificate.both-usages-strict", variant="good", eku="strict-role")
@case("certificate.server-usage-only", variant="server")
def accepted(world, variant, eku=None):
    """EXTERNAL in both directions. Public authorities no longer issue the client usage."""
    # Prosody itself refuses a server without the server usage, so only inbound is looked at then.
    proxy, echo = world.federation(only_external(eku))
    peer = world.peer("prosody", variant)
    if variant == "client":
        alice = peer.log_in("alice")
        alice.message(echo.jid(), "proved")
        echo.wait_for(heard("message", alice.jid, body="proved"))
        return
    converse(peer, echo)
    expect_proof(proxy, DOMAIN, "PKIX")


@case("ejabberd.server-usage-only", seconds=120)
def server_usage_at_ejabberd(world):
    """ejabberd 23.01 wants the client usage of who dials; without it dialback over TLS is left."""
    domain = PEERS["ejabberd"][1]
    proxy, echo = world.federation([partner(domain)], certificate="server")
    converse(world.peer("ejabberd", auth="dialback"), echo)
    expect(proofs(proxy, domain).get("out") == "DIALBACK_TLS",
           f"the proofs are {proofs(proxy, domain)}")


# What the log says of each certificate: the code, and words that an operator can act on.
FAULTS = {
    "selfsigned": ("TLS_CERTIFICATE", "self-signed"),
    "unknown": ("TLS_CERTIFICATE", "unknown issuer"),
    "expired": ("TLS_CERTIFICATE", "expired on"),
    "revoked": ("TLS_REVOKED", "revoked"),
    "client": ("TLS_CERTIFICATE", "clientAuth only"),
    "wrongname": ("TLS_IDENTITY", "elsewhere.example"),
    "cnonly": ("TLS_IDENTITY", "no dNSName"),
}


@case("certificate.self-signed-refused", variant="selfsigned", seconds=120)
@case("certificate.unknown-authority-refused", variant="unknown", seconds=120)
@case("certificate.expired-refused", variant="expired", seconds=120)
@case("certificate.wrong-name-refused", variant="wrongname", seconds=120)
@case("certificate.common-name-only-refused", variant="cnonly", seconds=120)
@case("certificate.client-usage-only-refused", variant="client", seconds=120)
def refused(world, variant, **more):
    code, phrase = FAULTS[variant]
    proxy, echo = world.federation(only_external(), **more)
    refused_both_ways(world.peer("prosody", variant), proxy, echo, code, code, phrase)


@case("certificate.strict-role-refuses-server-usage-inbound", seconds=120)
def strict_role(world):
    """With strict roles a dialling peer needs the client usage; a dialled one does not."""
    _, echo = world.federation(only_external("strict-role"))
    alice = world.peer("prosody", "server").log_in("alice")
    identifier = alice.message(echo.jid(), "must not arrive")
    alice.wait_for(is_error(identifier), 40, "the error for the peer's message")
    echo.message(alice.jid, "may leave", "out-1")
    alice.wait_for(lambda item: item.findtext("{jabber:client}body") == "may leave", 20)


@case("certificate.revoked-refused", seconds=120)
def revoked(world):
    """A certificate on the configured CRL proves nothing."""
    certificate = world.certificates.authority.issue(DOMAIN + "-revoked", [DOMAIN])
    crl = world.certificates.authority.revoke(certificate)
    world.certificates.adopt(DOMAIN, "revoked", certificate)
    refused(world, "revoked", crl=crl)


@case("certificate.ours-expired", seconds=120)
def ours_expired(world):
    """An expired certificate of our own is reported at the start, and peers refuse it."""
    proxy, echo = world.federation(only_external(), certificate="expired", queue_seconds=5)
    alice = world.peer("prosody").log_in("alice")
    echo.message(alice.jid, "must not arrive", "expired-1")
    echo.wait_for(heard_error("expired-1"), 40, "the error for the host's message")
    expect(any(OUR_DOMAIN in str(item) and "expire" in str(item).lower()
               for item in proxy.events()), "the log does not say that our certificate has expired")

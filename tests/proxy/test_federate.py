"""test_federate.py - two proxies with a host each talk to each other over loopback."""

import os
import tempfile

from programs import Failure, Host, INSIDE_TLS, Proxy, finish


def partner(domain, outside, kind="Federated", **more):
    return {"Domain": domain, "PartnerType": kind, "Addresses": [outside], **more}


def connect(folder, inside, contoso_more, fabrikam_more):
    """Start both proxies; each learns the other's port by a reload."""
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso", inside).start()
    fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
    fabrikam.set_partners([partner("contoso.example", contoso.outside, **fabrikam_more)])
    fabrikam.start()
    contoso.set_partners([partner("fabrikam.example", fabrikam.outside, **contoso_more)])
    contoso.reload()
    return contoso, fabrikam


def converse(ours, theirs):
    """A message and its echo, a contact request and presence, a ping."""
    ours.send(kind="message", type="chat", id="m1", body="Hello & <welcome>",
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    theirs.wait(kind="message", id="m1", body="Hello & <welcome>")
    ours.wait(kind="message", id="m1", body="echo: Hello & <welcome>")
    ours.send(kind="presence", type="subscribe", id="s1",
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    ours.wait(kind="presence", type="subscribed")
    ours.wait(kind="presence", status="in a meeting")
    ours.send(kind="iq", type="get", id="p1",
              **{"from": "alice@contoso.example/x", "to": "bob@fabrikam.example"})
    ours.wait(kind="iq", type="result", id="p1")


def test_external(folder):
    """Certificates both ways; the inside link of one proxy runs over mutual TLS."""
    contoso, fabrikam = connect(folder, INSIDE_TLS, {"SupportDialbackNegotiation": False},
                                {"SupportDialbackNegotiation": False})
    tls = ["--tls-ca", contoso.path("ca.pem"), "--tls-cert", contoso.path("own.pem"),
           "--tls-key", contoso.path("own.key")]
    ours = Host(contoso, *tls)
    theirs = Host(fabrikam, "--user", "bob", "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    contoso.wait(event="STREAM_UP", direction="in", proof="PKIX", tls="TLS1.3")
    finish(ours, theirs, contoso, fabrikam)


def test_dialback(folder):
    """Without SASL the same goes through dialback inside TLS, which needs a stream each way."""
    off = {"SaslNegotiation": "NotSupported"}
    contoso, fabrikam = connect(folder, '{ path = "inside.sock"; tls = false; }', off, off)
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    contoso.wait(event="STREAM_UP", direction="in", proof="DIALBACK_TLS")
    finish(ours, theirs, contoso, fabrikam)


def test_no_host(folder):
    """A message for a domain whose host is away comes back; so does one to nobody's partner."""
    contoso, fabrikam = connect(folder, '{ path = "inside.sock"; tls = false; }', {}, {})
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    address = {"from": "alice@contoso.example", "to": "bob@fabrikam.example"}
    ours.send(kind="message", id="m1", body="anybody?", **address)
    ours.wait(kind="message", type="error", id="m1", error="recipient-unavailable")
    address["to"] = "bob@elsewhere.example"
    ours.send(kind="message", id="m2", body="anybody?", **address)
    ours.wait(kind="message", type="error", id="m2")
    finish(ours, contoso, fabrikam)


def test_foreign_from(folder):
    """A host that writes a 'from' of another domain is cut off."""
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    ours.send(kind="message", body="x",
              **{"from": "eve@fabrikam.example", "to": "bob@fabrikam.example"})
    contoso.wait(event="INSIDE_INVALID_FROM")
    contoso.wait(event="INSIDE_DOWN")
    if ours.end() == 0:
        raise Failure("the host did not notice")
    if not any("invalid-from" in line for line in ours.seen):
        raise Failure("the host was not told why:\n" + "\n".join(ours.seen))
    finish(contoso)


def test_wrong_secret(folder):
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    contoso.put("secret", "another secret\n")
    ours = Host(contoso)
    contoso.wait(event="INSIDE_REFUSED")
    ours.child.wait(10)
    if ours.end() == 0 or not any("not-authorized" in line for line in ours.seen):
        raise Failure("the host was not refused:\n" + "\n".join(ours.seen))
    finish(contoso)


def test_bad_reload(folder):
    """A reload with a fault says why and changes nothing."""
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    contoso.put("partners.json", "{ \"Partners\": 1 }")
    why = contoso.reload(event="RELOAD_FAILED")["text"]
    if "partners.json" not in why or "Partners" not in why:
        raise Failure(why)
    with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    contoso.set_partners([])
    contoso.put("proxy.conf", text.replace("port = 0", "port = 1"))
    contoso.reload(event="RELOAD_FAILED")
    contoso.put("proxy.conf", text)
    contoso.reload()
    finish(ours, contoso)


def main():
    for test in (test_external, test_dialback, test_no_host, test_foreign_from, test_wrong_secret,
                 test_bad_reload):
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
        print("ok", test.__name__)


if __name__ == "__main__":
    main()

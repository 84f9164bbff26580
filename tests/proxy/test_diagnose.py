"""test_diagnose.py - broken partners made here: the step and the advice that 'diagnose' names."""

import json
import os
import socket
import ssl
import struct
import subprocess
import tempfile

from fake_server import FakeServer
from name_server import A, SRV, NameServer, federation, name
from programs import Failure, Proxy, finish

DOMAIN = "fabrikam.example"
NO_DIALBACK = {"SupportDialbackNegotiation": False}
NO_SASL = {"SaslNegotiation": "NotSupported"}
OLD_TLS = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
TLS_1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
PLAIN = {"TlsNegotiation": "NotSupported", "SaslNegotiation": "NotSupported", "AllowPlaintext": True}
EVIL = "00" * 32

# name: (fault of the server, fields of the record, result, step, words of the advice)
SERVERS = {
    "all is well": ({}, {}, "pass", None, ""),
    "well by dialback": ({}, NO_SASL, "pass", None, ""),
    "well without TLS": ({"starttls": False}, PLAIN, "pass", None, ""),
    "says nothing": ({"silent": True}, {}, "fail", "stream", "says nothing"),
    "answers HTTP": ({"says": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, {}, "fail", "stream",
                     "no XMPP server"),
    "closes": ({"cut": True}, {}, "fail", "stream", "closes the connection"),
    "host unknown": ({"stream_error": "host-unknown"}, {}, "fail", "stream", "wrong server"),
    "limit of the partner": ({"stream_error": "resource-constraint"}, {}, "fail", "stream",
                             "raise the limit"),
    "policy of the partner": ({"error_in_tls": "policy-violation"}, {}, "fail", "stream",
                              "permit our domain"),
    "no STARTTLS": ({"starttls": False}, {}, "fail", "tls", "offers no TLS"),
    "STARTTLS fails": ({"proceed": False}, {}, "fail", "tls", "its operator must"),
    "TLS 1.1 at most": ({"versions": OLD_TLS}, {}, "fail", "tls", "TLS 1.2"),
    "TLS 1.3 is asked for": ({"versions": TLS_1_2}, {"TlsMinimum": "1.3", **NO_DIALBACK}, "fail",
                             "tls", "enable TLS 1.3"),
    "expired": ({"certificate": "fabrikam-expired"}, NO_DIALBACK, "fail", "certificate", "renewed"),
    "expired, dialback does": ({"certificate": "fabrikam-expired"}, {}, "warning", "certificate",
                               "renewed"),
    "wrong name": ({"certificate": "fabrikam-wrongname"}, NO_DIALBACK, "fail", "certificate",
                   "as dNSName"),
    "wrong usage": ({"certificate": "fabrikam-clientauth"}, NO_DIALBACK, "fail", "certificate",
                    "eku rule"),
    "unknown authority": ({"certificate": "fabrikam-unknownca"}, NO_DIALBACK, "fail", "certificate",
                          "trust anchors"),
    "self-signed": ({"certificate": "fabrikam-selfsigned"}, NO_DIALBACK, "fail", "certificate",
                    "trust anchors"),
    "revoked": ({"certificate": "fabrikam-revoked"}, NO_DIALBACK, "fail", "certificate",
                "must replace it"),
    "another key than pinned": ({}, {"Pins": [EVIL]}, "fail", "certificate", "somebody may be"),
    "TLSA records are asked for": ({}, {"Dane": "required"}, "fail", "certificate", "proves"),
    "SASL refused": ({"sasl": "failure"}, NO_DIALBACK, "fail", "sasl", "refused our certificate"),
    "SASL refused, dialback does": ({"sasl": "failure"}, {}, "warning", "sasl", "refused our"),
    "no EXTERNAL and no dialback": ({"external": False}, NO_DIALBACK, "fail", "sasl",
                                    "does not offer EXTERNAL"),
    "dialback off there": ({"dialback": False}, NO_SASL, "fail", "dialback", "must enable it"),
    "wrong key": ({"verdict": "invalid"}, NO_SASL, "fail", "dialback", "dialback_secret"),
    "dialback refused": ({"verdict": "error"}, NO_SASL, "fail", "dialback", "5269"),
    "dialback hangs": ({"verdict": None}, NO_SASL, "fail", "dialback", "cannot reach us"),
}


def check(said, condition, shown=""):
    if not condition:
        raise Failure(f"{said}\n{json.dumps(shown, indent=1) if not isinstance(shown, str) else shown}")


def ctl(proxy, *arguments):
    done = subprocess.run([os.environ["XMPPFEDCTL"], "--socket", proxy.path("admin.sock"),
                           *arguments], capture_output=True, text=True, timeout=60, check=False)
    check(done.stderr, "Sanitizer" not in done.stderr)
    return done.returncode, done.stdout + done.stderr


def diagnose(proxy, domain=DOMAIN, seconds="2"):
    status, text = ctl(proxy, "--json", "diagnose", domain, proxy.domain, seconds)
    report = json.loads(text)
    check("status", status == (1 if report.get("result") == "fail" else 0), report)
    return report


def expect(said, report, result, step, advice):
    check(f"{said}: result", report["result"] == result, report)
    check(f"{said}: step", report.get("failed") == step, report)
    check(f"{said}: advice", advice in report.get("advice", ""), report)
    for entry in report["steps"]:
        check(f"{said}: each failed step has advice",
              entry["result"] in ("pass", "fail", "skip") and entry["seen"] and
              (entry["result"] != "fail" or entry["advice"].strip()), entry)


def set_record(proxy, record):
    proxy.set_partners([{"Domain": DOMAIN, "PartnerType": "Federated", **record}])
    proxy.reload()


def test_servers(proxy):
    for said, (fault, record, *expected) in SERVERS.items():
        server = FakeServer(**fault)
        set_record(proxy, {"Addresses": [f"127.0.0.1:{server.port}"], **record})
        expect(said, diagnose(proxy), *expected)
        server.close()
        check(f"{said}: no stanza is sent", not any(
            stanza in server.heard for stanza in ("<message", "<presence", "<iq")), server.heard)
        print("ok -", said)


def test_transport(proxy):
    """No server at all, one that is full, and a second one that is well."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = f"127.0.0.1:{closed.getsockname()[1]}"
    set_record(proxy, {"Addresses": [refused]})
    expect("refused", diagnose(proxy), "fail", "tcp", "Nothing listens")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        at = full.getsockname()
        idle = [socket.socket() for _ in range(4)]
        for s in idle:
            s.setblocking(False)
            s.connect_ex(at)
        set_record(proxy, {"Addresses": [f"127.0.0.1:{at[1]}"]})
        expect("black hole", diagnose(proxy), "fail", "tcp", "firewall")
        for s in idle:
            s.close()
    server = FakeServer()
    set_record(proxy, {"Addresses": [refused, f"127.0.0.1:{server.port}"]})
    report = diagnose(proxy)
    expect("the second is well", report, "warning", "tcp", "Nothing listens")
    check("both", len([s for s in report["steps"] if s["step"] == "tcp"]) == 2, report)
    status, text = ctl(proxy, "diagnose", DOMAIN)
    check("for people", status == 0 and "RESULT" in text and "Nothing listens" in text, text)
    server.close()


def test_here(proxy):
    """What is wrong at this end."""
    server = FakeServer()
    set_record(proxy, {"Addresses": [f"127.0.0.1:{server.port}"]})
    expect("not listed", diagnose(proxy, "unlisted.example"), "fail", "partner", "Add a record")
    proxy.set_partners([], federation=False)
    proxy.reload()
    expect("switched off", diagnose(proxy), "fail", "partner", "AllowFederatedUsers")
    for wrong in (("..",), ("contoso.example",), (DOMAIN, "other.example"),
                  (DOMAIN, "contoso.example", "0"), (DOMAIN, "contoso.example", "61")):
        status, text = ctl(proxy, "diagnose", *wrong)
        check("one sentence", status == 1 and text.count("\n") == 1, text)
    server.close()


# name: (zone, step of the first failure, words of the advice)
ZONES = {
    "no such domain": ({("other.example", A): []}, "srv", "spelling"),
    "neither SRV nor A": ({(DOMAIN, 16): []}, "srv", ""),
    "SRV says no": ({(f"_xmpp-server._tcp.{DOMAIN}", SRV): [struct.pack("!HHH", 0, 0, 5269) + b"\0"]},
                    "srv", "offers no XMPP"),
    "the target has no address": (
        {(f"_xmpp-server._tcp.{DOMAIN}", SRV): [struct.pack("!HHH", 0, 0, 5269) +
                                               name("gone." + DOMAIN)]}, "srv", ""),
    "SERVFAIL": ({"fails": "all"}, "srv", "name servers of the domain"),
    "bogus": ({"fails": "bogus", **federation(DOMAIN, 5269)}, "srv", "sign the zone anew"),
}


def with_name_server(folder, port, trusted="false"):
    proxy = Proxy(folder, "contoso.example", "contoso")
    with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    proxy.put("proxy.conf", text.replace(
        '"127.0.0.1:9" );', f'"127.0.0.1:{port}" ); trusted = {trusted};'))
    proxy.set_partners([{"Domain": DOMAIN}])
    return proxy.start()


def test_names(folder):
    zone = {}
    server = NameServer(zone)
    proxy = with_name_server(os.path.join(folder, "dns"), server.port, "true")
    for said, (records, *expected) in ZONES.items():
        zone.clear()
        zone.update(records)
        expect(said, diagnose(proxy), "fail", *expected)
        print("ok -", said)
    fake = FakeServer()
    zone.clear()
    zone.update(federation(DOMAIN, fake.port))
    expect("found by SRV", diagnose(proxy), "pass", None, "")
    fake.close()
    finish(proxy)
    server.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        proxy = with_name_server(os.path.join(folder, "silent"), silent.getsockname()[1])
        expect("no answer", diagnose(proxy), "fail", "srv", "port 53")
        finish(proxy)


def test_own_certificate(folder):
    """Ours is for another domain: that explains what the partner refuses."""
    proxy = Proxy(os.path.join(folder, "own"), "contoso.example", "fabrikam").start()
    server = FakeServer(sasl="failure")
    set_record(proxy, {"Addresses": [f"127.0.0.1:{server.port}"], **NO_DIALBACK})
    expect("own certificate", diagnose(proxy), "fail", "own-certificate", "dNSName")
    server.close()
    finish(proxy)


def test_gone(proxy):
    """A client that does not wait leaves nothing behind; one that asks twice gets both answers."""
    server = FakeServer(silent=True)
    set_record(proxy, {"Addresses": [f"127.0.0.1:{server.port}"]})
    line = json.dumps({"command": "diagnose", "domain": DOMAIN, "seconds": "1"}).encode() + b"\n"
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(proxy.path("admin.sock"))
        s.sendall(line)
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(proxy.path("admin.sock"))
        s.sendall(line + b'{"command": "gateway get"}\n')
        with s.makefile() as file:
            check("the report first", "steps" in json.loads(file.readline()))
            check("then the rest", "gateway" in json.loads(file.readline()))
    left = socket.socket(socket.AF_UNIX)
    left.connect(proxy.path("admin.sock"))
    left.sendall(line.replace(b'"1"', b'"60"'))
    ctl(proxy, "gateway", "get")
    server.close()
    return left


def main():
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
        with open(os.path.join(os.environ["TEST_DATA"], "crl.pem"), encoding="ascii") as crl:
            proxy.put("crl.pem", crl.read())
        with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
            proxy.put("proxy.conf", 'crl = "crl.pem";\n' + file.read())
        proxy.start()
        test_servers(proxy)
        test_transport(proxy)
        test_here(proxy)
        test_names(folder)
        test_own_certificate(folder)
        left = test_gone(proxy)
        finish(proxy)
        left.close()


if __name__ == "__main__":
    main()

"""scan.py - what strangers with TLS tools see on the proxy's port 5269."""

import json
import os

from bridge import Bridge, starttls
from case import case, expect
from process import run
from proxy import partner
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

BRIDGE = "127.0.0.60"
OLD_PROTOCOLS = ("SSLv2", "SSLv3", "TLS1", "TLS1_1")
# What testssl.sh grades above LOW and what is no fault of the server under test:
# it has no GOST engine, and it cannot tell what service it talks to.
TOOL_FINDINGS = ("engine_problem", "service")
GRADES = ("MEDIUM", "HIGH", "CRITICAL", "FATAL", "WARN")


def listening(world):
    return world.proxy([partner(PEERS["prosody"][1])]).start()


@case("scan.openssl", seconds=40)
def openssl(world):
    """OpenSSL gets through STARTTLS with both versions and believes the certificate."""
    listening(world)
    for version in ("-tls1_2", "-tls1_3"):
        status, output = s_client(world, version)
        expect(status == 0 and "Verification: OK" in output, f"{version} failed:\n{output}")
        expect(f"Verified peername: {OUR_DOMAIN}" in output, f"wrong name:\n{output}")
    for version in ("-tls1", "-tls1_1"):
        status, output = s_client(world, version, "-cipher", "ALL:@SECLEVEL=0")
        expect(status != 0, f"{version} was accepted:\n{output}")


def s_client(world, *arguments):
    return run(["openssl", "s_client", "-connect", f"{OUR_ADDRESS}:5269", "-starttls", "xmpp-server",
                "-xmpphost", OUR_DOMAIN, "-servername", OUR_DOMAIN, "-verify_return_error",
                "-CAfile", world.certificates.trust, "-verify_hostname", OUR_DOMAIN, "-brief",
                *arguments], seconds=15)


@case("scan.direct-tls", seconds=40)
def direct_tls(world):
    """The port of STARTTLS takes TLS from the first byte, for this protocol and our domain alone."""
    listening(world)

    def connect(name, *arguments):
        return run(["openssl", "s_client", "-connect", f"{OUR_ADDRESS}:5269", "-servername", name,
                    "-verify_return_error", "-CAfile", world.certificates.trust,
                    "-verify_hostname", OUR_DOMAIN, *arguments], seconds=15)

    status, output = connect(OUR_DOMAIN, "-alpn", "h2,xmpp-server")
    expect(status == 0 and "Verification: OK" in output, f"it was refused:\n{output}")
    expect("ALPN protocol: xmpp-server" in output, f"the protocol was not chosen:\n{output}")
    status, output = connect(OUR_DOMAIN)
    expect(status == 0 and "No ALPN negotiated" in output, f"refused without ALPN:\n{output}")
    status, output = connect(OUR_DOMAIN, "-alpn", "h2")
    expect(status != 0 and "no application protocol" in output, f"it took HTTP/2:\n{output}")
    status, output = connect("elsewhere.example", "-alpn", "xmpp-server")
    expect(status != 0 and "unrecognized name" in output, f"it took a foreign name:\n{output}")


@case("scan.sslscan", seconds=60)
def sslscan(world):
    listening(world)
    status, output = run(["sslscan", "--no-colour", "--starttls-xmpp", "--xmpp-server",
                          f"{OUR_DOMAIN}:5269"], seconds=50)
    expect(status == 0, f"sslscan failed:\n{output}")
    wanted = ["TLSv1.2   enabled", "TLSv1.3   enabled", "TLSv1.0   disabled", "TLSv1.1   disabled",
              "SSLv2     disabled", "SSLv3     disabled", "Session renegotiation not supported"]
    for line in wanted:
        expect(line in output, f"'{line}' is missing in:\n{output}")
    for weak in ("-CBC-", "RC4", "3DES", "NULL", "EXPORT", "-SHA "):
        accepted = [line for line in output.splitlines()
                    if line.startswith(("Accepted", "Preferred")) and weak in line + " "]
        expect(not accepted, f"weak ciphers are accepted: {accepted}")


# To see whether tickets resume, testssl.sh has s_client end at once, by the end of its input: often
# before the ticket, which comes after the handshake (RFC 8446 4.6.1), so that there is none to show.
PATIENT_OPENSSL = """#!/bin/bash
case " $* " in
*" -sess_out "*) exec /usr/bin/openssl "$@" < <(cat; sleep 1) ;;
esac
exec /usr/bin/openssl "$@"
"""


def patient_openssl(world):
    path = os.path.join(world.directory, "openssl")
    with open(path, "w", encoding="ascii") as file:
        file.write(PATIENT_OPENSSL)
    os.chmod(path, 0o755)
    return path


def testssl_findings(world):
    """What testssl.sh says of the proxy, by its name for the check."""
    report = os.path.join(world.directory, "testssl.json")
    if os.path.exists(report):
        os.remove(report)
    with Bridge((BRIDGE, 443), (OUR_ADDRESS, 5269), OUR_DOMAIN):
        _, output = run(["testssl", "-p", "-s", "-f", "-S", "-P", "-U", "--warnings", "off",
                         "--color", "0", "--nodns", "none", "--ip", BRIDGE,
                         "--openssl", patient_openssl(world),
                         "--add-ca", world.certificates.trust, "--openssl-timeout", "10",
                         "--jsonfile", report, f"{OUR_DOMAIN}:443"],
                        directory=world.directory, seconds=230)
    with open(os.path.join(world.directory, "testssl.log"), "a", encoding="utf-8") as log:
        log.write(output)
    with open(report, encoding="utf-8") as file:
        return {item["id"]: item for item in json.load(file)}


@case("scan.testssl", seconds=480)
def testssl(world):
    """TLS 1.2 and 1.3 only, and no finding above LOW in any section that applies."""
    listening(world)
    findings = testssl_findings(world)
    # On a busy machine its openssl may give up; then nothing was found out, and it looks again.
    if any("connect problem" in item["finding"] for item in findings.values()):
        findings = testssl_findings(world)
    for protocol in OLD_PROTOCOLS:
        expect(findings[protocol]["finding"].startswith("not offered"), str(findings[protocol]))
    for protocol in ("TLS1_2", "TLS1_3"):
        expect(findings[protocol]["finding"].startswith("offered"), str(findings[protocol]))
    bad = [f"{item['id']}: {item['severity']} {item['finding']}" for item in findings.values()
           if item["severity"] in GRADES and item["id"] not in TOOL_FINDINGS]
    expect(not bad, "findings above LOW:\n" + "\n".join(bad))


@case("scan.old-data-after-starttls", seconds=30)
def injected(world):
    """Bytes behind <starttls/> in the same packet never count as sent inside TLS."""
    listening(world)
    with starttls((OUR_ADDRESS, 5269), OUR_DOMAIN) as connection:
        connection.sendall(b"<message xmlns='jabber:server'><body>early</body></message>")
        connection.settimeout(10)
        answer = connection.recv(4096)
        expect(b"<message" not in answer and b"<stream" not in answer,
               f"plain text was answered with plain text: {answer!r}")

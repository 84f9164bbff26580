"""test_ocsp.py - the OCSP response of a hosted domain: who gets it, and what a reload makes of it."""

import os
import subprocess
import tempfile

from programs import DATA, Failure, Proxy, finish

SENT = "OCSP Response Status: successful (0x0)"
NOT_SENT = "OCSP response: no response sent"


def check(name, holds, detail=""):
    if not holds:
        raise Failure(f"{name}: {detail}")


def openssl(*arguments, given=""):
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, text=True,
                          timeout=30, check=False)


def respond(folder, certificate, days, name="own.ocsp", revoked=False):
    """Writes what the authority of the tests says of a certificate; days: for how long it holds."""
    path = os.path.join(DATA, certificate + ".pem")
    serial = openssl("x509", "-in", path, "-noout", "-serial").stdout.strip().split("=")[1]
    state = ("R", "250101000000Z") if revoked else ("V", "")
    with open(os.path.join(folder, "index.txt"), "w", encoding="ascii") as file:
        file.write("\t".join((state[0], "600101000000Z", state[1], serial, "unknown",
                              f"/CN={certificate}")) + "\n")
    ca = os.path.join(DATA, "ca")
    done = openssl("ocsp", "-index", os.path.join(folder, "index.txt"), "-CA", ca + ".pem",
                   "-rsigner", ca + ".pem", "-rkey", ca + ".key", "-issuer", ca + ".pem",
                   "-cert", path, "-ndays", str(days), "-no_nonce",
                   "-respout", os.path.join(folder, name))
    check("the response is made", done.returncode == 0, done.stderr)


def shown(proxy):
    """What a partner that dials in gets, STARTTLS in TLS 1.3 and 1.2."""
    outputs = []
    for version in ("-tls1_3", "-tls1_2"):
        done = openssl("s_client", "-connect", proxy.outside, "-starttls", "xmpp-server",
                       "-xmpphost", "contoso.example", "-status", version)
        outputs.append(done.stdout)
    return outputs


def expect(proxy, text):
    for output in shown(proxy):
        check(f"a partner sees \"{text}\"", text in output, output[:2000])


def main():
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
        with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
            config = file.read()
        proxy.put("proxy.conf", config.replace('key = "own.key"; }',
                                               'key = "own.key"; ocsp = "own.ocsp"; }', 1))
        respond(proxy.folder, "contoso", 7)
        proxy.start()
        expect(proxy, SENT)
        # What a reload finds instead is not sent, and nothing else goes wrong.
        for name, change, code, words in (
                ("missing", lambda: os.unlink(proxy.path("own.ocsp")), "TLS_STAPLE", "cannot read"),
                ("of another", lambda: respond(proxy.folder, "fabrikam", 7), "TLS_STAPLE",
                 "about another certificate"),
                ("revoked", lambda: respond(proxy.folder, "contoso", 7, revoked=True),
                 "TLS_REVOKED", "own certificate was revoked"),
                ("rubbish", lambda: proxy.put("own.ocsp", "rubbish"), "TLS_STAPLE",
                 "cannot be read")):
            change()
            proxy.reload()
            found = [line for line in proxy.seen if "CERTIFICATE_WARNING" in line]
            check(name, found and f'"{code}"' in found[-1] and words in found[-1] and
                  "own.ocsp" in found[-1], found)
            expect(proxy, NOT_SENT)
        # A good one is taken up again.
        respond(proxy.folder, "contoso", 7)
        proxy.reload()
        expect(proxy, SENT)
        finish(proxy)


if __name__ == "__main__":
    main()

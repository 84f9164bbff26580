"""test_cert.py - xmppfedctl cert: requests that openssl reads, and what partners would say."""

import json
import os
import re
import stat
import subprocess
import tempfile

from ctl import check
from programs import DATA, Proxy

LONG = ".".join(["a" * 60] * 3) + ".example"


def ctl(folder, *arguments, status=0):
    done = subprocess.run([os.environ["XMPPFEDCTL"], *arguments], capture_output=True, text=True,
                          timeout=60, check=False, cwd=folder)
    check(f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}",
          done.returncode == status and "Sanitizer" not in done.stderr)
    return done.stdout + done.stderr


def ask(folder, *arguments, status=0):
    return json.loads(ctl(folder, "--json", "cert", *arguments, status=status))


def openssl(folder, *arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=60,
                          check=True, cwd=folder).stdout


def read(folder, name):
    return openssl(folder, "req", "-in", name, "-noout", "-text", "-verify", "-nameopt", "RFC2253")


def test_request(folder):
    old = os.umask(0)
    text = ctl(folder, "cert", "request", "Contoso.example", "bücher.example", "contoso.example")
    os.umask(old)
    check("for people", "contoso.example.csr" in text and "cert check" in text, text)
    check("nobody else reads the key",
          stat.S_IMODE(os.stat(os.path.join(folder, "contoso.example.key")).st_mode) == 0o600)
    seen = read(folder, "contoso.example.csr")
    check("names", "DNS:contoso.example, DNS:sip.contoso.example, DNS:xn--bcher-kva.example, "
          "DNS:sip.xn--bcher-kva.example\n" in seen, seen)
    check("the rest", "prime256v1" in seen and "Subject: CN=contoso.example\n" in seen and
          "TLS Web Server Authentication\n" in seen and "Digital Signature\n" in seen, seen)
    with open(os.path.join(folder, "contoso.example.key"), encoding="ascii") as file:
        before = file.read()
    said = ctl(folder, "cert", "request", "contoso.example", status=1)
    check("nothing is overwritten", "--force" in said, said)
    os.unlink(os.path.join(folder, "contoso.example.csr"))
    ctl(folder, "cert", "request", "contoso.example", status=1)
    check("no request without its key", not os.path.exists(os.path.join(folder, "contoso.example.csr")))
    with open(os.path.join(folder, "contoso.example.key"), encoding="ascii") as file:
        check("the key is the old one", file.read() == before)
    ctl(folder, "cert", "request", "contoso.example", "--force")
    with open(os.path.join(folder, "contoso.example.key"), encoding="ascii") as file:
        check("with --force it is another", file.read() != before)
    os.symlink(os.path.join(folder, "elsewhere"), os.path.join(folder, "link.key"))
    ctl(folder, "cert", "request", "contoso.example", "--out", "link", status=1)
    check("no link is followed", not os.path.exists(os.path.join(folder, "elsewhere")))


def test_options(folder):
    for kind, shown in (("ecdsa384", "secp384r1"), ("rsa2048", "(2048 bit)"),
                        ("rsa3072", "(3072 bit)")):
        answer = ask(folder, "request", "a.example", "--key-type", kind, "--out", kind)
        check(f"{answer}", answer["key_type"] == kind and answer["key"] == kind + ".key")
        seen = read(folder, kind + ".csr")
        check(kind, shown in seen and ("Key Encipherment" in seen) == kind.startswith("rsa"), seen)
    answer = ask(folder, "request", "a.example", LONG, "--out", "all", "--no-sip", "--srv-names",
                 "--client-auth", "--country", "DE", "--state", "Hessen", "--locality", "Köln",
                 "--organization", "A & B", "--unit", "IT")
    check("told", answer["names"] == ["a.example", LONG, "_xmpp-server.a.example",
                                      "_xmpp-server." + LONG], answer)
    seen = read(folder, "all.csr")
    check("names", f"DNS:a.example, DNS:{LONG}, othername: SRVName::_xmpp-server.a.example, "
          f"othername: SRVName::_xmpp-server.{LONG}\n" in seen and "xmppAddr" not in seen, seen)
    check("subject", r"CN=a.example,OU=IT,O=A & B,L=K\C3\B6ln,ST=Hessen,C=DE" in seen, seen)
    check("purposes", "Server Authentication, TLS Web Client Authentication" in seen, seen)
    ask(folder, "request", LONG, "--out", "long")
    check("too long for a common name", "Subject: \n" in read(folder, "long.csr"))


def test_configured(folder):
    proxy = Proxy(os.path.join(folder, "proxy"), "contoso.example", "contoso")
    answer = ask(folder, "request", "--config", proxy.path("proxy.conf"), "b.example", "--out", "c")
    check("both", answer["names"] == ["b.example", "sip.b.example", "contoso.example",
                                      "sip.contoso.example"], answer)
    answer = ask(folder, "check", "--config", proxy.path("proxy.conf"), "--trust",
                 os.path.join(DATA, "ca.pem"))
    check("its own", answer["result"] == "pass" and answer["findings"][0]["domain"] ==
          "contoso.example" and answer["findings"][0]["file"].endswith("own.pem"), answer)


def data(name):
    return os.path.join(DATA, name + ".pem")


def test_check(folder):
    """Row: file, domains, the worst result, a word of the finding that tells it."""
    weak = os.path.join(folder, "weak.pem")
    openssl(folder, "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "weak.key", "-out",
            weak, "-subj", "/CN=x", "-addext", "subjectAltName=DNS:fabrikam.example")
    with open(data("fabrikam-chain"), encoding="ascii") as file:
        parts = re.findall("-----BEGIN.*?-----END CERTIFICATE-----\n", file.read(), re.S)
    for name, order in (("swapped", [parts[1], parts[0]]), ("alone", parts[:1]),
                        ("twice", [parts[0], parts[0]])):
        with open(os.path.join(folder, name + ".pem"), "w", encoding="ascii") as file:
            file.writelines(order)
    key = ("--key", os.path.join(DATA, "fabrikam-chain.key"))
    for file, more, result, word in (
            (data("fabrikam"), (), "pass", "DNS:fabrikam.example"),
            (data("fabrikam"), ("fabrikam.example",), "pass", "DNS:fabrikam.example"),
            (data("fabrikam"), ("fabrikam.example", "other.example"), "fail", "other.example"),
            (data("fabrikam-chain"), (), "pass", "Issuing"),
            (data("fabrikam-expired"), (), "fail", "expired"),
            (data("fabrikam-notyet"), (), "fail", "not valid"),
            (data("fabrikam-clientauth"), (), "fail", "serverAuth"),
            (data("fabrikam-serverauth"), (), "warning", "clientAuth"),
            (data("fabrikam-cnonly"), (), "fail", "dNSName"),
            (data("fabrikam-selfsigned"), (), "warning", "signed by itself"),
            (data("fabrikam-unknownca"), (), "warning", "does not lead"),
            (data("fabrikam"), ("--key", os.path.join(DATA, "contoso.key")), "fail", "contoso.key"),
            (os.path.join(folder, "swapped.pem"), key, "fail", "did not issue"),
            (os.path.join(folder, "twice.pem"), key, "fail", "number 1"),
            (os.path.join(folder, "alone.pem"), key, "warning", "issuer's certificates"),
            (weak, (), "fail", "1024 bits")):
        answer = ask(folder, "check", file, *more, "--trust", data("ca"),
                     status=1 if result == "fail" else 0)
        texts = [f["text"] for f in answer["findings"] if f["result"] == result]
        check(f"{file} {more}: {result}, {word}", answer["result"] == result and
              any(word in text for text in texts), answer)
    text = ctl(folder, "cert", "check", data("fabrikam-expired"), "--trust", data("ca"), status=1)
    check("for people", re.search(r"^fail +fabrikam\.example .*renewed", text, re.M), text)
    answer = ask(folder, "check", data("fabrikam"))
    check("by the system's authorities", answer["result"] == "warning" and
          "this system" in answer["findings"][0]["text"], answer)


def test_wrong(folder):
    for wrong in (("request",), ("request", ".."), ("request", "a.example", "--key-type", "dsa"),
                  ("request", "a.example", "--out", "no/such/folder/x"),
                  ("request", "a.example", "--country", "Germany"),
                  ("request", "--config", "nowhere.conf"), ("check",), ("check", "nowhere.pem"),
                  ("check", os.path.join(DATA, "fabrikam.key")), ("check", data("fabrikam"), ".."),
                  ("check", data("fabrikam"), "--trust", "nowhere.pem"),
                  ("check", data("fabrikam"), "--config", "x.conf")):
        said = ctl(folder, "cert", *wrong, status=1)
        check(f"{wrong}: one sentence", said.startswith("xmppfedctl: ") and said.count("\n") == 1, said)
    for wrong in (("status", "--force"), ("cert",), ("cert", "frob"), ("cert", "request", "--frob")):
        check("help is named", "--help" in ctl(folder, *wrong, status=2))


def main():
    with tempfile.TemporaryDirectory() as folder:
        test_request(folder)
        test_options(folder)
        test_configured(folder)
        test_check(folder)
        test_wrong(folder)


if __name__ == "__main__":
    main()

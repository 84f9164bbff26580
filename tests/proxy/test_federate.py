"""test_federate.py - two proxies with a host each talk to each other over loopback."""

import base64
import hashlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

from fake_server import FakeServer
from name_server import NameServer, federation
from programs import DATA, Failure, Host, INSIDE_SOCKET, INSIDE_TLS, Proxy, finish


TLS_1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
# A key that nobody has.
KEY = "IN DS 1 13 2 " + "00" * 32 + "\n"


def partner(domain, outside, kind="Federated", **more):
    return {"Domain": domain, "PartnerType": kind, "Addresses": [outside], **more}


def connect(folder, inside, contoso_more, fabrikam_more, kind=Proxy):
    """Start both proxies; each learns the other's port by a reload."""
    contoso = kind(os.path.join(folder, "contoso"), "contoso.example", "contoso", inside).start()
    fabrikam = kind(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
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
    """Certificates, a stream each way; the inside link of one proxy runs over mutual TLS."""
    record = {"SupportDialbackNegotiation": False, "Bidi": "never"}
    contoso, fabrikam = connect(folder, INSIDE_TLS, record, record)
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
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, off, off)
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    contoso.wait(event="STREAM_UP", direction="in", proof="DIALBACK_TLS")
    finish(ours, theirs, contoso, fabrikam)


class Strict(FakeServer):
    """It ends TLS with a client whose certificate is not from its own authority."""

    def __init__(self, **fault):
        super().__init__(clients="expired-ca", **fault)
        self.messages = []

    def converse(self, peer):
        self.messages.append(self._until(peer, r"</message>"))
        super().converse(peer)


def test_refused_in_tls(folder):
    """An alert about our certificate, where nobody else can have sent it, leads to dialback."""
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso", INSIDE_SOCKET)
    strict = Strict()
    contoso.set_partners([partner("fabrikam.example", f"127.0.0.1:{strict.port}")])
    contoso.start()
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    ours.send(kind="message", id="m1", body="by dialback",
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    down = contoso.wait(event="STREAM_DOWN", direction="out")
    if "refused our certificate" not in down["text"]:
        raise Failure(f"the refusal was not seen: {down}")
    contoso.wait(event="STREAM_UP", direction="out", proof="DIALBACK_TLS")
    contoso.wait(event="OUTCOME")
    finish(ours, contoso)
    strict.close()
    if [text for text in strict.messages if "by dialback" in text] == []:
        raise Failure("the message did not arrive")


def test_refused_for_good(folder):
    """In TLS 1.2 anybody may have sent the alert; and a record without dialback allows none."""
    rows = (({"versions": TLS_1_2}, {}), ({}, {"SupportDialbackNegotiation": False}))
    for number, (fault, record) in enumerate(rows):
        strict = Strict(**fault)
        contoso = Proxy(os.path.join(folder, f"contoso{number}"), "contoso.example", "contoso",
                        INSIDE_SOCKET)
        contoso.set_partners([partner("fabrikam.example", f"127.0.0.1:{strict.port}", **record)])
        contoso.start()
        ours = Host(contoso)
        contoso.wait(event="INSIDE_UP")
        ours.send(kind="message", id="m1", body="x",
                  **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
        down = contoso.wait(event="STREAM_DOWN", direction="out")
        if "by dialback over TLS" in down["text"] or "CA is unknown" not in down["text"]:
            raise Failure(f"another end was expected: {down}")
        finish(ours, contoso)
        strict.close()


def write_secret(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text + "\n")


def test_shared_secret(folder):
    """A secret proves both, and another one, which both learn by a reload, proves them anew."""
    path = os.path.join(folder, "secret")
    record = {"SharedSecret": path}
    secrets = ("correct-horse-battery", "staple-of-the-battery")
    write_secret(path, secrets[0])
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, record, record)
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    contoso.wait(event="STREAM_UP", direction="out", proof="SHARED_SECRET", tls="TLS1.3")
    fabrikam.wait(event="STREAM_UP", direction="in", proof="SHARED_SECRET")
    write_secret(path, secrets[1])
    fabrikam.reload()
    fabrikam.wait(event="STREAM_DOWN")
    contoso.wait(event="STREAM_DOWN")
    contoso.reload()
    converse(ours, theirs)
    contoso.wait(event="STREAM_UP", proof="SHARED_SECRET")
    finish(ours, theirs, contoso, fabrikam)
    for proxy in (contoso, fabrikam):
        if any(secret in line for line in proxy.seen for secret in secrets):
            raise Failure("a secret was logged")


def test_no_host(folder):
    """A message for a domain whose host is away comes back; so does one to nobody's partner."""
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, {}, {})
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


def test_private_files(folder):
    """Whatever the umask, others can neither reach the inside socket nor read the contacts."""
    before = os.umask(0)
    try:
        contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    finally:
        os.umask(before)
    for name, mode in (("inside.sock", 0o660), ("contacts.sqlite", 0o600)):
        found = os.stat(contoso.path(name)).st_mode & 0o777
        if found != mode:
            raise Failure(f"{name} has mode {found:o}")
    finish(contoso)


def test_recordings(folder):
    """A stream leaves a file once that is wanted, for nobody else's eyes and without the message."""
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, {}, {})
    os.makedirs(contoso.path("recordings"))
    with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    contoso.put("proxy.conf", text + 'record = "recordings";\n')
    contoso.reload()
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    finish(theirs, fabrikam)
    contoso.wait(event="RECORDED")
    finish(ours, contoso)
    names = sorted(os.listdir(contoso.path("recordings")))
    if not any(name.endswith("-out-fabrikam.example.xt") for name in names):
        raise Failure(f"recorded: {names}")
    for name in names:
        path = os.path.join(contoso.path("recordings"), name)
        if os.stat(path).st_mode & 0o777 != 0o600:
            raise Failure(f"{name} has mode {os.stat(path).st_mode:o}")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if not text.startswith("start ") or "STREAM_UP" not in text or "welcome" in text:
            raise Failure(f"{name}:\n{text}")


def add_settings(proxy, settings):
    with open(proxy.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    proxy.put("proxy.conf", text + settings)


def asks_to_resume(folder, settings):
    """Whether the proxy wants its stream to be resumable, with these settings."""
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, {}, {})
    os.makedirs(contoso.path("recordings"))
    add_settings(contoso, 'record = "recordings";\n' + settings)
    contoso.reload()
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    finish(ours, theirs, contoso, fabrikam)
    for name in os.listdir(contoso.path("recordings")):
        if name.endswith("-out-fabrikam.example.xt"):
            with open(os.path.join(contoso.path("recordings"), name), encoding="utf-8") as file:
                return "<enable xmlns='urn:xmpp:sm:3' resume='true'/>" in file.read()
    raise Failure("no stream was recorded")


def test_resume_settings(folder):
    """A reload says whether streams made from then on are resumed."""
    for settings, expected in (("", True), ("resume = { seconds = 0; };\n", False)):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            if asks_to_resume(inner, settings) != expected:
                raise Failure(f"with {settings!r}: resumable is {not expected}")


def test_queue_bytes(folder):
    """What is larger than the queue of a partner that cannot be reached comes back at once."""
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
    add_settings(contoso, "queue = { bytes = 65536; };\n")
    contoso.set_partners([partner("fabrikam.example", "127.0.0.1:1")])
    contoso.start()
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    ours.send(kind="message", id="m1", body="x" * 70000,
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    ours.wait(5, kind="message", id="m1", type="error", error="resource-constraint")
    finish(ours, contoso)


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


def resolve(folder, truncate, service="_xmpp-server", more="", anchor=None):
    """One message to a partner that is found by SRV and A records."""
    fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
    with open(fabrikam.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    fabrikam.put("proxy.conf", text.replace("port = 0; } ); };", f"port = 0; {more}}} ); }};", 1))
    fabrikam.set_partners([partner("contoso.example", "127.0.0.1:9",
                                   SupportDialbackNegotiation=False)])
    fabrikam.start()
    port = int(fabrikam.outside.rsplit(":", 1)[1])
    server = NameServer(federation("fabrikam.example", port, service), truncate)
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
    with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    text = text.replace("127.0.0.1:9", f"127.0.0.1:{server.port}")
    if anchor:
        contoso.put("anchor", anchor)
        text = text.replace("dns = {", "dns = { validate = true; root_anchor = \"anchor\";")
    contoso.put("proxy.conf", text)
    contoso.set_partners([{"Domain": "fabrikam.example", "PartnerType": "Federated"},
                          {"Domain": "nowhere.example"}])
    contoso.start()
    ours, theirs = Host(contoso), Host(fabrikam)
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    ours.send(kind="message", id="m1", body="found you",
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    theirs.wait(kind="message", body="found you")
    fabrikam.wait(event="STREAM_UP", direction="in", proof="PKIX", tls="TLS1.3")
    ours.send(kind="message", id="m2", body="where are you?",
              **{"from": "alice@contoso.example", "to": "bob@nowhere.example"})
    ours.wait(kind="message", id="m2", type="error", error="remote-server-not-found")
    finish(ours, theirs, contoso, fabrikam)
    server.close()
    if (server.tcp_queries > 0) != truncate:
        raise Failure(f"{server.tcp_queries} queries came over TCP")


STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
HEADER = ("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
          "from='fabrikam.example' to='contoso.example' version='1.0'>")


def say(connection, text, awaited):
    """Send text and read until the awaited words came."""
    said = b""
    connection.sendall(text.encode())
    while awaited.encode() not in said:
        some = connection.recv(4096)
        if not some:
            raise Failure(f"no '{awaited}', but the end after {said!r}")
        said += some


def knock(outside):
    """A stream of a stranger, up to the end of its TLS handshake."""
    address, _, port = outside.rpartition(":")
    plain = socket.create_connection((address, int(port)), 15)
    say(plain, HEADER, "</stream:features>")
    say(plain, STARTTLS, "<proceed")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain)


def is_shown(connection, path):
    """Whether the certificate of the other end is the first one in a file."""
    with open(path, encoding="ascii") as file:
        end = "-----END CERTIFICATE-----"
        first = file.read().partition(end)[0] + end + "\n"
    return connection.getpeercert(binary_form=True) == ssl.PEM_cert_to_DER_cert(first)


def test_new_certificate(folder):
    """After SIGHUP streams that stand keep their certificate, and go on; new ones show the new."""
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, {}, {})
    ours, theirs = Host(contoso), Host(fabrikam, "--status", "in a meeting")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    converse(ours, theirs)
    old = knock(contoso.outside)
    for kind in ("pem", "key"):
        shutil.copy(os.path.join(DATA, f"contoso-rsa.{kind}"), contoso.path(f"own.{kind}"))
    contoso.reload()
    new = knock(contoso.outside)
    if not is_shown(old, os.path.join(DATA, "contoso.pem")):
        raise Failure("the test does not know the old certificate")
    if not is_shown(new, os.path.join(DATA, "contoso-rsa.pem")):
        raise Failure("a new stream does not show the new certificate")
    say(old, HEADER, "</stream:features>")
    say(new, HEADER, "</stream:features>")
    old.close()
    new.close()
    converse(ours, theirs)
    finish(ours, theirs, contoso, fabrikam)
    told = [name for line in contoso.seen for name in ("STREAM_UP", "RELOADED")
            if f'"{name}"' in line]
    last = len(told) - 1 - told[::-1].index("RELOADED")
    if "STREAM_UP" not in told[:last] or "STREAM_UP" in told[last:]:
        raise Failure(f"the streams of the partner did not stand: {told}")


def test_dns(folder):
    resolve(folder, truncate=False)


def test_dns_over_tcp(folder):
    """Truncated answers are asked for again over TCP."""
    resolve(folder, truncate=True)


def linked_with(library):
    """Whether the proxy was built with a library that it can do without."""
    done = subprocess.run(["ldd", os.environ["XMPPFED_PROXY"]], capture_output=True, text=True,
                          check=True)
    return library in done.stdout


def test_validation(folder):
    """Validated by the proxy: what is below no anchor is found all the same."""
    if linked_with("libxmppfed-unbound"):
        resolve(folder, False, anchor="other.example. " + KEY)


def test_bogus(folder):
    """Validated by the proxy: what is below an anchor, and not signed, is not found."""
    if not linked_with("libxmppfed-unbound"):
        return
    server = NameServer(federation("fabrikam.example", 1))
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
    contoso.put("anchor", "fabrikam.example. " + KEY)
    with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
        text = file.read()
    contoso.put("proxy.conf", text.replace("127.0.0.1:9", f"127.0.0.1:{server.port}").replace(
        "dns = {", "queue = { seconds = 5; };\n"
        "dns = { validate = true; root_anchor = \"anchor\";"))
    contoso.set_partners([{"Domain": "fabrikam.example", "PartnerType": "Federated"}])
    contoso.start()
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    ours.send(kind="message", id="m1", body="who are you?",
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    ours.wait(kind="message", id="m1", type="error", error="remote-server-timeout")
    outcome = contoso.wait(event="UNDELIVERED")
    if "bogus" not in outcome["text"]:
        raise Failure(f"not told that the answer is bogus: {outcome}")
    finish(ours, contoso)
    server.close()


class WebServer:
    """Serves one text over HTTPS, by the certificate of a domain, after a redirect."""

    def __init__(self, certificate, text):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.headers["Host"], self.path))
                self.send_response(200 if self.path == "/elsewhere" else 302)
                self.send_header("Location", "https://fabrikam.example/elsewhere")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(DATA, certificate + ".pem"),
                                os.path.join(DATA, certificate + ".key"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def posh_document(certificate):
    """What a domain publishes about a certificate of tests/data (RFC 7711 3.1)."""
    with open(os.path.join(DATA, certificate + ".pem"), encoding="ascii") as file:
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).digest()
    return json.dumps({"fingerprints": [{"sha-256": base64.b64encode(digest).decode()}],
                       "expires": 3600})


def publish(folder, web_certificate, text):
    """A message to a partner whose certificate is self-signed; what becomes of it, and who asked."""
    fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam-selfsigned")
    fabrikam.set_partners([partner("contoso.example", "127.0.0.1:1")])
    fabrikam.start()
    web = WebServer(web_certificate, text)
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
    with open(contoso.path("proxy.conf"), encoding="utf-8") as file:
        config = file.read()
    contoso.put("proxy.conf", config + 'queue = { seconds = 5; };\n'
                'posh = { enabled = true; trust = "ca.pem"; '
                f'connect = "127.0.0.1:{web.port}"; }};\n')
    contoso.set_partners([partner("fabrikam.example", fabrikam.outside, Posh=True,
                                  SupportDialbackNegotiation=False)])
    contoso.start()
    ours = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    ours.send(kind="message", id="m1", body="who are you?",
              **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    return web, contoso, fabrikam, ours


def test_posh(folder):
    """Proved by what its domain publishes over HTTPS; not by what another web server says."""
    if not linked_with("libcurl"):
        print("# this proxy was built without libcurl")
        return
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        web, contoso, fabrikam, ours = publish(inner, "fabrikam", posh_document("fabrikam-selfsigned"))
        contoso.wait(event="STREAM_UP", direction="out", proof="POSH")
        finish(ours, contoso, fabrikam)
        web.close()
        if web.asked != [("fabrikam.example", "/.well-known/posh/xmpp-server.json"),
                         ("fabrikam.example", "/elsewhere")]:
            raise Failure(f"the web server was asked for {web.asked}")
    for web_certificate, text in (("contoso", posh_document("fabrikam-selfsigned")),
                                  ("fabrikam-selfsigned", posh_document("fabrikam-selfsigned")),
                                  ("fabrikam", posh_document("fabrikam")),
                                  ("fabrikam", "no document"),
                                  ("fabrikam", posh_document("fabrikam-selfsigned") + " " * 70000)):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            web, contoso, fabrikam, ours = publish(inner, web_certificate, text)
            ours.wait(20, kind="message", id="m1", type="error")
            finish(ours, contoso, fabrikam)
            web.close()


def test_direct_tls(folder):
    """Direct TLS, found by its SRV record: on a port of its own and on the one of STARTTLS."""
    for more in ("direct_tls = true; ", ""):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            resolve(inner, False, "_xmpps-server", more)


def test_flood(folder):
    """More than sockets hold, less than the queue's 4 MiB: all goes there and back, in order."""
    count = 180
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, {}, {})
    ours, theirs = Host(contoso), Host(fabrikam)
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    for number in range(count):
        ours.send(kind="message", id=f"m{number}", body="x" * 20000,
                  **{"from": "alice@contoso.example", "to": "bob@fabrikam.example"})
    arrived = [theirs.wait(60, kind="message")["id"] for _ in range(count)]
    back = [ours.wait(60, kind="message")["id"] for _ in range(count)]
    expected = [f"m{number}" for number in range(count)]
    if arrived != expected or back != expected:
        raise Failure("stanzas were lost or changed places")
    finish(ours, theirs, contoso, fabrikam)


def main():
    for test in (test_external, test_dialback, test_refused_in_tls, test_refused_for_good,
                 test_shared_secret, test_no_host, test_foreign_from,
                 test_wrong_secret, test_private_files, test_recordings, test_resume_settings, test_queue_bytes,
                 test_bad_reload, test_new_certificate, test_dns, test_dns_over_tcp,
                 test_validation, test_bogus, test_posh, test_direct_tls, test_flood):
        with tempfile.TemporaryDirectory() as folder:
            test(folder)
        print("ok", test.__name__)


if __name__ == "__main__":
    main()

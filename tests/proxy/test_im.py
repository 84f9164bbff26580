"""test_im.py - xmppfedctl test-im: a message goes the whole way, and no host hears of the answers."""

import json
import os
import re
import subprocess
import tempfile
import time

from ctl import ask, check, ctl
from fake_server import FakeServer
from programs import Failure, Host, Proxy, finish

ALICE, BOB = "alice@contoso.example", "bob@fabrikam.example"


class Partner(FakeServer):
    """A server of fabrikam.example that answers as told, with {full}, {bare} and {id} of the test."""

    def __init__(self, *answers):
        super().__init__(bidi=True)
        self.answers, self.message, self.peer = answers, None, None

    def converse(self, peer):
        text = self._until(peer, r"<iq .*</iq>")
        self.message = re.search(r"<message.*</message>", text, re.S)[0]
        self.peer = peer
        self.say(*self.answers)
        while got := peer.recv(65536):
            self.heard += got.decode()

    def wait_for(self, text):
        for _ in range(200):
            if text in self.heard:
                return
            time.sleep(0.05)
        raise Failure(f"no {text} in: {self.heard}")

    def say(self, *stanzas):
        full = re.search(r"from=['\"]([^'\"]*)", self.message)[1]
        values = {"full": full, "bare": full.split("/")[0], "resource": full.split("/")[1],
                  "id": re.search(r"\bid=['\"]([^'\"]*)", self.message)[1]}
        for stanza in stanzas:
            self._say(self.peer, stanza.format(**values))


PONG = ("<iq type='result' from='fabrikam.example' to='contoso.example/{resource}' id='{id}'/>")
NO_PING = PONG.replace("result", "error").replace(
    "/>", "><error type='cancel'><service-unavailable "
          "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>")
ERROR = ("<message type='error' from='bob@fabrikam.example' to='{full}' id='{id}'>"
         "<error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
         "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>go away</text></error></message>")
RECEIPT = ("<message from='bob@fabrikam.example/x' to='{bare}'>"
           "<received xmlns='urn:xmpp:receipts' id='{id}'/></message>")
TYPING = ("<message from='bob@fabrikam.example/x' to='{full}'>"
          "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>")
FORGED = (PONG.replace("id='{id}'", "id='guess'").replace("{resource}", "xmppfed-test-guess") +
          RECEIPT.replace("{id}", "guess").replace("{bare}", "{full}") +
          ERROR.replace("id='{id}'", "id='guess'"))
QUESTION = ("<iq type='get' from='bob@fabrikam.example/x' to='{full}' id='q'>"
            "<query xmlns='jabber:iq:version'/></iq>")
LAST = "<message from='bob@fabrikam.example/x' to='alice@contoso.example' id='last'><body>x</body></message>"


def partner(domain, outside, **more):
    return {"Domain": domain, "PartnerType": "Federated", "Addresses": [outside], **more}


def use(proxy, *records):
    proxy.set_partners(records)
    proxy.reload()


def expect(report, result, **fields):
    check(f"{result}: {fields}", report["result"] == result and
          all(report[key] == value for key, value in fields.items()) and
          isinstance(report["latency"], int) and
          {"target", "error", "diagnosis", "policy"} <= set(report), report)


def silent_until(host, kind="message", **wanted):
    """The host gets this, and before it nothing of a test."""
    seen = len(host.seen)
    host.wait(kind=kind, **wanted)
    heard = [line for line in host.seen[seen:] if "test" in line or BOB in line and "last" not in line]
    check("no host hears of a test", not heard, heard)


def test_real(contoso, fabrikam, ours, theirs):
    """With a proxy and a host server on the other side."""
    report = ask(contoso, "test-im", "Alice@Contoso.example", BOB)
    expect(report, "Success", target=BOB, stream="new", error="", diagnosis="", **{"from": ALICE})
    check("by the host's answer", "answer" in report["confirmed"] and
          report["streams"][0]["proof"] == "PKIX", report)
    check("explained", report["policy"]["verdict"] == "allow" and
          report["policy"]["conditions"][0] == {"rule": "FEDERATION_ON", "result": "pass",
                                                "sentence": report["policy"]["conditions"][0]["sentence"]})
    got = theirs.wait(kind="message", to=BOB)
    check("it says what it is", "test" in got["body"] and re.fullmatch(
        re.escape(ALICE) + r"/xmppfed-test-[0-9a-f]{32}", got["from"]), got)
    text = ctl(contoso, "test-im", ALICE, BOB)
    check("for people", re.search(r"^result +Success$", text, re.M) and
          re.search(r"^stream +live$", text, re.M) and "PKIX" in text and
          re.search(r"^pass +FEDERATION_ON", text, re.M), text)
    check("another nonce", theirs.wait(kind="message", to=BOB)["from"] != got["from"])
    report = ask(contoso, "test-im", ALICE, "nobody@fabrikam.example", status=1)
    expect(report, "Failure", condition="item-not-found")
    check("the address", "no such user" in report["diagnosis"], report)
    changes = [c for c in ask(contoso, "audit")["changes"] if c["command"] == "test-im"]
    check("audited", [c["name"] for c in changes] ==
          [f"{ALICE} nobody@fabrikam.example", f"{ALICE} {BOB}", f"{ALICE} {BOB}"] and
          changes[0]["uid"] == os.getuid(), changes)
    contoso.wait(event="ADMIN", command="test-im", first="Alice@Contoso.example", second=BOB)
    check("no contact is made", ask(contoso, "contact", "list")["contacts"] == [])
    for kind, more in (("message", {"body": "late"}), ("iq", {"type": "get", "id": "late"})):
        theirs.send(kind=kind, **{"from": BOB, "to": got["from"]}, **more)
    theirs.wait(kind="iq", id="late", error="service-unavailable")
    theirs.send(kind="message", id="last", body="x", **{"from": BOB, "to": ALICE})
    silent_until(ours, id="last")


def test_unverified(contoso, fabrikam, ours, theirs):
    """Where only who was written to may write back, a test lets nobody write afterwards."""
    use(contoso, partner("fabrikam.example", fabrikam.outside, PartnerType="PublicUnverified"))
    carol = "carol@contoso.example"
    report = ask(contoso, "test-im", carol, BOB)
    expect(report, "Success", error="")
    theirs.send(kind="message", id="after", body="x", **{"from": BOB, "to": carol})
    contoso.wait(event="REFUSED", rule="CONTACT", remote=BOB)
    use(contoso, partner("fabrikam.example", fabrikam.outside))


def test_refused(contoso, fabrikam, theirs):
    """Each end that is not a success, with its advice and exit status."""
    report = ask(contoso, "test-im", ALICE, "bob@no.example", status=1)
    expect(report, "Failure", code="POLICY_REFUSED", latency=0)
    check("the condition", "PARTNER" in report["error"] and "explain" in report["diagnosis"], report)
    ctl(contoso, "contact", "block", ALICE, "eve@fabrikam.example")
    report = ask(contoso, "test-im", ALICE, "eve@fabrikam.example", status=1)
    check("blocked", report["policy"]["rule"] == "BLOCKED", report)
    ctl(contoso, "contact", "remove", ALICE, "eve@fabrikam.example")
    use(contoso, partner("fabrikam.example", fabrikam.outside),
        partner("dead.example", "127.0.0.1:1"))
    report = ask(contoso, "test-im", ALICE, "x@dead.example", "3", status=1)
    expect(report, "Failure", code="", target="x@dead.example", stream="new")
    check("diagnosed", "Nothing listens" in report["diagnosis"] and
          [s["step"] for s in report["steps"] if s["result"] == "fail"] == ["tcp"] and
          "no stream" in report["error"], report)
    text = ctl(contoso, "test-im", ALICE, "x@dead.example", "1", status=1)
    check("for people", re.search(r"^fail +tcp ", text, re.M) and
          re.search(r"^diagnosis +Nothing listens", text, re.M), text)
    theirs.end()
    fabrikam.wait(event="INSIDE_DOWN")
    report = ask(contoso, "test-im", ALICE, BOB, status=1)
    expect(report, "Failure", condition="recipient-unavailable")
    for wrong in ((ALICE, ALICE), (BOB, ALICE), (ALICE, "@"), ("contoso.example", BOB),
                  (ALICE, "fabrikam.example"), (ALICE, BOB, "0"), (ALICE, BOB, "41")):
        ctl(contoso, "test-im", *wrong, status=1)


def played(contoso, *answers, seconds="4", status=0, more=()):
    server = Partner(*answers)
    use(contoso, partner("fabrikam.example", f"127.0.0.1:{server.port}", **dict(more)))
    ctl(contoso, "streams", "close", "fabrikam.example", status=None)
    report = ask(contoso, "test-im", ALICE, BOB, seconds, status=status)
    return server, report


def test_answers(contoso, ours):
    """What counts as an answer, and what does not."""
    for answers, proofs in (((PONG,), ["ping"]), ((NO_PING,), ["ping"]), ((RECEIPT,), ["answer"]),
                            ((TYPING,), ["answer"]), ((QUESTION, PONG), ["ping"])):
        server, report = played(contoso, *answers)
        expect(report, "Success", confirmed=proofs, diagnosis="", error="")
        if QUESTION in answers:
            server.wait_for("service-unavailable")
        server.say(LAST)
        silent_until(ours, id="last")
        # Late, doubled and unexpected.
        server.say(*answers, RECEIPT, ERROR, PONG, LAST)
        silent_until(ours, id="last")
        server.close()
    server, report = played(contoso, PONG, ERROR, status=1)
    expect(report, "Failure", condition="not-acceptable")
    check("an error behind the ping", "go away" in report["error"], report)
    server.close()
    server, report = played(contoso, FORGED, seconds="2", status=1)
    expect(report, "Failure", confirmed=[])
    server.close()


def test_unanswered(contoso, ours):
    server, report = played(contoso, seconds="2", status=1)
    expect(report, "Failure", confirmed=[])
    check("the way back", "2 s" in report["error"] and "reach us" in report["diagnosis"] and
          2000 <= report["latency"] < 4000, report)
    command = [os.environ["XMPPFEDCTL"], "--socket", contoso.path("admin.sock"), "--json",
               "test-im", ALICE, BOB, "3"]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    answers = [json.loads(child.communicate(timeout=30)[0]) for child in several]
    refused = [a["error"] for a in answers if not a["ok"]]
    check("four at a time", len(refused) == 1 and "4 tests" in refused[0], answers)
    gone = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    time.sleep(0.5)
    gone.kill()
    gone.wait()
    time.sleep(0.2)
    server.say(ERROR, LAST)
    silent_until(ours, id="last")
    server.close()


def main():
    with tempfile.TemporaryDirectory() as folder:
        contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
        fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
        fabrikam.set_partners([partner("contoso.example", contoso.outside)])
        fabrikam.start()
        use(contoso, partner("fabrikam.example", fabrikam.outside))
        ours, theirs = Host(contoso), Host(fabrikam, "--user", "bob")
        contoso.wait(event="INSIDE_UP")
        fabrikam.wait(event="INSIDE_UP")
        test_real(contoso, fabrikam, ours, theirs)
        test_unverified(contoso, fabrikam, ours, theirs)
        test_refused(contoso, fabrikam, theirs)
        finish(fabrikam)
        test_answers(contoso, ours)
        test_unanswered(contoso, ours)
        finish(ours, contoso)


if __name__ == "__main__":
    main()

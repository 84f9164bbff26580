"""test_admin.py - xmppfedctl against running proxies: each verb, exit codes, the socket itself."""

import json
import os
import re
import socket
import stat
import subprocess
import tempfile

from ctl import ask, check, ctl
from programs import Failure, Host, Proxy, finish

ALICE, BOB = "alice@contoso.example", "bob@fabrikam.example"


def partner(domain, outside, **more):
    return {"Domain": domain, "PartnerType": "Federated", "Addresses": [outside], **more}


def connected(folder):
    """Two proxies with a stream each way."""
    contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso").start()
    fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
    fabrikam.set_partners([partner("contoso.example", contoso.outside)])
    fabrikam.start()
    contoso.set_partners([
        partner("fabrikam.example", fabrikam.outside, Description="a supplier",
                AdditionalDomains=["research.fabrikam.example"], ConnectionLimit=5),
        {"Domain": "public.example", "SaslNegotiation": "Required"},
        {"Domain": "dead.example", "Addresses": ["127.0.0.1:1"]}])
    ours, theirs = Host(contoso, "--user", "alice"), Host(fabrikam)
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    return contoso, fabrikam, ours, theirs


def test_reload(contoso, fabrikam):
    check("done", ctl(contoso, "reload") == "done\n")
    contoso.wait(event="RELOADED")
    contoso.wait(event="ADMIN", command="reload")
    good = contoso.path("partners.json")
    with open(good, encoding="utf-8") as file:
        text = file.read()
    contoso.put("partners.json", "{")
    said = ctl(contoso, "reload", status=1)
    check("the fault is told", "partners.json:1: " in said, said)
    contoso.wait(event="RELOAD_FAILED")
    contoso.put("partners.json", text)
    check("the old partners are in force", "fabrikam.example" in ctl(contoso, "partner", "list"))


def test_streams(contoso, fabrikam, ours, theirs):
    ours.send(kind="message", id="m1", body="Hello", **{"from": ALICE, "to": BOB})
    ours.wait(kind="message", id="m1", body="echo: Hello")
    streams = ask(contoso, "streams", "list")["streams"]
    check("one stream both ways", [s["direction"] for s in streams] == ["out"], streams)
    out = streams[0]
    expected = {"state": "up", "local": "contoso.example", "remote": "fabrikam.example",
                "peer": "127.0.0.1", "proof": "PKIX", "tls": "TLS1.3", "queued": 0,
                "purpose": "stanzas", "pairs": 1}
    check("what is known of it", expected.items() <= out.items() and out["cipher"], out)
    table = ctl(contoso, "streams", "list")
    check("as a table", re.search(rf"^{out['link']} +127\.0\.0\.1 +out +contoso", table, re.M), table)
    check("by number", ask(contoso, "streams", "close", str(out["link"]))["closed"] == [out["link"]])
    contoso.wait(event="ADMIN", command="streams close")
    contoso.wait(event="STREAM_DOWN", direction="out")
    ours.send(kind="message", id="m2", body="again", **{"from": ALICE, "to": BOB})
    ours.wait(kind="message", id="m2", body="echo: again")
    streams = ask(contoso, "streams", "list")["streams"]
    check("it came back with its TLS session", not out["resumed"] and
          any(s["resumed"] and s["proof"] == "PKIX" for s in streams if s["direction"] == "out"),
          streams)
    said = ctl(fabrikam, "streams", "close", "Contoso.example")
    check("by domain", re.fullmatch(r"closed \d+\n", said), said)
    fabrikam.wait(event="STREAM_DOWN", direction="in")
    for wrong in ("99999", "other.example", ".."):
        ctl(contoso, "streams", "close", wrong, status=1)


def test_status(contoso):
    answer = ask(contoso, "status")
    check("listeners", contoso.outside in answer["outside"] and
          answer["inside"] == [contoso.path("inside.sock")], answer)
    check("hosts", [h["host"] for h in answer["hosts"]] == ["contoso.example"], answer)
    check("the rest", answer["state"] == "running" and answer["federation"] is True and
          answer["memory"] >= 0 and answer["queued"] == 0 and "streams" in answer, answer)
    for key in ("started", "loaded"):
        check(key, re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer[key]), answer)
    text = ctl(contoso, "status", environment=True)
    check("for people", "host servers" in text and contoso.outside in text, text)


def test_partners(contoso):
    answer = ask(contoso, "partner", "list")["partners"]
    check("in order", [p["Domain"] for p in answer] ==
          ["fabrikam.example", "public.example", "dead.example"], answer)
    record = ask(contoso, "partner", "get", "Research.Fabrikam.example")["partner"]
    expected = {"Domain": "fabrikam.example", "PartnerType": "Federated", "row": 7,
                "methods": ["EXTERNAL", "DB/TLS"], "note": "", "Eku": "server", "Ocsp": "use", "TlsMinimum": "1.2",
                "Bidi": "certificate", "Pins": 0, "PinOnly": False,
                "Description": "a supplier", "ConnectionLimit": 5, "EnableKeepAlive": True,
                "AllowPlaintext": False, "TlsNegotiation": "Required", "ProxyFqdn": "",
                "AdditionalDomains": ["research.fabrikam.example"]}
    check("every field", expected.items() <= record.items() and len(record["Addresses"]) == 1,
          record)
    record = ask(contoso, "partner", "get", "public.example")["partner"]
    check("row and remark", record["row"] == 1 and record["note"] == "W1" and
          record["ConnectionLimit"] == 20 and "dialback" in record["note_text"], record)
    text = ctl(contoso, "partner", "get", "public.example")
    check("for people", re.search(r"^matrix row +1$", text, re.M) and "W1" in text, text)
    check("as a table", re.search(r"^public\.example .* EXTERNAL +W1$",
                                  ctl(contoso, "partner", "list"), re.M))
    check("no record", "partners.json" in ctl(contoso, "partner", "get", "no.example", status=1))
    ctl(contoso, "partner", "get", "..", status=1)
    gateway = ask(contoso, "gateway", "get")["gateway"]
    check("gateway", gateway["KeepAliveInterval"] == 300 and gateway["AllowFederatedUsers"] is True,
          gateway)
    check("for people", "KeepAliveInterval (s)" in ctl(contoso, "gateway", "get"))


def test_contacts(contoso):
    stranger = "eve@public.example"
    check("none", ctl(contoso, "contact", "list", "carol@contoso.example") == "no contacts\n")
    check("learnt", [(c["remote"], c["contact"]) for c in ask(contoso, "contact", "list")["contacts"]]
          == [(BOB, "messaged")])
    check("add", ask(contoso, "contact", "add", "Alice@Contoso.example/x", stranger).items() >=
          {"local": ALICE, "remote": stranger, "before": "none", "contact": "added"}.items())
    contoso.wait(event="ADMIN", command="contact add")
    check("block", ask(contoso, "contact", "block", ALICE, stranger)["before"] == "added")
    listed = ask(contoso, "contact", "list", ALICE)
    check("list", len(listed["contacts"]) == 2 and listed["complete"] is True and
          listed["contacts"][1]["contact"] == "blocked", listed)
    check("another's", ask(contoso, "contact", "list", "carol@contoso.example")["contacts"] == [])
    check("add lifts", ask(contoso, "contact", "add", ALICE, stranger)["before"] == "blocked")
    check("as a table", re.search(rf"^{ALICE} +{stranger} +added +\d", ctl(contoso, "contact", "list"),
                                  re.M))
    text = ctl(contoso, "contact", "remove", ALICE, stranger)
    check("remove", text == f"{ALICE}, {stranger}: none, was added\n", text)
    ctl(contoso, "contact", "remove", ALICE, stranger, status=1)
    ctl(contoso, "contact", "add", "eve@public.example", ALICE, status=1)
    ctl(contoso, "contact", "add", "@", ALICE, status=1)
    ctl(contoso, "contact", "list", stranger, status=1)


def test_pending(contoso, ours, theirs):
    """Who has asked to be added is pending until our user answers or adds, or it asks no more."""
    carol = "carol@contoso.example"

    def known():
        return [c["contact"] for c in ask(contoso, "contact", "list", carol)["contacts"]]

    def ask_to_be_added():
        theirs.send(kind="presence", type="subscribe", **{"from": BOB, "to": carol})
        ours.wait(kind="presence", type="subscribe", to=carol)
        check("pending", known() == ["pending"], known())
        check("it permits nothing", ask(contoso, "explain", carol, BOB, "add")["contact"] ==
              "pending")

    for answer, after in (("subscribed", []), ("unsubscribed", []), ("subscribe", ["added"])):
        ask_to_be_added()
        ours.send(kind="presence", type=answer, **{"from": carol, "to": BOB})
        theirs.wait(kind="presence", type=answer)
        check(f"{answer}: over", known() == after, known())
    ctl(contoso, "contact", "remove", carol, BOB)
    ask_to_be_added()
    theirs.send(kind="presence", type="unsubscribe", **{"from": BOB, "to": carol})
    ours.wait(kind="presence", type="unsubscribe", to=carol)
    check("asked no more", known() == [], known())


def rules(answer, result):
    return [c["rule"] for c in answer["conditions"] if c["result"] == result]


def test_explain(contoso):
    stranger = "eve@public.example"
    answer = ask(contoso, "explain", ALICE, BOB, "message")
    check("out", answer["direction"] == "out" and answer["verdict"] == "allow" and
          answer["partner"]["row"] == 7 and answer["effects"] == ["remember-messaged"], answer)
    check("not asked", rules(answer, "not asked") ==
          ["PROOF", "PARTNER_LIST", "BLOCK_LIST", "CONTACT", "RATE"], answer)
    check("block asked", answer["contact_source"] == "store" and
          "BLOCKED" in rules(answer, "pass"), answer)
    answer = ask(contoso, "explain", stranger, ALICE, "message", status=1)
    check("in", answer["direction"] == "in" and answer["verdict"] == "refuse" and
          answer["rule"] == "CONTACT" and answer["contact_source"] == "store" and
          answer["contact"] == "none" and rules(answer, "fail") == ["CONTACT"] and
          answer["condition"] == "service-unavailable", answer)
    check("given", ask(contoso, "explain", stranger, ALICE, "message",
                       "messaged")["contact_source"] == "given")
    ctl(contoso, "contact", "block", ALICE, stranger)
    answer = ask(contoso, "explain", stranger, ALICE, "add", status=1)
    check("blocked", answer["rule"] == "BLOCKED" and "silent" in answer["effects"], answer)
    answer = ask(contoso, "explain", ALICE, "bob@no.example", "message", status=1)
    check("no partner", answer["rule"] == "PARTNER" and "partner" not in answer and
          rules(answer, "pass") == ["FEDERATION_ON"], answer)
    text = ctl(contoso, "explain", stranger, ALICE, "message", status=1)
    check("for people", re.search(r"^fail +BLOCKED ", text, re.M) and "verdict" in text, text)
    for wrong in ((ALICE, "carol@contoso.example", "message"), (stranger, BOB, "message"),
                  (ALICE, BOB, "shout"), (ALICE, BOB, "message", "fond"), ("@", BOB, "message"),
                  (ALICE, "@", "message")):
        ctl(contoso, "explain", *wrong, status=1)


def test_failures(contoso, ours):
    ctl(contoso, "last-failure", "dead.example", status=1)
    ours.send(kind="message", id="d1", body="x", **{"from": ALICE, "to": "x@dead.example"})
    contoso.wait(event="STREAM_DOWN", remote="dead.example")
    answer = ask(contoso, "last-failure", "Dead.example")
    check("why", answer["code"] == "DIAL_FAILED" and answer["event"] == "STREAM_DOWN" and
          answer["direction"] == "out" and answer["count"] >= 1, answer)
    check("for people", "failures so far" in ctl(contoso, "last-failure", "dead.example"))
    ctl(contoso, "last-failure", "..", status=1)
    waiting = ask(contoso, "status")["queued"]
    check("it waits for the next try", waiting == 1, waiting)


def test_disarmed(folder):
    """What a peer wrote cannot steer the terminal; the proxy is played here."""
    path = os.path.join(folder, "played.sock")
    answer = {"ok": True, "domain": "d.example", "text": "a\x1b[2Jb\x9bc\x7fd\ne\u00fc"}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        for sent, status in ((json.dumps(answer).encode() + b"\n", 0), (b"", 3), (b"[]\n", 3),
                             (b'{"ok": tr', 3)):
            child = subprocess.Popen([os.environ["XMPPFEDCTL"], "--socket", path, "last-failure",
                                      "d.example"], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
            client, _ = listener.accept()
            with client:
                while client.recv(4096):
                    pass
                client.sendall(sent)
            out, error = child.communicate(timeout=20)
            check(f"{sent}: {out}{error}", child.returncode == status)
            check(f"{out}", status or "a?[2Jb??c?d?e\u00fc" in out)


def talk(path, *pieces):
    """What the socket answers to bytes that come in pieces, up to its end."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.settimeout(20)
        try:
            for piece in pieces:
                s.sendall(piece)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        parts = []
        try:
            while part := s.recv(65536):
                parts.append(part)
        except ConnectionResetError:
            pass
    return [json.loads(line) for line in b"".join(parts).splitlines()]


def test_socket(contoso):
    path = contoso.path("admin.sock")
    check("mode", stat.S_IMODE(os.stat(path).st_mode) == 0o600)
    line = b'{"command": "gateway get"}\n'
    expected = talk(path, line)
    check("an answer", len(expected) == 1 and expected[0]["ok"] is True, expected)
    for at in range(1, len(line)):
        check(f"split at {at}", talk(path, line[:at], line[at:]) == expected)
    check("three at once", talk(path, line * 3) == expected * 3)
    check("a line that never ends", talk(path, line[:-1]) == [])
    said = talk(path, b"x" * (65 << 20), line)
    check("too long", len(said) == 1 and "64 MiB" in said[0]["error"], said)
    said = talk(path, line[:-1] + b" " * (63 << 20) + b"\n")
    check("as long as may be", said == expected, said)
    said = talk(path, b"nonsense\n" + line)
    check("goes on after nonsense", said[0]["ok"] is False and said[1:] == expected, said)


def test_clients(contoso):
    path = contoso.path("admin.sock")
    idle = [socket.socket(socket.AF_UNIX) for _ in range(16)]
    for s in idle:
        s.connect(path)
    for _ in range(5):
        said = ctl(contoso, "gateway", "get", status=1)
        check("the seventeenth", "16 clients" in said, said)
    for s in idle:
        s.close()
    for _ in range(100):
        try:
            ctl(contoso, "gateway", "get")
            return
        except Failure:
            continue
    raise Failure("the places of clients that went are not free")


def test_command_line(contoso):
    check("help", "streams close" in ctl(contoso, "--help"))
    check("version", ctl(contoso, "--version").startswith("xmppfedctl "))
    for wrong in ((), ("frobnicate",), ("partner",), ("partner", "frob"), ("partner list",),
                  ("partner", "get"), ("partner", "get", "a.example", "b.example"),
                  ("status", "now"), ("--frobnicate",)):
        done = subprocess.run([os.environ["XMPPFEDCTL"], *wrong], capture_output=True, text=True,
                              timeout=20, check=False)
        check(f"{wrong}", done.returncode == 2 and "--help" in done.stderr, done.stderr)
    said = ctl("/nowhere/admin.sock", "status", status=3)
    check("unreachable", "/nowhere/admin.sock" in said and "--socket" in said, said)
    ctl("/" + "x" * 200, "status", status=3)


def main():
    with tempfile.TemporaryDirectory() as folder:
        contoso, fabrikam, ours, theirs = connected(folder)
        test_reload(contoso, fabrikam)
        test_streams(contoso, fabrikam, ours, theirs)
        test_status(contoso)
        test_partners(contoso)
        test_contacts(contoso)
        test_explain(contoso)
        test_pending(contoso, ours, theirs)
        test_failures(contoso, ours)
        test_socket(contoso)
        test_clients(contoso)
        test_command_line(contoso)
        test_disarmed(folder)
        with socket.socket(socket.AF_UNIX) as left:
            left.connect(contoso.path("admin.sock"))
            finish(ours, theirs, contoso, fabrikam)
        check("the socket goes with the proxy", not os.path.exists(contoso.path("admin.sock")))


if __name__ == "__main__":
    main()

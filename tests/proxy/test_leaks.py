"""test_leaks.py - no body, secret or key is in the log, at debug level, unless bodies are asked for."""

import os
import re
import tempfile
import time

from ctl import ask, check, ctl
from programs import Failure, Host, INSIDE_SOCKET, finish
from test_federate import connect
from test_metrics import Watched

MARK = "xyzzy-marker"
SECRET = "inside-secret-marker"
DIALBACK = "dialback-secret-marker-0123456789"
ADDRESS = {"from": "alice@contoso.example/desk", "to": "bob@fabrikam.example"}


class Quiet(Watched):
    """A proxy whose secrets have marks."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.put("secret", SECRET + "\n")
        self.put("dialback", DIALBACK + "\n")
        os.makedirs(self.path("recordings"))
        with open(self.path("proxy.conf"), "a", encoding="utf-8") as file:
            file.write('dialback_secret = "dialback";\nrecord = "recordings";\n')

    def told(self):
        """All that this proxy lets anybody see but its partners and hosts."""
        texts = ["\n".join(self.seen), self.ask("/metrics")[1], self.ask("/readyz")[1]]
        for name in os.listdir(self.path("recordings")):
            with open(self.path("recordings/" + name), encoding="utf-8") as file:
                texts.append(file.read())
        for command in ("status", "audit", "check", "last-failure fabrikam.example",
                        "last-failure contoso.example"):
            texts.append(ctl(self, *command.split(), status=None))
        return "\n".join(texts)


def private_lines(proxy):
    """The lines of a private key."""
    with open(proxy.path("own.key"), encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if line and not line.startswith("-")]


def say_everything(ours, theirs):
    """Words in everything that carries words, let pass and refused, delivered and bounced."""
    ours.send(kind="message", type="chat", id="m1", body=f"{MARK} chat", **ADDRESS)
    ours.wait(kind="message", id="m1", body=f"echo: {MARK} chat")
    ours.send(kind="message", type="headline", id="m2", body=f"{MARK} headline", **ADDRESS)
    ours.send(kind="presence", type="subscribe", id="s1", **ADDRESS)
    ours.wait(kind="presence", status=f"{MARK} status")
    ours.send(kind="message", id="m3", body=f"{MARK} to nobody's partner",
              **{**ADDRESS, "to": "bob@elsewhere.example"})
    ours.wait(kind="message", type="error", id="m3")
    ours.send(kind="message", type="groupchat", id="m4", body=f"{MARK} group", **ADDRESS)
    ours.send(kind="message", id="m5", body=f"{MARK} malformed",
              **{**ADDRESS, "to": "@fabrikam.example"})
    ours.wait(kind="message", type="error", id="m5")
    theirs.child.kill()
    theirs.child.wait()


def test_nothing(folder):
    """By dialback, where secrets and keys are in use, with recordings, at debug level."""
    off = {"SaslNegotiation": "NotSupported"}
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, off, off, kind=Quiet)
    ours, theirs = Host(contoso), Host(fabrikam, "--status", f"{MARK} status")
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    say_everything(ours, theirs)
    fabrikam.wait(event="INSIDE_DOWN")
    ours.send(kind="message", id="m6", body=f"{MARK} to nobody", **ADDRESS)
    ours.wait(kind="message", type="error", id="m6")
    fabrikam.put("wrong", "another-" + SECRET + "\n")
    wrong = Host(fabrikam, "--secret-file", fabrikam.path("wrong"))
    fabrikam.wait(event="INSIDE_REFUSED")
    wrong.child.wait()
    contoso.put("proxy.conf", "broken")
    contoso.reload("RELOAD_FAILED")
    ctl(contoso, "streams", "close", "fabrikam.example")
    fabrikam.wait(event="STREAM_DOWN", direction="in")
    for proxy in (contoso, fabrikam):
        told = proxy.told()
        check("the log was read", "STREAM_UP" in told and "DIALBACK_TLS" in told, told[-2000:])
        for word in (MARK, SECRET, DIALBACK, '"event":"BODY"', *private_lines(proxy)):
            check(f"'{word}' is shown", word not in told,
                  [line for line in told.splitlines() if word in line][:3])
        # A dialback key is 64 hexadecimal digits (XEP-0185); recordings have their own promise.
        keys = re.findall(r"\b[0-9a-f]{64}\b", "\n".join(proxy.seen))
        check("what looks like a key is shown", not keys, keys)
    finish(ours, contoso, fabrikam)


def wait_body(proxy, text):
    found = proxy.wait(event="BODY")
    check("the body", found["body"] == text, found)
    return found


def test_bodies(folder):
    """Asked for, bodies of one domain are logged, with who asked, and the end comes by itself."""
    contoso, fabrikam = connect(folder, INSIDE_SOCKET, {}, {}, kind=Quiet)
    ours, theirs = Host(contoso), Host(fabrikam)
    contoso.wait(event="INSIDE_UP")
    fabrikam.wait(event="INSIDE_UP")
    said = ctl(contoso, "log-bodies", "elsewhere.example", "60", status=1)
    check("no partner", "is no partner" in said, said)
    for wrong in ("3601", "1.5", "an hour", "00"):
        said = ctl(contoso, "log-bodies", "fabrikam.example", wrong, status=1)
        check("seconds", "is not a number of seconds from 1 to 3600" in said, said)
    check("nothing yet", not any("BODIES" in line for line in contoso.seen))
    answer = ask(contoso, "log-bodies", "Fabrikam.example", "3")
    check("answer", (answer["domain"], answer["seconds"]) == ("fabrikam.example", 3), answer)
    began = contoso.wait(event="BODIES_ON", domain="fabrikam.example", seconds=3)
    check("who", f"({os.getuid()})" in began["who"], began)
    started = time.monotonic()
    ours.send(kind="message", id="m1", body=f"{MARK} one", **ADDRESS)
    found = wait_body(contoso, f"{MARK} one")
    check("out", found["direction"] == "out" and found["id"] == "m1" and
          found["from"] == ADDRESS["from"], found)
    found = wait_body(contoso, f"echo: {MARK} one")
    check("in", found["direction"] == "in", found)
    ended = contoso.wait(event="BODIES_OFF", domain="fabrikam.example")
    check("by itself", 2 < time.monotonic() - started < 10 and "over" in ended["text"], ended)
    ours.wait(id="m1")
    ours.send(kind="message", id="m2", body=f"{MARK} two", **ADDRESS)
    ours.wait(id="m2", body=f"echo: {MARK} two")
    audit = ctl(contoso, "audit")
    check("audit", "log-bodies" in audit and "fabrikam.example" in audit and "3" in audit, audit)
    ask(contoso, "log-bodies", "fabrikam.example", "3600")
    ask(contoso, "log-bodies", "fabrikam.example", "0")
    contoso.wait(event="BODIES_OFF", text="ended on request")
    ask(contoso, "log-bodies", "fabrikam.example", "3600")
    finish(contoso)
    check("end", any("the proxy ends" in line for line in contoso.seen))
    check("two", not any(f"{MARK} two" in line for line in contoso.seen))
    check("the other side", not any(MARK in line for line in fabrikam.seen))
    ours.end()
    contoso.start()
    again = Host(contoso)
    contoso.wait(event="INSIDE_UP")
    again.send(kind="message", id="m3", body=f"{MARK} three", **ADDRESS)
    fabrikam.set_partners([{"Domain": "contoso.example", "PartnerType": "Federated",
                            "Addresses": [contoso.outside]}])
    fabrikam.reload()
    again.wait(id="m3")
    check("not after a restart", not any(f"{MARK} three" in line for line in contoso.seen))
    finish(again, theirs, contoso, fabrikam)


def main():
    for test in (test_nothing, test_bodies):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
            except Failure as failure:
                raise Failure(f"{test.__name__}: {failure}") from failure


if __name__ == "__main__":
    main()

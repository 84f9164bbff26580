"""test_messages.py - the gateway between a SIP agent and a pair of real proxies: messages, errors."""

import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))
os.environ["LSAN_OPTIONS"] = (f"suppressions={os.path.join(HERE, 'lsan.supp')}"
                              ":print_suppressions=0")

from programs import DATA, INSIDE_TLS, Failure, Host, Program, Proxy, finish
from sip_agent import SipAgent

ALICE, BOB = "alice@contoso.example", "bob@fabrikam.example"
SIP_ALICE = "alice@sip.contoso.example"


def check(what, holds, shown=""):
    if not holds:
        raise Failure(f"{what}: {shown}")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Gateway(Program):
    def __init__(self, proxy, agent, *options, allow="127.0.0.1", port=None):
        self.port = port or free_port()
        if not proxy.inside.startswith("/"):
            options = ("--tls-ca", proxy.path("ca.pem"), "--tls-cert", proxy.path("own.pem"),
                       "--tls-key", proxy.path("own.key"), *options)
        super().__init__([
            os.environ["SIP_GATEWAY"], "--domain", proxy.domain, "--connect", proxy.inside,
            "--secret-file", proxy.path("secret"), "--sip-allow", allow, "--grace", "2",
            "--sip-listen", f"sip:127.0.0.1:{self.port};transport=udp",
            "--sip-next-hop", f"sip:127.0.0.1:{agent.port};transport=udp", *options])


def partner(domain, outside):
    return {"Domain": domain, "PartnerType": "Federated", "Addresses": [outside]}


def test_sip_to_xmpp(gateway, agent, theirs):
    """A message arrives, once although it was sent again; one to nobody gets the mapped error."""
    got = agent.send(gateway.port, ALICE, BOB, "Grüße")
    check("accepted", got and got.status == 202, got and got.start)
    line = theirs.wait(kind="message", to=BOB)
    check("as it was", line["body"] == "Grüße" and line["from"] == ALICE, line)
    check("once", not [s for s in theirs.lines.queue if "Grüße" in (s or "")])
    # echo-host answers: a message the other way.
    request = agent.wait(body="echo: Grüße")
    check("the echo", request.uri == f"sip:{ALICE}" and
          BOB in request["from"], request.lines)
    got = agent.send(gateway.port, ALICE, "nobody@fabrikam.example", "x")
    # item-not-found about a bare address is 604 (RFC 7247 table 2, note 2).
    check("nobody", got.status == 604, got.start)


def test_refused(gateway, agent):
    """What cannot be translated, or may not be sent, is refused at once."""
    rows = (
        ("content", {"content": "image/png"}, 415),
        ("coding", {"extra": ["Content-Encoding: gzip"]}, 415),
        ("a foreign sender", {"sender": "eve@evil.example"}, 403),
        ("no method of ours", {"method": "PUBLISH"}, 405),
        ("a ping", {"method": "OPTIONS", "body": ""}, 200),
    )
    for name, more, status in rows:
        row = {"sender": ALICE, "body": "x", **more}
        got = agent.send(gateway.port, row.pop("sender"), BOB, **row)
        check(name, got and got.status == status, got and got.start)


def test_xmpp_to_sip(agent, theirs):
    """A message arrives; each failure comes back as the mapped error."""
    theirs.send(kind="message", id="m1", body="Hello & <all>", **{"from": BOB, "to": ALICE})
    request = agent.wait(body="Hello & <all>")
    check("as it was", request["from"].startswith(
        f"<sip:{BOB}>;tag=") and request["content-type"].startswith("text/plain"), request.lines)
    agent.status.update(nobody=404, busy=486, gone=410)
    for user, condition in (("nobody", "item-not-found"), ("busy", "recipient-unavailable"),
                            ("gone", "gone")):
        theirs.send(kind="message", id=user, body="x",
                    **{"from": BOB, "to": f"{user}@contoso.example"})
        theirs.wait(kind="message", type="error", id=user, error=condition,
                    **{"from": f"{user}@contoso.example", "to": BOB})
        agent.wait()
    theirs.send(kind="message", id="long", body="x" * 2000, **{"from": BOB, "to": ALICE})
    theirs.wait(kind="message", type="error", id="long", error="policy-violation")
    theirs.send(kind="iq", type="get", id="ping", **{"from": BOB, "to": ALICE})
    theirs.wait(kind="iq", type="error", id="ping", error="service-unavailable")
    check("nothing else", agent.requests.empty())


def test_next_hop_away(contoso, theirs):
    """No SIP server, or none of that name: the mapped error of Sofia's own response."""
    for hop in (f"sip:127.0.0.1:{free_port()};transport=udp", "sip:127.0.0.1:1;transport=tcp",
                "sip:server.invalid"):
        gateway = Gateway(contoso, SipAgent(), "--sip-next-hop", hop)
        gateway.wait(event="UP")
        theirs.send(kind="message", id=hop, body="x", **{"from": BOB, "to": ALICE})
        theirs.wait(40, kind="message", type="error", id=hop)
        finish(gateway)
        check("Sofia is silent", all(line.startswith(("{", "sip-gateway: "))
                                     for line in gateway.seen if line), gateway.tail())


def test_trace(contoso, agent):
    """What SIP says, when it is asked for."""
    gateway = Gateway(contoso, agent, "--sip-trace")
    gateway.wait(event="UP")
    agent.send(gateway.port, ALICE, BOB, method="OPTIONS")
    finish(gateway)
    check("the request", any("OPTIONS sip:" in line for line in gateway.seen if line),
          gateway.tail())


def test_limit(contoso, agent, theirs):
    """One message under way and no more, either way; the next is refused on its own side."""
    gateway = Gateway(contoso, agent, "--limit", "1")
    gateway.wait(event="UP")
    results = []
    sender = threading.Thread(
        target=lambda: results.append(agent.send(gateway.port, ALICE, BOB, "the one")))
    sender.start()
    theirs.wait(kind="message", body="the one")
    got = agent.send(gateway.port, ALICE, BOB, "too many")
    check("full", got.status == 503, got.start)
    theirs.send(kind="message", id="full", body="x", **{"from": BOB, "to": ALICE})
    theirs.wait(kind="message", type="error", id="full", error="resource-constraint")
    sender.join()
    check("the one", results[0].status == 202, results[0].start)
    # Those that were answered do not count.
    got = agent.send(gateway.port, ALICE, BOB, "the next")
    check("free again", got.status == 202, got.start)
    finish(gateway)


def test_storm(contoso, agent, theirs, gateway):
    """Hundreds of messages each way, the gateway killed in the middle: none is unanswered."""
    results = {}

    def send(n):
        got = agent.send(gateway.port, SIP_ALICE, BOB, f"storm {n}", seconds=8)
        results[n] = got.status if got else None

    threads = [threading.Thread(target=send, args=(n,)) for n in range(100)]
    for thread in threads:
        thread.start()
    gateway.end(9)
    contoso.wait(event="INSIDE_DOWN")
    gateway = Gateway(contoso, agent, "--sip-domain", "sip.contoso.example", port=gateway.port)
    gateway.wait(event="UP")
    for thread in threads:
        thread.join()
    arrived = [json.loads(line)["body"] for line in [*theirs.seen, *theirs.lines.queue]
               if line and '"storm ' in line]
    missing = [n for n, status in results.items()
               if status == 202 and f"storm {n}" not in arrived]
    check("accepted is delivered", not missing and len(results) == 100, (missing, results))
    check("some are", arrived, results)
    return gateway


def test_late_error(gateway, agent, contoso):
    """An error that comes after the answer comes as a message."""
    hole = socket.socket()
    hole.bind(("127.0.0.1", 0))
    hole.listen(8)
    contoso.set_partners([partner("fabrikam.example", contoso.theirs),
                          partner("slow.example", f"127.0.0.1:{hole.getsockname()[1]}")])
    contoso.reload()
    got = agent.send(gateway.port, ALICE, "x@slow.example", "late")
    check("accepted", got.status == 202, got.start)
    hole.close()
    request = agent.wait(seconds=60, body="Your message was not delivered: ")
    check("told", "x@slow.example" in request["from"], request.lines)


def test_partner_down(gateway, agent, theirs, fabrikam):
    """Nothing listens at the partner: the mapped error of remote-server-..."""
    finish(theirs, fabrikam)
    got = agent.send(gateway.port, ALICE, BOB, "x")
    # remote-server-timeout (RFC 7247 table 2), with the proxy's sentence.
    check("down", got.status == 408 and "fabrikam.example" in got.start, got.start)


def test_link(contoso, agent, theirs, gateway):
    """Killed and started again; the proxy away and back."""
    gateway.end(9)
    contoso.wait(event="INSIDE_DOWN")
    theirs.send(kind="message", id="none", body="x", **{"from": BOB, "to": ALICE})
    theirs.wait(kind="message", type="error", id="none")
    again = Gateway(contoso, agent, "--sip-domain", "sip.contoso.example")
    again.wait(event="UP")
    got = agent.send(again.port, SIP_ALICE, BOB, "mapped")
    check("accepted", got.status == 202, got.start)
    line = theirs.wait(kind="message", body="mapped")
    check("our domain", line["from"] == ALICE, line)
    check("theirs", agent.wait(body="echo: mapped").uri == f"sip:{SIP_ALICE}")
    return again


def test_proxy_away(folder, agent):
    """503 while there is no proxy."""
    proxy = Proxy(os.path.join(folder, "away"), "contoso.example", "contoso").start()
    gateway = Gateway(proxy, agent)
    gateway.wait(event="UP")
    finish(proxy)
    got = agent.send(gateway.port, ALICE, BOB, "x")
    check("away", got.status == 503 and got["retry-after"], got.start)
    finish(gateway)


def test_proxy_killed(folder, agent):
    """What the proxy has not acknowledged is told as not known; the link comes back by itself."""
    proxy = Proxy(os.path.join(folder, "killed"), "contoso.example", "contoso").start()
    gateway = Gateway(proxy, agent, "--grace", "20")
    gateway.wait(event="UP")
    proxy.child.send_signal(signal.SIGSTOP)
    results = []
    sender = threading.Thread(
        target=lambda: results.append(agent.send(gateway.port, ALICE, "x@slow.example", "x")))
    sender.start()
    time.sleep(0.5)
    proxy.end(signal.SIGKILL)
    sender.join()
    check("not known", results[0] and results[0].status == 480, results)
    check("so it says", "not known" in results[0].start, results[0].start)
    proxy.start()
    gateway.wait(event="UP", seconds=30)
    got = agent.send(gateway.port, ALICE, "x@nobody.example", "x")
    check("back", got.status not in (202, 503), got.start)
    finish(gateway, proxy)


def test_no_acks(contoso, agent, theirs):
    """A gateway that does without acknowledgements, as behind other servers."""
    gateway = Gateway(contoso, agent, "--no-acks")
    gateway.wait(event="UP")
    got = agent.send(gateway.port, ALICE, BOB, "unacknowledged")
    check("accepted", got.status == 202, got.start)
    theirs.send(kind="message", id="unacked", body="x",
                **{"from": BOB, "to": "nobody@contoso.example"})
    theirs.wait(kind="message", type="error", id="unacked", error="item-not-found")
    finish(gateway)


def test_mutual_tls(contoso, agent):
    """The link is TLS, and a gateway whose certificate nobody trusts does not get it."""
    check("a port", not contoso.inside.startswith("/"), contoso.inside)
    stranger = Gateway(contoso, agent, "--tls-cert", os.path.join(DATA, "fabrikam-unknownca.pem"),
                       "--tls-key", os.path.join(DATA, "fabrikam-unknownca.key"))
    time.sleep(2)
    got = agent.send(stranger.port, ALICE, BOB, "x")
    check("no link", got and got.status == 503, got and got.start)
    finish(stranger)
    check("never", not any('"UP"' in line for line in stranger.seen), stranger.tail())


def test_end(gateway, agent, theirs):
    """What is under way when it ends is reported as failed, or done."""
    agent.status["silent"] = None
    theirs.send(kind="message", id="end", body="x",
                **{"from": BOB, "to": "silent@contoso.example"})
    agent.wait()
    results = []
    sender = threading.Thread(
        target=lambda: results.append(agent.send(gateway.port, SIP_ALICE, BOB, "under way")))
    sender.start()
    theirs.wait(kind="message", body="under way")
    finish(gateway)
    sender.join()
    check("answered", results[0] and results[0].status == 202, results)
    theirs.wait(kind="message", type="error", id="end")


def main():
    with tempfile.TemporaryDirectory() as folder:
        agent = SipAgent()
        contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso", INSIDE_TLS)
        with open(contoso.path("proxy.conf"), "a", encoding="utf-8") as config:
            config.write("queue = { seconds = 4; stanzas = 1000; };")
        contoso.start()
        fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
        fabrikam.set_partners([partner("contoso.example", contoso.outside)])
        fabrikam.start()
        contoso.theirs = fabrikam.outside
        contoso.set_partners([partner("fabrikam.example", fabrikam.outside)])
        contoso.reload()
        theirs = Host(fabrikam, "--user", "bob")
        fabrikam.wait(event="INSIDE_UP")
        gateway = Gateway(contoso, agent)
        gateway.wait(event="UP")
        test_sip_to_xmpp(gateway, agent, theirs)
        test_refused(gateway, agent)
        test_mutual_tls(contoso, agent)
        test_xmpp_to_sip(agent, theirs)
        gateway = test_link(contoso, agent, theirs, gateway)
        gateway = test_storm(contoso, agent, theirs, gateway)
        while not agent.requests.empty():
            agent.wait()
        test_end(gateway, agent, theirs)
        test_next_hop_away(contoso, theirs)
        test_trace(contoso, agent)
        test_limit(contoso, agent, theirs)
        test_no_acks(contoso, agent, theirs)
        stranger = Gateway(contoso, agent, allow="127.0.0.9")
        stranger.wait(event="UP")
        got = agent.send(stranger.port, ALICE, BOB, "x")
        check("not allowed", got.status == 403, got.start)
        finish(stranger)
        gateway = Gateway(contoso, agent)
        gateway.wait(event="UP")
        test_late_error(gateway, agent, contoso)
        finish(gateway)
        gateway = Gateway(contoso, agent, "--grace", "10")
        gateway.wait(event="UP")
        test_partner_down(gateway, agent, theirs, fabrikam)
        finish(gateway, contoso)
        test_proxy_away(folder, agent)
        test_proxy_killed(folder, agent)
        agent.close()


if __name__ == "__main__":
    main()

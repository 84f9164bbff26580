"""test_presence.py - presence both ways, between a SIP agent and a pair of real proxies."""

import os
import signal
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from test_messages import ALICE, BOB, Gateway, check, partner
from programs import Host, Proxy, finish
from sip_agent import PresenceAgent

PIDF = ("<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:alice@contoso.example'>"
        "<tuple id='ID-desk'><status><basic>{}</basic>{}</status><note>{}</note></tuple>"
        "</presence>")
AWAY = "<show xmlns='jabber:client'>away</show>"


def told(agent, state, *words, seconds=15):
    """Take NOTIFYs until one has this state and these words in its body; return it."""
    deadline = time.monotonic() + seconds
    while True:
        request = agent.wait("NOTIFY", max(0.01, deadline - time.monotonic()))
        if request["subscription-state"].startswith(state) and \
                all(word in request.body for word in words):
            return request


def presence(theirs, text=None, **wanted):
    theirs.wait(kind="presence", **{"from": ALICE, "to": BOB}, **wanted)


def send(theirs, kind=None, **more):
    if kind:
        more["type"] = kind
    theirs.send(**{"kind": "presence", "from": BOB, "to": ALICE, **more})


def test_xmpp_watches(gateway, agent, theirs):
    """RFC 8048 3.1: an XMPP user watches a SIP user, who answers, changes, and is let go."""
    send(theirs, "subscribe")
    request = agent.wait("SUBSCRIBE")
    check("asked", request.uri == f"sip:{ALICE}" and request["event"] == "presence" and
          request["expires"] == "3600" and "pidf+xml" in request["accept"], request.lines)
    dialog = agent.dialog_of(request)
    check("where NOTIFY goes", dialog.target.startswith(f"sip:127.0.0.1:{gateway.port}"),
          dialog.target)
    got = agent.notify(gateway.port, dialog, "pending;expires=3600")
    check("pending", got and got.status == 200, got and got.start)
    got = agent.notify(gateway.port, dialog, "active;expires=3600", PIDF.format("open", AWAY, "tea"))
    check("active", got and got.status == 200, got and got.start)
    presence(theirs, type="subscribed")
    presence(theirs, show="away", status="tea")
    send(theirs, "probe", id="p")
    presence(theirs, show="away", status="tea")
    agent.notify(gateway.port, dialog, "active;expires=3600", PIDF.format("closed", "", "bye"))
    presence(theirs, type="unavailable", status="bye")
    dialog.cseq -= 1
    got = agent.notify(gateway.port, dialog, "active;expires=3600")
    check("the same CSeq again", got.status == 500, got.start)
    forged = agent.dialog(ALICE, BOB)
    forged.call_id, forged.remote_tag = dialog.call_id, dialog.remote_tag
    got = agent.notify(gateway.port, forged, "active", PIDF.format("open", "", "forged"))
    check("a fork", got.status == 481, got.start)
    return dialog


def test_xmpp_refused(gateway, agent, theirs):
    """RFC 8048 3.1.1: what a SIP server's answers mean to who asked."""
    agent.status.update(nobody=404, never=403)
    theirs.send(kind="presence", type="subscribe", id="n",
                **{"from": BOB, "to": "nobody@contoso.example"})
    theirs.wait(kind="presence", type="error", error="item-not-found")
    theirs.send(kind="presence", type="subscribe", **{"from": BOB, "to": "never@contoso.example"})
    theirs.wait(kind="presence", type="unsubscribed", **{"from": "never@contoso.example"})
    theirs.send(kind="presence", type="subscribe", **{"from": BOB, "to": "shy@contoso.example"})
    agent.wait("SUBSCRIBE")
    agent.wait("SUBSCRIBE")
    dialog = agent.dialog_of(agent.wait("SUBSCRIBE"))
    agent.notify(gateway.port, dialog, "terminated;reason=rejected")
    theirs.wait(kind="presence", type="unsubscribed", **{"from": "shy@contoso.example"})


def test_sip_watches(gateway, agent, theirs):
    """RFC 8048 3.2: a SIP user watches an XMPP user, who allows it and changes."""
    dialog = agent.dialog(ALICE, BOB)
    got = agent.subscribe(gateway.port, dialog)
    check("accepted", got and got.status == 200 and got["expires"] == "3600" and
          got["contact"].startswith(f"<sip:127.0.0.1:{gateway.port}"), got and got.lines)
    first = told(agent, "active;expires=", "open", "at the desk")
    check("in the dialog", first["call-id"] == dialog.call_id and
          f"tag={dialog.remote_tag}" in first["from"] and
          f"tag={dialog.local_tag}" in first["to"] and
          first.uri == f"sip:127.0.0.1:{agent.port}", first.lines)
    send(theirs, show="dnd", status="busy", **{"from": BOB + "/echo"})
    told(agent, "active", "open", "dnd", "busy")
    send(theirs, show="away", **{"from": BOB + "/other"})
    # The most available of both.
    told(agent, "active", "open", "away")
    send(theirs, **{"to": "carol@contoso.example"}, status="not for Alice")
    send(theirs, "unavailable", **{"from": BOB + "/other"})
    told(agent, "active", "open", "dnd")
    got = agent.subscribe(gateway.port, dialog)
    check("refreshed", got.status == 200, got.start)
    told(agent, "active", "dnd")
    got = agent.subscribe(gateway.port, agent.dialog(ALICE, BOB), event="dialog")
    check("another package", got.status == 489 and got["allow-events"] == "presence", got.lines)
    got = agent.subscribe(gateway.port, agent.dialog(ALICE, BOB), 10)
    check("too short", got.status == 423 and got["min-expires"] == "60", got.lines)
    got = agent.subscribe(gateway.port, agent.dialog("eve@evil.example", BOB))
    check("a stranger", got.status == 403, got.start)
    lost = agent.dialog(ALICE, BOB)
    lost.remote_tag = "unknown"
    check("no dialog", agent.subscribe(gateway.port, lost).status == 481)
    return dialog


def number(request):
    return int(request["cseq"].split()[0])


def test_killed(contoso, gateway, agent, theirs, inside, outside, options):
    """The gateway dies; the next one goes on with both dialogs, and asks what it has missed."""
    send(theirs, status="before", **{"from": BOB + "/echo"})
    before = told(agent, "active", "before")
    gateway.end(signal.SIGKILL)
    gateway = Gateway(contoso, agent, *options, port=gateway.port)
    gateway.wait(event="UP")
    # The answer to the probe of the new one.
    told(agent, "active", "at the desk")
    send(theirs, status="after", **{"from": BOB + "/echo"})
    after = told(agent, "active", "after")
    check("in the same dialog", after["call-id"] == inside.call_id and
          number(after) > number(before), after.lines)
    got = agent.subscribe(gateway.port, inside)
    check("refreshed", got.status == 200, got.start)
    got = agent.notify(gateway.port, outside, "active;expires=3600",
                       PIDF.format("open", "", "still there"))
    check("taken", got.status == 200, got.start)
    presence(theirs, status="still there")
    return gateway


def test_two(contoso, gateway, agent, theirs, inside, outside, folder):
    """Another gateway with the same ledger goes on where the first one dies for good."""
    second = Gateway(contoso, agent, "--ledger", os.path.join(folder, "ledger"), "--name", "two")
    second.wait(event="UP")
    got = agent.subscribe(second.port, inside)
    check("a refresh at the other one", got.status == 200, got.start)
    # Its Contact is the target from now on.
    check("its Contact", inside.target.startswith(f"sip:127.0.0.1:{second.port}"), inside.target)
    gateway.end(signal.SIGKILL)
    # The answer to its probe, when it has seen that the first one is gone.
    told(agent, "active", "at the desk")
    send(theirs, status="through the other", **{"from": BOB + "/echo"})
    request = told(agent, "active", "through the other")
    check("its Contact in NOTIFY", str(second.port) in request["contact"], request.lines)
    got = agent.notify(second.port, outside, "active;expires=3600", PIDF.format("open", "", "two"))
    check("taken by the other", got.status == 200, got.start)
    presence(theirs, status="two")
    return second


def test_ends(gateway, agent, theirs, inside, outside):
    """Both let go."""
    got = agent.subscribe(gateway.port, inside, 0)
    check("left", got.status == 200 and got["expires"] == "0", got.lines)
    told(agent, "terminated;reason=timeout", "closed")
    send(theirs, "unsubscribe")
    request = agent.wait("SUBSCRIBE")
    check("in the dialog", request["expires"] == "0" and request["call-id"] == outside.call_id and
          request.uri == f"sip:127.0.0.1:{agent.port}", request.lines)
    presence(theirs, type="unsubscribed")
    got = agent.notify(gateway.port, outside, "terminated;reason=timeout")
    check("the last NOTIFY", got.status == 200, got.start)
    got = agent.notify(gateway.port, outside, "active")
    check("none behind it", got.status == 481, got.start)
    got = agent.subscribe(gateway.port, inside)
    check("nothing to refresh", got.status == 481, got.start)
    # A fetch: RFC 8048 5.2.
    got = agent.subscribe(gateway.port, agent.dialog(ALICE, BOB), 0)
    check("fetched", got.status == 200, got.start)
    told(agent, "terminated;reason=timeout", "at the desk")


def main():
    with tempfile.TemporaryDirectory() as folder:
        agent = PresenceAgent()
        contoso = Proxy(os.path.join(folder, "contoso"), "contoso.example", "contoso")
        contoso.start()
        fabrikam = Proxy(os.path.join(folder, "fabrikam"), "fabrikam.example", "fabrikam")
        fabrikam.set_partners([partner("contoso.example", contoso.outside)])
        fabrikam.start()
        contoso.set_partners([partner("fabrikam.example", fabrikam.outside)])
        contoso.reload()
        theirs = Host(fabrikam, "--user", "bob", "--status", "at the desk")
        fabrikam.wait(event="INSIDE_UP")
        options = ("--ledger", os.path.join(folder, "ledger"), "--name", "one")
        gateway = Gateway(contoso, agent, *options)
        gateway.wait(event="UP")
        outside = test_xmpp_watches(gateway, agent, theirs)
        test_xmpp_refused(gateway, agent, theirs)
        inside = test_sip_watches(gateway, agent, theirs)
        gateway = test_killed(contoso, gateway, agent, theirs, inside, outside, options)
        gateway = test_two(contoso, gateway, agent, theirs, inside, outside, folder)
        test_ends(gateway, agent, theirs, inside, outside)
        finish(gateway, theirs, contoso, fabrikam)
        agent.close()


if __name__ == "__main__":
    main()

"""kamailio.py - the recipe of examples/kamailio: a SIP user and a user at Prosody, through both.

The file of the recipe runs, and the part of the proxy's configuration that its page shows.
"""

import os
import re

from case import case, expect
from client import is_message, is_presence
from peers.kamailio import ROOT, Kamailio
from process import HarnessError, port_answers, wait_until
from proxy import partner
from sip import SipUser
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

README = os.path.join(ROOT, "examples", "kamailio", "stock.md")
SECRET = "an inside secret of the tests"
PHONE = "127.0.0.12"
DOMAIN = PEERS["prosody"][1]
ALICE, CAROL = "alice@" + DOMAIN, "carol@" + OUR_DOMAIN
TEXT = "grüße & <b>mehr</b> \"so\""


def inside_part():
    """The part of the proxy's configuration that the README shows."""
    with open(README, encoding="utf-8") as file:
        part = re.search(r"^```conf\n(inside = .*?)^```$", file.read(), re.M | re.S).group(1)
    return part.replace("/etc/xmppfed/inside-secret", "secret")


class Scene:
    """The proxy, Kamailio behind it, carol at her phone, and alice at Prosody."""

    def __init__(self, world):
        record = partner(DOMAIN, sasl="Required", dialback=False)
        self.proxy = world.proxy([record], inside=inside_part()).start()
        library = world.programs["expat"]
        if not library:
            raise HarnessError("libexpat-attributes.so is not built")
        self.kamailio = Kamailio(OUR_ADDRESS, world.directory, SECRET, library)
        world.on_close(self.kamailio.stop)
        self.kamailio.start()
        self.proxy.wait_event("INSIDE_UP", seconds=20)
        self.carol = SipUser("carol", OUR_DOMAIN, PHONE, (OUR_ADDRESS, self.kamailio.port))
        world.on_close(self.carol.close)
        self.carol.register()
        self.alice = world.peer("prosody").log_in("alice")

    def both_ways(self, text):
        """A message each way arrives, from the address that its sender has; the phone sends twice."""
        expect(self.carol.message(ALICE, text, copies=2) == 202, "the message is not accepted")
        self.alice.wait_for(is_message(CAROL, text), 20, "carol's message")
        self.alice.message(CAROL, "re: " + text)
        self.carol.wait_message(ALICE, "re: " + text)


@case("kamailio.messages")
def messages(world):
    """A MESSAGE becomes a message and the other way about, whatever is in it, each once."""
    scene = Scene(world)
    texts = ["good morning", TEXT, "long " * 200]
    for text in texts:
        scene.both_ways(text)
    expect(scene.carol.bodies() == ["re: " + text for text in texts], "a message came twice")
    sent = [item.findtext("{jabber:client}body") for item in scene.alice.history
            if is_message(CAROL)(item)]
    expect(sent == texts, f"of {texts} came {sent}")


@case("kamailio.refuses")
def refuses(world):
    """What is no text, and who speaks for another domain, is refused over SIP."""
    scene = Scene(world)
    status = scene.carol.message(ALICE, "{}", kind="application/json")
    expect(status == 415, f"JSON was answered with {status}")
    for to in (ALICE, CAROL):
        status = scene.carol.message(to, "forged", sender="sip:bob@" + DOMAIN)
        expect(status == 403, f"a foreign sender was answered with {status}")
    scene.both_ways("an honest one")
    expect("forged" not in scene.carol.bodies(), "a forged message reached the phone")


@case("kamailio.what-it-lacks")
def lacks(world):
    """What the README says that the module does not do; if it does one day, the README is stale."""
    scene = Scene(world)
    expect(scene.carol.message("dave@elsewhere.example", "to nobody") == 202,
           "the module now says what becomes of a message")
    scene.proxy.wait_event("UNDELIVERED", remote="dave@elsewhere.example", code="POLICY_REFUSED")
    scene.alice.presence(CAROL, "subscribe")
    identifier = scene.alice.message("nobody@" + OUR_DOMAIN, "who is there?")
    scene.both_ways("afterwards")
    scene.alice.never(lambda item: item.get("id") == identifier, 1, "an error for an unknown user")
    scene.alice.never(is_presence(CAROL), 0.1, "an answer to a subscription")


@case("kamailio.needs-the-library")
def dies_alone(world):
    """Without the preloaded library the module dies of the first bytes, as the README says."""
    proxy = world.proxy([partner(DOMAIN)], inside=inside_part()).start()
    kamailio = Kamailio(OUR_ADDRESS, world.directory, SECRET)
    world.on_close(kamailio.stop)
    kamailio.start()
    kamailio.process.wait_line("exited by a signal 11", 20)
    expect(not proxy.events("INSIDE_UP"), "the module got as far as its password")


@case("kamailio.proxy-restarts", seconds=90)
def comes_back(world):
    """The module connects anew when the proxy is there again."""
    scene = Scene(world)
    scene.both_ways("before")
    scene.proxy.stop()
    wait_until(lambda: not port_answers("127.0.0.1", 23456), 10, "the end of the inside link")
    scene.proxy.start()
    scene.proxy.wait_event("INSIDE_UP", seconds=20)
    scene.both_ways("after")

"""module.py - the module xmppfed of examples/kamailio: SIP users and a user at Prosody, no proxy
between."""

from case import case, expect
from client import is_message
from process import HarnessError
from proxy import partner
from sip_phone import SipPhone
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

PHONE = "127.0.0.12"
DOMAIN = PEERS["prosody"][1]
ALICE, CAROL = "alice@" + DOMAIN, "carol@" + OUR_DOMAIN


class Scene:
    """Kamailio with the module, carol at her phone, and alice at Prosody."""

    def __init__(self, world, records=None, **more):
        if records is None:
            records = [partner(DOMAIN, sasl="Required", dialback=False)]
        self.kamailio = world.kamailio(records, users=("carol", "dave"), **more).start()
        self.carol = self.phone(world, "carol")
        self.carol.register()
        self.alice = world.peer("prosody").log_in("alice")

    @staticmethod
    def phone(world, user):
        phone = SipPhone(user, OUR_DOMAIN, PHONE, (OUR_ADDRESS, 5060))
        world.on_close(phone.close)
        return phone

    def both_ways(self, text):
        """A message each way arrives, from the address that its sender has; the phone sends twice."""
        expect(self.carol.message(ALICE, text, copies=2) == 202, "the message is not accepted")
        self.alice.wait_for(is_message(CAROL, text), 20, "carol's message")
        self.alice.message(CAROL, "re: " + text)
        self.carol.wait_message(ALICE, "re: " + text)


@case("module.messages")
def messages(world):
    """A MESSAGE becomes a message and the other way about, whatever is in it, each once."""
    scene = Scene(world)
    texts = ["good morning", "grüße & <b>mehr</b> \"so\"", "long " * 120]
    for text in texts:
        scene.both_ways(text)
    expect(scene.carol.bodies() == ["re: " + text for text in texts], "a message came twice")
    sent = [item.findtext("{jabber:client}body") for item in scene.alice.history
            if is_message(CAROL)(item)]
    expect(sent == texts, f"of {texts} came {sent}")


@case("module.rpc")
def rpc(world):
    """kamcmd shows the state of the federation, explains a decision and reloads; a fault is a fault."""
    scene = Scene(world)
    said = scene.kamailio.sip.control("xmppfed.status")
    expect(f"host: {OUR_DOMAIN}" in said, f"the status lacks the host: {said}")
    said = scene.kamailio.sip.control("xmppfed.explain", CAROL, ALICE, "message")
    expect("allowed: true" in said, f"carol may not write to alice: {said}")
    scene.kamailio.set_partners([])
    scene.kamailio.sip.control("xmppfed.reload")
    said = scene.kamailio.sip.control("xmppfed.explain", CAROL, ALICE, "message")
    expect("allowed: false" in said, f"the reload did not count: {said}")
    try:
        said = scene.kamailio.sip.control("xmppfed.explain", CAROL, "", "message")
    except HarnessError as error:
        said = str(error)
    expect("error" in said, f"no address was explained: {said}")

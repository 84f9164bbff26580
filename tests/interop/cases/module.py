"""module.py - the module xmppfed of examples/kamailio: SIP users and a user at Prosody, no proxy
between."""

from case import case, expect
from client import is_message
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

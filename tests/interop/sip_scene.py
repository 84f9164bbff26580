"""sip_scene.py - who plays in "tools/demo sip".

carol and her colleagues have phones at the SIP server of contoso.example; alice and bob are users of
the partner fabrikam.example.
"""

import contextlib

from process import HarnessError, wait_until
from proxy import partner
from sip_between import BETWEEN, NO_ACCESS
from sip_phone import SipPhone
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

PHONES = "127.0.0.12"


class Scene:
    """The partner, what is between, and the users, with what they know of each other so far."""

    def __init__(self, world, between, kind):
        _, domain, address = PEERS["prosody"]
        record = partner(domain, kind, sasl="Required", dialback=False,
                         addresses=[f"{address}:5269"])
        self.peer = world.peer("prosody", fixed={OUR_DOMAIN: OUR_ADDRESS})
        _, start = BETWEEN[between]
        self.server = start(world, [record])
        self.alice, self.bob = self.peer.log_in("alice"), self.peer.log_in("bob")
        self.carol, self.erin = self.phone(world, "carol"), self.phone(world, NO_ACCESS.split("@")[0])
        self.server.add_user("dave")  # has an account, but no phone
        self.server.add_user("frank")
        self.server.rule("frank", self.alice.jid, "block")
        self.watch, self.presence = None, None  # carol's of alice; what alice saw last of carol

    def phone(self, world, user):
        """A phone that is registered."""
        self.server.add_user(user)
        phone = SipPhone(user, OUR_DOMAIN, PHONES, (self.server.address, self.server.port))
        world.on_close(phone.close)
        phone.register()
        return phone

    @staticmethod
    def wait(condition, what):
        return wait_until(condition, 20, what)

    @staticmethod
    def wait_at_most(condition, seconds):
        """Wait until the condition holds, or for that long: who asked looks what came."""
        with contextlib.suppress(HarnessError):
            wait_until(condition, seconds, "the condition")

"""sip_rows.py - SIP phones and an XMPP partner: the rows of "tools/demo sip".

Each has what is expected in a word, which may depend on the partner type. The actions are in
sip_chat.py, the users in sip_scene.py.
"""

import dataclasses
import re

from process import HarnessError
from sip_chat import (partner_down, sip_chats, sip_keeps, sip_types, sip_writes, xmpp_keeps, xmpp_types,
                      xmpp_writes)
from world import OUR_DOMAIN

TYPES = ("Federated", "PublicVerified", "PublicUnverified")
TO_US, TO_THEM = "XMPP to SIP", "SIP to XMPP"
# Who may not write is not told whether there is such a user.
HIDDEN = "service-unavailable"


@dataclasses.dataclass
class Row:
    """expected is one word, or one for each of TYPES."""

    direction: str
    action: str
    expected: object
    act: object

    def expectation(self, kind):
        return self.expected if isinstance(self.expected, str) else self.expected[TYPES.index(kind)]

    def name(self):
        """The row's name in a test report."""
        way = "to-sip" if self.direction == TO_US else "to-xmpp"
        return way + "." + re.sub(r"[^a-z]+", "-", self.action.lower()).strip("-")


# In order: each row builds on the state that those before it left.
STRANGERS = [
    Row(TO_US, "message, not on the contact list", ("delivered", "delivered", HIDDEN),
        lambda scene: xmpp_writes(scene, scene.carol.address, "before we knew each other")),
]

CHAT = [
    Row(TO_THEM, "message", "delivered",
        lambda scene: sip_chats(scene, "good morning") is not None and "delivered"),
    Row(TO_US, "message", "delivered",
        lambda scene: xmpp_writes(scene, scene.carol.address, "good morning to you")),
    Row(TO_THEM, "non-ASCII text, subject, thread, language", "kept", sip_keeps),
    Row(TO_US, "non-ASCII text, subject, thread", "kept", xmpp_keeps),
    Row(TO_THEM, "typing", "seen", sip_types),
    Row(TO_US, "typing", "seen", xmpp_types),
    Row(TO_THEM, "message to an unknown user", "403",
        lambda scene: sip_writes(scene.carol, "nobody@" + scene.alice.domain, "who?")),
    Row(TO_US, "message to an unknown user", ("item-not-found", "item-not-found", HIDDEN),
        lambda scene: xmpp_writes(scene, "nobody@" + OUR_DOMAIN, "who?")),
    Row(TO_US, "message to a user without a phone",
        ("recipient-unavailable", "recipient-unavailable", HIDDEN),
        lambda scene: xmpp_writes(scene, "dave@" + OUR_DOMAIN, "are you there?")),
    Row(TO_THEM, "message to a domain that is no partner", "403",
        lambda scene: sip_writes(scene.carol, "dan@elsewhere.example", "who?")),
    Row(TO_THEM, "message of a user without external access", "403",
        lambda scene: sip_writes(scene.erin, scene.alice.jid, "may I?")),
    Row(TO_US, "message to a user without external access", HIDDEN,
        lambda scene: xmpp_writes(scene, scene.erin.address, "may I?")),
]

ENDS = [
    Row(TO_THEM, "message while the partner is down", "408", partner_down),
]

ROWS = [*STRANGERS, *CHAT, *ENDS]


def act(row, scene):
    """What was seen, or why nothing was."""
    try:
        return row.act(scene), ""
    except HarnessError as error:
        return "nothing", str(error)

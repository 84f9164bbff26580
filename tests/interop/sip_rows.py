"""sip_rows.py - SIP phones and an XMPP partner: the rows of "tools/demo sip".

Each has what is expected in a word, which may depend on the partner type. The actions are in
sip_chat.py and sip_watch.py, the users in sip_scene.py.
"""

import dataclasses
import re

from process import HarnessError
from sip_chat import (partner_down, sip_chats, sip_keeps, sip_types, sip_writes, xmpp_keeps, xmpp_types,
                      xmpp_writes)
from sip_phone import State
from sip_watch import (NOTE, QUIET_SECONDS, note_seen, sip_allows, sip_asks, sip_asks_in_vain,
                       sip_is_refused, sip_lets_go, sip_refreshes, sip_shows, xmpp_accepts, xmpp_asks,
                       xmpp_asks_again, xmpp_asks_in_the_end, xmpp_lets_go, xmpp_notes, xmpp_sees,
                       xmpp_shows)
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
    Row(TO_US, "subscription, not on the contact list", ("accepted", "accepted", "refused"),
        lambda scene: xmpp_asks(scene, scene.carol.address)),
    Row(TO_THEM, "presence before the user allows it", "not seen",
        lambda scene: sip_shows(scene, State(True, "", NOTE), QUIET_SECONDS)),
    Row(TO_THEM, "presence after that, first state", ("available", "available", "not seen"),
        sip_allows),
    Row(TO_THEM, "status note", ("seen", "stripped", "not seen"), note_seen),
]

SIP_WATCHES = [
    Row(TO_THEM, "subscription: asks and waits", "pending", sip_asks),
    Row(TO_US, "subscription: accepted, first state", "available", xmpp_accepts),
    Row(TO_US, "presence: do not disturb", "busy", lambda scene: xmpp_shows(scene, "dnd")),
    Row(TO_US, "status note", "seen", xmpp_notes),
    Row(TO_US, "presence: unavailable", "unavailable",
        lambda scene: xmpp_shows(scene, kind="unavailable")),
    Row(TO_US, "presence: available again", "available", xmpp_shows),
    Row(TO_THEM, "subscription: refreshed", "state again", sip_refreshes),
    Row(TO_THEM, "subscription: refused by the user", "refused", sip_is_refused),
    Row(TO_THEM, "subscription to an unknown user", "pending",
        lambda scene: sip_asks_in_vain(scene.carol, "nobody@" + scene.alice.domain)),
    Row(TO_THEM, "subscription of a user without external access", "refused",
        lambda scene: sip_asks_in_vain(scene.erin, scene.alice.jid)),
]

XMPP_WATCHES = [
    Row(TO_US, "subscription, on the contact list", "accepted", xmpp_asks_again),
    Row(TO_THEM, "first state", "available", lambda scene: xmpp_sees(scene, "available", 20)),
    Row(TO_THEM, "presence: away", "away",
        lambda scene: sip_shows(scene, State(True, "away", NOTE))),
    Row(TO_THEM, "status note, on the contact list", ("seen", "stripped", "stripped"), note_seen),
    Row(TO_THEM, "presence: do not disturb", "busy",
        lambda scene: sip_shows(scene, State(True, "busy"))),
    Row(TO_THEM, "presence: unavailable", "unavailable", lambda scene: sip_shows(scene, None)),
    Row(TO_US, "subscription: refused by the user", "refused",
        lambda scene: xmpp_asks_in_the_end(scene, "frank@" + OUR_DOMAIN)),
    Row(TO_US, "subscription to an unknown user", ("item-not-found", "item-not-found", "refused"),
        lambda scene: xmpp_asks_in_the_end(scene, "nobody@" + OUR_DOMAIN)),
    Row(TO_US, "subscription to a user without external access", "refused",
        lambda scene: xmpp_asks_in_the_end(scene, scene.erin.address)),
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
    Row(TO_US, "subscription: ended by the watcher", "ended", xmpp_lets_go),
    Row(TO_THEM, "subscription: ended by the watcher", "ended", sip_lets_go),
    Row(TO_THEM, "message while the partner is down", "408", partner_down),
]

ROWS = [*STRANGERS, *SIP_WATCHES, *XMPP_WATCHES, *CHAT, *ENDS]


def act(row, scene):
    """What was seen, or why nothing was."""
    try:
        return row.act(scene), ""
    except HarnessError as error:
        return "nothing", str(error)

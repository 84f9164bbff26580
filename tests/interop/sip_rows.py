"""sip_rows.py - SIP phones and an XMPP partner: the rows of "tools/demo sip", and how to act them.

carol and her colleagues have phones at the SIP server of contoso.example; alice and bob are users of
the partner. Every action returns what was seen, in the words of the expectation, which may depend on
the partner type.
"""

import dataclasses
import re

from client import CLIENT, bare, error_condition, is_message, is_presence
from process import HarnessError, wait_until
from proxy import partner
from sip_between import BETWEEN, NO_ACCESS
from sip_phone import SipPhone, State
from world import OUR_ADDRESS, OUR_DOMAIN, PEERS

TYPES = ("Federated", "PublicVerified", "PublicUnverified")
TO_US, TO_THEM = "XMPP to SIP", "SIP to XMPP"
PHONES = "127.0.0.12"
TEXT = "Grüße, \u65e5\u672c <&> \U0001f44b"
CHAT_STATES = "{http://jabber.org/protocol/chatstates}"
IS_COMPOSING = "application/im-iscomposing+xml"
COMPOSING = ("<?xml version='1.0'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>"
             "<state>active</state><contenttype>text/plain</contenttype></isComposing>")


class Scene:
    """The partner, what is between, and the users, with what they know of each other so far."""

    def __init__(self, world, between, kind):
        _, domain, address = PEERS["prosody"]
        record = partner(domain, kind, sasl="Required", dialback=False,
                         addresses=[f"{address}:5269"])
        self.peer = world.peer("prosody", fixed={OUR_DOMAIN: OUR_ADDRESS})
        _, start = BETWEEN[between]
        self.server = start(world, [record])
        self.alice = self.peer.log_in("alice")
        self.carol, self.erin = self.phone(world, "carol"), self.phone(world, NO_ACCESS.split("@")[0])
        self.server.add_user("dave")  # has an account, but no phone

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


def sip_writes(phone, to, text, **more):
    """What a phone is told of its message: the status; it is not where it arrives that tells."""
    return str(phone.message(to, text, **more))


def sip_chats(scene, text, **more):
    """carol writes to alice: the stanza that arrives."""
    status = scene.carol.message(scene.alice.jid, text, **more)
    if status not in (200, 202):
        raise HarnessError(f"the message was answered with {status}")
    return scene.alice.wait_for(is_message(scene.carol.address, text), 20, "the phone's message")


def xmpp_sends(scene, to, inner, arrived):
    """alice sends a chat message: "delivered" if arrived() is true, or the error's condition."""
    identifier = scene.alice.new_id()
    scene.alice.send(f"<message to='{to}' type='chat' id='{identifier}'>{inner}</message>")

    def ended():
        errors = [error_condition(item) for item in list(scene.alice.history)
                  if item.get("id") == identifier and item.get("type") == "error"]
        return errors[0] if errors else "delivered" if arrived() else None
    return scene.wait(ended, "the end of the partner's message")


def xmpp_writes(scene, to, text):
    return xmpp_sends(scene, to, f"<body>{text}</body>",
                      lambda: scene.carol.find_message(scene.alice.jid, text))


def kept(pairs):
    """"kept", or which of the pairs of what was sent and what arrived differ."""
    lost = [f"{name}: {sent!r} is now {got!r}" for name, sent, got in pairs if sent != got]
    if lost:
        raise HarnessError("; ".join(lost))
    return "kept"


def sip_keeps(scene):
    """What RFC 7572 table 2 says survives: the text, Subject, and Call-ID as thread."""
    stanza = sip_chats(scene, TEXT, headers=["Subject: Lunch", "Content-Language: de"],
                       call_id="lunch-1@phone.example")
    return kept([("text", TEXT, stanza.findtext(CLIENT + "body")),
                 ("subject", "Lunch", stanza.findtext(CLIENT + "subject")),
                 ("language", "de", stanza.get("{http://www.w3.org/XML/1998/namespace}lang")),
                 ("thread", "lunch-1@phone.example", stanza.findtext(CLIENT + "thread"))])


def xmpp_keeps(scene):
    """Likewise table 1; alice goes on in the thread that carol's phone began, or in her own."""
    escaped = TEXT.replace("&", "&amp;").replace("<", "&lt;")
    for thread in ("lunch-1@phone.example", "e0ffe42b28561960c6b12b944a092794b9683a38"):
        ended = xmpp_sends(
            scene, scene.carol.address, f"<subject>Re: Lunch</subject><body>{escaped} {thread}</body>"
            f"<thread>{thread}</thread>",
            lambda name=thread: scene.carol.find_message(scene.alice.jid, f"{TEXT} {name}"))
        if ended != "delivered":
            return ended
        request = scene.carol.find_message(scene.alice.jid, f"{TEXT} {thread}")
        kept([("subject", "Re: Lunch", request.get("subject")),
              ("thread", thread, request.get("call-id"))])
    return "kept"


def sip_types(scene):
    """carol types."""
    status = scene.carol.message(scene.alice.jid, COMPOSING, kind=IS_COMPOSING)
    if status not in (200, 202):
        return str(status)
    scene.alice.wait_for(
        lambda item: bare(item.get("from")) == scene.carol.address
        and item.find(CHAT_STATES + "composing") is not None, 20, "that carol types")
    return "seen"


def xmpp_types(scene):
    """alice types."""
    def arrived():
        return any(re.search(r"<state>\s*active\s*</state>", body) for body in scene.carol.bodies())
    return xmpp_sends(scene, scene.carol.address,
                      f"<composing xmlns='{CHAT_STATES.strip('{}')}'/>",
                      arrived).replace("delivered", "seen")


def partner_down(scene):
    """The partner's server is stopped; carol writes once more."""
    scene.peer.stop()
    return sip_writes(scene.carol, scene.alice.jid, "are you there?")


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


# Who may not write is not told whether there is such a user.
HIDDEN = "service-unavailable"

# In order: each row builds on the state that those before it left.
ROWS = [
    Row(TO_US, "message, not on the contact list", ("delivered", "delivered", HIDDEN),
        lambda scene: xmpp_writes(scene, scene.carol.address, "before we knew each other")),
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
    Row(TO_THEM, "message while the partner is down", "408", partner_down),
]


def act(row, scene):
    """What was seen, or why nothing was."""
    try:
        return row.act(scene), ""
    except HarnessError as error:
        return "nothing", str(error)

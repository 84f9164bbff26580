"""demo_rows.py - what each partner type permits: the rows of the demonstration, and how to act them.

The columns Federated, PublicVerified and PublicUnverified are those of Lync Server 2013's partner
types. Every action returns what was seen, in the words of the expectation.
"""

import dataclasses

from client import is_message, is_presence
from process import HarnessError, wait_until
from stanzas import heard, heard_error

TYPES = ("Federated", "PublicVerified", "PublicUnverified")
NOTE = "in a meeting until noon"
TO_US, TO_THEM = "partner to host", "host to partner"
CLIENT = "{jabber:client}"
QUIET_SECONDS = 0.4


class Scene:
    """alice at the partner and bob at our host, with what they know of each other so far."""

    def __init__(self, alice, echo, proxy):
        self.alice, self.echo, self.proxy = alice, echo, proxy
        self.bob = echo.jid()
        self.presence = None

    @staticmethod
    def wait(condition, what):
        wait_until(condition, 20, what)

    def presence_of_bob(self, told):
        """bob's presence as alice receives it, or None; soon, if bob's server knows of her."""
        try:
            return self.alice.wait_for(is_presence(self.bob), 20 if told else QUIET_SECONDS)
        except HarnessError:
            return None

    def proof(self, direction):
        """How the partner's domain was proved on the newest stream in this direction."""
        way = "in" if direction == TO_US else "out"
        records = self.proxy.events("STREAM_UP", direction=way, remote=self.alice.domain)
        return f"{records[-1]['proof']} {records[-1].get('tls', '')}".strip() if records else "-"


def partner_writes(scene, text):
    """alice writes to bob: delivered, or refused with an error."""
    identifier = scene.alice.message(scene.bob, text)
    refused = []

    def ended():
        if scene.echo.received(heard("message", scene.alice.jid, body=text)):
            return True
        refused.extend(item for item in scene.alice.history
                       if item.get("id") == identifier and item.get("type") == "error")
        return bool(refused)

    scene.wait(ended, "the end of the partner's message")
    return "refused" if refused else "delivered"


def partner_adds(scene):
    """alice asks for bob's presence: accepted or refused."""
    scene.alice.presence(scene.bob, "subscribe")
    answer = scene.alice.wait_for(
        lambda item: item.tag == CLIENT + "presence" and item.get("from", "").startswith(scene.bob)
        and item.get("type") in ("subscribed", "unsubscribed"), 20, "the answer to the request")
    return "accepted" if answer.get("type") == "subscribed" else "refused"


def partner_adds_again(scene):
    """alice drops bob, if she had him, and asks anew."""
    scene.alice.presence(scene.bob, "unsubscribe")
    return partner_adds(scene)


def host_publishes(scene):
    """bob's server sends his presence to all whose request it was told of, and to contacts."""
    told = scene.echo.received(heard("presence", scene.alice.jid, "subscribe"))
    if told:
        scene.alice.forget()
        scene.echo.presence(scene.alice.jid, status=NOTE)
    scene.presence = scene.presence_of_bob(bool(told))
    return "seen" if scene.presence is not None else "not seen"


def note_in_presence(scene):
    """Whether the presence that alice has just seen carries bob's note."""
    if scene.presence is None:
        return "not seen"
    return "seen" if scene.presence.findtext(CLIENT + "status") == NOTE else "stripped"


def host_adds(scene):
    """bob adds alice: her server asks her, she approves, bob's server hears it."""
    scene.echo.presence(scene.alice.jid, "subscribe")
    scene.alice.wait_for(is_presence(scene.bob, "subscribe"), 20, "the host's request")
    scene.alice.presence(scene.bob, "subscribed")
    scene.echo.wait_for(heard("presence", scene.alice.jid, "subscribed"), what="her approval")
    return "accepted"


def host_sees_partner(scene):
    """alice's presence reaches bob once she has approved him."""
    scene.echo.wait_for(heard("presence", scene.alice.jid), what="the partner's presence")
    return "seen"


def host_writes(scene, text):
    """bob writes to alice."""
    scene.echo.message(scene.alice.jid, text, "demo-" + text.replace(" ", "-"))

    def ended():
        return any(is_message(scene.bob, text)(item) for item in scene.alice.history) or \
            scene.echo.received(heard_error("demo-" + text.replace(" ", "-")))

    scene.wait(ended, "the end of the host's message")
    arrived = any(is_message(scene.bob, text)(item) for item in scene.alice.history)
    return "delivered" if arrived else "refused"


@dataclasses.dataclass
class Row:
    direction: str
    action: str
    expected: tuple  # in the order of TYPES
    act: object


# In order: each row builds on the state that those before it left.
ROWS = [
    Row(TO_US, "send IM, not on the contact list", ("delivered", "delivered", "refused"),
        lambda scene: partner_writes(scene, "before being added")),
    Row(TO_US, "add the user, not authorized", ("accepted", "accepted", "refused"), partner_adds),
    Row(TO_US, "see presence, not authorized", ("seen", "seen", "not seen"), host_publishes),
    Row(TO_US, "see status note, not authorized", ("seen", "stripped", "not seen"),
        note_in_presence),
    Row(TO_THEM, "add the contact", ("accepted", "accepted", "accepted"), host_adds),
    Row(TO_THEM, "see the contact's presence", ("seen", "seen", "seen"), host_sees_partner),
    Row(TO_US, "add the user, on the contact list", ("accepted", "accepted", "accepted"),
        partner_adds_again),
    Row(TO_US, "see presence, on the contact list", ("seen", "seen", "seen"), host_publishes),
    Row(TO_US, "see status note, on the contact list", ("seen", "stripped", "stripped"),
        note_in_presence),
    Row(TO_US, "send IM, on the contact list", ("delivered", "delivered", "delivered"),
        lambda scene: partner_writes(scene, "after being added")),
    Row(TO_THEM, "send IM to the contact", ("delivered", "delivered", "delivered"),
        lambda scene: host_writes(scene, "from the host")),
]

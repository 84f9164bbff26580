"""sip_chat.py - what phones and XMPP users do to chat; each function returns what was seen, in a word."""

import re

from client import CLIENT, bare, error_condition, is_message
from process import HarnessError

TEXT = "Grüße, \u65e5\u672c <&> \U0001f44b"
CHAT_STATES = "{http://jabber.org/protocol/chatstates}"
IS_COMPOSING = "application/im-iscomposing+xml"
COMPOSING = ("<?xml version='1.0'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>"
             "<state>active</state><contenttype>text/plain</contenttype></isComposing>")


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

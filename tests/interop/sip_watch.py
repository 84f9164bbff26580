"""sip_watch.py - what phones and XMPP users do to see each other; each function returns what was seen.

The words for presence are "available", "away", "busy" and "unavailable" on both sides.
"""

import contextlib
import re
import time

from client import CLIENT, bare, error_condition, is_presence
from process import HarnessError
from sip_phone import State

NOTE = "in a meeting until noon"
QUIET_SECONDS = 1.5
ANSWERS = {"subscribed": "accepted", "unsubscribed": "refused", "error": None}
SHOWS = {"away": "away", "xa": "away", "dnd": "busy"}


def word_of_state(state):
    """The word for what a phone was told."""
    if state is None:
        return "nothing"
    return (state.activity or "available") if state.open else "unavailable"


def word_of_stanza(stanza):
    """The word for what an XMPP user was told."""
    if stanza.get("type") == "unavailable":
        return "unavailable"
    return SHOWS.get(stanza.findtext(CLIENT + "show"), "available")


# Phones watch XMPP users.


def sip_asks(scene):
    """carol asks to see alice, who hears of it."""
    scene.watch = scene.carol.watch(scene.alice.jid)
    if scene.watch.answer.status >= 300:
        return str(scene.watch.answer.status)
    scene.alice.wait_for(is_presence(scene.carol.address, "subscribe"), 20, "carol's request")
    scene.watch.wait(lambda it: it.condition, "the first notification")
    return scene.watch.condition


def xmpp_accepts(scene):
    """alice lets carol see her: what carol then sees."""
    scene.alice.presence(scene.carol.address, "subscribed")
    scene.watch.wait(lambda it: it.condition == "active" and it.state and it.state.open,
                     "alice's presence")
    return word_of_state(scene.watch.state)


def xmpp_shows(scene, show=None, kind=None, status=None):
    """alice changes her presence: what carol sees."""
    wanted = "unavailable" if kind else SHOWS.get(show, "available")
    scene.alice.presence(show=show, kind=kind, status=status)
    scene.wait_at_most(lambda: word_of_state(scene.watch.state) == wanted, 20)
    return word_of_state(scene.watch.state)


def xmpp_notes(scene):
    """alice is away with a note."""
    seen = xmpp_shows(scene, "away", status=NOTE)
    if seen != "away":
        return seen
    return "seen" if scene.watch.state.note == NOTE else "stripped"


def sip_refreshes(scene):
    """carol's phone subscribes again within its dialog, and is told the state again."""
    before, told = scene.watch.state, len(scene.watch.notices)
    status = scene.watch.ask(300)
    if status != 200:
        return str(status)
    scene.watch.wait(lambda it: len(it.notices) > told, "a notification")
    return "state again" if scene.watch.state == before else word_of_state(scene.watch.state)


def sip_is_refused(scene):
    """carol asks to see bob, who does not want that."""
    watch = scene.carol.watch(scene.bob.jid)
    scene.bob.wait_for(is_presence(scene.carol.address, "subscribe"), 20, "carol's request")
    scene.bob.presence(scene.carol.address, "unsubscribed")
    return ended(watch)


def sip_asks_in_vain(phone, to):
    """A phone asks to see someone whom it cannot see: refused, or never answered."""
    watch = phone.watch(to)
    if watch.answer.status >= 300:
        return str(watch.answer.status)
    try:
        return ended(watch, QUIET_SECONDS)
    except HarnessError:
        return watch.condition


def ended(watch, seconds=20):
    watch.wait(lambda it: it.condition.startswith("terminated"), "the end of the subscription",
               seconds)
    return {"terminated;reason=rejected": "refused"}.get(watch.condition, watch.condition)


def sip_lets_go(scene):
    """carol's phone ends its subscription: nothing comes after the last notification."""
    status = scene.watch.ask(0)
    if status != 200:
        return str(status)
    ended(scene.watch)
    told = len(scene.watch.notices)
    scene.alice.presence(show="dnd")
    scene.wait_at_most(lambda: len(scene.watch.notices) > told, QUIET_SECONDS)
    return "ended" if len(scene.watch.notices) == told else word_of_state(scene.watch.state)


# XMPP users watch phones.


def answer(scene, user, seconds):
    """The next answer to alice's request to see a user of ours, in a word; None if there is none."""
    try:
        stanza = scene.alice.wait_for(
            lambda item: item.tag == CLIENT + "presence" and bare(item.get("from")) == user
            and item.get("type") in ANSWERS, seconds, "the answer to the request")
    except HarnessError:
        return None
    return ANSWERS[stanza.get("type")] or error_condition(stanza)


def xmpp_asks(scene, user):
    """alice asks to see a user of ours: what she is answered first."""
    scene.alice.forget()
    scene.alice.presence(user, "subscribe")
    return answer(scene, user, 20) or "nothing"


def xmpp_asks_in_the_end(scene, user):
    """Likewise what holds in the end: the partner type may answer before the user's own server."""
    last, word = "nothing", xmpp_asks(scene, user)
    while word:
        last, word = word, answer(scene, user, QUIET_SECONDS)
    return last


def xmpp_asks_again(scene):
    """alice drops carol, if she had her, and asks anew; carol has said yes already."""
    scene.alice.presence(scene.carol.address, "unsubscribe")
    time.sleep(QUIET_SECONDS)
    return xmpp_asks(scene, scene.carol.address)


def xmpp_sees(scene, wanted, seconds):
    """What alice sees of carol, up to this word."""
    def accept(item):
        return (item.tag == CLIENT + "presence" and item.get("type") in (None, "unavailable")
                and bare(item.get("from")) == scene.carol.address)
    scene.presence = None
    end = time.monotonic() + seconds
    word = "not seen"
    with contextlib.suppress(HarnessError):
        while word != wanted:
            scene.presence = scene.alice.wait_for(accept, max(0.01, end - time.monotonic()))
            word = word_of_stanza(scene.presence)
    return word


def sip_shows(scene, state, seconds=20):
    """carol's phone publishes another state, or takes it back: what alice sees."""
    scene.alice.forget()
    scene.carol.publish(state)
    return xmpp_sees(scene, word_of_state(state or State(False)), seconds)


def sip_allows(scene):
    """carol lets alice see her, at her own server: what alice then sees."""
    scene.alice.forget()
    scene.server.rule("carol", scene.alice.jid, "allow")
    return xmpp_sees(scene, "available", 4)


def note_seen(scene):
    """Whether the presence that alice has just seen carries carol's note."""
    if scene.presence is None:
        return "not seen"
    return "seen" if scene.presence.findtext(CLIENT + "status") == NOTE else "stripped"


def xmpp_lets_go(scene):
    """alice drops carol: nothing comes to her server any more."""
    def arrived():
        return len(re.findall(f"Received.s2sin.: <presence [^\n]*{scene.carol.address}",
                              scene.peer.log_text()))
    scene.alice.presence(scene.carol.address, "unsubscribe")
    time.sleep(QUIET_SECONDS)
    told = arrived()
    scene.carol.publish(State(True, "busy"))
    scene.wait_at_most(lambda: arrived() > told, QUIET_SECONDS)
    return "ended" if arrived() == told else "told"

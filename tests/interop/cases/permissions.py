"""permissions.py - who may do what: each action, contact state and direction, with a real Prosody.

alice is at the partner, and for each cell of the table there is a user of ours who knows of her only
what the cell's state says. The host behind the proxy says nothing by itself, so that all that comes
back is the proxy's doing. A cell is a letter:

    A  arrives                    s  arrives without its status note
    R  the sender gets an error   U  the sender gets "unsubscribed"
    S  nobody hears anything
"""

from case import case, expect
from client import CLIENT, bare, is_answer
from component import Component
from proxy import partner
from world import OUR_DOMAIN, PEERS

KIND = "prosody"
DOMAIN = PEERS[KIND][1]
STATES = ("none", "pending", "added", "blocked")
NOTE = "<status>in a meeting</status>"
PING = "<ping xmlns='urn:xmpp:ping'/>"
LAST = "last"  # a user of ours whose ping ends a round: what was sent before it is through by then


def message(payload, kind="chat"):
    return lambda head: f"<message {head} type='{kind}'>{payload}</message>"


def presence(kind=None, payload=""):
    type_ = f" type='{kind}'" if kind else ""
    return lambda head: f"<presence {head}{type_}>{payload}</presence>"


def jingle(description, application):
    """A session-initiate (XEP-0166 7.1)."""
    return lambda head: (
        f"<iq {head} type='set'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='s'>"
        f"<content creator='initiator' name='c'><description xmlns='{application}' {description}/>"
        f"</content></jingle></iq>")


STANZAS = {
    "Add": presence("subscribe"),
    "SeePresence": presence("probe"),
    "SeeNotes": presence(None, NOTE),
    "StartConversation": message("<body>Hello</body>"),
    "Typing": message("<composing xmlns='http://jabber.org/protocol/chatstates'/>"),
    "Receipts": message("<received xmlns='urn:xmpp:receipts' id='m'/>"),
    "GroupChat": message("<body>Hello</body>", "groupchat"),
    "Files": jingle("", "urn:xmpp:jingle:apps:file-transfer:5"),
    "Calls": jingle("media='audio'", "urn:xmpp:jingle:apps:rtp:1"),
}

# What the partner's users may do towards ours: a letter for each state, a column for each type.
INBOUND = {
    "Add":               ("AAAS", "AAAS", "UUAS"),
    "SeePresence":       ("AAAS", "AAAS", "SSAS"),  # of "unsubscribed" Prosody tells who has asked
    "SeeNotes":          ("AAAS", "sssS", "sssS"),
    "StartConversation": ("AAAR", "AAAR", "RRAR"),
    "Typing":            ("AAAS", "AAAS", "SSAS"),
    "Receipts":          ("AAAS", "AAAS", "SSAS"),
    "GroupChat":         ("AAAR", "RRRR", "RRRR"),
    "Files":             ("AAAR", "AAAR", "RRAR"),
    "Calls":             ("AAAR", "AAAR", "RRAR"),
}
# ... and ours towards theirs. To see is to be sent: it is the partner's stanza that passes or not.
OUTBOUND = {
    "Add":               ("AAAR", "AAAR", "AAAR"),
    "SeePresence":       ("AAAS", "AAAS", "SSAS"),
    "SeeNotes":          ("AAAS", "AAAS", "SSAS"),
    "StartConversation": ("AAAR", "AAAR", "AAAR"),
    "Typing":            ("AAAS", "AAAS", "AAAS"),
    "Receipts":          ("AAAS", "AAAS", "AAAS"),
    "GroupChat":         ("AAAR", "RRRR", "RRRR"),
    "Files":             ("AAAR", "AAAR", "AAAR"),
    "Calls":             ("AAAR", "AAAR", "AAAR"),
}
TYPES = ("Federated", "PublicVerified", "PublicUnverified")


def cells(table):
    return [(action, state) for action in table for state in STATES]


def user(direction, action, state):
    """Ours, one for each cell: what is done in one must not be known in another."""
    return f"{direction}-{action}-{state}@{OUR_DOMAIN}".lower()


def prepare(proxy, ctl, alice, ours, state):
    """Make the contact state as it comes to be: by an administrator, or by a request unanswered."""
    if state == "pending":
        alice.presence(ours, "subscribe")
    elif state in ("added", "blocked"):
        proxy.ctl(ctl, "contact", {"added": "add", "blocked": "block"}[state], ours, alice.jid)


def partner_acts(alice, host, direction, action, ours):
    """Send the cell's stanza from the side whose stanza it is; return who sent and who receives."""
    by_host = (direction == "in") == (action == "SeeNotes")
    name = f"{direction}-{action}"
    stanza = STANZAS[action]
    if direction == "out" and action == "SeePresence":
        stanza, by_host = presence(), False
    if by_host:
        host.send(stanza(f"from='{ours}/desk' to='{alice.full_jid}' id='{name}'"))
        return host, alice
    to = ours if "presence" in stanza("") else ours + "/desk"
    alice.send(stanza(f"to='{to}' id='{name}'"))
    return alice, host


def settle(alice, host):
    """Wait until all that was sent so far has come through, in both directions, with its answers."""
    last = f"{LAST}@{OUR_DOMAIN}/desk"
    identifier = alice.new_id()
    alice.send(f"<iq type='get' id='{identifier}' to='{last}'>{PING}</iq>")
    host.wait_for(lambda item: item.get("id") == identifier, 30, "the partner's last ping")
    host.send(f"<iq type='result' id='{identifier}' from='{last}' to='{alice.full_jid}'/>")
    alice.wait_for(is_answer(identifier), 30, "the host's last answer")
    identifier = alice.new_id()
    host.send(f"<iq type='get' id='{identifier}' from='{last}' to='{alice.full_jid}'>{PING}</iq>")
    host.wait_for(lambda item: item.get("id") == identifier, 30, "the partner's last answer")


def letter(sender, receiver, ours, direction, action):
    """What became of the cell's stanza."""
    name = f"{direction}-{action}"
    about = ("from", "to") if receiver.full_jid != OUR_DOMAIN else ("to", "from")
    back = "from" if about[0] == "to" else "to"
    arrived = [item for item in receiver.history if item.get("type") != "error"
               and bare(item.get(about[0])) == ours and item.get("id") == name]
    answers = [item for item in sender.history if bare(item.get(back)) == ours]
    errors = [item for item in answers if item.get("type") == "error" and item.get("id") == name]
    refusals = [item for item in answers if item.get("type") == "unsubscribed"]
    expect(len(arrived) + len(errors) <= 1, f"{ours}, {name}: {len(arrived)} arrived, {errors}")
    if arrived:
        stripped = action == "SeeNotes" and not any(child.tag.endswith("}status")
                                                    for child in arrived[0])
        return "s" if stripped else "A"
    return "R" if errors else "U" if refusals else "S"


def seen(world, alice, host, proxy, direction, table):
    """Every cell of a table, as it is in life."""
    for action, state in cells(table):
        prepare(proxy, world.programs["ctl"], alice, user(direction, action, state), state)
    settle(alice, host)
    alice.history.clear()
    host.history.clear()
    parts = {(action, state): partner_acts(alice, host, direction, action,
                                           user(direction, action, state))
             for action, state in cells(table)}
    settle(alice, host)
    return {action: "".join(letter(*parts[action, state], user(direction, action, state), direction,
                                   action) for state in STATES) for action in table}


@case("permissions.public-unverified", kind="PublicUnverified", seconds=120)
@case("permissions.public-verified", kind="PublicVerified", seconds=120)
@case("permissions.federated", kind="Federated", seconds=120)
def permissions(world, kind):
    peer = world.peer(KIND)
    proxy = world.proxy([partner(DOMAIN, kind)]).start()
    host = Component(OUR_DOMAIN, proxy.socket, "an inside secret of the tests")
    alice = peer.log_in("alice")
    proxy.ctl(world.programs["ctl"], "contact", "add", f"{LAST}@{OUR_DOMAIN}", alice.jid)
    column = TYPES.index(kind)
    wrong = []
    for direction, table in (("in", INBOUND), ("out", OUTBOUND)):
        found = seen(world, alice, host, proxy, direction, table)
        wrong += [f"{direction} {action}: {found[action]}, not {row[column]}"
                  for action, row in table.items() if found[action] != row[column]]
    expect(not wrong, f"{kind}, states {STATES}: " + "; ".join(wrong))
    host.close()
